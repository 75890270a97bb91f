"""The deviations that an implementation declares: read strictly, and as narrow as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite.declared_deviations import DeclaredDeviations, declared_in

GOOD = """\
- id: proxy-sidecar
  statement: Each pod has a proxy next to its server.
  link: https://example.com/docs/proxy
  scenarios: [a.feature::one]
  rules:
  - order-newest
- id: strict-priorities
  statement: Priorities are checked in the first runtime of a namespace too.
  link: https://example.com/docs/priorities
  setupRejected:
  - a.feature::two
"""


@dataclass(frozen=True)
class Named:
    """A scenario of which only the id matters."""

    id: str


SCENARIOS = tuple(Named(f"a.feature::{name}") for name in ("one", "two", "three"))


def read(folder: Path, text: str | bytes) -> DeclaredDeviations:
    """Read a file with this text."""
    file = folder / "own.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return declared_in(file, SCENARIOS)  # type: ignore[arg-type] - only ids are read


class TestGood:
    def test_covers_what_it_names(self, tmp_path):
        """An entry of the scenario comes before one of its rule."""
        declared = read(tmp_path, GOOD)
        proxy, strict = declared.entries

        assert declared.expected("a.feature::one", ()) is proxy
        assert declared.expected("a.feature::three", ("x", "order-newest")) is proxy
        assert declared.expected("a.feature::three", ("x",)) is None
        assert declared.of_rejected_setup("a.feature::two") is strict
        assert declared.of_rejected_setup("a.feature::one") is None

    def test_what_cannot_be_set_up_need_not_deviate(self, tmp_path):
        """It is judged as any other scenario if it can be set up after all, whatever its rules."""
        assert read(tmp_path, GOOD).expected("a.feature::two", ("order-newest",)) is None

    def test_an_empty_list(self, tmp_path):
        """An implementation may declare nothing."""
        assert read(tmp_path, "[]").entries == ()


class TestBad:
    @pytest.mark.parametrize(
        ("old", "new", "line", "text"),
        [
            ("rules:", "rule:", 5, "[0].rule: unknown field 'rule'"),
            ("- order-newest", "- order-newst", 6, "[0].rules[0]: unknown rule 'order-newst'"),
            ("::one]", "::uno]", 4, "[0].scenarios[0]: unknown scenario 'a.feature::uno'"),
            ("- a.feature::two", "- a.feature::four", 11, "[1].setupRejected[0]: unknown scenario"),
            ("  link: https://example.com/docs/proxy\n", "", 1, "[0].link: link is required"),
            ("https://example.com/docs/proxy", "TODO", 3, "[0].link: link is still to be written"),
            ("https://example.com/docs/proxy", "docs/proxy", 3, "[0].link: expected an http or https link"),
            ("https://example.com/docs/proxy", "javascript:alert(1)", 3, "expected an http or https link"),
            ("Each pod has a proxy next to its server.", "TODO", 2, "statement is still to be written"),
            ("Each pod has a proxy next to its server.", "' '", 2, "statement is still to be written"),
            ("Each pod has a proxy next to its server.", "[1]", 2, "expected a string, got a list"),
            ("id: proxy-sidecar", "id: Proxy Sidecar", 1, "expected lower-case words joined by hyphens"),
            ("id: proxy-sidecar", "id: rank-before-age", 1, "is the id of a deviation of KServe"),
            ("id: strict-priorities", "id: proxy-sidecar", 7, "is the id of an earlier deviation"),
            (
                "- a.feature::two",
                "- a.feature::one",
                11,
                "'a.feature::one' is already named by 'proxy-sidecar'",
            ),
            ("- a.feature::two", "- [x]", 11, "expected the id of a scenario, got a list"),
            ("  setupRejected:\n  - a.feature::two\n", "", 7, "names neither rules nor scenarios"),
            ("scenarios: [a.feature::one]", "scenarios: a.feature::one", 4, "expected a list of scenarios"),
        ],
    )
    def test_is_reported_with_its_line(self, tmp_path, old, new, line, text):
        """The field, what is wrong, and the line of the file."""
        with pytest.raises(SuiteError) as error:
            read(tmp_path, GOOD.replace(old, new))

        assert f"own.yaml:{line}: " in str(error.value)
        assert text in str(error.value)

    def test_every_problem_is_reported_together(self, tmp_path):
        """A file of many entries is corrected in one go."""
        with pytest.raises(SuiteError, match=r"5 problems in .*own\.yaml"):
            read(tmp_path, GOOD.replace("link:", "lnk:").replace("- order-newest", "- x"))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "expected a list of deviations, got nothing"),
            ("id: x", "expected a list of deviations, got a mapping"),
            ("- x", "expected a deviation, got 'x'"),
            ("- id: [", "own.yaml:"),
            (b"\xff\xfe", "own.yaml"),
            ("- &a [*a]", "own.yaml"),
            ("- id: a\n  id: b\n", "own.yaml"),
            ("#" * (20 * 1024 * 1024), "own.yaml"),
        ],
        ids=["empty", "mapping", "text", "broken", "bytes", "alias", "repeated-key", "large"],
    )
    def test_is_not_a_list_of_deviations(self, tmp_path, text, message):
        """Anything else is an error of the same kind."""
        with pytest.raises(SuiteError) as error:
            read(tmp_path, text)

        assert message in str(error.value)

    def test_a_missing_file_and_a_folder(self, tmp_path):
        """Both cannot be read."""
        for file in (tmp_path, tmp_path / "none.yaml"):
            with pytest.raises(SuiteError, match="cannot read the deviations"):
                declared_in(file, ())
