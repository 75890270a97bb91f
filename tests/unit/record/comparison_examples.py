"""Two made-up runs between which everything happens that can."""

from __future__ import annotations

from choice_examples import on
from record_examples import HOSTILE, record, scenario

from kserve_conformance.record import CHANGES, Comparison, Record, Scenario, TargetIdentity, Verdict, compare

#: The digest of the manager in both clusters.
BINARIES = {"manager": "sha256:" + "9b" * 32}


def two_runs() -> tuple[Record, Record]:
    """An earlier and a later run, with a scenario for each pair of verdicts and one that moved."""
    pairs = [pair for pair in CHANGES if pair != (None, None)]
    earlier = tuple(_one(pair, before) for pair in pairs if (before := pair[0]) is not None)
    later = tuple(_one(pair, after) for pair in pairs if (after := pair[1]) is not None)
    return (
        record(
            *earlier,
            scenario("Moves", choices=(on("kserve-mlserver"),)),
            scenario("Asks something else", Verdict.FAILED),
            target=TargetIdentity(
                target="controlplane:v0.15.2", release="v0.15.2", binaries=BINARIES, digests={"crds": "sha256:aa"}
            ),
        ),
        record(
            *later,
            scenario("Moves", choices=(on("kserve-sklearnserver"),)),
            scenario("Asks something else", steps=scenario().steps[1:]),
            scenario(
                f"Hostile {HOSTILE}",
                Verdict.FAILED,
                finding=scenario("x", Verdict.FAILED).finding,
                path="features/explicit/hostile.feature",
            ),
            target=TargetIdentity(
                target=f"cluster:{HOSTILE}", release="v0.20.0", binaries=BINARIES, digests={"crds": "sha256:bb"}
            ),
        ),
    )


def example_comparison() -> Comparison:
    """What changed between the two."""
    return compare(*two_runs())


def _one(pair: tuple[Verdict | None, Verdict | None], verdict: Verdict) -> Scenario:
    words = " to ".join(one.value if one else "absent" for one in pair)
    return scenario(f"From {words}", verdict)
