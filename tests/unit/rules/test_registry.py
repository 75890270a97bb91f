"""The registry that ships: it is whole, its ranges meet, and its sources exist."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import msgspec
import pytest

from kserve_conformance.rules.model import (
    Claim,
    ClaimFinding,
    Keeping,
    KnownDeviation,
    Level,
    Reference,
    Rule,
    Source,
    Versions,
)
from kserve_conformance.rules.registry import (
    FOLDER,
    TOPICS,
    InvalidRegistry,
    Registry,
    UnknownEntry,
    read,
    registry,
)
from kserve_conformance.rules.releases import RELEASES

#: Every rule that a scenario may name; a tag is a promise, so an id never goes away unseen.
IDS = frozenset(
    """
    webhook-only-on-write legacy-key-converted legacy-runtime-pinned legacy-runtime-not-pinned
    legacy-key-overwrites-model exactly-one-implementation modelmesh-not-converted modelmesh-default-converted
    raw-default-crashes-webhook legacy-protocol-v1 legacy-protocol-v2 triton-format-speaks-v2
    vllm-format-speaks-v2 webhook-server-defaults model-format-annotation predictor-name-rejected
    no-runtime-lookup-at-admission multi-node-service-checked schema-checked service-name-checked
    service-decoded service-encoded-by-go grpc-probe-needs-service runtime-decoded
    autoscaler-class-checked default-mode-written deletion-checks-mode deletion-checks-service
    mode-is-kept mode-locks-service unknown-mode-not-deployed
    workload-name workload-of-old-name-kept workload-of-former-mode-kept old-mode-name-deploys-twice
    mode-recorded-by-old-name mode-standard-until-recorded blocked-variables model-decides
    stored-legacy-uses-no-runtime choice-not-persisted modelmesh-not-managed explicit-namespace-first
    explicit-not-found explicit-no-second-try explicit-disabled explicit-protocol explicit-protocol-ignored
    explicit-format explicit-version explicit-ignores-auto-select explicit-ignores-multi-model
    explicit-defaults-before-checks explicit-checks-before-defaults auto-sees-own-namespace-and-cluster
    auto-skips-disabled auto-skips-multi-model auto-select-per-entry format-exact version-exact version-not-requested
    version-empty label-collision auto-protocol-any-by-default auto-protocol-v1-by-default
    auto-protocol-ignored no-protocols-supports-all empty-protocol-matches-all auto-none-found
    namespace-before-cluster order-undefined order-protocol-rank order-newest order-name order-priority
    order-priority-over-none priority-of-first-entry order-long-list-undefined protocol-back-filled
    server-defaults-by-name server-defaults-by-annotation mlserver-defaults torchserve-defaults triton-defaults
    runtime-version-replaces-tag digest-kept gpu-tag vllm-cpu-tag kserve-container-required first-container-used
    containers-required containers-merged args-concatenated env-merged-by-name env-concatenated
    placeholders-filled placeholders-invalid pod-labels-propagated pod-settings-used storage-helper-unused
    container-attributes-used
    custom-predictor-container extra-containers-kept multi-node-filter multi-node-not-filtered
    multi-node-explicit-unchecked multi-node-mismatch-crashes no-equal-priority no-mixed-priority
    disabled-not-checked priority-check-gaps mixed-priority-check-gaps multi-node-runtime-checked
    component-implementations explainers-known component-defaults zero-values-written replicas-in-order
    concurrency-not-negative logger-mode-required logger-storage-whole storage-uri-scheme storage-spec-type
    storage-uris-valid confidential-model-valid custom-protocol-known collocated-transformer-storage
    autoscaler-metric-annotation target-utilization-annotation scale-metric-known scale-target-in-range
    deployment-strategy-raw-only hpa-metrics-of-resources keda-metrics-whole keda-memory-crashes-webhook
    onnx-extension pmml-workers gpu-version canaries-valid predictor-renamed-with-model
    re-enabling-checked no-runtime-webhook failure-event failure-status no-failure-status workload-kept-on-failure
    status-names-runtime status-name-kept status-name-looked-up choice-made-at-each-reconcile disable-auto-update
    shipped-catalogue shipped-legacy shipped-installers-differ upgrade-keeps-stored-service
    upgrade-first-write-converts reapply-drops-pin upgrade-protocol-default upgrade-catalogue
    downgrade-keeps-stored-service fields-of-later-releases graph-endpoint-protocol canary-inherits-runtime
    chosen-runtime-serves running-pod-as-described
    """.split()  # noqa: SIM905 - names, not quotes, are to be read here
)

#: Rules that replace each other: from the first release of the first to today exactly one of them holds.
SUCCESSIONS = (
    ("auto-protocol-ignored", "auto-protocol-any-by-default", "auto-protocol-v1-by-default"),
    ("explicit-protocol-ignored", "explicit-protocol"),
    ("explicit-defaults-before-checks", "explicit-checks-before-defaults"),
    ("legacy-runtime-pinned", "legacy-runtime-not-pinned"),
    ("legacy-protocol-v1", "legacy-protocol-v2"),
    ("order-undefined", "order-protocol-rank"),
    ("order-undefined", "order-newest"),
    ("order-undefined", "order-name"),
    ("server-defaults-by-name", "server-defaults-by-annotation"),
    ("env-concatenated", "env-merged-by-name"),
    ("first-container-used", "kserve-container-required"),
    ("multi-node-not-filtered", "multi-node-filter"),
    ("no-runtime-webhook", "no-equal-priority"),
    ("no-failure-status", "failure-status"),
)

#: The release in which a rule begins, for those that do not hold from the start.
SINCE = {
    "modelmesh-default-converted": "0.10.0",
    "triton-format-speaks-v2": "0.11.2",
    "vllm-format-speaks-v2": "0.20.0",
    "model-format-annotation": "0.17.0",
    "predictor-name-rejected": "0.16.0",
    "multi-node-service-checked": "0.15.0",
    "order-priority": "0.11.1",
    "order-priority-over-none": "0.11.1",
    "priority-of-first-entry": "0.11.1",
    "order-long-list-undefined": "0.11.1",
    "digest-kept": "0.16.0",
    "vllm-cpu-tag": "0.20.0",
    "pod-labels-propagated": "0.10.0",
    "no-mixed-priority": "0.12.0",
    "mixed-priority-check-gaps": "0.12.0",
    "disabled-not-checked": "0.11.1",
    "runtime-decoded": "0.11.1",
    "re-enabling-checked": "0.11.1",
    "priority-check-gaps": "0.11.1",
    "multi-node-runtime-checked": "0.15.0",
    "status-names-runtime": "0.16.0",
    "status-name-kept": "0.16.0",
    "status-name-looked-up": "0.16.0",
    "disable-auto-update": "0.16.0",
    "graph-endpoint-protocol": "0.16.0",
    "canary-inherits-runtime": "0.20.0",
}


class TestWhole:
    def test_every_known_id_is_a_rule_and_no_other(self) -> None:
        """The ids are the contract with the tags of scenarios, in both directions."""
        assert {rule.id for rule in registry().rules} == IDS

    def test_every_claim_of_the_documentation_is_there(self) -> None:
        """D1 to D22, in their order."""
        assert [claim.id for claim in registry().claims] == [f"d{number}" for number in range(1, 23)]

    def test_every_edge_case_is_decided_by_some_rule(self) -> None:
        """X1 to X40 are described, and each is named by a rule."""
        edges = [f"x{number}" for number in range(1, 41)]

        assert [edge.id for edge in registry().edges] == edges
        assert {edge for rule in registry().rules for edge in rule.edges} == set(edges)

    def test_statements_are_sentences(self) -> None:
        """One plain sentence each, so that a report can print it as it is."""
        parts = (registry().rules, registry().claims, registry().deviations, registry().edges)
        statements = {entry.id: entry.statement for part in parts for entry in part}

        assert [name for name, printed in statements.items() if not re.fullmatch(r"\S.*\.", printed)] == []

    def test_every_topic_has_rules(self) -> None:
        """A topic is a file of rules and a folder of features."""
        assert {rule.topic for rule in registry().rules} == set(TOPICS)
        assert {file.stem for file in (FOLDER / "topics").glob("*.yaml")} == set(TOPICS)

    def test_what_must_be_is_documented(self) -> None:
        """MUST rests on the documentation; what is only coded is at most SHOULD."""
        assert [rule.id for rule in registry().rules if rule.level is Level.MUST and not rule.documentation] == []

    def test_every_release_follows_some_rules_and_not_all(self) -> None:
        """No release is left out, and none is without a rule of another's time."""
        for release in RELEASES:
            assert 60 < len(registry().rules_of(release)) < len(IDS), release


