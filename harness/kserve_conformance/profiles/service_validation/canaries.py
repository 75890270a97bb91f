"""Checks of canaries: named predictors with a share of the traffic and a fixed number of replicas."""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, Validating
from kserve_conformance.profiles.service_validation.components import (
    Component,
    Components,
    not_exactly_one,
    predictor_with_kserve_container,
)
from kserve_conformance.profiles.service_validation.storage_uris import own_uri


def canaries_are_valid(components: Components) -> Validating:
    """
    Canaries require raw mode, unique names and one implementation each, and must not scale.

    Source: ``validateCanarySpecs``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.20.0. It comes
    last, so the predictor is known to be valid. ``components`` has the checks of a predictor; scaling is not checked.
    """

    def validate(service: Manifest) -> str | None:
        return next(_problems(service, components), None)

    return validate


def _problems(service: Manifest, components: Components) -> Iterator[str]:
    canaries = at(service, "spec", "canary") or ()
    if not canaries:
        return
    if at(service, "metadata", "annotations", DEPLOYMENT_MODE) != "Standard":
        yield "canary is only supported in Standard deployment mode"
    predictor = service["spec"]["predictor"]
    if predictor.get("model") is None and own_uri("predictor", predictor_with_kserve_container(predictor)[0]) is None:
        yield "canary requires a stable predictor with a model (multi-model serving is not supported with canary)"
    names: set[str] = set()
    for index, canary in enumerate(canaries):
        name = at(canary, "predictor", "name")
        if not name:
            yield f"canary[{index}] predictor.name is required"
        if name in names:
            yield f'canary predictor.name "{name}" is duplicated'
        names.add(name)
        if name == predictor.get("name"):
            yield f'canary predictor.name "{name}" conflicts with stable predictor name'
        implementations = predictor_with_kserve_container(canary["predictor"])
        if len(implementations) == 1:
            component = Component(canary["predictor"], implementations[0], {}, autoscaler=None)
            yield from _problems_of_one(name, component, predictor, components)
        else:
            message = not_exactly_one("predictor", components.predictor.listed, components.exactly_one)
            yield f'canary "{name}" predictor: {message}'
    total = sum(canary.get("trafficPercent") or 0 for canary in canaries)
    if total > 100:
        yield f"sum of canary trafficPercent values ({total}) must be <= 100"


def _problems_of_one(name: str, component: Component, predictor: Manifest, components: Components) -> Iterator[str]:
    canary = component.spec
    for check in (*components.predictor.checks, *components.checks):
        message = check(component)
        if message is not None:
            yield f'canary "{name}" predictor: {message}'
    if canary.get("workerSpec") is not None:
        yield f'canary "{name}" must not set workerSpec (multi-node is not yet supported for canary)'
    if (canary.get("maxReplicas") or 0) > 0:
        yield f'canary "{name}" must not set maxReplicas (canary uses fixed replicas)'
    for field in ("scaleTarget", "scaleMetric", "autoScaling"):
        if canary.get(field) is not None:
            yield f'canary "{name}" must not set {field} (canary uses fixed replicas)'
    least, stable = canary.get("minReplicas"), predictor.get("minReplicas")
    stable = 1 if stable is None else stable
    if least is not None and least > stable:
        yield f'canary "{name}" minReplicas ({least}) must not exceed stable predictor minReplicas ({stable})'
