"""The same fleet under a real upgrade: every change is as assessed, and every remedy works."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services_of_a_fleet import fleet
from upgrade_examples import with_shipped

from kserve_conformance.objects import CLUSTER_RUNTIME, ObjectKey
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.targets.controlplane import ControlPlane
from kserve_conformance.upgrade import Change, assess

WITHIN = timedelta(seconds=60)
SERVICES = 200
SEED = 20261201


def by_key(release):
    """The cluster runtimes that a release ships."""
    manifests = [each for each in shipped(release) if each["kind"] == CLUSTER_RUNTIME]
    return {ObjectKey.of(each): each for each in manifests}


def chosen(decision):
    """The choice of a decision as a target shows it."""
    return decision.runtime.name if decision.runtime is not None else None


def shown(observation):
    return observation.runtime.name if observation.runtime is not None else None


def merged(target, patch):
    """An object with a merge patch."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(result.get(key) or {}, value)
        else:
            result[key] = value
    return result


class Rehearsal:
    """A fleet under a real upgrade; ``wrong`` is what was not as assessed."""

    def __init__(self, target, services, assessments):
        self.wrong: list[str] = []
        self._target = target
        self._stored = []
        for service, found, admission in zip(services, assessments, target.apply(*services), strict=True):
            if (admission.rejected is None) is not (found.before.decision.rejected is None):
                self.wrong.append(f"{admission.key}: {found.before.decision.rejected}, observed {admission.rejected}")
            if admission.stored is not None:
                self._stored.append((admission.key, service, found))

    def compare(self, when):
        """Compare the choice for every stored service, ``before`` or ``after`` the upgrade."""
        for key, _, found in self._stored:
            assessed = getattr(found, when).decision
            observed = shown(self._target.observe(key, WITHIN))
            if not assessed.is_open and chosen(assessed) != observed:
                self.wrong.append(f"{key} {when}: assessed {chosen(assessed)}, observed {observed}")

    def mend(self):
        """Apply the first remedy of every service that has one, and see whether it works. Returns their number."""
        mended = [(key, service, found) for key, service, found in self._stored if found.remedies[:1]]
        for key, service, found in mended:
            remedy = found.remedies[0]
            if remedy.patch is None:
                continue
            live = self._target.observe(key, WITHIN).service
            (admission,) = self._target.apply(merged({**service, "spec": live["spec"]}, remedy.patch))
            observed = shown(self._target.observe(key, WITHIN))
            kept = chosen(found.before.decision) if remedy.keeps else observed
            if admission.rejected is not None or observed is None or observed != kept:
                self.wrong.append(f"{key} with {remedy.text!r}: {admission.rejected or observed}, not {kept}")
        return len(mended)


@pytest.mark.parametrize(("before", "after"), [("v0.9.0", "v0.10.2"), ("v0.10.2", "v0.15.2"), ("v0.15.2", "v0.20.0")])
def test_a_fleet_is_upgraded_as_assessed(before, after):
    """
    A fleet is written under one release and upgraded to another with the runtimes that it ships.

    Each service has the assessed runtime, or none, before and after; each remedy with a patch is applied and gives the
    runtime that it promises.
    """
    path = with_shipped(before, after, in_target_mode=True)
    services = list(fleet(SERVICES, SEED))
    assessments = [assess(each, path, in_store=False) for each in services]
    old, new = by_key(before), by_key(after)

    with ControlPlane(before, upgrades=True) as target:
        target.apply(*old.values())
        rehearsal = Rehearsal(target, services, assessments)
        rehearsal.compare("before")
        target.install(after)
        target.delete(*(old.keys() - new.keys()))
        target.apply(*new.values())
        rehearsal.compare("after")
        rehearsal.mend()

    assert rehearsal.wrong == []
    assert {found.change for found in assessments} >= {Change.SAME, Change.BROKEN_BEFORE}
