"""
The webhooks' certificate from the cert-manager of a cluster, where it is not made here.

KServe's install manifests have an Issuer and a Certificate, and name the Certificate
on each configuration of webhooks (:data:`INJECT_FROM`): cert-manager's controller writes
the Secret that the controller of KServe mounts, and its cainjector puts the authority
into each webhook. Both take a moment, and either may not run: each is waited for by name,
so that an install says who did not do its part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from kserve_conformance.objects import Manifest, at
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kubernetes.client import ApiError, Client, Resource

#: The kinds of cert-manager that KServe's manifests have.
GROUP, VERSION = "cert-manager.io", "v1"
CERTIFICATES = Resource(GROUP, VERSION, "Certificate", "certificates")
KINDS = frozenset({"Certificate", "Issuer"})

#: The annotation that names a Certificate whose authority cainjector is to put into an object's webhooks.
INJECT_FROM = f"{GROUP}/inject-ca-from"

#: A certificate that signs itself takes a second or two; what takes this long is not done at all.
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
    """Return once each Certificate is ready as it is written now. Raises ``CannotStart`` with what it says."""
    for certificate in certificates:
        namespace, name = certificate["metadata"]["namespace"], certificate["metadata"]["name"]
        path = CERTIFICATES.path(namespace, name)
        seen = _waited(partial(_not_ready, client, path), within)
        if seen is not None:
            raise _timeout(f"cert-manager did not issue the Certificate {namespace}/{name}", within, seen)


def wait_injected(client: Client, paths: Iterable[str], secret: str, within: timedelta = DONE_WITHIN) -> None:
    """
    Return once every webhook of the configurations at these paths has the authority of a Secret.

    ``secret`` is the Secret's path. One that has another authority is not done: it may
    be that of an install before this one. Raises ``CannotStart``.
    """
    for path in paths:
        seen = _waited(partial(_without_authority, client, path, secret), within)
        if seen is not None:
            raise _timeout("cert-manager's cainjector did not inject its CA", within, seen)


def forget(client: Client, manifests: Iterable[Manifest], secret: str) -> None:
    """
    Delete those Certificates of an install whose Secret has this name; where there is none, nothing is done.

    One that an earlier install left would have cert-manager write over the certificate that is made here.
    """
    for manifest in manifests:
        if manifest["kind"] == CERTIFICATES.kind and at(manifest, "spec", "secretName") == secret:
            client.delete(CERTIFICATES.path(manifest["metadata"]["namespace"], manifest["metadata"]["name"]))


def forget_secret(client: Client, path: str, manager: str) -> None:
    """
    Delete a Secret that this manager of fields wrote, which an install with a certificate of its own has left.

    cert-manager makes no new key where there is one already that is not as the Certificate
    asks, unless its rotation is requested (cert-manager v1.11.5,
    pkg/controller/certificates/keymanager/keymanager_controller.go, ProcessItem).
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


def _waited(look: Callable[[], str | None], within: timedelta) -> str | None:
    """None as soon as ``look`` finds nothing amiss; else, after that time, what it found last."""
    deadline = time.monotonic() + within.total_seconds()
    while (seen := look()) is not None:
        if time.monotonic() > deadline:
            return seen
        time.sleep(0.1)
    return None


def _not_ready(client: Client, path: str) -> str | None:
    """Why a Certificate is not ready; None if it is, as it is written now."""
    certificate = client.get(path)
    conditions = at(certificate, "status", "conditions") or ()
    for one in conditions:
        generation = one.get("observedGeneration", certificate["metadata"].get("generation"))
        is_current = generation == certificate["metadata"].get("generation")
        if one.get("type") == "Ready" and one.get("status") == "True" and is_current:
            return None
    conditions_ = "; ".join(f"{one.get('type')} is {one.get('status')}: {one.get('message', '')}" for one in conditions)
    return conditions_ or "it has no status, so no controller of cert-manager looks at it"


def _without_authority(client: Client, path: str, secret: str) -> str | None:
    """The webhooks of a configuration that lack the authority, or None."""
    try:
        authority = at(client.get(secret), "data", "ca.crt")
    except ApiError as error:
        return f"the webhooks of {path}, whose Secret cannot be read: {error}"
    webhooks = client.get(path).get("webhooks") or ()
    missing = [one["name"] for one in webhooks if at(one, "clientConfig", "caBundle") != authority]
    return ", ".join(missing) or None
