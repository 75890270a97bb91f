"""Checks of storage URIs and of the storage spec of a component."""

from __future__ import annotations

import re

from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.custom_predictors import KSERVE_CONTAINER
from kserve_conformance.profiles.service_validation.components import (
    Component,
    ComponentCheck,
    Implementation,
    variable,
)
from kserve_conformance.profiles.service_validation.texts import Texts

#: ``SupportedStorageURIPrefixList``, pkg/apis/serving/v1beta1/component.go, v0.8.0.
PREFIXES_V0_8 = ("gs://", "s3://", "pvc://", "file://", "https://", "http://")

#: The same list, v0.9.0 to v0.10.2.
PREFIXES_V0_9 = (*PREFIXES_V0_8, "hdfs://", "webhdfs://")

#: ``SupportedStorageSpecURIPrefixList``, pkg/apis/serving/v1beta1/component.go, since v0.9.0.
SPEC_PREFIXES = ("s3://", "hdfs://", "webhdfs://")

#: ``AzureBlobURL`` and ``AzureBlobURIRegEx``, pkg/apis/serving/v1beta1/component.go, v0.8.0 to v0.10.2.
AZURE, AZURE_URI = "blob.core.windows.net", re.compile("https://(.+?).blob.core.windows.net/(.+)")

_HAS_SCHEME = re.compile(r"\w+?://", re.ASCII)

#: The variable in which custom containers set the location of the model.
STORAGE_URI = "STORAGE_URI"


def uri_of_first_container(spec: Manifest) -> str | None:
    """
    The storage URI in the environment of a component's first custom container.

    Source: ``GetStorageUri``, pkg/apis/serving/v1beta1/predictor_custom.go, v0.8.0 to v0.11.2; ``GetStorageUri``,
    pkg/apis/serving/v1beta1/transformer_custom.go, since v0.8.0; ``GetStorageUri``,
    pkg/apis/serving/v1beta1/explainer_custom.go, since v0.8.0.
    """
    return variable(spec["containers"][0], STORAGE_URI)


def uri_of_kserve_container(spec: Manifest) -> str | None:
    """
    The storage URI in the environment of the container named ``kserve-container``.

    Source: ``GetStorageUri``, pkg/apis/serving/v1beta1/predictor_custom.go, since v0.12.0.
    """
    for container in spec["containers"]:
        if container.get("name") == KSERVE_CONTAINER:
            return variable(container, STORAGE_URI)
    return None


def uri_of(implementation: Implementation) -> str | None:
    """
    The storage URI of an implementation; an empty one of an explainer counts as unset.

    Source: ``GetStorageUri``, pkg/apis/serving/v1beta1/predictor.go, since v0.9.0; ``GetStorageUri``,
    pkg/apis/serving/v1beta1/explainer.go, since v0.9.0.
    """
    if implementation.is_custom:
        return uri_of_first_container(implementation.spec)
    uri: str | None = implementation.spec.get("storageUri")
    return None if uri == "" and implementation.key in ("alibi", "aix", "art") else uri


def storage_uri_is_supported(texts: Texts, *prefixes: str) -> ComponentCheck:
    """
    A storage URI must have a scheme that the release supports, or none.

    Source: ``validateStorageURI``, pkg/apis/serving/v1beta1/component.go, v0.8.0 to v0.10.2. Later releases leave it
    to the controller, which looks for a ClusterStorageContainer.
    """

    def check(component: Component) -> str | None:
        uri = uri_of(component.implementation)
        if uri is None or not _HAS_SCHEME.search(uri):
            return None
        if AZURE_URI.search(uri) if AZURE in uri else uri.startswith(prefixes):
            return None
        return texts.storage_uri.format(prefixes=", ".join(prefixes), uri=uri)

    return check


def storage_spec_is_supported(texts: Texts, *keys: str) -> ComponentCheck:
    """
    The type of a storage spec, or of the URI next to it, must be supported. Only some implementations are checked.

    Source: ``validateStorageSpec``, pkg/apis/serving/v1beta1/component.go, since v0.9.0; ``Validate``,
    pkg/apis/serving/v1beta1/explainer.go, since v0.9.0; ``Validate``,
    pkg/apis/serving/v1beta1/predictor_tfserving.go, since v0.9.0.
    """
    listed = ", ".join(SPEC_PREFIXES)

    def check(component: Component) -> str | None:
        implementation = component.implementation
        storage = implementation.spec.get("storage") if implementation.key in keys else None
        if storage is None:
            return None
        uri = uri_of(implementation)
        if uri is not None:
            known = uri.startswith(SPEC_PREFIXES)
            return None if known else texts.storage_uri.format(prefixes=listed, uri=uri)
        type_ = at(storage, "parameters", "type")
        known = type_ is None or f"{type_}://".startswith(SPEC_PREFIXES)
        return None if known else texts.storage_type.format(prefixes=listed, type=type_)

    return check
