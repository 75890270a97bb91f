"""The pod template that a runtime and a service give together, in every era."""

from kserve_conformance.profiles.pods.eras import (
    RENDERING_MAIN,
    RENDERING_V0_8,
    RENDERING_V0_9,
    RENDERING_V0_10,
    RENDERING_V0_10_1,
    RENDERING_V0_11,
    RENDERING_V0_12,
    RENDERING_V0_15_0,
    RENDERING_V0_15_2,
    RENDERING_V0_16,
    RENDERING_V0_17,
    RENDERING_V0_19,
    RENDERING_V0_20,
)
from kserve_conformance.profiles.pods.errors import CannotRender
from kserve_conformance.profiles.pods.faults import PodFault, PodFaultCode, faults_of
from kserve_conformance.profiles.pods.placeholders import UnknownPlaceholder
from kserve_conformance.profiles.pods.pod_validation import validation_faults
from kserve_conformance.profiles.pods.renderer import (
    Rendering,
    render,
    render_custom,
    render_stored_legacy,
    render_without_runtime,
    runtime_template,
    service_template,
)
from kserve_conformance.profiles.pods.storage_schemes import scheme_faults

__all__ = [
    "RENDERING_MAIN",
    "RENDERING_V0_8",
    "RENDERING_V0_9",
    "RENDERING_V0_10",
    "RENDERING_V0_10_1",
    "RENDERING_V0_11",
    "RENDERING_V0_12",
    "RENDERING_V0_15_0",
    "RENDERING_V0_15_2",
    "RENDERING_V0_16",
    "RENDERING_V0_17",
    "RENDERING_V0_19",
    "RENDERING_V0_20",
    "CannotRender",
    "PodFault",
    "PodFaultCode",
    "Rendering",
    "UnknownPlaceholder",
    "faults_of",
    "render",
    "render_custom",
    "render_stored_legacy",
    "render_without_runtime",
    "runtime_template",
    "scheme_faults",
    "service_template",
    "validation_faults",
]
