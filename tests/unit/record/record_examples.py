"""
A made-up run with every verdict, and what is needed to make others.

Nothing here was measured: the texts are only as long and as awkward as those of
a real run, hostile ones included.
"""

from __future__ import annotations

from typing import Any

import msgspec
from choice_examples import on

from kserve_conformance.record import (
    Deviation,
    DeviationList,
    Finding,
    Footer,
    Header,
    Implementation,
    ListedDeviation,
    Record,
    Scenario,
    Skip,
    Step,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
    tally,
)
from kserve_conformance.record.chain import sealed
from kserve_conformance.record.deviations import digest_of

#: A text that would run if any projection took it for markup.
HOSTILE = "<script>document.title='taken'</script>\"'><img src=x onerror=alert(1)>]]>&amp; `|*_ \x07"

#: Statements of some of the rules that the example names.
STATEMENTS = {
    "explicit-namespace-first": "A runtime that a service names is looked up in its namespace, then in the cluster.",
    "explicit-disabled": "A disabled runtime that a service names is refused with RuntimeDisabled.",
    "order-priority": "Among runtimes of one scope and one format the highest priority wins.",
    "order-newest": "Among equals the runtime that was created last wins.",
    "auto-protocol-v1-by-default": "A service that gives no protocol asks for v1.",
    "no-equal-priority": "Two enabled runtimes of one scope may not give one format the same priority.",
    "failure-status": "The status says why no runtime was chosen.",
}

CATALOGUE = (
    ("format", "version", "autoSelect", "priority"),
    ("sklearn", "1", "true", "1"),
    ("xgboost", "1", "true", ""),
)

MANIFEST = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: fraud
  namespace: team-a
spec:
  predictor:
    model:
      modelFormat:
        name: onnx
      storageUri: s3://models/fraud