class TestRanges:
    @pytest.mark.parametrize("succession", SUCCESSIONS, ids=" > ".join)
    def test_rules_that_replace_each_other_neither_overlap_nor_leave_a_gap(self, succession: tuple[str, ...]) -> None:
        """Exactly one of them holds for each release since the first began, and they come in this order."""
        rules = [registry().rule(rule_id) for rule_id in succession]
        began = RELEASES.index(f"v{rules[0].since}") if rules[0].since else 0

        holding = [[rule.id for rule in rules if rule.holds_for(release)] for release in RELEASES[began:]]

        assert [len(found) for found in holding] == [1] * len(holding)
        assert list(dict.fromkeys(found[0] for found in holding)) == list(succession)

    @pytest.mark.parametrize(("rule_id", "since"), SINCE.items())
    def test_rule_begins_with_its_release(self, rule_id: str, since: str) -> None:
        """The release before it does not follow it yet."""
        rule = registry().rule(rule_id)
        first = RELEASES.index(f"v{since}")

        assert [rule.holds_for(release) for release in RELEASES] == [i >= first for i in range(len(RELEASES))]

    def test_crash_of_one_release_is_that_release_alone(self) -> None:
        """v0.9.0 is the only one whose webhook panics without annotations."""
        rule = registry().rule("raw-default-crashes-webhook")

        assert [release for release in RELEASES if rule.holds_for(release)] == ["v0.9.0"]


