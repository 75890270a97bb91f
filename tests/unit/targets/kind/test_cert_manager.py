"""What an installation requests from a cluster's cert-manager, and how its failures are reported."""

from __future__ import annotations

from datetime import timedelta

import pytest
from coded import raises
from kind_of_ours import NotedKind
from stored_server import StoredServer

from kserve_conformance.targets.contract import BadTarget, TargetCode
from kserve_conformance.targets.kind import cert_manager
from kserve_conformance.targets.kind.target import KindSettings, KindTarget
from kserve_conformance.targets.kinds import open_target
from kserve_conformance.targets.kubernetes.client import Client

#: Nobody is waited for who will not come.
AT_ONCE = timedelta(0)

SECRET = "/api/v1/namespaces/kserve/secrets/kserve-webhook-server-cert"  # noqa: S105 - a path.
CERTIFICATE = "/apis/cert-manager.io/v1/namespaces/kserve/certificates/serving-cert"
HOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/one"


def client_of(server: StoredServer) -> Client:
    return Client(server)


def certificate(*conditions, generation=2):
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": "serving-cert", "namespace": "kserve", "generation": generation},
        "spec": {"secretName": "kserve-webhook-server-cert"},
        "status": {"conditions": list(conditions)},
    }


def condition(kind, status, *, generation=2, message=""):
    return {"type": kind, "status": status, "observedGeneration": generation, "message": message}


def hooks(**authorities):
    return {
        "metadata": {"name": "one"},
        "webhooks": [
            {"name": name, "clientConfig": {"caBundle": authority} if authority else {}}
            for name, authority in authorities.items()
        ],
    }


class TestRequired:
    @staticmethod
    def serving(*kinds):
        version = {
            "version": "v1",
            "resources": [{"resource": f"{kind.lower()}s", "responseKind": {"kind": kind}} for kind in kinds],
        }
        group = {"metadata": {"name": "cert-manager.io"}, "versions": [version]}
        return client_of(StoredServer({"/api": {"items": []}, "/apis": {"items": [group]}}))

    def test_is_what_an_install_requests(self):
        """A cluster that serves both kinds counts as having cert-manager."""
        cert_manager.require(self.serving("Certificate", "Issuer", "ClusterIssuer"))

    @pytest.mark.parametrize(
        ("kinds", "missing"),
        [((), "no Certificate and no Issuer"), (("Certificate",), "no Issuer")],
    )
    def test_that_is_missing_is_reported_with_what_to_do(self, kinds, missing):
        """At once, and not when a pod has waited in vain for its certificate."""
        with raises(TargetCode.NO_CERT_MANAGER, match=missing) as caught:
            cert_manager.require(self.serving(*kinds))
        assert "scripts/airgapped/cert-manager" in str(caught.value.hint)

    def test_is_required_before_anything_is_loaded(self, tmp_path, monkeypatch):
        """Loading images takes long, and the logs of nodes would not show what is missing."""
        archive = tmp_path / "images.tar"
        archive.touch()
        kind = NotedKind(tmp_path, monkeypatch)
        monkeypatch.setattr("kserve_conformance.targets.kind.target.connect", lambda *_: self.serving())
        settings = KindSettings(cluster="there", images=(archive,), cert_manager=True)

        with raises(TargetCode.NO_CERT_MANAGER):
            KindTarget("v0.15.2", settings, print).__enter__()
        assert [call.split()[:2] for call in kind.calls] == [["get", "clusters"], ["export", "kubeconfig"]]

    def test_is_an_error_for_a_new_cluster(self):
        """It is empty, so that nothing needs to be made to know it."""
        with pytest.raises(BadTarget, match="a new cluster has no cert-manager") as caught:
            open_target("kind:v0.15.2,certificates=cert-manager")
        assert "--cluster" in str(caught.value.hint)