"""


def step(keyword: str, text: str, status: str = "passed", **more: Any) -> Step:
    """A step that passed by default."""
    return Step(keyword=keyword, text=text, status=status, **more)


def steps(*, last: str = "passed") -> tuple[Step, ...]:
    """Given, When and Then, with a table and a doc string; ``last`` is what became of the Then."""
    return (
        step("Given", 'a ClusterServingRuntime "kserve-sklearnserver"', table=CATALOGUE, line=8),
        step(
            "And",
            'a ServingRuntime "sklearn-tuned" in namespace "team-a" that is disabled',
            table=CATALOGUE[:2],
            line=12,
        ),
        step("When", "this service is applied", doc_string=MANIFEST, line=15),
        step("Then", 'it runs on ClusterServingRuntime "kserve-sklearnserver"', last, line=30),
    )


def scenario(name: str = "It holds", verdict: Verdict = Verdict.PASSED, **more: Any) -> Scenario:
    """A scenario of the explicit topic with the fields that its verdict requires."""
    path = more.pop("path", f"features/{more.get('topic', 'explicit')}/shadowing.feature")
    needed: dict[str, Any] = {"topic": "explicit", "rules": ("explicit-namespace-first",), "tags": ("core",)}
    match verdict:
        case Verdict.PASSED:
            needed |= {"steps": steps()}
        case Verdict.FAILED:
            needed |= {"steps": steps(last="failed"), "finding": MISMATCH}
        case Verdict.ERRORED:
            needed |= {"steps": steps(last="errored"), "finding": Finding(message="Unreachable: connection refused")}
        case Verdict.DEVIATES:
            needed |= {"steps": steps(last="failed"), "finding": MISMATCH, "deviation": DEVIATION}
        case Verdict.SKIPPED:
            needed |= {"reason": "the target cannot install another release", "skip": Skip.CAPABILITY}
        case Verdict.UNSUPPORTED:
            needed |= {"reason": "v0.10.2 has no priorities (since v0.11.1)"}
    return Scenario(
        id=more.pop("id", f"{path}::{name}"),
        name=name,
        path=path,
        feature=more.pop("feature", "A runtime named by a service is looked up in its namespace first"),
        verdict=verdict,
        **(needed | more),
    )


MISMATCH = Finding(
    message="runs on another runtime than expected",
    expected='ServingRuntime "sklearn-tuned" of namespace "team-a"',
    observed='ClusterServingRuntime "kserve-sklearnserver"\nas the Deployment fraud-predictor shows',
    explanation=(
        "InferenceService team-a/fraud asks for sklearn, protocol v1 (not given: v1 since v0.11.1)",
        "✓ ServingRuntime team-a/sklearn-tuned          chosen: namespace before cluster",
        "✗ ClusterServingRuntime kserve-sklearnserver   outranked: comes after every runtime of the namespace",
        "✗ ClusterServingRuntime kserve-mlserver        speaks v2; asked for v1",
    ),
    evidence={
        "service": MANIFEST + "status:\n  modelStatus:\n    states:\n      activeModelState: ''\n",
        "events": "Warning  InternalError  fails to reconcile predictor: no runtime found to support predictor "
        'with model type: {"name":"sklearn"}',
    },
    reproduce="kserve-conformance run --target memory:v0.15.2 -k 'features/explicit/shadowing.feature::It holds'",
)

DEVIATION = Deviation(
    id="order-list-v0.8",
    statement="v0.8 takes the first runtime that its list call returns; the documentation says the newest.",
    link="https://github.com/kserve/kserve/issues/2178",
)


#: A suite that no reader has at hand.
SUITE = SuiteIdentity(name="example-suite", version="1.2.0", digest="sha256:" + "4f" * 32, scenarios=0)


def deviations_of(scenarios: tuple[Scenario, ...]) -> DeviationList:
    """A list with every deviation of these scenarios."""
    entries = {
        one.deviation.id: ListedDeviation(
            id=one.deviation.id, statement=one.deviation.statement, link=one.deviation.link, rules=one.rules
        )
        for one in scenarios
        if one.deviation
    }
    return DeviationList(name="example", digest=digest_of(entries.values()), entries=tuple(entries.values()))


def header(scenarios: tuple[Scenario, ...], **more: Any) -> Header:
    """The header of a run that was to account for these scenarios."""
    return Header(
        harness=more.pop("harness", "0.1.0"),
        suite=more.pop("suite", msgspec.structs.replace(SUITE, scenarios=more.pop("inventory", len(scenarios)))),
        target=more.pop(
            "target",
            TargetIdentity(
                target="controlplane:v0.15.2",
                release="v0.15.2",
                observed_through="status",
                binaries={"manager": "sha256:" + "9b" * 32},
            ),
        ),
        deviations=more.pop("deviations", deviations_of(scenarios)),
        collected=more.pop("collected", tuple(one.id for one in scenarios)),
        **more,
    )


def record(*scenarios: Scenario, **more: Any) -> Record:
    """A whole record of these scenarios; ``more`` goes to its header, except what a footer has."""
    counts = {verdict.value: number for verdict, number in tally(scenarios).counts.items()}
    footer = Footer(
        counts=counts,
        leftovers=more.pop("leftovers", ()),
        interrupted=more.pop("interrupted", None),
        seconds=more.pop("seconds", None),
    )
    return sealed(Record(header=header(scenarios, **more), scenarios=scenarios, footer=footer))[0]


def example() -> Record:
    """The run that the pictures and the browser test are made from."""
    return record(
        *_explicit(),
        *_automatic(),
        *_ordering(),
        *_admission(),
        *_upgrades(),
        target=TargetIdentity(
            target="controlplane:v0.15.2",
            release="v0.15.2",
            api_server="v1.33.5",
            observed_through="status of the service and its Deployment",
            binaries={
                "kserve-controller-manager": "sha256:9b1de0c4a6f27be20dc8be6e42a27dc3f32e1a2cb26cf4ff3d9b0f4e4df9d7d1",
            },
            digests={
                "crds": "sha256:7a4e3ee0ac1d9a5b4dbd2a0f43a3ee25ab7fd81fb8b03a0c5a29dd5b0a1e7f02",
            },
        ),
        implementation=Implementation(
            organization="Example Cloud", project="example-serving", url="https://example.com/serving", version="2.4.0"
        ),
        started="2025-03-01T09:30:00Z",
        seconds=48.25,
        leftovers=("ConfigMap team-a/left-by-a-failure",),
    )


def _explicit() -> tuple[Scenario, ...]:
    return (
        scenario(
            "The namespace's runtime shadows the cluster's",
            line=14,
            choices=(on("team-a/kserve-sklearnserver"),),
            seconds=0.21,
        ),
        scenario(
            "A disabled runtime in the namespace still shadows the cluster's",
            line=23,
            rules=("explicit-namespace-first", "explicit-disabled"),
        ),
        scenario(
            "The cluster's runtime is used where the namespace has none",
            Verdict.FAILED,
            line=32,
            seconds=1.9,
            leftovers=("ServingRuntime team-a/x",),
        ),
        scenario(
            f"A runtime named {HOSTILE}",
            line=41,
            feature=f"Names are text, also {HOSTILE}",
            path="features/explicit/names.feature",
        ),
        scenario(
            "No second runtime is tried",
            Verdict.ERRORED,
            line=50,
            level="extended",
            finding=Finding(
                message="NotSettled: InferenceService team-a/fraud showed no settled choice within 30 s",
                evidence={"log": "\n".join(f'{{"level":"info","msg":"reconciling","n":{n}}}' for n in range(40))},
            ),
        ),
    )


def _automatic() -> tuple[Scenario, ...]:
    feature = "A service that names no runtime gets one that supports its format"
    path = "features/automatic/formats.feature"
    rows = ("sklearn", "xgboost", "lightgbm", "onnx", "pytorch", "tensorflow", "paddle", "huggingface")
    return (
        *(
            scenario(
                "A format is found by its exact name",
                topic="automatic",
                feature=feature,
                path=path,
                id=f"{path}::A format is found by its exact name[{number}]",
                line=20 + number,
                row={"format": name, "version": str(number)},
                rules=("format-exact", "version-exact"),
                about="KServe compares names of formats letter by letter.",
            )
            for number, name in enumerate(rows, 1)
        ),
        scenario(
            "A service without a protocol asks for v1",
            Verdict.DEVIATES,
            topic="automatic",
            feature=feature,
            path=path,
            line=60,
            rules=("auto-protocol-v1-by-default",),
            tags=("core", "documented", "claim-d9"),
        ),
    )


def _ordering() -> tuple[Scenario, ...]:
    feature = "Of several runtimes that support a service, one order decides"
    path = "features/ordering/priority.feature"
    common: dict[str, Any] = {"topic": "ordering", "feature": feature, "path": path}
    return (
        scenario("The highest priority wins", line=9, rules=("order-priority",), **common),
        scenario("A priority wins over none", line=19, rules=("order-priority-over-none",), **common),
        scenario(
            "The newest of equals wins", Verdict.FAILED, line=29, rules=("order-newest",), level="extended", **common
        ),
        scenario(
            "A list of more than twelve",
            Verdict.UNSUPPORTED,
            line=39,
            rules=("order-long-list-undefined",),
            level="extended",
            **common,
        ),
    )


def _admission() -> tuple[Scenario, ...]:
    feature = "The webhook of runtimes refuses what would make the choice ambiguous"
    common: dict[str, Any] = {"topic": "admission", "feature": feature, "path": "features/admission/priorities.feature"}
    return (
        scenario("Two runtimes of one priority", line=7, rules=("no-equal-priority",), **common),
        scenario(
            "A disabled runtime is not checked", line=17, rules=("disabled-not-checked",), level="extended", **common
        ),
    )


def _upgrades() -> tuple[Scenario, ...]:
    feature = "An upgrade keeps what is in store"
    common: dict[str, Any] = {
        "topic": "upgrades",
        "feature": feature,
        "path": "features/upgrades/stored.feature",
        "level": "extended",
    }
    return (
        scenario(
            "A stored service keeps its runtime",
            Verdict.SKIPPED,
            line=6,
            rules=("upgrade-keeps-stored-service",),
            **common,
        ),
        scenario(
            "The first write converts", Verdict.SKIPPED, line=16, rules=("upgrade-first-write-converts",), **common
        ),
    )


def large(number: int) -> Record:
    """A run of many scenarios over ten topics, one in forty of them failed."""
    return record(
        *(
            scenario(
                f"Scenario {index} says what becomes of a service",
                Verdict.FAILED if index % 40 == 0 else Verdict.PASSED,
                topic=f"topic-{index % 10}",
                feature=f"Feature {index % 50} of the suite",
                path=f"features/topic-{index % 10}/feature-{index % 50}.feature",
                line=index,
                level="core" if index % 3 else "extended",
                rules=(f"rule-{index % 70}",),
            )
            for index in range(1, number + 1)
        )
    )
