"""The page about an upgrade: whole, self-contained, bounded."""

from __future__ import annotations

import re

import pytest
from censuses import HOSTILE, RELEASES, assessment, census, hostile
from page_parts import Parts

from kserve_conformance.upgrade import Census, Change, Finding
from kserve_conformance.upgrade.census import Flow
from kserve_conformance.upgrade.reports.flow import NARROW, NODES, WIDE, folded, picture
from kserve_conformance.upgrade.reports.html import LARGEST, html
from kserve_conformance.upgrade.reports.view import Bounds, view_of

MILLION = 1_000_000


class TestPage:
    def test_loads_nothing(self):
        """No element refers to another file, and the policy allows only the page's own style and script."""
        parts = Parts(html(census(), RELEASES)).found

        addresses = [
            value for _, attributes in parts for name, value in attributes.items() if name in ("src", "href", "action")
        ]
        assert addresses
        assert all(address.startswith("#") for address in addresses)
        policies = [attributes["content"] for _, attributes in parts if "http-equiv" in attributes]
        assert len(policies) == 1
        assert policies[0].startswith("default-src 'none'; style-src 'sha256-")

    def test_no_style_or_handler_in_attributes(self):
        """The policy would block them."""
        for _, attributes in Parts(html(census(), RELEASES)).found:
            assert "style" not in attributes
            assert not [name for name in attributes if name.startswith("on")]

    def test_hostile_texts_are_text(self):
        """A name that looks like HTML becomes no element, and no control character remains."""
        page = html(hostile(), RELEASES, warnings=[HOSTILE])

        assert "<img" not in page
        assert page.count("<script>") == 1
        assert "\u202e" not in page
        assert "\x07" not in page

    def test_every_link_leads_somewhere(self):
        """Each fragment that the page links to exists, once."""
        parts = Parts(html(census(), RELEASES)).found
        ids = [attributes["id"] for _, attributes in parts if "id" in attributes]

        assert len(ids) == len(set(ids))
        assert {value[1:] for _, each in parts if (value := each.get("href", "")).startswith("#")} <= set(ids)

    def test_a_group_keeps_its_fragment(self):
        """A link to a group leads to the same group of a later census."""
        small, large = (re.findall(r'id="(group-\w+)"', html(census(count), RELEASES)) for count in (30, 90))

        assert len(small) == 10
        assert sorted(small) == sorted(large)

    def test_an_upgrade_that_changes_nothing(self):
        """A page without services or changes says so."""
        assert "There are no services." in html(census(0), RELEASES)

    def test_warnings_are_shown(self):
        """What could not be read is part of the result."""
        assert "not read: broken.yaml" in html(census(), RELEASES, warnings=["not read: broken.yaml"])

    def test_only_some_classes(self):
        """With some classes the page has their groups alone, and says so."""
        page = html(census(), RELEASES, frozenset({"lost"}))

        assert 'id="lost"' in page
        assert 'id="gained"' not in page
        assert "Groups of other classes than lost are not shown" in page


@pytest.fixture(scope="module")
def large():
    """A million services in a thousand groups."""
    return census(MILLION, 1000, clusters=40)


class TestBounds:
    def test_a_million_services_fit(self, large):
        """The page is at most five megabytes."""
        page = html(large, RELEASES)

        assert 500_000 < len(page.encode()) <= LARGEST
        assert "1,000,000" in page

    def test_nothing_is_dropped_silently(self, large):
        """The services that are listed and those that are counted as left out are all of them."""
        view = view_of(large)
        listed = sum(group.count for groups in view.sections.values() for group in groups)
        left_out = sum(count for _, count in view.left_out.values())

        assert view.left_out
        assert listed + left_out == view.in_groups == MILLION
        page = html(large, RELEASES)
        for number, members in view.left_out.values():
            assert f"{number:,} more groups with {members:,} services are not shown here" in page
        counted = sum(counts["lost"] for _, counts in view.places) + view.rest["lost"]
        assert counted == large.changes[Change.LOST]

    def test_the_first_hundred_of_a_group(self):
        """A group lists a hundred services, and says how many more there are."""
        view = view_of(census(2500, 5))

        assert {len(group.services) for groups in view.sections.values() for group in groups} == {100}
        assert {group.unlisted for groups in view.sections.values() for group in groups} == {400}
        assert "400 services more are not listed here" in html(census(2500, 5), RELEASES)

    def test_long_texts_are_cut(self):
        """Texts of any length fit, and are marked where they are cut."""
        result = Census()
        for number in range(400):
            name = "x" * 3000
            result.add(Finding(f"{name}/{number}{name}", name, assessment(number)))

        page = html(result, RELEASES)
        assert len(page.encode()) <= LARGEST
        assert "more characters)" in page

    def test_fewer_services_are_listed_before_groups_are_left_out(self):
        """Bounds narrow one after the other."""
        assert view_of(census(2500, 5), bounds=Bounds(services=3)).listed == 15


class TestFlow:
    def test_few_runtimes_are_folded(self):
        """The largest runtimes have nodes of their own, the others one together; no service is lost."""
        flows = {Flow(f"r{number}", f"r{number}", Change.SAME): number + 1 for number in range(30)}
        result = folded(flows)

        assert sum(result.values()) == sum(flows.values())
        assert len(result) == NODES + 1
        assert result[Flow("20 other runtimes", "20 other runtimes", Change.SAME)] == sum(range(1, 21))

    def test_larger_nodes_come_first(self):
        """Runtimes are drawn from the largest to the smallest, and no runtime below all of them."""
        flows = {Flow(name, name, Change.SAME): count for name, count in (("a", 1), ("b", 5), ("c", 3))}
        root = picture({**flows, Flow("no runtime", "no runtime", Change.BROKEN_BEFORE): 9}, RELEASES, WIDE)
        tops = {node.findtext("title"): float(node.get("y")) for node in root.iter("rect")}

        assert sorted(tops, key=tops.get) == [
            "b: 5 services",
            "c: 3 services",
            "a: 1 service",
            "no runtime: 9 services",
        ]

    def test_a_long_name_is_cut(self):
        """A label has no more letters than there is room for; its title has the whole name."""
        name = "a-runtime-with-a-name-that-is-much-longer-than-the-room-for-it"
        root = picture({Flow(name, name, Change.SAME): 1}, RELEASES, NARROW)
        labels = {label.text for label in root.iter("text") if label.text and label.text.endswith("…")}

        assert {len(label) for label in labels} == {NARROW.letters}
        assert all(name.startswith(label[:-1]) for label in labels)

    def test_nothing_is_folded_into_no_runtime(self):
        """What has no runtime stays a node of its own, however small."""
        flows = {Flow(f"r{number}", f"r{number}", Change.SAME): 100 for number in range(30)}
        result = folded({**flows, Flow("r1", "no runtime", Change.LOST): 1})

        assert any(flow.after == "no runtime" for flow in result)
