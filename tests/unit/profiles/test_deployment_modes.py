"""The deployment mode of a service: which one the controller records, and which updates the webhook accepts then."""

from __future__ import annotations

import pytest
from selection import service

from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, Rejected
from kserve_conformance.resolver import Surroundings, admitted

RAW = Surroundings("RawDeployment")

#: All of these have a default of raw deployments here.
LETTERS = ("v0.15.2", "v0.16.0", "v0.17.0", "v0.18.0", "v0.18.1")


def annotated(mode: str | None):
    return service() if mode is None else service(annotations={DEPLOYMENT_MODE: mode})


def recorded(release: str, mode: str | None, before: str = "", **predictor) -> str:
    """The mode in the status of a service that is written with this annotation, and reconciled."""
    profile = profile_of(release)
    stored = admitted({**annotated(mode), **predictor}, profile, RAW)
    return profile.recorded_mode(stored, before, profile.configured_mode("RawDeployment"))


def rejection(release: str, mode: str | None, status: str | None, *, is_deleted: bool = False) -> str | None:
    """The message that rejects an update to this annotation where the status has this mode."""
    try:
        admitted(annotated(mode), profile_of(release), RAW, status, is_deleted=is_deleted)
    except Rejected as rejected:
        return str(rejected)
    return None


class TestRecorded:
    @pytest.mark.parametrize(
        ("release", "modes"),
        [
            ("v0.15.1", {None: "", "RawDeployment": ""}),
            (
                "v0.15.2",
                {
                    None: "RawDeployment",
                    "RawDeployment": "RawDeployment",
                    "Serverless": "Serverless",
                    "Standard": "RawDeployment",
                    "Knative": "RawDeployment",
                    "odd": "RawDeployment",
                    "ModelMesh": "",
                },
            ),
            (
                "v0.16.0",
                {
                    None: "Standard",
                    "RawDeployment": "Standard",
                    "Serverless": "Knative",
                    "Knative": "Knative",
                    "odd": "Standard",
                    "ModelMesh": "",
                },
            ),
            ("v0.17.0", {None: "Standard", "Serverless": "Knative", "odd": "Standard", "ModelMesh": "ModelMesh"}),
            ("v0.20.0", {None: "Standard", "Serverless": "Knative", "odd": "Standard", "ModelMesh": "ModelMesh"}),
        ],
    )
    def test_a_new_service_is_recorded_in_the_mode_that_its_annotation_means(self, release, modes):
        """A mode that the release does not know is the default, and v0.16.0 and later record new names."""
        assert {mode: recorded(release, mode) for mode in modes} == modes

    @pytest.mark.parametrize(
        ("release", "status"),
        [
            ("v0.15.2", "RawDeployment"),
            ("v0.16.0", "RawDeployment"),
            ("v0.18.1", "RawDeployment"),
            ("v0.19.0", "Standard"),
            ("v0.20.0", "Standard"),
        ],
    )
    def test_a_record_is_kept_and_renamed_since_v0_19(self, release, status):
        """After an upgrade the old name stays in the status until v0.19.0 replaces it, whatever the annotation says."""
        assert recorded(release, "Serverless", before="RawDeployment") == status

    @pytest.mark.parametrize("release", ["v0.15.2", "v0.16.0"])
    def test_modelmesh_is_recorded_for_a_service_with_a_transformer(self, release):
        """Only then does the controller go on to write the status."""
        spec = {**annotated("ModelMesh")["spec"], "transformer": {"containers": [{"image": "example.com/t:1"}]}}

        assert recorded(release, "ModelMesh", spec=spec) == "ModelMesh"


class TestUpdates:
    @pytest.mark.parametrize("release", [*LETTERS, "v0.19.0", "v0.20.0"])
    def test_another_mode_is_rejected(self, release):
        """The message has both modes."""
        assert "deploymentMode cannot be changed from 'ModelMesh' to '" in rejection(release, "Serverless", "ModelMesh")

    @pytest.mark.parametrize("release", [*LETTERS, "v0.20.0"])
    @pytest.mark.parametrize("mode", [None, "Serverless", "odd", "ModelMesh"])
    def test_nothing_is_compared_before_there_is_a_record(self, release, mode):
        """The first write of the controller itself is an update without a record."""
        assert rejection(release, mode, "") is None

    @pytest.mark.parametrize(
        ("mode", "message"),
        [
            (None, None),
            ("Standard", None),
            ("RawDeployment", None),
            ("Knative", "update rejected: deploymentMode cannot be changed from 'Standard' to 'Knative'"),
            ("ModelMesh", "update rejected: deploymentMode cannot be changed from 'Standard' to 'ModelMesh'"),
        ],
    )
    def test_in_v0_19_no_record_stands_for_standard(self, mode, message):
        """So that release rejects its own controller's finalizer on a new service in another mode."""
        assert rejection("v0.19.0", mode, "") == message
        assert rejection("v0.19.0", mode, None) is None

    def test_earlier_releases_accept_every_change(self):
        """Nothing is compared before v0.15.2."""
        assert rejection("v0.15.1", "Serverless", "RawDeployment") is None

    @pytest.mark.parametrize(
        ("release", "mode", "message"),
        [
            ("v0.15.2", "RawDeployment", None),
            ("v0.15.2", "Standard", "from 'RawDeployment' to 'Standard'"),
            ("v0.16.0", "RawDeployment", None),
            ("v0.16.0", "Standard", "from 'RawDeployment' to 'Standard'"),
            ("v0.17.0", "RawDeployment", "from 'RawDeployment' to 'Standard'"),
            ("v0.17.0", "Standard", "from 'RawDeployment' to 'Standard'"),
            ("v0.19.0", "RawDeployment", None),
            ("v0.20.0", "Standard", None),
        ],
    )
    def test_an_old_name_that_an_earlier_release_recorded(self, release, mode, message):
        """v0.17.0 renames the annotation and not the record, so every update of such a service is rejected there."""
        found = rejection(release, mode, "RawDeployment")

        assert found is None if message is None else found.endswith(message)


class TestDeletion:
    @pytest.mark.parametrize(
        ("release", "is_rejected"),
        [("v0.15.2", True), ("v0.16.0", True), ("v0.17.0", False), ("v0.19.0", False), ("v0.20.0", False)],
    )
    def test_a_change_of_mode_blocks_deletion_until_v0_16(self, release, is_rejected):
        """The removal of the finalizer is an update, which these releases reject like any other."""
        assert (rejection(release, "odd", "Standard", is_deleted=True) is not None) == is_rejected

    @pytest.mark.parametrize(("release", "is_rejected"), [("v0.17.0", True), ("v0.18.1", True), ("v0.19.0", False)])
    def test_everything_else_blocks_deletion_until_v0_18(self, release, is_rejected):
        """A stored service that the release would not accept any more cannot be deleted."""
        named = service({"modelFormat": {"name": "sklearn"}, "name": "kserve-container"})
        try:
            admitted(named, profile_of(release), RAW, "", is_deleted=True)
        except Rejected:
            assert is_rejected
        else:
            assert not is_rejected


class TestConfigured:
    @pytest.mark.parametrize(("release", "stored"), [("v0.15.2", "RawDeployment"), ("v0.16.0", "Standard")])
    def test_an_old_name_of_the_default_is_written_under_the_name_of_the_release(self, release, stored):
        """v0.16.0 and later read RawDeployment in the ConfigMap as Standard."""
        manifest = admitted(service(), profile_of(release), RAW)

        assert manifest["metadata"]["annotations"][DEPLOYMENT_MODE] == stored
