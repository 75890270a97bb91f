"""Checks of an update against the stored service."""

from __future__ import annotations

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.service_validation.components import predictor_with_kserve_container
from kserve_conformance.profiles.service_validation.storage_uris import own_uri


def predictor_is_renamed_with_its_model(service: Manifest, before: Manifest) -> str | None:
    """
    The name of a predictor can only change together with the storage URI of its model.

    Source: ``validatePredictorNameChange``, pkg/apis/serving/v1beta1/inference_service_validation.go, since v0.20.0.
    A stored predictor without an implementation, which crashes KServe here, is not modelled.
    """
    old, new = (at(one, "spec", "predictor") or {} for one in (before, service))
    if (old.get("name") or "") == (new.get("name") or "") or _uri(old) != _uri(new):
        return None
    return "predictor.name change requires a model change (e.g. storageUri)"


def _uri(predictor: Manifest) -> str:
    found = predictor_with_kserve_container(predictor)
    return at(predictor, "model", "storageUri") or (own_uri("predictor", found[0]) if found else None) or ""
