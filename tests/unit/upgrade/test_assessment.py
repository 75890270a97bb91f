"""What an upgrade changes for one service."""

from __future__ import annotations

import copy

import pytest
from upgrade_examples import model, service, with_shipped

from kserve_conformance.profiles import profiles
from kserve_conformance.resolver import resolve, resolve_stored
from kserve_conformance.upgrade import Change, Flag, assess
from kserve_conformance.upgrade.path import update

RAW_MODE = {"serving.kserve.io/deploymentMode": "RawDeployment"}


def assessed(written, *releases, **more):
    return assess(written, with_shipped(*releases, **more), in_store=False)


class TestChanges:
    @pytest.mark.parametrize(
        ("written", "releases", "change"),
        [
            (model("sklearn"), ("v0.15.2", "v0.16.0"), Change.SAME),
            (model("onnx"), ("v0.9.0", "v0.11.2"), Change.LOST),
            (model("onnx"), ("v0.11.2", "v0.10.2"), Change.GAINED),
            (model("unknown"), ("v0.10.2", "v0.15.2"), Change.BROKEN_BEFORE),
            (model("sklearn", runtime="kserve-sklearnserver"), ("v0.10.2", "v0.15.2"), Change.SAME),
        ],
    )
    def test_a_service_is_compared_before_and_after(self, written, releases, change):
        """The change says whether a service keeps, changes, loses or gets its runtime."""
        assert assessed(written, *releases).change is change

    def test_a_deleted_runtime_moves_its_services(self):
        """Without its runtime, a service moves to another that supports it; the cause names the runtime."""
        found = assessed(model("sklearn", protocolVersion="v2"), "v0.15.2", "v0.15.2", without=("kserve-mlserver",))

        assert found.change is Change.MOVED
        assert [cause.text for cause in found.causes] == ["kserve-mlserver was removed"]

    def test_an_open_choice_is_undefined(self):
        """A service for which the rules allow two runtimes is undefined, whatever it had before."""
        from kserve_conformance.objects import Catalogue, Runtime
        from kserve_conformance.profiles import profile_of
        from kserve_conformance.upgrade import Installed

        def runtime(name):
            spec = {
                "supportedModelFormats": [{"name": "mine", "autoSelect": True}],
                "protocolVersions": ["v1"],
                "containers": [{"name": "kserve-container", "image": "example.com/server:1"}],
            }
            metadata = {"name": name, "creationTimestamp": "2024-01-01T00:00:00Z"}
            return Runtime.from_manifest(
                {"apiVersion": "serving.kserve.io/v1alpha1", "kind": "ClusterServingRuntime"}
                | {"metadata": metadata, "spec": spec}
            )

        profile = profile_of("v0.8.0")
        path = (
            Installed(profile, Catalogue((runtime("one"),))),
            Installed(profile, Catalogue((runtime("one"), runtime("two")))),
        )

        assert assess(model("mine"), path, in_store=False).change is Change.UNDEFINED

    @pytest.mark.parametrize("profile", profiles(), ids=lambda each: each.name)
    def test_nothing_changes_from_a_release_to_itself(self, profile):
        """The same release with the same runtimes changes nothing."""
        for written in (model("sklearn"), model("onnx"), service(sklearn={"storageUri": "s3://bucket/model"})):
            found = assessed(written, profile.name, profile.name)
            assert found.change in (Change.SAME, Change.BROKEN_BEFORE)
            assert not found.flags


class TestFlags:
    def test_a_stored_service_can_need_a_write(self):
        """v0.11.2 sets the protocol of triton to v2 when a service is written, so a write restores the runtime."""
        found = assessed(model("triton"), "v0.9.0", "v0.11.2")

        assert Flag.NEEDS_WRITE in found.flags
        assert found.remedies[0].text.startswith("write it once, for example: kubectl annotate isvc iris -n team-a")

    def test_a_renamed_mode_locks_a_service(self):
        """v0.17.0 records Standard for a service annotated RawDeployment, and rejects its next update."""
        written = service(annotations=RAW_MODE, model=model("sklearn")["spec"]["predictor"]["model"])
        found = assessed(written, "v0.15.2", "v0.16.0", "v0.17.0")

        assert Flag.REJECTED_LATER in found.flags
        assert any("deploymentMode cannot be changed" in detail for detail in found.details)

    def test_another_image_is_another_pod(self):
        """The shipped runtime of the next release has another image."""
        found = assessed(model("sklearn"), "v0.10.2", "v0.15.2")

        assert found.flags == (Flag.POD_DIFFERS,)
        assert any(
            "image: kserve/sklearnserver:v0.10.2 → kserve/sklearnserver:v0.15.2" in each for each in found.details
        )
        assert found.causes


class TestCauses:
    def test_the_rule_that_changed_is_the_cause(self):
        """Since v0.11.1 a service without a protocol needs a runtime that supports v1."""
        (cause,) = assessed(model("onnx"), "v0.9.0", "v0.11.2").causes

        assert cause.code == "requested_protocol"
        assert cause.rules == ("auto-protocol-v1-by-default",)


FORMATS = ("sklearn", "xgboost", "triton", "onnx", "mlflow", "pmml", "tensorflow", "huggingface")


class TestRemedies:
    @pytest.mark.parametrize("format_", FORMATS)
    @pytest.mark.parametrize("releases", [("v0.8.0", "v0.11.2"), ("v0.10.2", "v0.15.2"), ("v0.15.2", "v0.10.2")])
    def test_a_remedy_works(self, format_, releases):
        """Each remedy with a patch serves the service after the upgrade, and keeps its runtime if it says so."""
        path = with_shipped(*releases)
        written = model(format_)
        before = resolve(written, path[0].catalogue, path[0].profile)
        found = assess(written, path, in_store=False)
        if found.change not in (Change.LOST, Change.MOVED):
            return
        for remedy in found.remedies:
            if remedy.patch is None:
                continue
            edited = merged(copy.deepcopy(before.service), remedy.patch)
            after = update(found.after, edited, path[-1]).decision
            assert after.no_runtime is None
            assert after.rejected is None
            assert not remedy.keeps or after.runtime == before.runtime

    def test_without_its_runtime_a_service_can_get_another(self):
        """A service whose runtime was deleted gets remedies that say which runtime they select."""
        found = assessed(model("sklearn"), "v0.15.2", "v0.15.2", without=("kserve-sklearnserver",))

        assert found.change is Change.LOST
        assert "set protocolVersion: v2 (selects kserve-mlserver)" in [remedy.text for remedy in found.remedies]
        assert not any(remedy.keeps for remedy in found.remedies)

    def test_what_is_not_mended_gets_no_remedy(self):
        """A service that only the deleted runtime supports has none."""
        found = assessed(model("mlflow", protocolVersion="v2"), "v0.15.2", "v0.15.2", without=("kserve-mlserver",))

        assert found.change is Change.LOST
        assert [remedy.patch for remedy in found.remedies if remedy.keeps] == []


def merged(target, patch):
    for key, value in patch.items():
        if isinstance(value, dict):
            merged(target.setdefault(key, {}), value)
        else:
            target[key] = value
    return target


class TestAgreement:
    @pytest.mark.parametrize("format_", FORMATS)
    def test_the_decisions_are_those_of_the_resolver(self, format_):
        """Before is a write under the first release, after the stored service under the last."""
        path = with_shipped("v0.9.0", "v0.15.2")
        found = assess(model(format_), path, in_store=False)
        before = resolve(model(format_), path[0].catalogue, path[0].profile)

        assert found.before.decision == before
        assert found.after.decision == resolve_stored(before.service, path[-1].catalogue, path[-1].profile)
