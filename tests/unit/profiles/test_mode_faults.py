"""Faults of a deployment mode: what they are, on which releases, and that the way out in their hint is one."""

from __future__ import annotations

import pytest
from selection import service

from kserve_conformance.objects import replaced
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.mode_faults import ModeFaultCode, StoredMode
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE
from kserve_conformance.profiles.workloads import DEPLOYMENT, KNATIVE_SERVICE
from kserve_conformance.resolver import Surroundings, admitted, default_mode

LOCKED = ModeFaultCode.UPDATES_REJECTED
STUCK = ModeFaultCode.NEVER_RECONCILED
TWICE = ModeFaultCode.DEPLOYED_TWICE
IDLE = ModeFaultCode.NOT_DEPLOYED


def stored_mode(release: str, mode: str | None, recorded: str = "", *, is_new: bool = True) -> StoredMode:
    """A service with this annotation as the release stores it, with the release's own default mode."""
    profile = profile_of(release)
    written = service() if mode is None else service(annotations={DEPLOYMENT_MODE: mode})
    stored = admitted(written, profile) if is_new else written
    return StoredMode(stored, profile, default_mode(profile, Surroundings()), recorded, is_new=is_new)


def codes(*args, **options) -> list[ModeFaultCode]:
    return [fault.code for fault in stored_mode(*args, **options).faults()]


class TestNewServices:
    @pytest.mark.parametrize(
        ("release", "locking"),
        [
            ("v0.15.1", ()),
            ("v0.15.2", ("Standard", "Knative", "odd")),
            ("v0.16.0", ("RawDeployment", "Serverless", "odd")),
            ("v0.17.0", ("odd",)),
            ("v0.20.0", ("odd",)),
        ],
    )
    def test_a_mode_that_is_recorded_under_another_name_locks_the_service(self, release, locking):
        """The old names in v0.16.0 only, a name that the release does not know always."""
        modes = (None, "RawDeployment", "Serverless", "Standard", "Knative", "ModelMesh", "odd")

        assert {mode: codes(release, mode) for mode in modes} == {
            mode: [LOCKED] if mode in locking else [] for mode in modes
        }

    def test_v0_19_never_deploys_a_new_service_in_another_mode_than_standard(self):
        """The webhook rejects the finalizer of its own controller; ModelMesh gets none."""
        modes = (None, "Standard", "RawDeployment", "ModelMesh", "Knative", "Serverless", "odd")

        assert [mode for mode in modes if codes("v0.19.0", mode) == [STUCK]] == ["Knative", "Serverless", "odd"]

    def test_v0_9_crashes_on_updates_without_annotations_where_the_default_is_raw(self):
        """Its webhook writes the default mode into a map that does not exist."""
        (fault,) = StoredMode(service(), profile_of("v0.9.0"), "RawDeployment", "", is_new=False).faults()

        assert fault.code is LOCKED
        assert "assignment to entry in nil map" in fault.text

    @pytest.mark.parametrize(("release", "is_blocked"), [("v0.16.0", True), ("v0.17.0", False)])
    def test_a_fault_tells_whether_the_service_can_be_deleted(self, release, is_blocked):
        """Since v0.17.0 the removal of a finalizer is not checked."""
        (fault,) = stored_mode(release, "odd").faults()

        assert ("cannot be deleted" in fault.text) == is_blocked

    def test_a_fault_belongs_to_no_container(self):
        """It is listed with the faults of pods, and printed as its text alone."""
        (fault,) = stored_mode("v0.16.0", "odd").faults()

        assert fault.container is None
        assert str(fault) == fault.text


class TestUpgradedServices:
    @pytest.mark.parametrize(
        ("release", "recorded", "expected"),
        [
            ("v0.15.2", "RawDeployment", []),
            ("v0.16.0", "RawDeployment", [TWICE]),
            ("v0.17.0", "RawDeployment", [TWICE, LOCKED]),
            ("v0.19.0", "RawDeployment", []),
            ("v0.20.0", "RawDeployment", []),
            ("v0.16.0", "", [LOCKED]),
            ("v0.17.0", "", []),
        ],
    )
    def test_what_an_earlier_release_recorded_is_not_renamed_until_v0_19(self, release, recorded, expected):
        """Neither v0.16.0 nor v0.17.0 knows RawDeployment in a status."""
        assert codes(release, "RawDeployment", recorded, is_new=False) == expected


