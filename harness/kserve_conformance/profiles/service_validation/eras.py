"""The checks of components in each era, a range of releases. Each is a copy of the previous one with the changes."""

from __future__ import annotations

from dataclasses import replace

from kserve_conformance.profiles.service_validation.autoscalers import (
    by_class_in_raw_mode,
    hpa_in_raw_mode,
    hpa_metric_is_known,
    hpa_metrics_are_of_resources,
    hpa_target_is_in_range,
    keda_has_no_scale_metric,
    keda_memory_has_a_value,
    keda_metrics_are_whole,
    kpa_has_no_deployment_strategy,
    kpa_metric_is_known,
    kpa_target_is_in_range,
    none_checked,
)
from kserve_conformance.profiles.service_validation.components import (
    EXPLAINER_V0_8,
    EXPLAINER_V0_11,
    EXPLAINER_V0_13,
    EXPLAINER_V0_16,
    PREDICTOR_V0_8,
    PREDICTOR_V0_12,
    PREDICTOR_V0_14,
    PREDICTOR_V0_16,
    PREDICTOR_V0_20,
    TRANSFORMER_V0_8,
    TRANSFORMER_V0_16,
    ComponentRules,
    Components,
    any_containers,
    concurrency_is_positive,
    custom_protocol_is_known,
    logger_has_a_mode,
    logger_storage_is_whole,
    predictor_with_any_containers,
    predictor_with_kserve_container,
    replicas_are_in_order,
)
from kserve_conformance.profiles.service_validation.frameworks import (
    legacy_server_has_a_version,
    onnx_has_the_extension,
    pmml_has_one_worker,
    version_fits_gpu,
)
from kserve_conformance.profiles.service_validation.storage import (
    PREFIXES_V0_8,
    PREFIXES_V0_9,
    storage_spec_is_supported,
    storage_uri_is_supported,
)
from kserve_conformance.profiles.service_validation.texts import TEXTS_V0_8, TEXTS_V0_12, TEXTS_V0_14

#: The legacy keys whose storage spec is checked.
SPEC_KEYS_V0_9 = ("tensorflow", "pytorch", "onnx", "pmml")
SPEC_KEYS_V0_12 = (*SPEC_KEYS_V0_9, "huggingface")

COMPONENTS_V0_8 = Components(
    exactly_one="Exactly one",
    predictor=ComponentRules(
        predictor_with_any_containers,
        PREDICTOR_V0_8,
        (
            onnx_has_the_extension(TEXTS_V0_8),
            pmml_has_one_worker,
            storage_uri_is_supported(TEXTS_V0_8, *PREFIXES_V0_8),
            version_fits_gpu(TEXTS_V0_8),
            custom_protocol_is_known(TEXTS_V0_8),
        ),
    ),
    transformer=ComponentRules(
        any_containers(), TRANSFORMER_V0_8, (storage_uri_is_supported(TEXTS_V0_8, *PREFIXES_V0_8),)
    ),
    explainer=ComponentRules(
        any_containers("alibi", "aix", "art"),
        EXPLAINER_V0_8,
        (storage_uri_is_supported(TEXTS_V0_8, *PREFIXES_V0_8),),
    ),
    autoscaler=none_checked,
    checks=(
        concurrency_is_positive(TEXTS_V0_8),
        replicas_are_in_order(TEXTS_V0_8),
        logger_has_a_mode(TEXTS_V0_8),
    ),
)

#: Adds scaling metrics, storage specs and HDFS. Reads a version that the defaulter no longer sets, and panics.
COMPONENTS_V0_9 = Components(
    exactly_one="Exactly one",
    panics=(legacy_server_has_a_version,),
    predictor=replace(
        COMPONENTS_V0_8.predictor,
        checks=(
            onnx_has_the_extension(TEXTS_V0_8),
            pmml_has_one_worker,
            storage_uri_is_supported(TEXTS_V0_8, *PREFIXES_V0_9),
            version_fits_gpu(TEXTS_V0_8),
            storage_spec_is_supported(TEXTS_V0_8, *SPEC_KEYS_V0_9),
            custom_protocol_is_known(TEXTS_V0_8),
        ),
    ),
    transformer=replace(COMPONENTS_V0_8.transformer, checks=(storage_uri_is_supported(TEXTS_V0_8, *PREFIXES_V0_9),)),
    explainer=replace(
        COMPONENTS_V0_8.explainer,
        checks=(
            storage_uri_is_supported(TEXTS_V0_8, *PREFIXES_V0_9),
            storage_spec_is_supported(TEXTS_V0_8, "alibi", "aix", "art"),
        ),
    ),
    autoscaler=hpa_in_raw_mode,
    checks=(
        *COMPONENTS_V0_8.checks,
        hpa_metric_is_known(TEXTS_V0_8),
        hpa_target_is_in_range(TEXTS_V0_8),
        kpa_metric_is_known(TEXTS_V0_8),
        kpa_target_is_in_range(TEXTS_V0_8),
    ),
)

#: Fixes the panic.
COMPONENTS_V0_10 = replace(COMPONENTS_V0_9, panics=())

