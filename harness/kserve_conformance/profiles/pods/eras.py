"""The renderings of KServe's eras, each made of the one before: the difference of two is what changed."""

from __future__ import annotations

from dataclasses import replace

from kserve_conformance.profiles.pods.containers import (
    always_kserve_container,
    as_merged,
    first_container,
    kserve_container,
    merged_without_env_conflicts,
    no_others,
    others_of_runtime,
    overlaid,
    strategically_merged,
    transformer_and_others,
)
from kserve_conformance.profiles.pods.environment import no_variables, service_name_variable
from kserve_conformance.profiles.pods.errors import FAILURES_V0_8, FAILURES_V0_9, FAILURES_V0_15
from kserve_conformance.profiles.pods.images import (
    digest_kept,
    tag_after_first_colon,
    tag_by_server_type,
    tag_or_configured_gpu_tag,
    tag_or_gpu_suffix,
    tag_or_gpu_suffix_again,
    tag_or_gpu_suffix_of_huggingface,
)
from kserve_conformance.profiles.pods.legacy_servers import PREDICTORS_V0_8, PREDICTORS_V0_9, bare_container
from kserve_conformance.profiles.pods.multi_node import (
    generation_label,
    head_with_executor,
    head_with_image_volumes,
    head_with_ray,
    head_with_sizes,
    single_node,
    unlabelled,
)
from kserve_conformance.profiles.pods.pod_metadata import (
    of_runtime_service_then_predictor,
    of_runtime_then_service,
    of_service,
    without_model_format,
)
from kserve_conformance.profiles.pods.pod_specs import (
    SETTINGS_MAIN,
    SETTINGS_V0_8,
    SETTINGS_V0_9,
    SETTINGS_V0_10,
    SETTINGS_V0_17,
    overlaid_pod_spec,
    strategically_merged_pod_spec,
)
from kserve_conformance.profiles.pods.renderer import Rendering

#: v0.8.0: the first container, JSON read over JSON, and a ConfigMap without images.
RENDERING_V0_8 = Rendering(
    pick_container=first_container,
    merge_container=overlaid,
    name_container=always_kserve_container,
    pod_settings=SETTINGS_V0_8,
    merge_pod_spec=overlaid_pod_spec,
    tag_image=tag_after_first_colon,
    extra_containers=no_others,
    pod_metadata=of_service,
    add_variables=no_variables,
    configure_head=single_node,
    label_head=unlabelled,
    pick_custom_container=first_container,
    legacy_container=PREDICTORS_V0_8.container,
    failures=FAILURES_V0_8,
)

#: v0.9.0: strategic merge, volumes, and a status for failures.
RENDERING_V0_9 = replace(
    RENDERING_V0_8,
    merge_container=strategically_merged,
    pod_settings=SETTINGS_V0_9,
    merge_pod_spec=strategically_merged_pod_spec,
    tag_image=tag_or_configured_gpu_tag,
    legacy_container=PREDICTORS_V0_9.container,
    failures=FAILURES_V0_9,
)

#: v0.10.0: pods get labels, annotations and pull secrets of their runtime; the ConfigMap has no servers any more.
RENDERING_V0_10 = replace(
    RENDERING_V0_9,
    pod_settings=SETTINGS_V0_10,
    tag_image=tag_or_gpu_suffix_again,
    pod_metadata=of_runtime_then_service,
    legacy_container=bare_container,
)

#: v0.10.1 and v0.10.2: ``-gpu`` is appended once.
RENDERING_V0_10_1 = replace(RENDERING_V0_10, tag_image=tag_or_gpu_suffix)

#: v0.11.0 to v0.11.2: ``kserve-container`` is required, and the runtime's other containers are kept.
RENDERING_V0_11 = replace(
    RENDERING_V0_10_1,
    pick_container=kserve_container,
    name_container=as_merged,
    extra_containers=others_of_runtime,
    pod_metadata=of_runtime_service_then_predictor,
)

#: v0.12.0 to v0.14.1: a user's own container is found by its name.
RENDERING_V0_12 = replace(RENDERING_V0_11, pick_custom_container=kserve_container)

#: v0.15.0: transformers, multi-node services, and one wording for failures.
RENDERING_V0_15_0 = replace(
    RENDERING_V0_12,
    tag_image=tag_or_gpu_suffix_of_huggingface,
    extra_containers=transformer_and_others,
    configure_head=head_with_sizes,
    label_head=generation_label,
    failures=FAILURES_V0_15,
)

#: v0.15.1 and v0.15.2: the head knows its nodes and GPUs.
RENDERING_V0_15_2 = replace(RENDERING_V0_15_0, configure_head=head_with_ray)

#: v0.16.0: images with a digest are left alone.
RENDERING_V0_16 = replace(RENDERING_V0_15_2, tag_image=digest_kept, configure_head=head_with_image_volumes)

#: v0.17.0 and v0.17.1: containers get the name of their service, and a runtime can name a scheduler.
RENDERING_V0_17 = replace(
    RENDERING_V0_16,
    pod_settings=SETTINGS_V0_17,
    pod_metadata=without_model_format,
    add_variables=service_name_variable,
)

#: v0.18.0 to v0.19.0: a runtime can name another executor; read at v0.19.0, which may be the first that knows it.
RENDERING_V0_19 = replace(RENDERING_V0_17, configure_head=head_with_executor)

#: v0.20.0: images follow the server type, and a variable has a value or a source, not both.
RENDERING_V0_20 = replace(
    RENDERING_V0_19,
    merge_container=merged_without_env_conflicts,
    tag_image=tag_by_server_type,
)

#: KServe's main branch: a runtime's resource claims are those of its pods.
RENDERING_MAIN = replace(RENDERING_V0_20, pod_settings=SETTINGS_MAIN)
