"""What a suite is, what it holds, and what it may not hold."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite import ROOT, Suite, SuiteCode, SuiteProblems, inventory
from kserve_conformance.suite.guards import (
    Definition,
    ambiguous_steps,
    async_steps,
    takers,
    undefined_steps,
    unused_steps,
)
from kserve_conformance.suite.identity import scenario_id
from kserve_conformance.suite.problems import Place
from kserve_conformance.suite.selection import Selection, parse_expression


@pytest.fixture
def suite_of(tmp_path):
    """Makes a suite of the texts of its features."""

    def make(**features: str) -> Suite:
        (tmp_path / "features/topic").mkdir(parents=True)
        for name, text in features.items():
            (tmp_path / f"features/topic/{name}.feature").write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return Suite.at(tmp_path)

    return make


STEP = "\n    Then a step\n"


class TestInventory:
    def test_has_every_scenario_and_row(self, suite_of):
        """Rules, outlines and several Examples are flattened, in the order of the file."""
        suite = suite_of(
            x="""
            @since-0.9.0 @core
            Feature: X
              About it.

              Background:
                Given a table
                  | <a> | b |

              Scenario: plain
                When something
                  \"\"\"
                  told
                  \"\"\"
                Then something else
              @until-0.11.0
              Rule: r
                Scenario Outline: row <a>
                  Then it is <a>
                  Examples:
                    | a |
                    | 1 |
                  @since-0.10.0 @extended
                  Examples:
                    | id    | a |
                    | named | 2 |
            """
        )

        plain, one, two = inventory(suite)

        assert (
            plain.id,
            plain.name,
            plain.feature,
            plain.about,
            plain.topic,
            plain.line,
        ) == ("topic/x.feature::plain", "plain", "X", "About it.", "topic", 9)
        assert [step.kind for step in plain.steps] == ["given", "when", "then"]
        assert plain.steps[1].doc_string == "told"
        assert two.id == "topic/x.feature::row <a>[named]"
        assert [(info.name, info.tags.level) for info in (one, two)] == [
            ("row 1", "core"),
            ("row 2", "extended"),
        ]
        assert two.steps[-1].text == "it is 2"
        assert [info.tags.range() for info in (plain, one, two)] == [
            "v0.9.0 and later",
            "v0.9.0 to v0.11.0",
            "v0.10.0 to v0.11.0",
        ]

    def test_of_the_shipped_suite_has_no_problem(self):
        """Every scenario of it has a rule, a level and known tags."""
        assert all(scenario.tags.rules and scenario.topic for scenario in inventory(Suite.shipped()))

    @pytest.mark.parametrize(
        ("feature", "code", "message"),
        [
            (
                f"Feature: x\n  Scenario: same{STEP}  Scenario: same{STEP}",
                SuiteCode.DUPLICATE_SCENARIO,
                "features/topic/x.feature:4: a second scenario is named 'same'",
            ),
            (
                f"Feature: x\n  Rule: a\n    Scenario: same{STEP}  Rule: b\n    Scenario: same{STEP}",
                SuiteCode.DUPLICATE_SCENARIO,
                "features/topic/x.feature:6: a second scenario is named 'same'",
            ),
            (
                "Feature: x\n  Scenario Outline: r\n    Then <n>\n    Examples:\n    | n |\n    | 1 |\n    | 1 |\n",
                SuiteCode.DUPLICATE_SCENARIO,
                "x.feature:7: a second row of 'r' has the same values",
            ),
            (
                "Feature: x\n  Scenario: empty\n",
                SuiteCode.EMPTY_SCENARIO,
                "x.feature:2: 'empty' has no step of its own",
            ),
            (
                "Feature: x\n  Background:\n    Given a\n  Scenario: empty\n",
                SuiteCode.EMPTY_SCENARIO,
                "x.feature:4: 'empty' has no step of its own",
            ),
            (
                "Feature: x\n  Scenario Outline: r\n    Then <n>\n    Examples:\n      | n |\n",
                SuiteCode.EMPTY_SCENARIO,
                "x.feature:4: Examples of 'r' have no row",
            ),
            (
                "Feature: x\n  Background:\n    Given a\n  Scenario: y\n    When b\n    And c\n",
                SuiteCode.NO_THEN,
                "x.feature:4: 'y' has no Then step",
            ),
            (
                "Feature: x\n  Background:\n    Given a\n    Then b\n  Scenario: y\n    When c\n",
                SuiteCode.NO_THEN,
                "x.feature:5: 'y' has no Then step",
            ),
            (
                "Feature: x\n  Scenario: y\n    Given a\n    # Then b\n",
                SuiteCode.NO_THEN,
                "x.feature:2: 'y' has no Then step",
            ),
            (
                "Feature: x\n  Scenario: y\n    Given a\n    * b\n    Then c\n",
                SuiteCode.KINDLESS_STEP,
                "x.feature:4: * b: not a Given, When or Then",
            ),
            (
                "Feature: x\n  Scenario: y\n    And a\n    Then c\n",
                SuiteCode.KINDLESS_STEP,
                "x.feature:3: And a: not a Given, When or Then",
            ),
            (
                "Feature: x\n  Background:\n    * a\n  Scenario: y\n    Then c\n  Scenario: z\n    Then c\n",
                SuiteCode.KINDLESS_STEP,
                "x.feature:3: * a: not a Given, When or Then",
            ),
            (
                "Feature: x\n  Scenario Outline: r\n    Then <n>\n",
                SuiteCode.EMPTY_SCENARIO,
                "x.feature:2: 'r' has no Examples",
            ),
            (
                "# language: zh-TW\n功能: x\n  場景大綱: r\n    那麼<n>\n",
                SuiteCode.EMPTY_SCENARIO,
                "x.feature:3: 'r' has no Examples",
            ),
            (
                "Feature: x\n  Scenario Outline: r\n    Then <n>\n    Examples:\n",
                SuiteCode.EMPTY_SCENARIO,
                "x.feature:4: Examples of 'r' have no row",
            ),
            (
                f"Feature: x\n  Scenario: y{STEP}  Rule: later\n    Background:\n      Given a\n",
                SuiteCode.EMPTY_SCENARIO,
                "x.feature:4: the Rule 'later' has no scenario",
            ),
            (
                (
                    "Feature: x\n  Scenario Outline: r\n    Then b\n    Examples:\n    | id |\n    | 1 |\n"
                    "  Scenario: r[1]\n    Then a\n"
                ),
                SuiteCode.DUPLICATE_SCENARIO,
                "x.feature:7: the id 'topic/x.feature::r[1]' is already used",
            ),
            (
                "# Soon.\n\nFeature: x\n  Background:\n    Given a\n",
                SuiteCode.UNREADABLE_FEATURE,
                "x.feature:3: no scenario",
            ),
            ("Feature: x\n", SuiteCode.UNREADABLE_FEATURE, "x.feature:1: no scenario"),
            ("", SuiteCode.UNREADABLE_FEATURE, "x.feature:1: no scenario"),
            (
                "Feature: x\n  Scenario: y\n    Then a\n    nonsense\n",
                SuiteCode.UNREADABLE_FEATURE,
                "x.feature:4: expected:",
            ),
            (
                f"Feature: x\n  @sicne-0.9.0\n  Scenario: y{STEP}",
                SuiteCode.UNKNOWN_TAG,
                "x.feature:2: @sicne-0.9.0 is not a tag",
            ),
            (
                f"@rule-order-priorty\nFeature: x\n  Scenario: y{STEP}",
                SuiteCode.UNKNOWN_TAG,
                "x.feature:1: @rule-order-priorty: unknown rule",
            ),
            (
                f"@since-0.99.0\nFeature: x\n  Scenario: y{STEP}",
                SuiteCode.UNKNOWN_TAG,
                "@since-0.99.0: unknown release",
            ),
            (f"@since-x\nFeature: x\n  Scenario: y{STEP}", SuiteCode.UNKNOWN_TAG, "@since-x does not name a release"),
            (f"@claim-d99\nFeature: x\n  Scenario: y{STEP}", SuiteCode.UNKNOWN_TAG, "@claim-d99: unknown claim"),
            (f"@claim-x\nFeature: x\n  Scenario: y{STEP}", SuiteCode.UNKNOWN_TAG, "@claim-x is not a claim"),
            (f"@needs-luck\nFeature: x\n  Scenario: y{STEP}", SuiteCode.UNKNOWN_TAG, "@needs-luck: unknown need"),
            (f"@rule-\nFeature: x\n  Scenario: y{STEP}", SuiteCode.UNKNOWN_TAG, "@rule- is not a tag"),
            (
                f"@core @extended\nFeature: x\n  Scenario: y{STEP}",
                SuiteCode.CONFLICTING_TAGS,
                "@core and @extended at one place",
            ),
            (
                f"@since-0.9.0 @since-0.10.0\nFeature: x\n  Scenario: y{STEP}",
                SuiteCode.CONFLICTING_TAGS,
                "@since-0.9.0 and @since-0.10.0 at one place",
            ),
            (
                f"@since-0.11.1\nFeature: x\n  @until-0.11.0\n  Scenario: y{STEP}",
                SuiteCode.CONFLICTING_TAGS,
                "x.feature:4: @since-0.11.1 and @until-0.11.0 exclude every release",
            ),
        ],
    )
    def test_rejects_what_contradicts_itself(self, suite_of, feature, code, message):
        """Every contradiction is an error with a code of its own, with file and line."""
        with pytest.raises(SuiteError, match=re.escape(message)) as raised:
            inventory(suite_of(x=feature))

        assert raised.value.code is code

    def test_rejects_a_file_that_nothing_would_collect(self, suite_of):
        """On a case-sensitive file system pytest and Cucumber skip a file named ``B.FEATURE``."""
        suite = suite_of(x=f"Feature: x\n  Scenario: y{STEP}")
        (suite.features / "B.FEATURE").write_text(f"Feature: b\n  Scenario: y{STEP}")

        with pytest.raises(SuiteError, match=r"features/B.FEATURE: ends in \.FEATURE") as raised:
            inventory(Suite.at(suite.root))

        assert "rename it to B.feature" in raised.value.hint

    @pytest.mark.parametrize("name", ["skip", "xfail", "flaky"])
    def test_rejects_a_topic_that_pytest_reads_as_a_marker(self, suite_of, name):
        """A folder is a topic, and a topic a marker: in ``features/skip/`` pytest would run nothing."""
        suite = suite_of(x=f"Feature: x\n  Scenario: y{STEP}")
        (suite.features / "topic").rename(suite.features / name)

        with pytest.raises(SuiteError, match=f"the folder '{name}' has the name of a marker of pytest"):
            inventory(Suite.at(suite.root))

    def test_suggests_what_was_meant(self, suite_of):
        """The hint has the nearest tag."""
        with pytest.raises(SuiteError) as raised:
            inventory(suite_of(x=f"@rule-order-priorty\nFeature: x\n  Scenario: y{STEP}"))

        assert raised.value.hint == "did you mean @rule-order-priority?"

    def test_reports_every_problem_at_once(self, suite_of):
        """Problems of several files are raised together, each tag once however many scenarios inherit it."""
        bad = f"@foo\nFeature: x\n  Scenario: y{STEP}  Scenario: z{STEP}"

        with pytest.raises(SuiteProblems) as raised:
            inventory(suite_of(a=bad, b=bad))

        assert len(raised.value.problems) == 2


class TestSuite:
    def test_at_a_folder_without_features_is_none(self, tmp_path):
        """A folder is a suite by its features; giving the folder of features itself is answered with what to do."""
        (tmp_path / "features").mkdir()

        with pytest.raises(SuiteError) as raised:
            Suite.at(tmp_path / "features")

        assert "pass the folder that contains features/" in raised.value.hint

    def test_digest_changes_with_any_file_and_not_by_use(self, suite_of):
        """Bytes of features, steps and fixtures count; caches and hidden files do not."""
        suite = suite_of(x="Feature: x")
        before = suite.digest

        (suite.root / "steps/__pycache__").mkdir(parents=True)
        (suite.root / "steps/__pycache__/x.pyc").write_bytes(b"x")
        (suite.root / "features/.hidden").write_bytes(b"x")
        assert before == Suite.at(suite.root).digest

        (suite.root / "steps/x.py").write_bytes(b"x")
        assert before != Suite.at(suite.root).digest

    def test_that_ships_has_its_parts(self):
        """Steps and fixtures are next to the features, and it has the package's version."""
        suite = Suite.shipped()

        assert suite.is_shipped
        assert ROOT.resolve() == suite.root
        assert suite.steps.is_dir()
        assert suite.fixtures.is_dir()

    @pytest.mark.parametrize("text", ["name = 1", "name = ", "colour = 'red'", "tags = 'a'", "tags = ['xfail']"])
    def test_with_a_bad_description_is_rejected(self, suite_of, text):
        """What a description may say is closed."""
        suite = suite_of(x="Feature: x")
        (suite.root / "suite.toml").write_text(text)

        with pytest.raises(SuiteError):
            Suite.at(suite.root)


