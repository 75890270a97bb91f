"""Webhooks of an install once an old cainjector has been at them."""

from __future__ import annotations

import json
from typing import Any

from stored_server import Answer, StoredServer

from kserve_conformance.targets.kind import installer
from kserve_conformance.targets.kind.manifests import Choices, chosen
from kserve_conformance.targets.kubernetes.client import Client, Resource

AUTHORITY = "QUJD"
SECRET = "/api/v1/namespaces/kserve/secrets/kserve-webhook-server-cert"  # noqa: S105 - a path.
HOOKS = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "ValidatingWebhookConfiguration",
    "validatingwebhookconfigurations",
    namespaced=False,
)
CHOICES = Choices("v0.15.2", "RawDeployment", None, None)
GIVEN = (
    {
        "apiVersion": HOOKS.api_version,
        "kind": HOOKS.kind,
        "metadata": {"name": "one", "annotations": {"cert-manager.io/inject-ca-from": "kserve/serving-cert"}},
        "webhooks": [{"name": "first", "clientConfig": {"service": {"name": "kserve-webhook-server-service"}}}],
    },
)


class WithOldCainjector(StoredServer):
    """
    An applied configuration with the annotation gets its CA immediately, and loses fields newer than Kubernetes 1.26.
    """

    def request(self, method: str, url: str, body: bytes | None = None, **more: Any) -> Answer:
        if method != "PATCH":
            return super().request(method, url, body, **more)
        applied = body if isinstance(body, dict) else json.loads(body or b"{}")
        if "cert-manager.io/inject-ca-from" in applied["metadata"].get("annotations", {}):
            for webhook in applied["webhooks"]:
                webhook.pop("matchConditions", None)
                webhook["clientConfig"]["caBundle"] = AUTHORITY
        self.objects[url.partition("?")[0]] = applied
        return Answer(200, applied)


def test_have_its_authority_and_our_exemption():
    """The injection is turned off afterwards, because it would drop the exemption at each reconcile."""
    server = WithOldCainjector({SECRET: {"metadata": {}, "data": {"ca.crt": AUTHORITY}}})
    client = Client(server)
    served = {(HOOKS.api_version, HOOKS.kind): HOOKS}
    for manifest in chosen(GIVEN, CHOICES):
        installer.apply(client, served, manifest)
    assert "matchConditions" not in server.objects[HOOKS.path(name="one")]["webhooks"][0]

    installer._settle_webhooks(client, served, GIVEN, CHOICES)

    settled = server.objects[HOOKS.path(name="one")]
    (webhook,) = settled["webhooks"]
    assert webhook["clientConfig"]["caBundle"] == AUTHORITY
    assert [one["name"] for one in webhook["matchConditions"]] == ["not-past-webhooks"]
    assert settled["metadata"]["annotations"] == {}
