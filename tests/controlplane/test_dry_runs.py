"""Server-side dry runs on a real API server, next to the verdict of memory."""

from __future__ import annotations

from kserve_conformance.crds import crds_of
from kserve_conformance.fuzz.admission import AdmissionSearch
from kserve_conformance.objects import Manifest
from kserve_conformance.targets.controlplane import ControlPlane
from kserve_conformance.targets.memory import MemoryTarget


def service(**model: object) -> Manifest:
    """A service in a namespace that does not exist yet."""
    model = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model", **model}
    return {
        "kind": "InferenceService",
        "metadata": {"name": "model", "namespace": "team-a"},
        "spec": {"predictor": {"model": model}},
    }


class TestDryRun:
    def test_reports_each_answer_and_stores_nothing(self, target: ControlPlane):
        """
        Unknown fields do not hide invalid ones, nor these what a webhook rejects.
        """
        both = service(protocolversion="v2", env=[{"name": "A", "value": 1}])
        empty = {**service(), "spec": {"predictor": {}}}

        fine, odd, rejected = target.dry_run([service(), both, empty])

        assert (fine.unknown, fine.invalid, fine.rejected) == (frozenset(), frozenset(), None)
        assert odd.unknown == {"spec.predictor.model.protocolversion"}
        assert odd.invalid == {"spec.predictor.model.env[0].value"}
        assert odd.rejected is not None
        assert rejected.webhook
        assert "xactly one of" in str(rejected.rejected)
        served = target._session.resource("InferenceService")
        assert target._plane.past.get(served.path("team-a"))["items"] == []


class TestFuzz:
    def test_finds_the_fields_that_memory_finds(self, target: ControlPlane):
        """
        Unknown and invalid fields of random objects are the same in memory and on the API server.
        """
        release = target.identity.release
        with MemoryTarget(release) as memory:
            search = AdmissionSearch(memory, target, crds_of(release), 1, 200, None, print)
            summary = search.run()

        assert summary.is_conclusive
        fields = [group for group in summary.differences.values() if group.difference.part.endswith("fields")]
        assert [(group.manifest, group.difference) for group in fields] == []
