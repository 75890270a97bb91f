"""
The schemes of storage URIs that the controller accepts. Of a service with another one it creates no pod.

Source: ``ValidateStorageURI`` and ``SupportedStorageURIPrefixList``,
pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.11.0; ``supportedUriFormats``,
config/storagecontainers/default.yaml, since v0.12.0. Until v0.10.2 the webhook rejects such a service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.pods.faults import PodFault, PodFaultCode
from kserve_conformance.profiles.service_validation.storage import uri_of_first_container, uri_of_kserve_container
from kserve_conformance.rules.releases import RELEASES

_V0_11: Final = ("gs://", "s3://", "pvc://", "file://", "https://", "http://", "hdfs://", "webhdfs://")
_V0_12: Final = (*_V0_11, "oci://")
_V0_14: Final = (*_V0_12, "hf://")
_V0_20: Final = (*_V0_14, "oci+native://")

#: The schemes since each release, the newest first.
_SINCE: Final = (("v0.20.0", _V0_20), ("v0.14.0", _V0_14), ("v0.12.0", _V0_12), ("v0.11.0", _V0_11))

_HAS_SCHEME: Final = re.compile(r"\w+?://", re.ASCII)


def scheme_faults(service: Manifest | None, release: str) -> Iterator[PodFault]:
    """The faults of a stored service: a component has a storage URI with a scheme that the release does not support."""
    schemes = _schemes(release)
    if service is None or not schemes:
        return
    for component in ("predictor", "transformer", "explainer"):
        uri = _uri_of(component, at(service, "spec", component) or {})
        if not isinstance(uri, str) or not _HAS_SCHEME.search(uri) or uri.startswith(schemes):
            continue
        scheme = f"{uri.partition('://')[0]}://"
        is_predictor = component == "predictor"
        where = "storageUri" if is_predictor else f"storageUri of the {component}"
        yield PodFault(
            PodFaultCode.UNSUPPORTED_SCHEME,
            None,
            f"{where}: {scheme} is not supported, so the controller creates no {'pod' if is_predictor else component}",
            f"use {', '.join(schemes[:-1])} or {schemes[-1]}, or add a ClusterStorageContainer that supports {scheme}",
        )


def _uri_of(component: str, spec: Manifest) -> object:
    """
    The storage URI of a component: that of its model or server, or a variable of its own container.

    Source: ``GetStorageUri``, pkg/apis/serving/v1beta1/predictor_custom.go, since v0.11.0. Every implementation of a
    component has a method of this name.
    """
    for key in ("model", "art", "alibi", "aix"):
        uri = at(spec, key, "storageUri")
        if uri:
            return uri
    if at(spec, "model") is not None or not spec.get("containers"):
        return None
    return uri_of_kserve_container(spec) if component == "predictor" else uri_of_first_container(spec)


def _schemes(release: str) -> tuple[str, ...]:
    """The schemes of a release; none if it leaves them to the webhook, or is not a release."""
    if release not in RELEASES:
        return ()
    number = RELEASES.index(release)
    return next((schemes for first, schemes in _SINCE if RELEASES.index(first) <= number), ())
