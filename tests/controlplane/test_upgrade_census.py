"""The same fleet under a real upgrade: every change is as assessed, and every remedy works, as a patch and from Git."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from services_of_a_fleet import fleet
from upgrade_examples import with_shipped

from kserve_conformance.manifests import dump, dumps, values
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, SERVICE, ObjectKey
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.rules.releases import target_mode
from kserve_conformance.targets.controlplane import ControlPlane
from kserve_conformance.targets.kubernetes.client import ApiError
from kserve_conformance.targets.programs import kustomize
from kserve_conformance.upgrade import Change, assess

WITHIN = timedelta(seconds=60)
SERVICES = 200
SEED = 20261201

#: Cluster runtimes of the new release that are deleted after the upgrade, so that many services need a remedy.
DELETED = ("kserve-sklearnserver", "kserve-tritonserver")


def by_key(release):
    """The cluster runtimes that a release ships."""
    manifests = [each for each in shipped(release) if each["kind"] == CLUSTER_RUNTIME]
    return {ObjectKey.of(each): each for each in manifests}


def chosen(decision):
    """The choice of a decision as a target shows it."""
    return decision.runtime.name if decision.runtime is not None else None


def shown(observation):
    return observation.runtime.name if observation.runtime is not None else None


def is_as_promised(remedy, found, observed):
    """Is this the runtime that a remedy promises: the former one, the one that it names, or else any?"""
    if remedy.keeps:
        return observed == chosen(found.before.decision)
    _, names_one, named = remedy.text.partition("(selects ")
    return observed == named.rstrip(")") if names_one else observed is not None


def built_with_fixes(folder: Path, services, before, after, *, without=()):
    """The services as kustomize builds them with the component of ``patch --out``, and its result."""
    app = folder / "app"
    app.mkdir(parents=True)
    (app / "services.yaml").write_text(dumps(services), encoding="utf-8")
    (app / "kustomization.yaml").write_text(dump({"resources": ["services.yaml"], "components": ["../fixes"]}))
    modes = ("--default-mode", target_mode(before), "--mode", target_mode(after))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "kserve_conformance", "patch", "app/services.yaml", "--out", "fixes"),
            *("--from", before, "--to", after, "--shipped", "--format", "json", *modes),
            *(word for name in without for word in ("--without", name)),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    result = json.loads(done.stdout)
    if not result["patched"]:
        return {}, result
    return {ObjectKey.of(each): each for each in values(kustomize.build(app, print), "built.yaml")}, result


class Rehearsal:
    """A fleet under a real upgrade; ``wrong`` is what was not as assessed."""

    def __init__(self, target, services, assessments):
        self.wrong: list[str] = []
        self.stored: dict[ObjectKey, dict] = {}
        self._built: set[ObjectKey] = set()
        self._target = target
        for service, found, admission in zip(services, assessments, target.apply(*services), strict=True):
            if (admission.rejected is None) is not (found.before.decision.rejected is None):
                self.wrong.append(f"{admission.key}: {found.before.decision.rejected}, observed {admission.rejected}")
            if admission.stored is not None:
                self.stored[admission.key] = service

    def compare(self, assessments, when, keys=None):
        """Compare the choice for stored services, by default all, ``before`` or ``after`` the upgrade."""
        for key in self.stored if keys is None else keys:
            assessed = getattr(assessments[key], when).decision
            observed = shown(self._target.observe(key, WITHIN))
            if not assessed.is_open and chosen(assessed) != observed:
                self.wrong.append(f"{key} {when}: assessed {chosen(assessed)}, observed {observed}")

    def apply_built(self, built, assessments):
        """
        Apply what kustomize built where it differs from the manifest. Returns those services.

        Each is applied once: applying compares with what was applied before, which is not put back.
        """
        patched = {key for key, service in self.stored.items() if key in built and built[key] != service}
        for key in sorted(patched - self._built, key=str):
            found = assessments[key]
            live = self._target.observe(key, WITHIN).service
            (admission,) = self._target.apply(built[key])
            self._check(key, found, found.remedies[0], admission.rejected, "built by kustomize")
            self._target.store(live)
        self._built |= patched
        return patched

    def patch(self, assessments):
        """Send the merge patch of every remedy to the API server. Returns the services that have one."""
        sent = set()
        for key in self.stored:
            found = assessments[key]
            for remedy in found.remedies:
                assert remedy.patch is not None, f"{key}: {remedy.text!r} has no patch"
                live = self._target.observe(key, WITHIN).service
                rejected = self._rejection(key, remedy.patch)
                self._check(key, found, remedy, rejected, "patched")
                self._target.store(live)
                sent.add(key)
        return sent

    def _rejection(self, key, patch):
        plane = self._target._running
        try:
            plane.admin.patch(plane.served[API_VERSIONS[SERVICE], SERVICE].path(key.namespace, key.name), patch)
        except ApiError as error:
            return error.message
        return None

    def _check(self, key, found, remedy, rejected, how):
        observed = shown(self._target.observe(key, WITHIN))
        if rejected is not None or not is_as_promised(remedy, found, observed):
            self.wrong.append(f"{key} {how} with {remedy.text!r}: {rejected or observed}")


@pytest.mark.parametrize(("before", "after"), [("v0.9.0", "v0.10.2"), ("v0.10.2", "v0.15.2"), ("v0.15.2", "v0.20.0")])
def test_a_fleet_is_upgraded_as_assessed(before, after, tmp_path):
    """
    A fleet is written under one release and upgraded to another with the runtimes that it ships; then two are deleted.

    Each service has the assessed runtime, or none, before and after. Each remedy is sent as a merge patch, and each fix
    of ``patch`` is built by kustomize and applied: the API server accepts them, and the service has the runtime that
    they promise. After each the service is put back.
    """
    services = list(fleet(SERVICES, SEED))
    old, new = by_key(before), by_key(after)

    def assessed(*without):
        path = with_shipped(before, after, without=without, in_target_mode=True)
        return {ObjectKey.of(each): assess(each, path, in_store=False) for each in services}

    upgraded, deleted = assessed(), assessed(*DELETED)
    with ControlPlane(before, upgrades=True) as target:
        target.apply(*old.values())
        rehearsal = Rehearsal(target, services, upgraded.values())
        rehearsal.compare(upgraded, "before")
        target.install(after)
        target.delete(*(old.keys() - new.keys()))
        target.apply(*new.values())
        rehearsal.compare(upgraded, "after")
        for number, (assessments, without) in enumerate(((upgraded, ()), (deleted, DELETED))):
            target.delete(*(ObjectKey(CLUSTER_RUNTIME, name) for name in without))
            affected = [key for key in rehearsal.stored if assessments[key] != upgraded[key]]
            rehearsal.compare(assessments, "after", affected)
            built, result = built_with_fixes(tmp_path / str(number), services, before, after, without=without)
            applied = rehearsal.apply_built(built, assessments)
            sent = rehearsal.patch(assessments)
            # What was put back is as it was.
            rehearsal.compare(assessments, "after", sent)

            assert applied <= sent
            assert len(applied) == result["patched"]

    assert rehearsal.wrong == []
    assert applied
    assert {found.change for found in upgraded.values()} >= {Change.SAME, Change.BROKEN_BEFORE}
    assert Change.LOST in {found.change for found in deleted.values()}
