"""A made-up matrix: releases in memory and for real, one difference of each kind, one run that broke."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import record_examples
from choice_examples import on
from record_examples import HOSTILE, record, scenario

from kserve_conformance.record import Record, Scenario, SuiteIdentity, TargetIdentity, Verdict
from kserve_conformance.record.chain import sealed
from kserve_conformance.record.matrix import Matrix, Run, read_matrix, write_matrix

SUITE = msgspec.structs.replace(record_examples.SUITE, scenarios=6)


def lines_of(whole: Record) -> bytes:
    """A record as its writer writes it."""
    return sealed(whole)[1]


def run_of(target: str, *scenarios: Scenario, **more: Any) -> Run:
    """A whole run of a target."""
    release = more.pop("release", target.partition(":")[2])
    binaries = {} if target.startswith("memory:") else {"manager": "sha256:" + "9b" * 32}
    identity = TargetIdentity(target=target, release=release, **({"binaries": binaries} | more.pop("identity", {})))
    return Run(target, lines_of(record(*scenarios, target=identity, **more)))


def scenarios(*, priority: Verdict = Verdict.PASSED, chosen: str = "a") -> tuple[Scenario, ...]:
    """A few scenarios of several topics, rules and claims."""
    return (
        scenario("The namespace's runtime shadows the cluster's", choices=(on("team-a/own"),)),
        scenario(
            f"A runtime named {HOSTILE}", rules=("explicit-disabled",), tags=("core", "claim-d2"), choices=(on(chosen),)
        ),
        scenario(
            "The highest priority wins",
            priority,
            topic="ordering",
            rules=("order-priority",),
            tags=("core", "claim-d9"),
            choices=(on("b"),),
        ),
        scenario("A rule of later releases", Verdict.UNSUPPORTED, topic="ordering", rules=("order-newest",)),
        scenario("The newest of equals wins", topic="ordering", rules=("order-newest",)),
        scenario("No such rule here", Verdict.DEVIATES, topic="upgrades", rules=("no-such-rule",), tags=("claim-d8",)),
    )


def runs() -> tuple[Run, ...]:
    """Two releases in memory and for real: one pair agrees in nothing, the other is broken."""
    skipped = scenario("The newest of equals wins", Verdict.SKIPPED, topic="ordering", rules=("order-newest",))
    real = [skipped if one.id == skipped.id else one for one in scenarios(priority=Verdict.FAILED, chosen="other")]
    return (
        run_of("memory:v0.15.2", *scenarios()),
        run_of("memory:v0.8.0", *scenarios()),
        run_of(
            "controlplane:v0.15.2",
            *real,
            identity={
                "api_server": "v1.34.4",
                "observed_through": "the pod template of the Deployment",
            },
        ),
        Run("controlplane:v0.8.0", broken=f"run ended with 3: {HOSTILE}"),
        run_of("memory:documented", *scenarios()),
    )


def written(to: Path, some: tuple[Run, ...] | None = None, **more: Any) -> Matrix:
    """The matrix of some runs, in a file."""
    given: dict[str, Any] = {"harness": "0.1.0", "selection": {}, "started": "2025-03-01T09:30:00Z"}
    some = runs() if some is None else some
    suites = [
        msgspec.json.decode(run.record.partition(b"\n")[0])["suite"]
        for run in some
        if (run.record or b"").startswith(b"{")
    ]
    given["suite"] = msgspec.convert(suites[0], SuiteIdentity) if suites else SUITE
    return write_matrix(to, some, **(given | more))


def matrix(some: tuple[Run, ...] | None = None, **more: Any) -> Matrix:
    """The same, read again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "matrix.ndjson"
        written(file, some, **more)
        return read_matrix(file)
