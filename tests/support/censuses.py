"""Censuses that are constructed, not resolved: for the tests of reports."""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.objects import Decision, NoRuntime, ObjectKey, Outcome
from kserve_conformance.upgrade import Assessment, Cause, Census, Change, Finding, Flag, Remedy
from kserve_conformance.upgrade.assessment import ON_START
from kserve_conformance.upgrade.path import State

#: Names and texts that try to become markup, to run, or to be read in another order.
HOSTILE = "<script>document.title='taken'</script>\"'><img src=x onerror=alert(1)>]]>&amp; `|*_ \x07\u202e"

RELEASES = ("v0.10.2", "v0.11.2", "v0.15.2")


def runs(name: str) -> State:
    """A service with a cluster runtime."""
    return State(None, Decision(Outcome.RUNS, ObjectKey("ClusterServingRuntime", name)), "")


def nothing(error: str = "no runtime found to support predictor") -> State:
    """A service without a runtime."""
    no_runtime = NoRuntime("NoSupportingRuntime", error)
    return State(None, Decision(Outcome.NO_RUNTIME, no_runtime=no_runtime), "")


def runs_not(number: int) -> State:
    """A service without a runtime, for a reason of its own."""
    return State(None, Decision(Outcome.NO_RUNTIME, no_runtime=NoRuntime(f"Reason{number}", "no runtime found")), "")


def keeps(runtime: str) -> Remedy:
    """The remedy that names a runtime."""
    return Remedy(f"set runtime: {runtime}", {"spec": {"predictor": {"model": {"runtime": runtime}}}}, keeps=True)


RULE = Cause("requested_protocol", "A candidate must support the protocol", ("auto-protocol-v1-by-default",))


def assessment(number: int) -> Assessment:
    """One of many assessments that form groups of their own."""
    old, new = f"server-{number % 40}", f"server-{(number + 1) % 40}"
    cause = Cause("runtimes", f"{old} changed in {number}")
    match number % 5:
        case 0:
            return Assessment(Change.LOST, (), runs(old), nothing(), (RULE, cause), (keeps(old),), ON_START)
        case 1:
            image = "spec.containers[kserve-container].image: example.com/old:1 → example.com/new:2"
            return Assessment(
                Change.MOVED, (Flag.POD_DIFFERS,), runs(old), runs(new), (cause,), (keeps(old),), ON_START, (image,)
            )
        case 2:
            return Assessment(
                Change.SAME, (Flag.REJECTED_LATER,), runs(old), runs(old), (cause,), (), "", ("rejected",)
            )
        case 3:
            return Assessment(Change.GAINED, (), nothing(), runs(new), (cause,), (), ON_START)
        case _:
            return Assessment(Change.BROKEN_BEFORE, (), nothing(), runs_not(number))


def findings(count: int, kinds: int, clusters: int = 0) -> Iterator[Finding]:
    """Services in many namespaces; ``kinds`` is the number of different assessments."""
    assessments = [assessment(number) for number in range(kinds)]
    for number in range(count):
        name = f"team-{number % 3000}/recommendations-for-the-shop-{number}"
        where = f"clusters/europe-west-{number % 40}/inferenceservices.json:{number}"
        cluster = f"europe-west-{number % clusters}" if clusters else ""
        yield Finding(name, where, assessments[number % kinds], cluster)


def census(count: int = 30, kinds: int = 10, clusters: int = 0) -> Census:
    """A census of such services. Of many, the first are added, and then counted as if they were all."""
    added = min(count, kinds * 125)
    result = Census()
    for finding in findings(added, kinds, clusters):
        result.add(finding)
    factor, rest = divmod(count, max(added, 1))
    assert not rest, f"{count} is not a multiple of {added}"
    result.total *= factor
    for counter in (result.changes, result.flags, result.flows, *result.places.values()):
        for key in counter:
            counter[key] *= factor
    for group in result.groups():
        group.count *= factor
    return result


def hostile() -> Census:
    """A census in which every text is hostile."""
    result = census(20, 5)
    state = runs(HOSTILE)
    found = Assessment(
        Change.LOST,
        (Flag.REJECTED_LATER,),
        state,
        nothing(HOSTILE),
        (Cause("runtimes", HOSTILE),),
        (Remedy(HOSTILE, {"metadata": {"annotations": {HOSTILE: HOSTILE}}}),),
        ON_START,
        (HOSTILE,),
    )
    result.add(Finding(f"{HOSTILE}/{HOSTILE}", HOSTILE, found, HOSTILE))
    return result
