"""A target in memory whose release changes, and its answers to dry runs."""

from __future__ import annotations

import pytest
from memory_examples import FRAUD, NOW, PREDICTOR, runtime, target
from selection import cluster_ref, entry, service

from kserve_conformance.objects import CLUSTER_RUNTIME, ObjectKey, Outcome, replaced
from kserve_conformance.profiles import profile_of, profiles
from kserve_conformance.targets.contract import NotSettled
from kserve_conformance.targets.memory import MemoryTarget


class TestReleases:
    def test_installing_reconciles_what_is_stored(self):
        """
        The new controller decides at its start, not only when it is observed.
        """
        made = target("v0.10.2", runtime("r", protocolVersions=["v2"]), service())
        made.install("v0.11.1")
        made.delete(ObjectKey(CLUSTER_RUNTIME, "r"))

        assert (made.profile.name, made.observe(FRAUD, NOW).workload) == ("v0.11.1", cluster_ref("r"))

    def test_an_upgrade_reads_every_stored_runtime_anew(self):
        """
        A field that only the newer CRDs have decides from the upgrade on: v0.11.0 has no priorities, v0.11.1 has.
        """
        made = MemoryTarget("v0.11.0")
        for name, priority in (("a", 2), ("b", 1)):
            made.store(runtime(name, entry(priority=priority)))
            made.advance_clock()
        made.apply(service())
        before = made.observe(FRAUD, NOW).runtime
        made.install("v0.11.1")

        assert (before, made.observe(FRAUD, NOW).runtime) == (cluster_ref("b"), cluster_ref("a"))

    def test_an_older_release_drops_the_name_from_the_status(self):
        """
        CRDs without the field lose it with the first status that is written, and no way back brings it again.
        """
        made = target("v0.16.0", runtime("r", entry()), service())
        named = made.observe(FRAUD, NOW).status_runtime
        made.install("v0.15.2")
        hidden = made.observe(FRAUD, NOW).status_runtime
        made.delete(ObjectKey(CLUSTER_RUNTIME, "r"))
        made.install("v0.16.0")

        assert (named, hidden) == (cluster_ref("r"), None)
        assert made.observe(FRAUD, NOW).status_runtime is None

    def test_the_default_mode_leaves_services_alone(self):
        """
        Services that name no mode follow the cluster's, until a reset.
        """
        made = MemoryTarget("v0.8.0")
        made.configure("ModelMesh")
        made.apply(service())
        assert made.observe(FRAUD, NOW).outcome == Outcome.UNMANAGED
        made.reset()
        made.apply(service())
        assert made.observe(FRAUD, NOW).outcome == Outcome.NO_RUNTIME

    def test_a_reset_forgets_everything(self):
        """
        Objects, the clock, the mode and the release are those of the beginning.
        """
        made = target("v0.16.0", runtime("r"), service())
        created = made.catalogue.in_cluster[0].created
        made.advance_clock()
        made.install("v0.8.0")
        made.reset()
        made.apply(runtime("r"))

        assert (made.profile.name, made.catalogue.in_cluster[0].created) == ("v0.16.0", created)
        with pytest.raises(NotSettled):
            made.observe(FRAUD, NOW)

    def test_leaving_it_keeps_nothing_open(self):
        """
        It is a context manager, and closing twice is fine.
        """
        with MemoryTarget("v0.16.0") as made:
            made.close()

        assert made.profile.name == "v0.16.0"

    @pytest.mark.parametrize("profile", [*profiles(), profile_of("documented")], ids=lambda profile: profile.name)
    def test_every_release_serves_the_simplest_service(self, profile):
        """One runtime, one service: every release selects it."""
        observed = target(profile.name, runtime("r"), service()).observe(FRAUD, NOW)

        assert (observed.outcome, observed.runtime, observed.workload) == (
            Outcome.RUNS,
            cluster_ref("r"),
            cluster_ref("r"),
        )


class TestDryRuns:
    def test_what_the_schema_rejects_after_the_conversion_is_below_model(self):
        """The defaulter of v0.10.2 writes a null into a gRPC probe, and has moved the probe from sklearn to model."""
        probe = {"storageUri": "gs://x", "startupProbe": {"grpc": {"port": 1}}}
        (answer,) = MemoryTarget("v0.10.2").dry_run([service(probe, key="sklearn")])

        assert "spec.predictor.model.startupProbe.grpc.service: Invalid value" in str(answer.rejected)

    @pytest.mark.parametrize(("other", "key"), [("onnx", "model"), ("sklearn", "triton")])
    def test_of_two_legacy_keys_the_first_in_the_order_of_kserve_is_the_model(self, other, key):
        """The order of the manifest does not matter; the second key stays as it is."""
        probe = {"livenessProbe": {"grpc": {"port": 8080}}}
        written = service(probe, key="triton")
        predictor = {other: {}, **written["spec"]["predictor"]}

        (answer,) = MemoryTarget("v0.10.2").dry_run([{**written, "spec": {"predictor": predictor}}])

        assert f"spec.predictor.{key}.livenessProbe.grpc.service in body must be" in str(answer.rejected)

    @pytest.mark.parametrize(
        ("annotations", "is_accepted"), [({}, True), ({"serving.kserve.io/deploymentMode": "ModelMesh"}, False)]
    )
    def test_a_model_that_a_legacy_key_replaces_is_not_validated(self, annotations, is_accepted):
        """The defaulter of v0.15.2 replaces it before the schema is checked; in ModelMesh mode it replaces nothing."""
        both = replaced(
            service({"volumeMounts": [{"mountPath": "/a"}] * 2}, key="model"), {}, *PREDICTOR, "huggingface"
        )
        written = replaced(both, annotations, "metadata", "annotations")
        (answer,) = MemoryTarget("v0.15.2").dry_run([written])

        assert ("Duplicate value" not in str(answer.rejected)) is is_accepted
