"""
The webhooks' certificate from a cluster's cert-manager, for installs with ``certificates=cert-manager``.

KServe's install manifests have an Issuer and a Certificate, and name the Certificate on each configuration of webhooks
(:data:`INJECT_FROM`): cert-manager's controller writes the Secret that the controller of KServe mounts, and its
cainjector puts the authority into each webhook. Both take a moment, and either may be missing. Each is waited for
separately, so that an error names the one that failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from kserve_conformance.objects import Manifest, at
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Resource

#: cert-manager's kinds in KServe's manifests.
GROUP, VERSION = "cert-manager.io", "v1"
CERTIFICATES = Resource(GROUP, VERSION, "Certificate", "certificates")
KINDS = frozenset({"Certificate", "Issuer"})

#: The annotation that names a Certificate whose authority cainjector is to put into an object's webhooks.
INJECT_FROM = f"{GROUP}/inject-ca-from"

#: A self-signed certificate takes a second or two; one that takes this long will not be issued.
DONE_WITHIN = timedelta(seconds=60)


def require(client: Client) -> None:
    """Raise ``CannotStart`` unless the cluster serves cert-manager's kinds."""
    served = {kind for version, kind in client.resources() if version == f"{GROUP}/{VERSION}"}
    if missing := sorted(KINDS - served):
        raise CannotStart(
            f"certificates=cert-manager needs cert-manager, but the cluster serves no {' and no '.join(missing)}",
            code=TargetCode.NO_CERT_MANAGER,
            hint="install cert-manager first (without a registry: scripts/airgapped/cert-manager), or leave out "
            "certificates=cert-manager",
        )


def wait_issued(client: Client, certificates: Iterable[Manifest], within: timedelta = DONE_WITHIN) -> None:
    """Wait until each Certificate is ready in its current generation. Raises ``CannotStart`` with its conditions."""
    for certificate in certificates:
        namespace, name = certificate["metadata"]["namespace"], certificate["metadata"]["name"]
        path = CERTIFICATES.path(namespace, name)
        problem = _poll(partial(_not_ready, client, path), within)
        if problem is not None:
            raise _timeout(f"cert-manager did not issue the Certificate {namespace}/{name}", within, problem)


def wait_injected(client: Client, paths: Iterable[str], secret: str, within: timedelta = DONE_WITHIN) -> None:
    """
    Wait until every webhook of the configurations at these paths has the CA of a Secret.

    ``secret`` is the Secret's path. Another CA does not count: it may be from an earlier install. Raises
    ``CannotStart``.
    """
    for path in paths:
        problem = _poll(partial(_without_authority, client, path, secret), within)
        if problem is not None:
            raise _timeout("cert-manager's cainjector did not inject its CA", within, problem)


def forget(client: Client, manifests: Iterable[Manifest], secret: str) -> None:
    """
    Delete those Certificates of an install whose Secret has this name, if any.

    With a Certificate from an earlier install, cert-manager would overwrite the certificate that the harness creates.
    """
    for manifest in manifests:
        if manifest["kind"] == CERTIFICATES.kind and at(manifest, "spec", "secretName") == secret:
            client.delete(CERTIFICATES.path(manifest["metadata"]["namespace"], manifest["metadata"]["name"]))


def forget_secret(client: Client, path: str, manager: str) -> None:
    """
    Delete a Secret of this field manager that an install with the harness's own certificate left.

    cert-manager does not replace an existing key that does not match the Certificate, unless its rotation is requested
    (cert-manager v1.11.5, pkg/controller/certificates/keymanager/keymanager_controller.go, ProcessItem).
    """
    found = client.find(path)
    if found is not None and any(one.get("manager") == manager for one in found["metadata"].get("managedFields") or ()):
        client.delete(path)


def _timeout(what: str, within: timedelta, observed: str) -> CannotStart:
    return CannotStart(
        f"{what} within {within.total_seconds():g} s: {observed}",
        code=TargetCode.CERT_MANAGER_TIMEOUT,
        hint="check its controller and its cainjector: kubectl --namespace cert-manager get pods",
    )


def _poll(look: Callable[[], str | None], within: timedelta) -> str | None:
    """Poll ``look`` until it returns None; after the time limit, return its last result."""
    deadline = time.monotonic() + within.total_seconds()
    while (problem := look()) is not None:
        if time.monotonic() > deadline:
            return problem
        time.sleep(0.1)
    return None


def _not_ready(client: Client, path: str) -> str | None:
    """Why a Certificate is not ready in its current generation; None if it is."""
    certificate = client.get(path)
    conditions = at(certificate, "status", "conditions") or ()
    for one in conditions:
        generation = one.get("observedGeneration", certificate["metadata"].get("generation"))
        is_current = generation == certificate["metadata"].get("generation")
        if one.get("type") == "Ready" and one.get("status") == "True" and is_current:
            return None
    conditions_ = "; ".join(f"{one.get('type')} is {one.get('status')}: {one.get('message', '')}" for one in conditions)
    return conditions_ or "it has no status, so cert-manager's controller is not running"


def _without_authority(client: Client, path: str, secret: str) -> str | None:
    """The webhooks of a configuration without the CA, or None."""
    try:
        authority = at(client.get(secret), "data", "ca.crt")
    except ApiError as error:
        return f"the webhooks of {path}, whose Secret cannot be read: {error}"
    webhooks = client.get(path).get("webhooks") or ()
    missing = [one["name"] for one in webhooks if at(one, "clientConfig", "caBundle") != authority]
    return ", ".join(missing) or None