#: ClusterStorageContainers replace the list of schemes. Removes the explainer AIX.
COMPONENTS_V0_11 = replace(
    COMPONENTS_V0_10,
    predictor=replace(
        COMPONENTS_V0_10.predictor,
        checks=(
            onnx_has_the_extension(TEXTS_V0_8),
            pmml_has_one_worker,
            version_fits_gpu(TEXTS_V0_8),
            storage_spec_is_supported(TEXTS_V0_8, *SPEC_KEYS_V0_9),
            custom_protocol_is_known(TEXTS_V0_8),
        ),
    ),
    transformer=replace(COMPONENTS_V0_10.transformer, checks=()),
    explainer=ComponentRules(
        any_containers("alibi", "art"), EXPLAINER_V0_11, (storage_spec_is_supported(TEXTS_V0_8, "alibi", "art"),)
    ),
)

#: Adds the key huggingface. No longer checks the workers of pmml.
COMPONENTS_V0_12 = replace(
    COMPONENTS_V0_11,
    predictor=ComponentRules(
        predictor_with_any_containers,
        PREDICTOR_V0_12,
        (
            onnx_has_the_extension(TEXTS_V0_8),
            version_fits_gpu(TEXTS_V0_8),
            storage_spec_is_supported(TEXTS_V0_8, *SPEC_KEYS_V0_12),
            custom_protocol_is_known(TEXTS_V0_8),
        ),
    ),
    checks=(*COMPONENTS_V0_11.checks[:-1], kpa_target_is_in_range(TEXTS_V0_12)),
)

#: Removes the explainer Alibi. Adds deploymentStrategy, for raw mode.
COMPONENTS_V0_13 = replace(
    COMPONENTS_V0_12,
    explainer=ComponentRules(any_containers("art"), EXPLAINER_V0_13, (storage_spec_is_supported(TEXTS_V0_8, "art"),)),
    checks=(
        *COMPONENTS_V0_12.checks[:-2],
        kpa_has_no_deployment_strategy,
        *COMPONENTS_V0_12.checks[-2:],
    ),
)

#: Messages start in lower case. Adds worker nodes.
COMPONENTS_V0_14 = Components(
    exactly_one="exactly one",
    predictor=ComponentRules(
        predictor_with_any_containers,
        PREDICTOR_V0_14,
        (
            onnx_has_the_extension(TEXTS_V0_14),
            version_fits_gpu(TEXTS_V0_14),
            storage_spec_is_supported(TEXTS_V0_14, *SPEC_KEYS_V0_12),
            custom_protocol_is_known(TEXTS_V0_14),
        ),
    ),
    transformer=COMPONENTS_V0_13.transformer,
    explainer=replace(COMPONENTS_V0_13.explainer, checks=(storage_spec_is_supported(TEXTS_V0_14, "art"),)),
    autoscaler=hpa_in_raw_mode,
    checks=(
        concurrency_is_positive(TEXTS_V0_14),
        replicas_are_in_order(TEXTS_V0_14),
        logger_has_a_mode(TEXTS_V0_14),
        hpa_metric_is_known(TEXTS_V0_14),
        hpa_target_is_in_range(TEXTS_V0_14),
        kpa_has_no_deployment_strategy,
        kpa_metric_is_known(TEXTS_V0_14),
        kpa_target_is_in_range(TEXTS_V0_14),
    ),
)

#: Allows containers next to a model. Adds KEDA and lists of metrics.
COMPONENTS_V0_15 = replace(
    COMPONENTS_V0_14,
    panics=(keda_memory_has_a_value,),
    predictor=replace(COMPONENTS_V0_14.predictor, implementations=predictor_with_kserve_container),
    autoscaler=by_class_in_raw_mode("RawDeployment"),
    checks=(
        *COMPONENTS_V0_14.checks,
        hpa_metrics_are_of_resources,
        keda_has_no_scale_metric,
        keda_metrics_are_whole,
    ),
)

#: Adds lists of storage URIs and storage of loggers. GPU instances count as GPUs.
COMPONENTS_V0_16 = Components(
    exactly_one="exactly one",
    predictor=ComponentRules(
        predictor_with_kserve_container,
        PREDICTOR_V0_16,
        (
            onnx_has_the_extension(TEXTS_V0_14),
            version_fits_gpu(TEXTS_V0_14, or_part_of_one=True),
            storage_spec_is_supported(TEXTS_V0_14, *SPEC_KEYS_V0_12),
            custom_protocol_is_known(TEXTS_V0_14),
        ),
    ),
    transformer=replace(COMPONENTS_V0_15.transformer, listed=TRANSFORMER_V0_16),
    explainer=replace(COMPONENTS_V0_15.explainer, listed=EXPLAINER_V0_16),
    autoscaler=by_class_in_raw_mode("Standard"),
    checks=(*COMPONENTS_V0_15.checks[:3], logger_storage_is_whole, *COMPONENTS_V0_15.checks[3:]),
)

#: Adds names of predictors.
COMPONENTS_V0_20 = replace(COMPONENTS_V0_16, predictor=replace(COMPONENTS_V0_16.predictor, listed=PREDICTOR_V0_20))