class TestIdentity:
    def test_is_that_of_what_a_row_says(self):
        """Rows whose cells only join alike differ; the order of columns does not matter."""
        assert scenario_id("a", "b", {"x": "p-q", "y": "r"}) != scenario_id("a", "b", {"x": "p", "y": "q-r"})
        assert scenario_id("a", "b", {"x": "1", "y": "2"}) == scenario_id("a", "b", {"y": "2", "x": "1"})

    def test_of_a_row_may_be_given(self):
        """A column ``id`` names its rows."""
        assert scenario_id("a", "b", {"id": "mine", "x": "1"}) == "a::b[mine]"


TAGGED = {
    "a": f"@core @needs-upgrade\nFeature: a\n  Scenario: one{STEP}  @extended\n  Scenario: two{STEP}",
    "b": f"@core\nFeature: b\n  Scenario: One more{STEP}",
}


class TestSelection:
    @pytest.mark.parametrize(
        ("selection", "names"),
        [
            (Selection(), ["one", "two", "One more"]),
            (Selection("core and not needs-upgrade"), ["One more"]),
            (Selection("topic and (needs-upgrade or core)"), ["one", "two", "One more"]),
            (Selection("@extended"), ["two"]),
            (Selection(keyword="ONE"), ["one", "One more"]),
            (Selection(keyword=r"one\ more or two"), ["two", "One more"]),
            (Selection("core", "one", ("topic/b.feature::One more",)), ["One more"]),
        ],
    )
    def test_chooses_by_tags_words_and_ids(self, suite_of, selection, names):
        """A scenario has to match all of them."""
        assert names == [scenario.name for scenario in selection.of(inventory(suite_of(**TAGGED)))]

    @pytest.mark.parametrize(
        ("selection", "code"),
        [
            (Selection("coer"), SuiteCode.UNKNOWN_TAG),
            (Selection(ids=("topic/b.feature::One",)), SuiteCode.UNKNOWN_SCENARIO),
            (Selection("core and"), SuiteCode.BAD_EXPRESSION),
            (Selection("(core"), SuiteCode.BAD_EXPRESSION),
            (Selection("core)"), SuiteCode.BAD_EXPRESSION),
            (Selection("core extended"), SuiteCode.BAD_EXPRESSION),
            (Selection("and"), SuiteCode.BAD_EXPRESSION),
            (Selection(keyword="one more"), SuiteCode.BAD_EXPRESSION),
        ],
    )
    def test_rejects_what_would_silently_choose_nothing(self, suite_of, selection, code):
        """A misspelt tag or expression is an error, not an empty run."""
        with pytest.raises(SuiteError) as raised:
            selection.of(inventory(suite_of(**TAGGED)))

        assert raised.value.code is code

    def test_binds_not_before_and_before_or(self):
        """As everywhere."""
        assert parse_expression("a or b and c")({"a"})
        assert not parse_expression("(a or b) and c")({"a"})
        assert parse_expression("not b and a")({"a"})

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("core and", "unexpected end"),
            ("not", "unexpected end"),
            ("(core", "unclosed '('"),
            ("core)", "missing '('"),
            ("core extended", "expected operator after core"),
            ("and core", "expected operand at the start"),
        ],
    )
    def test_reports_what_is_wrong_with_an_expression(self, text, reason):
        """In one line, with the expression, and a hint at the grammar."""
        with pytest.raises(SuiteError) as raised:
            parse_expression(text)

        assert str(raised.value) == f"invalid expression {text!r}: {reason}"
        assert "and, or, not and parentheses" in raised.value.hint


