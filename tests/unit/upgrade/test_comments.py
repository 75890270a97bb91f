"""The census as text for a terminal and as Markdown for a comment: what fits, and how the rest is summarised."""

from __future__ import annotations

import re

import pytest
from censuses import RELEASES, census, hostile

from kserve_conformance.upgrade.reports import markdown, text

#: The characters of a comment on GitHub.
COMMENT = 65_536


def comment(of):
    return "\n".join(markdown.lines(of, RELEASES))


class TestMarkdown:
    @pytest.mark.parametrize("kinds", [10, 200, 1000])
    def test_fits_a_comment(self, kinds):
        """However many services and groups there are, the document fits."""
        assert len(comment(census(kinds * 125, kinds))) <= COMMENT

    def test_reports_what_is_left_out(self):
        """The groups that are shown and those that are left out are all of them."""
        document = comment(census(125_000, 1000))
        left = re.search(r"\*\*([\d,]+) of 1,000 groups with ([\d,]+) services are left out\*\*", document)

        assert left
        groups, services = (int(number.replace(",", "")) for number in left.groups())
        assert document.count("<details") + groups == 1000
        assert services == groups * 125

    def test_the_summary_comes_first(self):
        """The conclusion and the counts come before the groups, and what is worse is open."""
        document = comment(census())

        assert document.index("6 of 30 services lose their runtime") < document.index("| services |")
        assert document.index("| services |") < document.index("<details open>") < document.index("<details>")

    def test_every_fold_is_closed(self):
        """Hostile texts open and close no HTML."""
        document = comment(hostile())

        assert document.count("<details") == document.count("</details>")
        # Escaped with a backslash, or in a span of code.
        outside = re.sub(r"(`+) .*? \1", "", document)
        assert re.findall(r"(?<!\\)<(?:script|img)", outside) == []

    def test_a_fix_has_its_patch(self):
        """The patch of a fix is a block to copy."""
        assert "  ```yaml\n  spec:\n    predictor:\n      model:\n        runtime: server-0\n  ```" in comment(census())


class TestText:
    def test_fits_eighty_columns(self):
        """No line is longer unless a name forces it."""
        lines = list(text.lines(census(2500, 20, clusters=40), RELEASES))

        assert [line for line in lines if len(line) > 80] == []
        assert lines[1].startswith("500 of 2,500 services lose their runtime. ")

    def test_many_groups_are_counted(self):
        """What is not printed is counted."""
        assert list(text.lines(census(1000, 1000), RELEASES))[-1] == (
            "... and 800 more groups with 800 services: --format json has all groups"
        )
