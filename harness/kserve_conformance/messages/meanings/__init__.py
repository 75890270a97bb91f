"""
Meanings of error messages, and how to fix their causes, by what the messages are about.

The first meaning whose pattern matches a text applies.
"""

from __future__ import annotations

from kserve_conformance.messages.meanings.controller import CONTROLLER
from kserve_conformance.messages.meanings.kubernetes import OF_KUBERNETES
from kserve_conformance.messages.meanings.meaning import Meaning, meaning
from kserve_conformance.messages.meanings.multi_node import MULTI_NODE
from kserve_conformance.messages.meanings.selection import SELECTION
from kserve_conformance.messages.meanings.services import SERVICES
from kserve_conformance.objects import Reason

__all__ = ["INVALID_PREDICTOR", "OF_KSERVE", "OF_KUBERNETES", "OF_REASONS", "Meaning"]

#: The meanings of KServe's texts, special ones before general ones.
OF_KSERVE = (*SELECTION, *MULTI_NODE, *SERVICES, *CONTROLLER)

#: The reasons of ``status.modelStatus.lastFailureInfo``, by the codes of the meanings above.
OF_REASONS = {
    Reason.RUNTIME_NOT_RECOGNIZED: "runtime-not-found",
    Reason.RUNTIME_DISABLED: "runtime-disabled",
    Reason.NO_SUPPORTING_RUNTIME: "no-supporting-runtime",
    Reason.INVALID_PREDICTOR_SPEC: "invalid-predictor",
}

#: The meaning of the last of them, whose message is one of several texts.
INVALID_PREDICTOR = meaning(
    "invalid-predictor",
    r"InvalidPredictorSpec",
    "A runtime was selected, but KServe cannot create a valid pod from it and the service: there is no container "
    "kserve-container, a placeholder cannot be replaced, or settings cannot be merged.",
    "Check the message next to the reason, and run explain on the service and the runtime.",
)
