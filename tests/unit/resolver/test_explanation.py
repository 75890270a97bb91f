"""The explanation of a choice: its order, signs and codes."""

from __future__ import annotations

from selection import catalogue, cluster, entry, namespaced, requesting

from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import Explanation, select

V0_15 = profile_of("v0.15.2")

#: One runtime for each way of coming near.
ALL = catalogue(
    cluster("unknown", "onnx"),
    cluster("disabled", disabled=True),
    cluster("second", entry(priority=1)),
    namespaced("chosen"),
)


def reported(request, runtimes=ALL, profile=V0_15) -> Explanation:
    explanation = Explanation()
    select(request, runtimes, profile, explanation)
    return explanation


class TestOrder:
    def test_the_nearest_come_first(self):
        """
        The chosen one, who came second, who is out for something of its own, and who does not know the format.
        """
        found = reported(requesting()).ordered()

        assert [(one.key.name, one.mark, one.nearness) for one in found] == [
            ("chosen", "✓", 0),
            ("second", "·", 1),
            ("disabled", "✗", 2),
            ("unknown", "✗", 3),
        ]

    def test_who_came_second_knows_behind_whom(self):
        """
        An outranked one has the winner next to it; the others have none.
        """
        behind = {one.key.name: one.behind and one.behind.name for one in reported(requesting()).candidates}

        assert behind == {"chosen": None, "second": "chosen", "disabled": None, "unknown": None}

    def test_those_of_another_name_come_last(self):
        """For a service that names a runtime, other names matter least."""
        found = reported(requesting(runtime="r"), catalogue(cluster("a"), cluster("r"), namespaced("r"))).ordered()

        assert [(one.key.kind, one.key.name, one.nearness) for one in found] == [
            ("ServingRuntime", "r", 0),
            ("ClusterServingRuntime", "r", 2),
            ("ClusterServingRuntime", "a", 3),
        ]


class TestWords:
    def test_of_a_question(self):
        """What was requested, and which parts are defaults."""
        assert [
            reported(requesting(**more), profile=profile_of(release)).question()
            for more, release in (
                ({}, "v0.15.2"),
                ({}, "v0.10.2"),
                ({"protocol": ""}, "v0.15.2"),
                ({"protocol": "v2", "version": "1"}, "v0.15.2"),
                ({"multi_node": True, "format_": ""}, "v0.15.2"),
            )
        ] == [
            "requests sklearn, protocol v1 (default)",
            "requests sklearn, any protocol",
            "requests sklearn, any protocol ('')",
            "requests sklearn version '1', protocol v2",
            "requests no format, protocol v1 (default), on multiple nodes",
        ]

    def test_of_nothing(self):
        """Without a request there is no explanation."""
        assert (Explanation().lines(), Explanation().question()) == ((), None)

    def test_a_hint_is_a_line(self):
        """
        Hints come after the error.
        """
        explanation = reported(requesting("pmml"))
        explanation.hints.append("try this")

        assert explanation.lines()[-2:] == (
            "error: no runtime found to support predictor with model type: {pmml <nil>}",
            "hint: try this",
        )