class TestClaims:
    @pytest.mark.parametrize(
        ("claim", "release", "keeps"),
        [
            ("d2", "v0.8.0", "kept"),
            ("d7", "v0.8.0", "kept"),
            ("d7", "v0.9.0", "partly"),
            ("d9", "v0.11.0", "broken"),
            ("d9", "v0.11.1", "partly"),
            ("d12", "v0.11.2", "broken"),
            ("d12", "v0.12.0", "partly"),
            ("d15", "v0.8.0", "kept"),
            ("d15", "v0.9.0", "broken"),
            ("d16", "v0.9.0", "partly"),
            ("d19", "v0.11.0", "kept"),
            ("d19", "v0.11.1", "partly"),
            ("d19", "v0.11.2", "kept"),
            ("d20", "v0.11.0", "broken"),
            ("d20", "v0.11.1", "kept"),
            ("d22", "v0.20.0", "unstated"),
        ],
    )
    def test_release_keeps_a_claim_or_not(self, claim: str, release: str, keeps: str) -> None:
        """A claim can change its truth between two neighbouring releases."""
        assert registry().claims_kept(release)[claim].keeps == Keeping(keeps)

    def test_every_claim_has_one_finding_for_each_release(self) -> None:
        """No release is left without an answer."""
        for release in RELEASES:
            assert len(registry().claims_kept(release)) == 22


