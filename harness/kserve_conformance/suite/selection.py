"""
Selecting scenarios by tags, words and ids, and a shard of what is selected.

Tags and words take Cucumber's tag expressions (``core and not upgrades``), as its
other tools do. A run must account for every scenario that is selected here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from cucumber_tag_expressions import TagExpressionError, parse
from cucumber_tag_expressions.model import Expression, Literal, Not

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite.inventory import ScenarioInfo
from kserve_conformance.suite.problems import SuiteCode
from kserve_conformance.suite.shards import Shard


@dataclass(frozen=True, slots=True)
class Rerun:
    """Scenarios to run again: their ids, and the digest of the record in which they failed or errored."""

    record: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Which scenarios to run; all of them by default.

    Each field narrows what the others leave. ``shard`` comes last: it is a part
    of what all the others select.
    """

    tags: str | None = None
    keyword: str | None = None
    ids: tuple[str, ...] = ()
    rerun: Rerun | None = None
    shard: Shard | None = None

    def of(self, scenarios: tuple[ScenarioInfo, ...]) -> tuple[ScenarioInfo, ...]:
        """The selected scenarios. Raises ``SuiteError`` for a bad expression, an unknown tag or id, an empty shard."""
        selected = scenarios
        for ids in (self.ids, self.rerun.ids if self.rerun else ()):
            if ids:
                selected = _by_id(ids, selected, {scenario.id for scenario in scenarios})
        if self.tags:
            matches = _tag_matcher(self.tags, {label for scenario in scenarios for label in labels_of(scenario)})
            selected = tuple(scenario for scenario in selected if matches(scenario))
        if self.keyword:
            matches = _word_matcher(self.keyword)
            selected = tuple(scenario for scenario in selected if matches(scenario))
        if self.shard is not None and selected:
            shard = self.shard.of_ids(scenario.id for scenario in selected)
            selected = tuple(scenario for scenario in selected if scenario.id in shard)
        return selected


def labels_of(scenario: ScenarioInfo) -> frozenset[str]:
    """What ``--tags`` matches: the scenario's tags, its level and its topic."""
    return frozenset((*scenario.tags.names, scenario.tags.level, *filter(None, (scenario.topic,))))


def words_of(scenario: ScenarioInfo) -> str:
    """What ``-k`` searches: path, names, tags, topic. Not the id: the digest of a row has letters of its own."""
    return "\n".join((scenario.path, scenario.name, scenario.feature, *sorted(labels_of(scenario)))).casefold()


def _by_id(ids: tuple[str, ...], selected: tuple[ScenarioInfo, ...], known: set[str]) -> tuple[ScenarioInfo, ...]:
    for id_ in ids:
        if id_ not in known:
            near = get_close_matches(id_, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "use --list to list the ids"
            raise SuiteError(f"unknown scenario {id_!r}", code=SuiteCode.UNKNOWN_SCENARIO, hint=hint)
    wanted = frozenset(ids)
    return tuple(scenario for scenario in selected if scenario.id in wanted)


def _tag_matcher(text: str, labels: set[str]) -> Callable[[ScenarioInfo], bool]:
    """Matches scenarios by their labels, with or without ``@``. An unknown tag would silently select none, or all."""
    expression = parse_expression(text)
    for word in literals_in(expression):
        tag = word.removeprefix("@")
        if tag not in labels:
            near = get_close_matches(tag, labels, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "use --list to list the tags"
            raise SuiteError(f"no scenario has the tag @{tag}", code=SuiteCode.UNKNOWN_TAG, hint=hint)

    @cache
    def matches(of_scenario: frozenset[str]) -> bool:
        return bool(expression({*of_scenario, *(f"@{label}" for label in of_scenario)}))

    return lambda scenario: matches(labels_of(scenario))


def _word_matcher(text: str) -> Callable[[ScenarioInfo], bool]:
    """Matches scenarios that contain the words of an expression, in any case."""
    expression = parse_expression(text)
    words = tuple(literals_in(expression))

    def matches(scenario: ScenarioInfo) -> bool:
        searched = words_of(scenario)
        return bool(expression({word for word in words if word.casefold() in searched}))

    return matches


def parse_expression(text: str) -> Expression:
    r"""
    Parse a tag expression. Raises ``SuiteError``.

    >>> parse_expression("core and not upgrades")({"core"})
    True
    >>> parse_expression(r"newest\ version or oldest")({"newest version"})
    True
    """
    try:
        expression: Expression = parse(text)
    except TagExpressionError as error:
        raise SuiteError(
            f"invalid expression {text!r}: {_reason(error)}",
            code=SuiteCode.BAD_EXPRESSION,
            hint=r"combine words with and, or, not and parentheses; write a space within a word as '\ '",
        ) from error
    return expression


def literals_in(expression: Expression) -> Iterator[str]:
    """Every word of an expression."""
    if isinstance(expression, Literal):
        yield expression.name
        return
    terms: Iterable[Expression] = (
        (expression.term,) if isinstance(expression, Not) else getattr(expression, "terms", ())
    )
    for term in terms:
        yield from literals_in(term)


def _reason(error: TagExpressionError) -> str:
    """The library's reason, in one line without the expression itself."""
    line = str(error).splitlines()[0]
    if "Too few operands" in line:
        return "unexpected end"
    reason = line.removeprefix("Syntax error. ").partition(": ")[0].replace("after BEGIN", "at the start")
    return reason[:1].lower() + reason[1:]


def scenarios_lost(selected: Collection[str], collected: Collection[str]) -> str | None:
    """
    Say which selected scenarios a run did not collect; None if it collected all of them.

    >>> scenarios_lost(["a", "b"], ["a"])
    "1 of 2 selected scenarios were not collected, for example 'b'"
    """
    known = set(collected)
    lost = [id_ for id_ in selected if id_ not in known]
    return (
        f"{len(lost)} of {len(selected)} selected scenarios were not collected, for example {lost[0]!r}"
        if lost
        else None
    )