class TestIssued:
    def test_is_what_is_ready(self):
        """As cert-manager's condition says."""
        server = StoredServer({CERTIFICATE: certificate(condition("Ready", "True"))})

        cert_manager.wait_issued(client_of(server), (certificate(),), AT_ONCE)

        assert server.requested == [("GET", CERTIFICATE)]

    @pytest.mark.parametrize(
        ("conditions", "reported"),
        [
            ((), "cert-manager.s controller is not running"),
            ((condition("Ready", "False", message="no issuer"),), "Ready is False: no issuer"),
            ((condition("Issuing", "True"),), "Issuing is True"),
            ((condition("Ready", "True", generation=1),), "Ready is True"),
        ],
    )
    def test_is_not_what_is_not_ready_as_it_is_written(self, conditions, reported):
        """A condition of an earlier generation does not count for this one."""
        server = StoredServer({CERTIFICATE: certificate(*conditions)})

        with raises(TargetCode.CERT_MANAGER_TIMEOUT, match=f"Certificate kserve/serving-cert within 0 s: .*{reported}"):
            cert_manager.wait_issued(client_of(server), (certificate(),), AT_ONCE)


class TestInjected:
    def test_is_the_authority_of_the_secret_in_every_webhook(self):
        """Then each of them can be called."""
        server = StoredServer({SECRET: {"data": {"ca.crt": "QQ=="}}, HOOKS: hooks(first="QQ==", second="QQ==")})

        cert_manager.wait_injected(client_of(server), (HOOKS,), SECRET, AT_ONCE)

    @pytest.mark.parametrize("other", [None, "Qg=="])
    def test_is_not_what_a_webhook_lacks_or_has_from_before(self, other):
        """The webhook is named."""
        server = StoredServer({SECRET: {"data": {"ca.crt": "QQ=="}}, HOOKS: hooks(first="QQ==", second=other)})

        with raises(TargetCode.CERT_MANAGER_TIMEOUT, match="cainjector did not inject its CA within 0 s: second"):
            cert_manager.wait_injected(client_of(server), (HOOKS,), SECRET, AT_ONCE)

    def test_is_not_without_a_secret(self):
        """An empty CA does not count."""
        server = StoredServer({HOOKS: hooks(first=None)})

        with raises(TargetCode.CERT_MANAGER_TIMEOUT, match="whose Secret cannot be read"):
            cert_manager.wait_injected(client_of(server), (HOOKS,), SECRET, AT_ONCE)


class TestForgotten:
    def test_is_the_certificate_of_our_secret_alone(self):
        """It would be written over the certificate that is made here; others are not in its way."""
        other = "/apis/cert-manager.io/v1/namespaces/kserve/certificates/llmisvc-serving-cert"
        llm = {
            **certificate(),
            "metadata": {"name": "llmisvc-serving-cert", "namespace": "kserve"},
            "spec": {"secretName": "x"},
        }
        server = StoredServer({CERTIFICATE: certificate(), other: llm})

        cert_manager.forget(client_of(server), (certificate(), llm, {"kind": "Service"}), "kserve-webhook-server-cert")

        assert list(server.objects) == [other]

    def test_is_nothing_without_cert_manager(self):
        """Most clusters have none."""
        server = StoredServer()

        cert_manager.forget(client_of(server), (certificate(),), "kserve-webhook-server-cert")

        assert server.requested == [("DELETE", CERTIFICATE)]

    @pytest.mark.parametrize(("manager", "left"), [("kserve-conformance", []), ("cert-manager", [SECRET])])
    def test_is_a_secret_that_we_wrote(self, manager, left):
        """
        Its key does not match the Certificate, and cert-manager would not replace it. cert-manager's own Secret stays.
        """
        server = StoredServer({SECRET: {"metadata": {"managedFields": [{"manager": manager}]}}})

        cert_manager.forget_secret(client_of(server), SECRET, "kserve-conformance")

        assert list(server.objects) == left

    def test_is_not_a_missing_secret(self):
        """The first install finds none."""
        server = StoredServer()

        cert_manager.forget_secret(client_of(server), SECRET, "kserve-conformance")

        assert server.requested == [("GET", SECRET)]