class TestWaysOut:
    def test_an_annotation_with_the_recorded_mode_unlocks(self):
        """The hint names the annotation, and a service with it has no fault."""
        locked = stored_mode("v0.16.0", "RawDeployment")
        (fault,) = locked.faults()
        unlocked = replaced(locked.service, "Standard", "metadata", "annotations", DEPLOYMENT_MODE)

        assert fault.hint == f"set the annotation {DEPLOYMENT_MODE} to Standard: that update is accepted"
        assert not list(StoredMode(unlocked, locked.profile, locked.default_mode, locked.reconciled).faults())

    @pytest.mark.parametrize(
        ("release", "mode", "recorded", "patched"),
        [("v0.17.0", "RawDeployment", "RawDeployment", "Standard"), ("v0.17.0", "Serverless", "Serverless", "Knative")],
    )
    def test_where_no_annotation_is_accepted_the_status_has_to_change(self, release, mode, recorded, patched):
        """The hint has the command, and with that mode in the status the fault is gone."""
        *_, fault = stored_mode(release, mode, recorded, is_new=False).faults()

        assert f'{{"status":{{"deploymentMode":"{patched}"}}}}' in fault.hint
        assert codes(release, mode, patched, is_new=False) == []

    def test_a_service_that_is_never_deployed_needs_its_mode_in_the_status(self):
        """With it the finalizer is accepted."""
        (fault,) = stored_mode("v0.19.0", "Knative").faults()

        assert fault.hint == (
            "change the mode in the status with v0.19.0 installed: kubectl patch isvc fraud -n team-a "
            """--subresource=status --type=merge -p '{"status":{"deploymentMode":"Knative"}}'"""
        )
        assert codes("v0.19.0", "Knative", "Knative") == []


class TestModesThatAreNotDeployed:
    @pytest.mark.parametrize(("release", "expected"), [("v0.16.0", [LOCKED]), ("v0.17.0", [IDLE, LOCKED])])
    def test_an_unknown_mode_is_not_deployed_where_the_default_is_raw(self, release, expected):
        """The controller reads the annotation once more, and fails."""
        mode = StoredMode(service(annotations={DEPLOYMENT_MODE: "odd"}), profile_of(release), "Standard")

        assert [fault.code for fault in mode.faults()] == expected

    def test_the_way_out_is_the_recorded_mode(self):
        """With that annotation the service has no fault and a Deployment."""
        odd = StoredMode(service(annotations={DEPLOYMENT_MODE: "odd"}), profile_of("v0.20.0"), "Standard")
        fault, _ = odd.faults()
        mended = replaced(odd.service, "Standard", "metadata", "annotations", DEPLOYMENT_MODE)
        other = StoredMode(mended, odd.profile, "Standard", odd.reconciled)

        assert fault.text == "no change of the service is deployed: unsupported deployment mode for workload: odd"
        assert fault.hint == f"set the annotation {DEPLOYMENT_MODE} to Standard: that update is accepted"
        assert (list(other.faults()), other.workload_kind) == ([], DEPLOYMENT)

    def test_an_annotation_of_the_predictor_has_to_go(self):
        """It counts before the annotation of the service, which no update can help then."""
        written = replaced(service(), "Knative", "spec", "predictor", "annotations", DEPLOYMENT_MODE)
        (fault,) = StoredMode(written, profile_of("v0.20.0"), "Standard").faults()

        assert (fault.code, fault.hint) == (IDLE, f"remove {DEPLOYMENT_MODE} from spec.predictor.annotations")


class TestWorkloadKinds:
    @pytest.mark.parametrize(
        ("release", "mode", "default", "expected"),
        [
            ("v0.8.0", None, "Serverless", KNATIVE_SERVICE),
            ("v0.8.0", "RawDeployment", "Serverless", DEPLOYMENT),
            ("v0.15.1", "odd", "RawDeployment", DEPLOYMENT),
            ("v0.20.0", "RawDeployment", "Knative", DEPLOYMENT),
            ("v0.20.0", "Serverless", "Standard", KNATIVE_SERVICE),
            ("v0.20.0", "odd", "Knative", KNATIVE_SERVICE),
            ("v0.19.0", "Knative", "Standard", None),
        ],
    )
    def test_raw_mode_is_a_deployment_and_every_other_a_knative_service(self, release, mode, default, expected):
        """The mode is that of the status, else that of the annotation, else the default."""
        annotated = service() if mode is None else service(annotations={DEPLOYMENT_MODE: mode})

        assert StoredMode(annotated, profile_of(release), default, is_new=True).workload_kind == expected
