"""
Made-up records of several implementations, versions and releases, as bytes.

Nothing here was measured. KServe itself fails nothing; the vendor's first version
breaks a rule, its second keeps what upstream breaks and moves one choice.
"""

from __future__ import annotations

from typing import Any

from choice_examples import on
from record_examples import DEVIATION, HOSTILE, record, scenario

from kserve_conformance.record import Implementation, Record, Scenario, TargetIdentity, Verdict
from kserve_conformance.reports import project

BINARIES = {"manager": "sha256:" + "9b" * 32}


def run(
    *scenarios: Scenario, kind: str = "controlplane", release: str = "v0.15.2", version: str = "", **more: Any
) -> Record:
    """A run on a target; with a version it is one of the vendor's."""
    vendor = Implementation(
        organization="Example Inc.", project="example-serving", url="https://example.com/serving", version=version
    )
    return record(
        *(scenarios or cases()),
        target=more.pop(
            "target",
            TargetIdentity(target=f"{kind}:{release}", release=release, binaries={} if kind == "memory" else BINARIES),
        ),
        implementation=more.pop("implementation", vendor if version else Implementation()),
        **more,
    )


def cases(*, broken: bool = False, keeps: bool = False, moved: bool = False) -> tuple[Scenario, ...]:
    """Three topics: one with a scenario that a vendor may break, one with a deviation that it may not have."""
    priority = {"topic": "ordering", "rules": ("order-priority",)}
    return (
        scenario("The namespace comes first", choices=(on("team-a/one" if moved else "one"),)),
        scenario("A disabled runtime is excluded", Verdict.FAILED if broken else Verdict.PASSED, topic="automatic"),
        scenario("<a> comes first", Verdict.PASSED if keeps else Verdict.DEVIATES, row={"a": "The newest"}, **priority),
        scenario("The pod runs", Verdict.SKIPPED, topic="running"),
        scenario("Priorities of v0.9", Verdict.UNSUPPORTED, **priority),
    )


def content(run_: Record) -> bytes:
    """The bytes of a record."""
    return project(run_, "ndjson").encode()


def records() -> dict[str, bytes]:
    """The records of a site by name: two releases of KServe, a vendor's versions, and what must be withheld."""
    return {
        "upstream": content(run()),
        "upstream-next": content(run(release="v0.16.0")),
        "reference": content(run(kind="memory")),
        "vendor-4.1.0": content(run(*cases(broken=True), version="4.1.0")),
        "vendor-4.2.0": content(run(*cases(keeps=True, moved=True), version="4.2.0")),
        "vendor-4.10.0": content(run(*cases(keeps=True), version="4.10.0", release="v0.16.0")),
        "hostile": content(
            run(
                *cases(),
                implementation=Implementation(
                    organization=HOSTILE,
                    project=HOSTILE,
                    version=HOSTILE,
                    url="javascript:alert(1)",
                    contact=(HOSTILE,),
                ),
            )
        ),
        "all-errored": content(run(scenario("a", Verdict.ERRORED), scenario("b", Verdict.ERRORED), version="5.0.0")),
        "interrupted": content(run(*cases(), version="5.0.1", interrupted="SIGTERM")),
    }


__all__ = ["DEVIATION", "cases", "content", "records", "run"]