class TestDeviations:
    @pytest.mark.parametrize(
        ("release", "rules", "claims", "deviation"),
        [
            ("v0.8.0", [], ["d15"], None),
            ("v0.9.0", [], ["d15"], "legacy-runtime-not-named"),
            ("v0.20.0", ["legacy-key-converted"], ["d15"], "legacy-runtime-not-named"),
            ("v0.11.0", [], ["d19"], None),
            ("v0.11.1", [], ["d19"], "sklearn-v2-not-on-mlserver"),
            ("v0.11.2", [], ["d19"], None),
            ("v0.11.0", ["order-priority"], ["d9"], "priority-documented-before-it-exists"),
            ("v0.11.1", ["order-priority"], ["d9"], None),
            ("v0.15.2", ["priority-of-first-entry"], ["d9"], "priority-of-another-entry"),
            ("v0.15.2", ["priority-of-first-entry"], [], None),
            ("v0.15.2", [], ["d8"], None),
            ("v0.15.2", [], [], None),
        ],
    )
    def test_deviation_speaks_of_its_claim_rule_and_range(
        self, release: str, rules: list[str], claims: list[str], deviation: str | None
    ) -> None:
        """With a claim and a rule, both must match; outside its range it does not apply."""
        found = registry().deviation_for(release, rules, claims)

        assert (found and found.id) == deviation

    def test_the_more_exact_deviation_is_the_answer(self) -> None:
        """A deviation with rule and claim is preferred to one with the claim alone."""
        rule, claim = _rule("a"), _claim("d1", "a")
        broad = KnownDeviation(id="broad", claim="d1", statement="It differs.", link="https://github.com/kserve/kserve")
        exact = KnownDeviation(id="exact", claim="d1", rule="a", statement="It differs.", link=broad.link)
        made = Registry((rule,), (claim,), (broad, exact), pages=registry().pages)

        found = made.deviation_for("v0.9.0", ["a"], ["d1"])

        assert found == exact

    def test_every_deviation_from_a_claim_is_a_broken_or_partly_kept_one(self) -> None:
        """A release cannot deviate from a claim that it keeps: list and findings agree."""
        for deviation in registry().deviations:
            assert deviation.claim is not None
            claim = registry().claim(deviation.claim)
            for release in RELEASES:
                if deviation.holds_for(release):
                    assert claim.finding(release).keeps in (Keeping.BROKEN, Keeping.PARTLY), (deviation.id, release)


class TestLookUp:
    def test_an_unknown_rule_is_an_error_with_the_nearest(self) -> None:
        """A misspelt id finds no rule and says which was meant."""
        with pytest.raises(UnknownEntry, match="unknown rule 'explicit-formt'") as caught:
            registry().rule("explicit-formt")

        assert "explicit-format" in (caught.value.hint or "")

    def test_source_links_to_the_release(self) -> None:
        """The place in the code can be read at the tag of the release in question."""
        source = registry().rule("order-priority").code[0]

        assert source.url("v0.15.2") == (
            "https://github.com/kserve/kserve/blob/v0.15.2/pkg/apis/serving/v1beta1/predictor_model.go"
        )


def _rule(rule_id: str, *, since: str | None = None, until: str | None = None, edges: tuple[str, ...] = ()) -> Rule:
    return Rule(
        id=rule_id,
        statement="It is so.",
        level=Level.SHOULD,
        code=(Source(file="pkg"),),
        since=since,
        until=until,
        edges=edges,
    )


def _claim(claim_id: str, *rules: str, findings: tuple[ClaimFinding, ...] = ()) -> Claim:
    return Claim(
        id=claim_id,
        statement="It is so.",
        documentation=Reference(page="0.10", section="Previous schema"),
        stated=Versions(since="0.8"),
        rules=rules,
        findings=findings or (ClaimFinding(keeps=Keeping.KEPT, why="It is."),),
    )


