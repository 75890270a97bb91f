"""Each block of KServe's page about serving runtimes is accounted for, and nothing in the list is made up."""

from __future__ import annotations

import re

import pytest
from generate import traceability
from generate.traceability import Block, DocumentedPage, Section, blocks, pages, scenarios_of
from pages import ROOT

from kserve_conformance.exceptions import ProfileError
from kserve_conformance.rules.registry import registry

PAGE = (ROOT / "docs" / "reference" / "traceability.md").read_text(encoding="utf-8")


def one_block(**values: object) -> DocumentedPage:
    """A page of v0.10 with a single block."""
    block = Block(kind="paragraph", topic="x", **values)  # type: ignore[arg-type]  # As the data file gives them.
    return DocumentedPage(
        id="0.10",
        version="v0.10",
        title="t",
        url="u",
        file="f",
        commit="c",
        sections=(Section(name="s", blocks=(block,)),),
    )


def test_every_block_is_tested_or_has_a_reason():
    """A block has claims and rules with scenarios, or the reason why nothing of it is testable."""
    for page in pages():
        for place, block in blocks(page):
            assert bool(block.nothing) != bool(block.claims or block.rules), place
            assert block.nothing or scenarios_of(block), place


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"rules": ("no-such-rule",)}, "unknown rule"),
        ({"claims": ("d99",)}, "unknown claim"),
        ({}, "expected either"),
        ({"rules": ("format-exact",), "nothing": "x"}, "expected either"),
        ({"claims": ("d8",)}, "does not make the claim"),
        ({"claims": ("d16",)}, "does not make the claim"),
    ],
)
def test_a_wrong_entry_is_an_error(values, problem):
    """An entry that the registry does not have, one of another version, and a block without either stop the build."""
    page = one_block(**values)
    ((place, block),) = blocks(page)

    with pytest.raises((ValueError, ProfileError), match=problem):
        traceability._check(page, place, block)


def test_every_claim_of_the_pages_has_a_block():
    """A claim that cites the page is in the list of each version that makes it."""
    for page in pages():
        listed = {claim for _, block in blocks(page) for claim in block.claims}
        number = traceability._order(page.id)
        stated = {
            claim.id
            for claim in registry().claims
            if "-" not in claim.documentation.page
            and traceability._order(claim.stated.since) <= number
            and (claim.stated.until is None or number <= traceability._order(claim.stated.until))
        }
        assert stated == listed, page.version


def test_every_rule_leads_back():
    """Each rule of the registry has a row with the blocks that state it, or says where else it comes from."""
    rows = re.findall(r"^\| \[([\w-]+)\]\(rules/[\w-]+\.md#[\w-]+\) \| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)
    named = {rule for page in pages() for _, block in blocks(page) for rule in block.rules}

    assert [rule for rule, _, _ in rows] == [rule.id for rule in registry().rules]
    assert {rule for rule, _, places in rows if "paragraph" in places or "row" in places or "note" in places} <= named
    assert all(int(number) > 0 for rule, number, _ in rows if rule in named)


def test_the_total_is_that_of_the_list():
    """The numbers at the top are those of the rows below."""
    for page in pages():
        (row,) = re.findall(
            rf"^\| \[{re.escape(page.version)}\]\(.*?\) \| (\d+) \| (\d+) \| (\d+) \|", PAGE, re.MULTILINE
        )
        whole, tested, nothing = map(int, row)

        assert whole == tested + nothing == sum(1 for _ in blocks(page))
        assert nothing == sum(block.nothing is not None for _, block in blocks(page))


def test_a_place_has_a_section_and_an_ordinal():
    """Blocks are counted by kind, from 1, in each section."""
    places = [place for place, _ in blocks(pages()[0])]

    assert places[0] == "Serving Runtimes, paragraph 1"
    assert "Spec Attributes, table row 2" in places
    assert len(set(places)) == len(places)
