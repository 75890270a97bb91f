"""The guide to the findings: complete, and true by its own examples."""

from __future__ import annotations

import json

import pytest

from kserve_conformance.cli import code_of
from kserve_conformance.lint import CODES, LintCode, Severity
from kserve_conformance.lint.guide import GUIDE
from kserve_conformance.lint.runtimes import runtime_findings
from kserve_conformance.objects import Catalogue
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.rules.releases import NAMES

#: What only a cluster can show.
OF_CLUSTERS = {
    LintCode.MISSING,
    LintCode.CHANGED,
    LintCode.EXTRA,
    LintCode.NONE_SHIPPED,
    LintCode.WILL_CHANGE,
    LintCode.RUNTIME_UNKNOWN,
    LintCode.NOT_COMPARED,
}

EXAMPLES = [code for code in LintCode if code not in OF_CLUSTERS]


@pytest.fixture
def codes_in(tmp_path, monkeypatch, capsys):
    """The codes of the findings in a text."""
    monkeypatch.chdir(tmp_path)

    def call(text: str, release: str) -> set[str]:
        (tmp_path / "objects.yaml").write_text(text)
        code_of(["lint", "--release", release, "--format", "json", "objects.yaml"])
        return {each["code"] for each in json.loads(capsys.readouterr().out)["findings"]}

    return call


def test_every_code_has_a_severity_and_an_entry():
    """No code is without severity or guide, and only what a cluster shows is without example."""
    assert set(GUIDE) == set(LintCode) == {LintCode(code) for code in CODES}
    assert {code for code, entry in GUIDE.items() if entry.example is None or entry.near is None} == OF_CLUSTERS
    assert all(entry.since in NAMES for entry in GUIDE.values())


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_example_has_the_finding(code, codes_in):
    """The example of a finding has it, under its release."""
    assert code in codes_in(GUIDE[code].example, GUIDE[code].release)


@pytest.mark.parametrize("code", EXAMPLES)
def test_what_nearly_has_it_does_not(code, codes_in):
    """Manifests that differ in what matters do not have the finding."""
    assert code not in codes_in(GUIDE[code].near, GUIDE[code].release)


@pytest.mark.parametrize("code", [code for code in EXAMPLES if GUIDE[code].since != NAMES[0]])
def test_earlier_releases_do_not_have_it(code, codes_in):
    """Before the first release that can have it, the example does not have the finding."""
    before = NAMES[NAMES.index(GUIDE[code].since) - 1]
    assert code not in codes_in(GUIDE[code].example, before)


def test_shipped_runtimes_have_no_finding_that_is_not_true():
    """Of the runtimes that releases ship, these are what KServe itself got wrong; everything else is a note."""
    found = set()
    for release in NAMES:
        profile = profile_of(release)
        catalogue = Catalogue.of(profile.crds.pruned(each) for each in shipped(release))
        for finding in runtime_findings({each.key: "shipped" for each in catalogue}, catalogue, profile):
            if finding.severity is not Severity.NOTE:
                found.add((release, finding.code, finding.object.rpartition(" ")[2]))

    assert found == {
        ("v0.8.0", LintCode.NEVER_SELECTED, "kserve-mlserver"),
        ("v0.8.0", LintCode.NEVER_SELECTED, "kserve-tritonserver"),
        ("v0.11.1", LintCode.MIXED_PRIORITIES, "kserve-mlserver"),
    }