def definition(pattern, kind=None, **more):
    return Definition(kind, pattern, Place("steps/x.py", 1), re.compile(pattern).fullmatch, **more)


def ambiguous(scenarios, *definitions):
    return list(ambiguous_steps(scenarios, lambda step: takers(step, definitions)))


class TestGuards:
    @pytest.fixture
    def scenarios(self, suite_of):
        return inventory(suite_of(x="Feature: x\n  Scenario: y\n    Given a step\n    When a step\n    Then nothing\n"))

    def test_find_ambiguous_steps_of_one_kind(self, scenarios):
        """A definition for Given and one for When can share a text; one for all kinds is ambiguous."""
        given, when = definition("a step", "given"), definition("a step", "when")

        assert ambiguous(scenarios, given, when) == []
        assert len(ambiguous(scenarios, given, when, definition("a .*", "when"))) == 1

    def test_let_a_higher_layer_replace_the_same_words(self, scenarios):
        """The same pattern from a layer above replaces; the same pattern twice in one layer is ambiguous."""
        assert ambiguous(scenarios, definition("a step"), definition("a step", layer=1)) == []
        assert len(ambiguous(scenarios, definition("a step"), definition("a step"))) == 2

    def test_find_undefined_steps(self, scenarios):
        """A step without a definition is reported with its place and the nearest definition."""
        (problem,) = undefined_steps(scenarios, (definition("a step"), definition("nothingness")))

        assert str(problem) == "features/topic/x.feature:5: no step definition matches Then nothing"
        assert problem.hint == "did you mean 'nothingness'?"

    def test_find_unused_definitions(self, scenarios):
        """A definition that no feature uses is reported."""
        (problem,) = unused_steps(scenarios, (definition("a step"), definition("never")))

        assert str(problem) == "steps/x.py:1: no feature uses the step 'never'"

    def test_find_async_definitions(self):
        """A coroutine function would pass without running."""
        assert len(list(async_steps((definition("a", is_async=True), definition("b"))))) == 1


class TestShippedSteps:
    def test_are_few_unambiguous_and_all_defined(self):
        """Every step of every shipped feature has exactly one definition, of at most 90 functions."""
        from kserve_conformance.scenario_runs.steps import shipped_steps

        scenarios, definitions = inventory(Suite.shipped()), shipped_steps().definitions
        problems: list[SuiteError] = [
            *undefined_steps(scenarios, definitions),
            *shipped_steps().problems(scenarios),
        ]

        assert [str(problem) for problem in problems] == []
        assert len({definition.registered.function for definition in definitions}) <= 90
