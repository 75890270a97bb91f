"""
Checks of autoscaling settings: the metric, its target and the list of metrics.

Annotations decide which autoscaler KServe takes these settings to be for: Knative's (``kpa``), that of Kubernetes
(``hpa``) or KEDA (``keda``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.pods.quantities import whole
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE
from kserve_conformance.profiles.service_validation.components import Component, ComponentCheck
from kserve_conformance.profiles.service_validation.names import AUTOSCALER_CLASS
from kserve_conformance.profiles.service_validation.texts import Texts

#: Knative's annotation for the autoscaler, and its value for the HPA.
#: Source: ``ClassAnnotationKey`` and ``HPA``, pkg/apis/autoscaling/register.go, knative.dev/serving.
KNATIVE_CLASS, KNATIVE_HPA = "autoscaling.knative.dev/class", "hpa.autoscaling.knative.dev"

HPA, KPA, KEDA = "hpa", "kpa", "keda"

#: The panic of a webhook that dereferences a nil pointer; the API server reports it as a rejection.
NIL_POINTER = "panic: runtime error: invalid memory address or nil pointer dereference [recovered]"

_MEBIBYTE = 2**20


def none_checked(annotations: Manifest) -> str | None:
    """
    No metrics are checked: components have none yet.

    Source: type ``ComponentExtensionSpec``, pkg/apis/serving/v1beta1/component.go, v0.8.0.
    """
    return None


def hpa_in_raw_mode(annotations: Manifest) -> str | None:
    """
    The HPA in raw mode and if Knative's annotation names it, otherwise the KPA.

    Source: ``validateAutoScalingCompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, v0.9.0 to
    v0.14.1.
    """
    is_raw = annotations.get(DEPLOYMENT_MODE) == "RawDeployment"
    return HPA if is_raw or annotations.get(KNATIVE_CLASS) == KNATIVE_HPA else KPA


def by_class_in_raw_mode(raw: str) -> Callable[[Manifest], str | None]:
    """
    In raw mode the autoscaler class, of which only hpa and keda are checked; otherwise as Knative's annotation sets it.

    ``raw`` is the release's name of the mode without Knative: in v0.16.0 the old name is any other mode.

    Source: ``validateAutoScalingCompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.15.0.
    """

    def autoscaler(annotations: Manifest) -> str | None:
        if annotations.get(DEPLOYMENT_MODE) == raw:
            class_ = annotations.get(AUTOSCALER_CLASS)
            return class_ if class_ in (HPA, KEDA) else None
        return HPA if annotations.get(KNATIVE_CLASS) == KNATIVE_HPA else KPA

    return autoscaler


def hpa_metric_is_known(texts: Texts) -> ComponentCheck:
    """
    ``scaleMetric`` must be cpu (the default) or memory for the HPA.

    Source: ``validateScalingHPACompExtension`` and ``validateHPAMetrics``,
    pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.9.0.
    """

    def check(component: Component) -> str | None:
        return _metric_problem(component, texts, HPA, ("cpu", "memory"))

    return check


def kpa_metric_is_known(texts: Texts) -> ComponentCheck:
    """
    ``scaleMetric`` must be concurrency (the default) or rps for the KPA.

    Source: ``validateScalingKPACompExtension`` and ``validateKPAMetrics``,
    pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.9.0.
    """

    def check(component: Component) -> str | None:
        return _metric_problem(component, texts, KPA, ("concurrency", "rps"))

    return check


def _metric_problem(component: Component, texts: Texts, autoscaler: str, metrics: tuple[str, ...]) -> str | None:
    metric = component.spec.get("scaleMetric")
    if component.autoscaler != autoscaler or metric is None or metric in metrics:
        return None
    return texts.metric.format(value=metric)


def hpa_target_is_in_range(texts: Texts) -> ComponentCheck:
    """
    ``scaleTarget`` must be a percentage from 1 to 100 for the HPA, also for memory.

    Source: ``validateScalingHPACompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.9.0.
    """

    def check(component: Component) -> str | None:
        target = component.spec.get("scaleTarget")
        if component.autoscaler != HPA or target is None or 1 <= target <= 100:
            return None
        is_memory = component.spec.get("scaleMetric") == "memory"
        return texts.memory if is_memory and target < 1 else texts.percentage

    return check


def kpa_target_is_in_range(texts: Texts) -> ComponentCheck:
    """
    ``scaleTarget`` must be at least one request per second for the KPA.

    Source: ``validateScalingKPACompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.9.0.
    """

    def check(component: Component) -> str | None:
        target = component.spec.get("scaleTarget")
        is_wrong = component.spec.get("scaleMetric") == "rps" and target is not None and target < 1
        return texts.requests if component.autoscaler == KPA and is_wrong else None

    return check


def kpa_has_no_deployment_strategy(component: Component) -> str | None:
    """
    ``deploymentStrategy`` is only allowed in raw mode.

    Source: ``validateScalingKPACompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.13.0.
    """
    if component.autoscaler != KPA or component.spec.get("deploymentStrategy") is None:
        return None
    return "customizing deploymentStrategy is only supported for raw deployment mode"


def hpa_metrics_are_of_resources(component: Component) -> str | None:
    """
    A list of metrics must only have resource metrics for the HPA.

    Source: ``validateScalingHPACompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.15.0.
    """
    for metric in _metrics(component, HPA):
        if metric.get("type") != "Resource":
            return (
                f"invalid HPA metric source type with value [{metric.get('type') or ''}],"
                "valid metric source types are Resource"
            )
        if metric.get("resource") is None:
            return "metricSpec.Resource is not set for resource metric source type"
    return None


def keda_has_no_scale_metric(component: Component) -> str | None:
    """
    KEDA does not support ``scaleMetric``, only a list of metrics.

    Source: ``validateScalingKedaCompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.15.0.
    """
    if component.autoscaler != KEDA or component.spec.get("scaleMetric") is None:
        return None
    return "ScaleMetric is not supported for KEDA"


def keda_metrics_are_whole(component: Component) -> str | None:
    """
    Each metric for KEDA must have the field for its type, with a target of a matching type.

    Source: ``validateScalingKedaCompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, since
    v0.15.0.
    """
    problems = (message for metric in _metrics(component, KEDA) for message in _keda_problems(metric))
    return next(problems, None)


def keda_memory_has_a_value(component: Component) -> str | None:
    """
    The validator panics if KEDA scales by the average value of memory and the target does not set it.

    Source: ``validateScalingKedaCompExtension``, pkg/apis/serving/v1beta1/inference_service_validation.go, v0.15.0 to
    v0.15.2: a nil pointer is dereferenced. Since v0.16.0 a missing value counts as 0.
    """
    if keda_has_no_scale_metric(component) is not None:
        return None
    for metric in _metrics(component, KEDA):
        target = at(metric, "resource", "target") or {}
        is_average = (metric.get("type"), at(metric, "resource", "name")) == ("Resource", "memory")
        if is_average and target.get("type") == "AverageValue" and target.get("averageValue") is None:
            return NIL_POINTER
        if any(_keda_problems(metric)):
            return None
    return None


def _metrics(component: Component, autoscaler: str) -> tuple[Manifest, ...]:
    if component.autoscaler != autoscaler:
        return ()
    return tuple(at(component.spec, "autoScaling", "metrics") or ())


def _keda_problems(metric: Manifest) -> Iterator[str]:
    match metric.get("type"):
        case "Resource" if metric.get("resource") is None:
            yield "metricSpec.Resource is not set for resource metric source type"
        case "Resource":
            yield from _resource_problems(metric["resource"])
        case "External" if metric.get("external") is None:
            yield "metricSpec.External is not set for external metric source type"
        case "External":
            yield from _query_problems(metric["external"])
        case "PodMetric" if metric.get("podmetric") is None:
            yield "metricSpec.PodMetric is not set for pod metric source type"
        case "PodMetric":
            yield from _query_problems(metric["podmetric"])


def _resource_problems(resource: Manifest) -> Iterator[str]:
    target = resource.get("target") or {}
    type_ = target.get("type")
    if resource.get("name") == "cpu" and type_ != "Utilization":
        yield "the cpu target value type should be Utilization"
    if resource.get("name") == "memory":
        if type_ not in ("AverageValue", "Utilization"):
            yield "the memory target value type should be AverageValue or Utilization"
        if type_ == "AverageValue" and whole(target.get("averageValue") or 0) < _MEBIBYTE:
            yield "the memory target value should be greater than 1 MiB"
    yield from _target_problems(target)


def _query_problems(source: Manifest) -> Iterator[str]:
    target = source.get("target") or {}
    if not at(source, "metric", "query"):
        yield "the query should not be empty"
    if target.get("value") is None:
        yield "the target threshold value should not be empty"
    yield from _target_problems(target)


def _target_problems(target: Manifest) -> Iterator[str]:
    """Source: ``validateScaleTarget``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.15.0."""
    type_ = target.get("type")
    field = {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}.get(type_ or "")
    if field is None:
        return
    value = target.get(field)
    if value is None:
        yield f"the {field[0].upper()}{field[1:]} type should be set"
    elif type_ == "Utilization" and not 1 <= value <= 100:
        yield "the target utilization percentage should be a [1-100] integer"