class TestContradictions:
    def test_one_error_reports_every_contradiction(self) -> None:
        """A registry that contradicts itself is rejected as a whole, with all problems."""
        kept = ClaimFinding(keeps=Keeping.KEPT, why="It is.")
        with pytest.raises(InvalidRegistry) as caught:
            Registry(
                rules=(
                    _rule("twice"),
                    _rule("twice"),
                    _rule("never", since="0.12.0", until="0.11.0"),
                    _rule("odd", since="0.15.3"),
                    _rule("worse", since="soon"),
                    _rule("edgy", edges=("x99",)),
                    msgspec.structs.replace(_rule("unsourced"), code=()),
                ),
                claims=(
                    _claim("d1", "absent"),
                    _claim("d2", findings=(msgspec.structs.replace(kept, until="0.19.0"),)),
                    _claim("d3", findings=(kept, msgspec.structs.replace(kept, since="0.20.0"))),
                ),
                deviations=(
                    KnownDeviation(
                        id="nothing", statement="It differs.", link="https://github.com/kserve/kserve/pull/1"
                    ),
                    KnownDeviation(id="elsewhere", claim="d1", statement="It differs.", link="http://example.com"),
                    KnownDeviation(
                        id="lost", claim="d9", rule="lost", statement="It differs.", link="https://github.com/kserve/"
                    ),
                ),
                pages=registry().pages,
            )

        assert set(caught.value.problems) == {
            "rule twice appears 2 times",
            "rule never: no release is since 0.12.0 and until 0.11.0",
            "rule odd: unknown KServe release '0.15.3'",
            "rule worse: unknown KServe release 'soon'",
            "rule edgy: unknown edge x99",
            "rule unsourced has no source in KServe's code",
            "claim d1: unknown rule absent",
            "claim d2 has 0 findings for v0.20.0, expected 1",
            "claim d2 has 0 findings for main, expected 1",
            "claim d3 has 2 findings for v0.20.0, expected 1",
            "claim d3 has 2 findings for main, expected 1",
            "deviation nothing names neither a rule nor a claim",
            "deviation elsewhere: expected a link to KServe's repository or website, got http://example.com",
            "deviation lost: unknown rule lost",
            "deviation lost: unknown claim d9",
        }
        assert caught.value.hint

    def test_misspelt_field_and_missing_file_are_reported(self, tmp_path: Path) -> None:
        """A data file that does not match the model is an error."""
        folder = tmp_path / "rules"
        shutil.copytree(FOLDER, folder)
        explicit = folder / "topics" / "explicit.yaml"
        explicit.write_text(
            explicit.read_text(encoding="utf-8").replace("level: MUST", "levle: MUST", 1), encoding="utf-8"
        )
        (folder / "edges.yaml").unlink()

        with pytest.raises(InvalidRegistry) as caught:
            read(folder)

        assert len(caught.value.problems) == 2
        assert "topics/explicit.yaml: Object contains unknown field `levle`" in caught.value.problems[0]
        assert caught.value.problems[1].startswith("edges.yaml: ")


MODULES = Path(os.environ.get("GOMODCACHE", Path.home() / "go" / "pkg" / "mod")) / "github.com" / "kserve"


class TestSources:
    @pytest.mark.parametrize("release", RELEASES)
    def test_every_rule_names_code_that_is_there(self, release: str) -> None:
        """Files and functions exist in the release's module, for each rule that it follows."""
        module = MODULES / f"kserve@{release}"
        if not module.is_dir():
            pytest.skip(f"the module of {release} is not in the module cache")
        absent = [
            (rule.id, source.file, source.function)
            for rule in registry().rules_of(release)
            for source in rule.code
            if source.holds_for(release) and not _is_there(module / source.file, source.function)
        ]

        assert absent == []

    def test_every_rule_has_a_source_for_each_of_its_releases(self) -> None:
        """Ranges of sources leave no release of a rule without one."""
        for release in RELEASES:
            for rule in registry().rules_of(release):
                assert any(source.holds_for(release) for source in rule.code), (rule.id, release)


def _is_there(path: Path, function: str | None) -> bool:
    if function is None:
        return path.exists()
    return path.is_file() and bool(
        re.search(rf"^func (\([^)]*\) )?{function}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
