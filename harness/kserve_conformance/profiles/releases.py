"""
The releases, each a copy of the one before it with the parts that changed.

Read from top to bottom, this is the history of how KServe selects runtimes.
Releases that behave alike share every part and differ only in their name. What
each part means: :class:`kserve_conformance.profiles.profile.Profile`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kserve_conformance.crds import crds_of
from kserve_conformance.profiles.blocked_variables import runtime_sets_none, service_sets_none
from kserve_conformance.profiles.checks import is_not_disabled, lists_format, supports_requested_protocol
from kserve_conformance.profiles.completion import (
    COMPLETION_V0_8,
    COMPLETION_V0_9,
    COMPLETION_V0_10,
    COMPLETION_V0_11_1,
    COMPLETION_V0_12,
    COMPLETION_V0_17,
    mlserver_at_write,
    torchserve_at_write,
)
from kserve_conformance.profiles.consumers import canaries, graph_protocol, no_canaries, protocol_of_model_alone
from kserve_conformance.profiles.custom_predictors import first_is_named, first_is_named_if_alone, first_is_sized
from kserve_conformance.profiles.deployment_modes import (
    BOTH_NAMES,
    OLD_NAMES,
    default_as_configured,
    default_by_new_name,
    first_mode_recorded,
    mode_is_kept,
    mode_is_kept_by_new_name,
    mode_is_standard_until_recorded,
    modelmesh_not_recorded,
    no_mode_recorded,
    record_renamed,
)
from kserve_conformance.profiles.filters import (
    agrees_on_nodes,
    is_auto_selectable,
    is_enabled,
    serves_single_models,
    supports_protocol,
)
from kserve_conformance.profiles.legacy import (
    LEGACY_V0_8,
    LEGACY_V0_9,
    LEGACY_V0_12,
    triton_waits_for_models,
)
from kserve_conformance.profiles.lookup import nearest_scope_first
from kserve_conformance.profiles.multi_node_validation import (
    LIMITS_V0_15_0,
    LIMITS_V0_15_2,
    LIMITS_V0_16_0,
    MultiNodeRuntimeChecks,
    MultiNodeServiceChecks,
)
from kserve_conformance.profiles.order import BY_AGE, BY_NAME, BY_PRIORITY, BY_PROTOCOL_RANK
from kserve_conformance.profiles.pods import (
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
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.profiles.protocols import as_requested, protocol_by_runtime_name, v1_unless_set
from kserve_conformance.profiles.runtime_admission import no_equal_priority, no_mixed_priority
from kserve_conformance.profiles.runtime_integers import decoded, decoded_naming_embedded_types
from kserve_conformance.profiles.service_admission import (
    ServiceAdmission,
    mode_as_annotated,
    mode_read_then_written,
    mode_renamed,
    mode_written_then_read,
    model_format_annotated,
    v2_for_format,
)
from kserve_conformance.profiles.service_validation.canaries import canaries_are_valid
from kserve_conformance.profiles.service_validation.eras import (
    COMPONENTS_V0_8,
    COMPONENTS_V0_9,
    COMPONENTS_V0_10,
    COMPONENTS_V0_11,
    COMPONENTS_V0_12,
    COMPONENTS_V0_13,
    COMPONENTS_V0_14,
    COMPONENTS_V0_15,
    COMPONENTS_V0_16,
    COMPONENTS_V0_20,
)
from kserve_conformance.profiles.service_validation.names import (
    autoscaler_class_is_known,
    metric_is_known,
    name_is_valid,
    predictor_has_no_name,
    predictor_is_not_empty,
    target_utilization_is_a_percentage,
    transformer_beside_model_has_no_storage,
)
from kserve_conformance.profiles.service_validation.storage_uris import (
    confidential_model_is_valid,
    storage_uris_are_valid,
)
from kserve_conformance.profiles.service_validation.texts import TEXTS_V0_8, TEXTS_V0_14
from kserve_conformance.profiles.service_validation.updates import predictor_is_renamed_with_its_model
from kserve_conformance.profiles.status import in_status, names_looked_up, names_none, only_in_events
from kserve_conformance.profiles.workloads import (
    all_left,
    default_name,
    default_name_if_it_exists,
    no_other_deployment_left,
    raw_as_recorded,
    raw_if_annotated,
    short_name,
)
from kserve_conformance.rules.releases import release_named


def following(before: Profile, name: str, **parts: Any) -> Profile:
    """The profile of a release: that of the one before it, with the parts that changed. Raises ``UnknownRelease``."""
    return replace(before, name=name, default_mode=release_named(name).default_mode, crds=crds_of(name), **parts)


#: The first release with runtimes. Legacy keys become a named runtime; protocols and order do not exist.
V0_8_0 = Profile(
    name="v0.8.0",
    default_mode=release_named("v0.8.0").default_mode,
    configured_mode=default_as_configured,
    recorded_mode=no_mode_recorded,
    deploys_raw=raw_as_recorded,
    workload_name=default_name,
    workloads_left=all_left,
    crds=crds_of("v0.8.0"),
    service_admission=ServiceAdmission(
        read_mode=mode_as_annotated,
        legacy=LEGACY_V0_8,
        before_conversion=(mlserver_at_write, torchserve_at_write),
        after_conversion=(mlserver_at_write, torchserve_at_write, triton_waits_for_models),
        own_containers=(first_is_named, first_is_sized),
        validates=(
            name_is_valid(TEXTS_V0_8),
            autoscaler_class_is_known(TEXTS_V0_8, "hpa"),
            metric_is_known(TEXTS_V0_8, "cpu"),
            target_utilization_is_a_percentage(TEXTS_V0_8),
        ),
        components=COMPONENTS_V0_8,
    ),
    runtime_admission=(),
    scopes=nearest_scope_first,
    requested_protocol=as_requested,
    filters=(is_enabled, serves_single_models, is_auto_selectable),
    order=(),
    stable_up_to=None,
    named_protocol=as_requested,
    checks=(is_not_disabled, lists_format),
    completion=COMPLETION_V0_8,
    rendering=RENDERING_V0_8,
    reports=only_in_events,
    status_names=names_none,
    graph_protocol=protocol_of_model_alone,
    canaries=no_canaries,
)

#: Protocols filter and order, legacy keys are selected automatically, and the status reports failures.
V0_9_0 = following(
    V0_8_0,
    "v0.9.0",
    service_admission=replace(
        V0_8_0.service_admission,
        read_mode=mode_written_then_read,
        legacy=LEGACY_V0_9,
        before_conversion=(),
        after_conversion=(),
        validates=(
            name_is_valid(TEXTS_V0_8),
            autoscaler_class_is_known(TEXTS_V0_8, "hpa"),
            metric_is_known(TEXTS_V0_8, "cpu", "memory"),
            target_utilization_is_a_percentage(TEXTS_V0_8),
        ),
        components=COMPONENTS_V0_9,
    ),
    filters=(*V0_8_0.filters, supports_protocol),
    order=(BY_PROTOCOL_RANK, BY_AGE, BY_NAME),
    named_protocol=protocol_by_runtime_name,
    checks=(is_not_disabled, supports_requested_protocol, lists_format),
    completion=COMPLETION_V0_9,
    rendering=RENDERING_V0_9,
    reports=in_status,
)

#: The ConfigMap no longer has images, and a ModelMesh default converts legacy keys on create.
V0_10_0 = following(
    V0_9_0,
    "v0.10.0",
    service_admission=replace(
        V0_9_0.service_admission,
        read_mode=mode_read_then_written("RawDeployment"),
        components=COMPONENTS_V0_10,
    ),
    completion=COMPLETION_V0_10,
    rendering=RENDERING_V0_10,
)

#: The suffix of GPU images is added once.
V0_10_1 = following(V0_10_0, "v0.10.1", rendering=RENDERING_V0_10_1)

V0_10_2 = following(V0_10_1, "v0.10.2")

#: A runtime must have a container named kserve-container, and the webhook no longer checks the schemes of storage URIs.
V0_11_0 = following(
    V0_10_2,
    "v0.11.0",
    workload_name=default_name_if_it_exists,
    service_admission=replace(V0_10_2.service_admission, components=COMPONENTS_V0_11),
    rendering=RENDERING_V0_11,
)

#: A patch release adds priorities, and a default protocol that breaks services without one.
V0_11_1 = following(
    V0_11_0,
    "v0.11.1",
    runtime_admission=(no_equal_priority("Same priority"),),
    runtime_integers=decoded,
    requested_protocol=v1_unless_set,
    order=(BY_PRIORITY, *V0_11_0.order),
    stable_up_to=12,
    completion=COMPLETION_V0_11_1,
)

#: The format triton defaults to protocol v2 again.
V0_11_2 = following(
    V0_11_1,
    "v0.11.2",
    service_admission=replace(V0_11_1.service_admission, defaults=(v2_for_format("triton"),)),
)

#: A legacy key for huggingface, and one priority for a format within one runtime.
V0_12_0 = following(
    V0_11_2,
    "v0.12.0",
    service_admission=replace(
        V0_11_2.service_admission,
        legacy=LEGACY_V0_12,
        validates=(
            name_is_valid(TEXTS_V0_8),
            autoscaler_class_is_known(TEXTS_V0_8, "hpa", "external"),
            metric_is_known(TEXTS_V0_8, "cpu", "memory"),
            target_utilization_is_a_percentage(TEXTS_V0_8),
            transformer_beside_model_has_no_storage,
        ),
        components=COMPONENTS_V0_12,
    ),
    runtime_admission=(no_mixed_priority("Different priorities"), no_equal_priority("Same priority")),
    completion=COMPLETION_V0_12,
    rendering=RENDERING_V0_12,
)

V0_12_1 = following(V0_12_0, "v0.12.1")

#: The explainer Alibi is gone, and deployments have a strategy.
V0_13_0 = following(
    V0_12_1, "v0.13.0", service_admission=replace(V0_12_1.service_admission, components=COMPONENTS_V0_13)
)

V0_13_1 = following(V0_13_0, "v0.13.1")

#: The schema has worker nodes, which nothing reads yet; rejections begin in lower case.
V0_14_0 = following(
    V0_13_1,
    "v0.14.0",
    service_admission=replace(
        V0_13_1.service_admission,
        validates=(
            name_is_valid(TEXTS_V0_14),
            autoscaler_class_is_known(TEXTS_V0_14, "hpa", "external"),
            metric_is_known(TEXTS_V0_14, "cpu", "memory"),
            target_utilization_is_a_percentage(TEXTS_V0_14),
            transformer_beside_model_has_no_storage,
        ),
        components=COMPONENTS_V0_14,
    ),
    runtime_admission=(no_mixed_priority("different priorities"), no_equal_priority("same priority")),
)

V0_14_1 = following(V0_14_0, "v0.14.1")

#: Worker nodes are a filter.
V0_15_0 = following(
    V0_14_1,
    "v0.15.0",
    service_admission=replace(
        V0_14_1.service_admission,
        own_containers=(first_is_named_if_alone, first_is_sized),
        validates=(
            name_is_valid(TEXTS_V0_14),
            autoscaler_class_is_known(TEXTS_V0_14, "hpa", "external", "keda"),
            MultiNodeServiceChecks(LIMITS_V0_15_0),
            transformer_beside_model_has_no_storage,
        ),
        components=COMPONENTS_V0_15,
    ),
    runtime_admission=(*V0_14_1.runtime_admission, MultiNodeRuntimeChecks(LIMITS_V0_15_0)),
    filters=(*V0_14_1.filters, agrees_on_nodes),
    rendering=RENDERING_V0_15_0,
)

#: The head node gets the number of nodes.
V0_15_1 = following(V0_15_0, "v0.15.1", rendering=RENDERING_V0_15_2)

#: Multi-node services must have no autoscaler, and their sizes can be one. A service keeps its deployment mode.
V0_15_2 = following(
    V0_15_1,
    "v0.15.2",
    recorded_mode=modelmesh_not_recorded(first_mode_recorded(OLD_NAMES)),
    service_admission=replace(
        V0_15_1.service_admission,
        validates_change=(mode_is_kept,),
        validates=(
            name_is_valid(TEXTS_V0_14),
            autoscaler_class_is_known(TEXTS_V0_14, "hpa", "external", "keda", "none"),
            MultiNodeServiceChecks(LIMITS_V0_15_2),
            transformer_beside_model_has_no_storage,
        ),
    ),
    runtime_admission=(*V0_14_1.runtime_admission, MultiNodeRuntimeChecks(LIMITS_V0_15_2)),
)

#: The status names the runtime, a predictor with a name is rejected, and modes have new names: Standard and Knative.
V0_16_0 = following(
    V0_15_2,
    "v0.16.0",
    workload_name=short_name,
    configured_mode=default_by_new_name,
    recorded_mode=modelmesh_not_recorded(first_mode_recorded(BOTH_NAMES)),
    service_admission=replace(
        V0_15_2.service_admission,
        read_mode=mode_read_then_written("Standard"),
        validates=(
            name_is_valid(TEXTS_V0_14),
            autoscaler_class_is_known(TEXTS_V0_14, "hpa", "external", "keda", "none"),
            MultiNodeServiceChecks(LIMITS_V0_16_0),
            transformer_beside_model_has_no_storage,
            predictor_has_no_name,
            storage_uris_are_valid,
        ),
        components=COMPONENTS_V0_16,
    ),
    runtime_admission=(*V0_14_1.runtime_admission, MultiNodeRuntimeChecks(LIMITS_V0_16_0)),
    rendering=RENDERING_V0_16,
    status_names=names_looked_up,
    graph_protocol=graph_protocol,
)

#: An annotation sets the server type, server defaults come after the checks of a named runtime, and a service in raw
#: mode that is annotated with another mode is not deployed.
V0_17_0 = following(
    V0_16_0,
    "v0.17.0",
    deploys_raw=raw_if_annotated,
    recorded_mode=first_mode_recorded(BOTH_NAMES),
    service_admission=replace(
        V0_16_0.service_admission,
        read_mode=mode_renamed(mode_read_then_written("Standard")),
        defaults=(*V0_16_0.service_admission.defaults, model_format_annotated),
        checks_change_on_deletion=False,
    ),
    runtime_integers=decoded_naming_embedded_types,
    named_protocol=as_requested,
    completion=COMPLETION_V0_17,
    rendering=RENDERING_V0_17,
)

V0_17_1 = following(V0_17_0, "v0.17.1")

#: Some variables are blocked, an empty predictor crashes the defaulter, and the head can use another executor.
V0_18_0 = following(
    V0_17_1,
    "v0.18.0",
    service_admission=replace(
        V0_17_1.service_admission,
        validates=(
            predictor_is_not_empty,
            *V0_17_1.service_admission.validates[:2],
            service_sets_none,
            *V0_17_1.service_admission.validates[2:],
        ),
    ),
    runtime_admission=(*V0_17_1.runtime_admission, runtime_sets_none),
    rendering=RENDERING_V0_19,
)

V0_18_1 = following(V0_18_0, "v0.18.1")

#: An installation can leave out the kind ClusterServingRuntime: no kind, no candidates. Old names of modes in a status
#: mean the new ones, none means Standard, and a service that is being deleted is not checked.
V0_19_0 = following(
    V0_18_1,
    "v0.19.0",
    recorded_mode=record_renamed(V0_18_1.recorded_mode),
    service_admission=replace(
        V0_18_1.service_admission,
        validates_change=(mode_is_standard_until_recorded,),
        checks_deletion=False,
    ),
)

#: The format vLLM defaults to protocol v2, and a service can have canaries.
V0_20_0 = following(
    V0_19_0,
    "v0.20.0",
    workloads_left=no_other_deployment_left,
    service_admission=replace(
        V0_19_0.service_admission,
        defaults=(v2_for_format("triton"), v2_for_format("vLLM"), model_format_annotated),
        validates=(*V0_19_0.service_admission.validates, confidential_model_is_valid),
        components=COMPONENTS_V0_20,
        validates_last=(canaries_are_valid(COMPONENTS_V0_20),),
        validates_change=(mode_is_kept_by_new_name,),
        validates_update=(predictor_is_renamed_with_its_model,),
    ),
    rendering=RENDERING_V0_20,
    canaries=canaries,
)

#: KServe's development branch, unreleased: the sort by priority is stable, and pods get resource claims.
#:
#: Made from v0.20.0 with two changes of KServe's main branch, August 2026: ``sortSupportedRuntimeByPriority``,
#: pkg/apis/serving/v1beta1/predictor_model.go, uses ``sort.SliceStable``; runtimes have ``resourceClaims``, which reach
#: their pods. No source tree of main was at hand: nothing else of it was read, and nothing was run.
MAIN = following(V0_20_0, "main", stable_up_to=None, rendering=RENDERING_MAIN)

#: The profile of every release by its name, oldest first; ``main`` is the last.
PROFILES = {
    profile.name: profile
    for profile in (
        V0_8_0,
        V0_9_0,
        V0_10_0,
        V0_10_1,
        V0_10_2,
        V0_11_0,
        V0_11_1,
        V0_11_2,
        V0_12_0,
        V0_12_1,
        V0_13_0,
        V0_13_1,
        V0_14_0,
        V0_14_1,
        V0_15_0,
        V0_15_1,
        V0_15_2,
        V0_16_0,
        V0_17_0,
        V0_17_1,
        V0_18_0,
        V0_18_1,
        V0_19_0,
        V0_20_0,
        MAIN,
    )
}
