"""The reference target: what is stored, rejected, observed and deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_examples import FRAUD, LEGACY, NOW, runtime, target
from selection import cluster_ref, entry, manifest, namespaced_ref, service

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, ObjectKey, Outcome, at, replaced
from kserve_conformance.profiles import profile_of
from kserve_conformance.targets.contract import Capability, NotSettled
from kserve_conformance.targets.memory import MemoryTarget


class TestIdentity:
    def test_identifies_itself(self):
        """The release, how it was opened, and how a choice is observed."""
        identity = MemoryTarget("0.15.2").identity

        assert (identity.target, identity.release) == ("memory:v0.15.2", "v0.15.2")
        assert "reference resolver" in identity.observed_through

    def test_can_all_but_run_pods(self):
        """
        Releases can be swapped, the mode be set, and open choices are known; no pod ever runs.
        """
        assert MemoryTarget("v0.8.0").capabilities == frozenset(Capability) - {Capability.PODS}

    def test_takes_a_profile_of_ones_own(self):
        """
        A custom profile can be tested too, and a reset returns to it.
        """
        own = replace(profile_of("v0.15.2"), name="ours", filters=())
        made = MemoryTarget(own)
        made.install("v0.16.0")
        made.reset()

        assert (made.profile, made.identity.release) == (own, "ours")


class TestApply:
    def test_answers_each_in_order(self):
        """
        Every object has its own admission: stored or rejected.
        """
        answers = MemoryTarget("v0.16.0").apply(runtime("b"), service(name="Bad"), runtime("a"))

        assert [answer.key.name for answer in answers] == ["b", "Bad", "a"]
        assert [answer.stored is None for answer in answers] == [False, True, False]
        assert [answer.rejected is None for answer in answers] == [True, False, True]

    def test_shows_what_the_webhooks_made_of_a_service(self):
        """
        The stored form is the admitted one.
        """
        (answer,) = MemoryTarget("v0.16.0").apply(LEGACY)

        assert set(at(answer.stored, "spec", "predictor")) == {"model"}

    def test_is_a_merge(self):
        """Fields that are no longer applied are removed, those of other writers are kept."""
        made = MemoryTarget("v0.16.0", default_mode="Standard")
        made.apply(service({"modelFormat": {"name": "sklearn"}, "runtime": "r"}))
        (answer,) = made.apply(service({"modelFormat": {"name": "sklearn"}, "protocolVersion": "v2"}))
        model = at(answer.stored, "spec", "predictor", "model")

        assert model == {"modelFormat": {"name": "sklearn"}, "protocolVersion": "v2"}
        assert at(answer.stored, "metadata", "annotations") == {"serving.kserve.io/deploymentMode": "Standard"}

    def test_again_of_a_legacy_manifest_drops_a_pin(self):
        """
        The model that v0.8.0 made meets the key again, and a later webhook makes another one without a runtime.
        """
        made = target("v0.8.0", LEGACY)
        assert at(made.observe(FRAUD, NOW).service, "spec", "predictor", "model", "runtime") == "kserve-sklearnserver"
        made.install("v0.9.0")
        (answer,) = made.apply(LEGACY)

        assert "runtime" not in at(answer.stored, "spec", "predictor", "model")

    def test_keeps_what_is_there_when_rejected(self):
        """
        A rejected update changes nothing, neither the stored nor the last applied object.
        """
        made = target("v0.16.0", runtime("r", "sklearn"))
        (answer,) = made.apply(replaced(runtime("r", "onnx"), None, "spec", "containers"))
        assert "spec.containers" in answer.rejected
        made.apply(service())

        assert cluster_ref("r") == made.observe(FRAUD, NOW).runtime

    def test_keeps_the_age_of_what_is_there(self):
        """
        An update makes nothing newer, whatever time it gives.
        """
        made = target("v0.16.0", runtime("b"), runtime("c"))
        made.advance_clock()
        made.apply(runtime("c", disabled=False), manifest(CLUSTER_RUNTIME, "d", created=59), service())

        assert [one.created - made.catalogue.runtimes[0].created for one in made.catalogue] == [0, 0, 1]
        assert cluster_ref("d") == made.observe(FRAUD, NOW).runtime

    def test_reconciles_services_once_all_is_written(self):
        """
        A service sees the runtimes that are applied with it, in any order; later ones wait for the next look.
        """
        made = target("v0.16.0", service(), runtime("r"))
        made.apply(runtime("a", entry(priority=1)))
        assert made._workloads[FRAUD].runtime == cluster_ref("r")

        assert made.observe(FRAUD, NOW).workload == cluster_ref("a")

    def test_takes_objects_of_other_kinds(self):
        """
        What is not KServe's is stored and decides nothing.
        """
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}

        assert target("v0.16.0", secret).catalogue.runtimes == ()


class TestSchema:
    def test_rejects_in_the_words_of_the_api_server(self):
        """
        An object that violates the CRD is rejected before any webhook sees it.
        """
        wrong = service({"modelFormat": {"name": "sklearn", "version": 1}})
        (answer,) = MemoryTarget("v0.16.0").apply(wrong)

        assert answer.rejected.startswith('InferenceService.serving.kserve.io "fraud" is invalid: ')
        assert "spec.predictor.model.modelFormat.version" in answer.rejected

    @pytest.mark.parametrize(("release", "is_refused"), [("v0.10.2", False), ("v0.11.1", True), ("documented", True)])
    def test_is_that_of_the_release(self, release, is_refused):
        """
        A field that the CRD does not know yet is not checked; it is dropped.
        """
        (answer,) = MemoryTarget(release).apply(runtime("r", entry(priority=0)))

        assert is_refused == (answer.rejected is not None)
        if not is_refused:
            assert "priority" not in at(answer.stored, "spec")["supportedModelFormats"][0]

    def test_drops_what_comes_later_for_good(self):
        """
        What an older CRD dropped does not come back with an upgrade.
        """
        made = target("v0.8.0", runtime("r", protocolVersions=["v2"]), service())
        made.install("v0.15.2")

        assert cluster_ref("r") == made.observe(FRAUD, NOW).runtime

    def test_hides_from_an_older_release_what_is_stored(self):
        """
        A downgrade stops at what its CRDs show; the field itself stays in store.
        """
        made = target("v0.15.2", runtime("r", protocolVersions=["v2"]), service({"modelFormat": {"name": "sklearn"}}))
        assert made.observe(FRAUD, NOW).outcome == Outcome.NO_RUNTIME
        made.install("v0.8.0")
        assert made.observe(FRAUD, NOW).runtime == cluster_ref("r")
        made.install("v0.15.2")

        assert made.observe(FRAUD, NOW).outcome == Outcome.NO_RUNTIME


class TestRuntimeWebhook:
    EQUAL = (
        runtime("a", entry(priority=1), protocolVersions=["v1"]),
        runtime("b", entry(priority=1), protocolVersions=["v1"]),
    )

    def test_rejects_in_its_name(self):
        """
        The text has the webhook's name and KServe's reason.
        """
        _, answer = MemoryTarget("v0.14.0").apply(*self.EQUAL)

        assert answer.rejected == (
            'admission webhook "clusterservingruntime.kserve-webhook-server.validator" denied the request: '
            "same priority assigned for the model format sklearn in the clusterservingruntimes a and b"
        )

    def test_is_not_there_yet(self):
        """
        Until v0.11.0 nothing checks runtimes.
        """
        assert len(target("v0.11.0", *self.EQUAL).catalogue) == 2

    def test_looks_at_one_scope(self):
        """Equal priorities in a namespace and in the cluster do not clash, nor do those in two namespaces."""
        in_team = runtime("b", entry(priority=1), kind=NAMESPACED_RUNTIME, protocolVersions=["v1"])
        elsewhere = replaced(replaced(in_team, "other", "metadata", "namespace"), "c", "metadata", "name")

        assert len(target("v0.14.0", self.EQUAL[0], in_team, elsewhere).catalogue) == 3

    def test_checks_an_update_as_it_is_merged(self):
        """An enabled runtime is checked as a whole, and does not clash with its own older state."""
        made = target("v0.14.0", self.EQUAL[0], replaced(self.EQUAL[1], True, "spec", "disabled"))  # noqa: FBT003
        (same,) = made.apply(self.EQUAL[0])
        (enabled,) = made.apply(self.EQUAL[1])

        assert (same.rejected, "same priority" in enabled.rejected) == (None, True)


class TestStore:
    def test_passes_every_webhook(self):
        """
        What is put in store is not converted, not checked, and keeps whatever it has.
        """
        made = MemoryTarget("v0.16.0")
        made.store(LEGACY, service({"name": "x"}, name="Bad"), runtime("r", entry(priority=0)))

        assert made.observe(FRAUD, NOW).outcome == Outcome.CUSTOM
        assert at(made.observe(FRAUD, NOW).service, "spec", "predictor") == at(LEGACY, "spec", "predictor")
        assert made.catalogue.in_cluster[0].formats[0].priority == 0

    def test_is_reconciled(self):
        """
        A controller that runs finds it at once.
        """
        made = target("v0.16.0", runtime())
        made.store(service())
        made.delete(ObjectKey(CLUSTER_RUNTIME, "r"))

        assert made.observe(FRAUD, NOW).workload == cluster_ref("r")

    def test_keeps_the_age_of_what_is_there(self):
        """
        Storing over an object does not make it newer.
        """
        made = target("v0.16.0", runtime("r"))
        made.advance_clock()
        made.store(runtime("r"), runtime("s"))
        ages = {one.name: one.created for one in made.catalogue}

        assert ages["s"] - ages["r"] == 1

    def test_is_written_over_by_the_first_application(self):
        """
        The next application goes through the webhooks, with all that is in store.
        """
        made = MemoryTarget("v0.16.0")
        made.store(replaced(LEGACY, "1", "spec", "predictor", "sklearn", "runtimeVersion"))
        (answer,) = made.apply(LEGACY)

        assert at(answer.stored, "spec", "predictor", "model", "runtimeVersion") == "1"
        assert "sklearn" not in at(answer.stored, "spec", "predictor")


class TestDelete:
    def test_of_a_runtime_leaves_the_workload(self):
        """
        The next look finds no runtime, and the pod of the earlier choice still runs.
        """
        made = target("v0.16.0", runtime("r"), service())
        pod = made.observe(FRAUD, NOW).pod
        made.delete(ObjectKey(CLUSTER_RUNTIME, "r"))
        observed = made.observe(FRAUD, NOW)

        assert (observed.outcome, observed.runtime, observed.workload) == (Outcome.NO_RUNTIME, None, cluster_ref("r"))
        assert (observed.pod, observed.status_runtime) == (pod, cluster_ref("r"))

    def test_of_a_service_takes_its_workload(self):
        """
        A service of that name that comes later starts from nothing.
        """
        made = target("v0.16.0", runtime("r"), service())
        made.delete(FRAUD, ObjectKey(CLUSTER_RUNTIME, "r"))
        made.apply(service())
        observed = made.observe(FRAUD, NOW)

        assert (observed.workload, observed.pod, observed.status_runtime) == (None, None, None)

    def test_of_nothing_is_harmless(self):
        """
        What is not there is gone already.
        """
        made = target("v0.16.0", service())
        made.delete(ObjectKey(CLUSTER_RUNTIME, "r"))

        assert made.observe(FRAUD, NOW).outcome == Outcome.NO_RUNTIME

    def test_forgets_what_was_applied(self):
        """
        What is created anew merges with nothing.
        """
        made = target("v0.16.0", service({"modelFormat": {"name": "sklearn"}, "runtime": "r"}))
        made.delete(FRAUD)
        (answer,) = made.apply(service())

        assert "runtime" not in at(answer.stored, "spec", "predictor", "model")


class TestObserve:
    def test_what_is_not_there_never_settles(self):
        """
        Observing a service that was never applied is an error.
        """
        with pytest.raises(NotSettled, match=r"InferenceService team-a/fraud did not settle within 0 s"):
            MemoryTarget("v0.16.0").observe(FRAUD, NOW)

    @pytest.mark.parametrize(
        ("release", "reason"), [("v0.8.0", None), ("v0.9.0", "NoSupportingRuntime"), ("v0.20.0", "NoSupportingRuntime")]
    )
    def test_a_failure_is_in_events_and_from_v0_9_in_the_status(self, release, reason):
        """
        Every release reports the error; reason and message only in releases that have them.
        """
        observed = target(release, service()).observe(FRAUD, NOW)

        assert (observed.outcome, observed.reason, observed.message is None) == (
            Outcome.NO_RUNTIME,
            reason,
            reason is None,
        )
        assert observed.errors == ("no runtime found to support predictor with model type: {sklearn <nil>}",)

    def test_a_selected_runtime_without_a_pod_is_no_runtime(self):
        """
        No second runtime is tried, and the failure is reported.
        """
        broken = runtime("a", containers=[{"name": "other", "image": "x"}])
        observed = target("v0.16.0", broken, runtime("b"), service()).observe(FRAUD, NOW)

        assert (observed.outcome, observed.reason, observed.pod) == (Outcome.NO_RUNTIME, "InvalidPredictorSpec", None)

    def test_an_open_choice_that_may_have_no_pod_is_open(self):
        """
        If no rule decides the order, neither the pod nor its absence is certain.
        """
        broken = runtime("a", containers=[])
        for first, second in ((broken, runtime("b")), (runtime("b"), broken)):
            observed = target("v0.8.0", first, second, service()).observe(FRAUD, NOW)

            assert set(observed.one_of) == {cluster_ref("a"), cluster_ref("b")}

    def test_only_an_open_choice_is_one_of_some(self):
        """
        A certain choice leaves nothing open.
        """
        assert target("v0.16.0", runtime("a"), runtime("b"), service()).observe(FRAUD, NOW).one_of == ()
        observed = target("v0.8.0", runtime("a"), runtime("b"), service()).observe(FRAUD, NOW)
        assert set(observed.one_of) == {cluster_ref("a"), cluster_ref("b")}

    @pytest.mark.parametrize(("release", "named"), [("v0.15.2", None), ("v0.16.0", namespaced_ref("r"))])
    def test_the_status_name_is_looked_up(self, release, named):
        """
        From v0.16.0 on it is the runtime that the name means, which need not be the chosen one.
        """
        made = target(release, runtime("r"), runtime("r", "onnx", kind=NAMESPACED_RUNTIME), service())
        observed = made.observe(FRAUD, NOW)

        assert (observed.runtime, observed.status_runtime) == (cluster_ref("r"), named)

    def test_the_status_name_stays_while_a_later_choice_fails(self):
        """
        Nothing clears the name.
        """
        made = target("v0.16.0", runtime("r"), service())
        made.apply(runtime("r", disabled=True))
        observed = made.observe(FRAUD, NOW)

        assert (observed.outcome, observed.status_runtime) == (Outcome.NO_RUNTIME, cluster_ref("r"))

    def test_a_custom_predictor_has_a_workload_of_no_runtime(self):
        """
        Its own container replaces the runtime's.
        """
        made = target("v0.16.0", runtime("r"), service())
        own = service([{"name": "kserve-container", "image": "mine:1"}], key="containers")
        made.apply(own)
        observed = made.observe(FRAUD, NOW)

        assert (observed.outcome, observed.runtime, observed.workload) == (Outcome.CUSTOM, None, None)
        assert at(observed.pod, "spec", "containers")[0]["image"] == "mine:1"
