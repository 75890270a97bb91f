from __future__ import annotations

import pytest
from selection import TEAM, catalogue, cluster, cluster_ref, entry, namespaced, namespaced_ref, requesting, service

from kserve_conformance.objects import Outcome, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import Explanation, Surroundings, resolve, resolve_stored
from kserve_conformance.resolver.selections import Selections

V0_15, V0_16 = profile_of("v0.15.2"), profile_of("v0.16.0")
CUSTOM = [{"name": "kserve-container", "image": "mine:1"}]


class TestOutcomes:
    def test_a_runtime_and_its_pod(self):
        """
        A served service has a runtime, a protocol and a pod of the runtime's container.
        """
        decision = resolve(service(), catalogue(cluster("r", protocolVersions=["v2", "v1"])), V0_15)

        assert (decision.outcome, decision.runtime, decision.protocol) == (Outcome.RUNS, cluster_ref("r"), "v1")
        assert at(decision.pod, "spec", "containers")[0]["image"] == "example.com/r:1"

    def test_a_rejected_write_stores_nothing(self):
        """A write that a webhook rejects has its text, and no service is stored."""
        decision = resolve(service(name="Bad"), catalogue(), V0_15)

        assert (decision.outcome, decision.service) == (Outcome.REJECTED, None)

    def test_no_runtime_is_rejected_and_stored(self):
        """
        A service without a runtime is in store, and its status says why.
        """
        decision = resolve(service(), catalogue(), V0_15)

        assert (decision.outcome, decision.no_runtime.reason) == (Outcome.NO_RUNTIME, "NoSupportingRuntime")
        assert decision.service is not None

    def test_a_container_of_its_own_uses_no_runtime(self):
        """
        A custom predictor is rendered as it is, whatever runtimes there are.
        """
        decision = resolve(service(CUSTOM, key="containers"), catalogue(cluster("r")), V0_15)

        assert (decision.outcome, decision.runtime) == (Outcome.CUSTOM, None)
        assert at(decision.pod, "spec", "containers")[0]["image"] == "mine:1"

    def test_a_stored_legacy_key_uses_no_runtime(self):
        """A key that no webhook has converted is not a model, and the catalogue is not read."""
        decision = resolve_stored(service({"runtimeVersion": "1"}, key="sklearn"), catalogue(cluster("r")), V0_15)

        assert (decision.outcome, decision.runtime) == (Outcome.CUSTOM, None)

    def test_modelmesh_is_left_alone(self):
        """
        A service in ModelMesh mode, by annotation or default, is not this controller's.
        """
        annotated = service(annotations={"serving.kserve.io/deploymentMode": "ModelMesh"})

        assert resolve_stored(annotated, catalogue(), V0_15).outcome == Outcome.UNMANAGED
        assert resolve_stored(service(), catalogue(), V0_15, surroundings=Surroundings("ModelMesh")).outcome == (
            Outcome.UNMANAGED
        )

    def test_a_runtime_without_the_container_is_chosen_and_fails(self):
        """
        The next candidate is not tried when the chosen runtime cannot be rendered.
        """
        broken = cluster("a", containers=[{"name": "other", "image": "x"}])
        reported = Explanation()
        decision = resolve(service(), catalogue(broken, cluster("b")), V0_15, reported)

        assert (decision.outcome, decision.supporting) == (Outcome.NO_RUNTIME, (cluster_ref("a"), cluster_ref("b")))
        assert reported.no_runtime.error == decision.no_runtime.error

    def test_a_custom_predictor_that_cannot_be_rendered_has_no_pod(self):
        """
        Worker nodes without a model end in the controller's panic; no runtime was looked for all the same.
        """
        given = service(CUSTOM, key="containers")
        given["spec"]["predictor"]["workerSpec"] = {}
        decision = resolve_stored(given, catalogue(), V0_15)

        assert (decision.outcome, decision.pod, "panic" in decision.no_runtime.error) == (Outcome.CUSTOM, None, True)


class TestStatus:
    def test_the_status_names_the_chosen_runtime(self):
        """
        From v0.16.0 on the status has the name.
        """
        runtimes = catalogue(cluster("r"))

        assert resolve(service(), runtimes, V0_16).status_runtime == cluster_ref("r")
        assert resolve(service(), runtimes, V0_15).status_runtime is None

    def test_it_may_name_another_runtime_of_that_name(self):
        """
        The name is looked up again, namespace first.
        """
        runtimes = catalogue(cluster("r"), namespaced("r", "onnx"))
        decision = resolve(service(), runtimes, V0_16)

        assert (decision.runtime, decision.status_runtime) == (cluster_ref("r"), namespaced_ref("r"))


class TestOpenChoices:
    def test_an_open_choice_is_marked(self):
        """
        Where no rule decides, the decision has every runtime that it may be.
        """
        decision = resolve(service(), catalogue(cluster("a"), cluster("b")), profile_of("v0.8.0"))

        assert (decision.is_open, set(decision.one_of)) == (True, {cluster_ref("a"), cluster_ref("b")})

    def test_a_certain_choice_is_not_open(self):
        """One winner is not a tie."""
        assert not resolve(service(), catalogue(cluster("a"), cluster("b")), V0_15).is_open


class TestAnswers:
    def test_equal_requests_are_decided_once(self):
        """
        The same choice object answers an equal request.
        """
        answers = Selections(catalogue(cluster("r")), V0_15)

        assert answers.of(requesting()) is answers.of(requesting())


@pytest.mark.parametrize("more", [{}, {"namespace": None}])
def test_a_service_without_a_namespace_is_in_default(more):
    """The API server's own default for a missing namespace."""
    given = service()
    given["metadata"].pop("namespace")
    elsewhere = catalogue(namespaced("n"), cluster("c", entry()))

    assert resolve({**given, "metadata": {**given["metadata"], **more}}, elsewhere, V0_15).runtime == cluster_ref("c")
    assert TEAM != "default"
