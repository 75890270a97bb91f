"""Services that the webhook may reject, and what it says."""

from __future__ import annotations

from typing import Any

from selection import service

from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, Rejected
from kserve_conformance.resolver import admitted

MODELMESH = {DEPLOYMENT_MODE: "ModelMesh"}
KEDA = {DEPLOYMENT_MODE: "Standard", "serving.kserve.io/autoscalerClass": "keda"}
OWN = {"name": "kserve-container", "image": "example.com/own:1"}


def given(annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A service with this spec; without a predictor, with a model."""
    whole = service(annotations=annotations or {})
    whole["spec"] = {"predictor": {"model": {"modelFormat": {"name": "sklearn"}}}, **spec}
    return whole


def rejection(one: dict[str, Any], release: str = "v0.20.0", before: dict[str, Any] | None = None) -> str | None:
    """Why a release rejects a service; None if it does not."""
    try:
        admitted(one, profile_of(release), before=before)
    except Rejected as rejected:
        return str(rejected)
    return None


def legacy(key: str, release: str = "v0.20.0", **spec: Any) -> str | None:
    """Why a release rejects a legacy key in ModelMesh mode."""
    return rejection(given(MODELMESH, predictor={key: spec}), release)


def metric(release: str = "v0.20.0", mode: str = "Standard", **parts: Any) -> str | None:
    """Why a release rejects a metric of KEDA."""
    predictor = {"model": {"modelFormat": {"name": "a"}}, "autoScaling": {"metrics": [parts]}}
    return rejection(given({**KEDA, DEPLOYMENT_MODE: mode}, predictor=predictor), release)


def uris(*paths: str | None, scheme: str = "gs", **spec: Any) -> str | None:
    """Why a list of storage URIs with these paths is rejected."""
    listed = [{"uri": f"{scheme}://a", **({} if path is None else {"mountPath": path})} for path in paths]
    return rejection(given(predictor={"model": {"modelFormat": {"name": "a"}}, "storageUris": listed, **spec}))
