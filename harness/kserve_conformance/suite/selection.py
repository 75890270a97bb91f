"""
Choosing scenarios by their tags and their words, and sharing them among several runs.

``core and not upgrades`` is an expression over tags and topics; ``-k`` takes
the same grammar over parts of names. What is chosen here is what a run must
account for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite.inventory import ScenarioInfo
from kserve_conformance.suite.shards import Shard

_TOKEN = re.compile(r"\s*(?:(?P<bracket>[()])|(?P<quoted>\"[^\"]*\")|(?P<word>[^\s()\"]+))")


class BadExpression(SuiteError):
    """An expression over tags or words cannot be read."""

    hint = (
        "write words, and, or, not and brackets, as in: core and not (upgrades or needs-pods); "
        "several words that belong together stand in double quotes"
    )

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text!r} is no expression over tags or words: {why}")
        self.text = text


class UnknownTagInExpression(SuiteError):
    """An expression names a tag that no scenario has: it would silently choose nothing, or everything."""

    def __init__(self, tag: str, known: Iterable[str]) -> None:
        super().__init__(f"no scenario is tagged @{tag}")
        near = get_close_matches(tag, list(known), n=3)
        self.hint = f"did you mean {' or '.join(near)}?" if near else "run with --list to see which tags there are"


class UnknownScenario(SuiteError):
    """A scenario was named by an id that the suite does not have."""

    def __init__(self, id_: str, known: Iterable[str]) -> None:
        super().__init__(f"the suite has no scenario {id_!r}")
        near = get_close_matches(id_, list(known), n=1)
        self.hint = f"did you mean {near[0]!r}?" if near else "run with --list to see the ids"


@dataclass(frozen=True, slots=True)
class Rerun:
    """Scenarios that are asked again: which, and the digest of the record in which they failed or errored."""

    record: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Which scenarios are asked; all of them where nothing is given.

    Whatever is given narrows the rest. ``shard`` comes last: it is a part of
    what all the others leave.
    """

    tags: str | None = None
    keyword: str | None = None
    ids: tuple[str, ...] = ()
    rerun: Rerun | None = None
    shard: Shard | None = None

    def of(self, scenarios: tuple[ScenarioInfo, ...]) -> tuple[ScenarioInfo, ...]:
        """
        Choose. Raises ``BadExpression``, ``UnknownTagInExpression``, ``UnknownScenario`` and ``EmptyShard``.
        """
        chosen = scenarios
        for ids in (self.ids, self.rerun.ids if self.rerun else ()):
            if ids:
                chosen = _named(ids, chosen, {scenario.id for scenario in scenarios})
        if self.tags:
            tagged = expression(self.tags)
            labels = frozenset(label for scenario in scenarios for label in labels_of(scenario))
            for word in tagged.words:
                if word.lstrip("@") not in labels:
                    raise UnknownTagInExpression(word.lstrip("@"), labels)
            chosen = tuple(scenario for scenario in chosen if _is_tagged(scenario, tagged))
        if self.keyword:
            worded = expression(self.keyword)
            chosen = tuple(scenario for scenario in chosen if _is_worded(scenario, worded))
        if self.shard is not None and chosen:
            mine = self.shard.of_ids(scenario.id for scenario in chosen)
            chosen = tuple(scenario for scenario in chosen if scenario.id in mine)
        return chosen


def _named(ids: tuple[str, ...], chosen: tuple[ScenarioInfo, ...], known: set[str]) -> tuple[ScenarioInfo, ...]:
    for id_ in ids:
        if id_ not in known:
            raise UnknownScenario(id_, known)
    wanted = frozenset(ids)
    return tuple(scenario for scenario in chosen if scenario.id in wanted)


def _is_tagged(scenario: ScenarioInfo, tagged: Expression) -> bool:
    labels = labels_of(scenario)
    return tagged.holds(lambda word: word.lstrip("@") in labels)


def _is_worded(scenario: ScenarioInfo, worded: Expression) -> bool:
    words = words_of(scenario)
    return worded.holds(lambda word: word.casefold() in words)


def labels_of(scenario: ScenarioInfo) -> frozenset[str]:
    """What ``--tags`` knows a scenario by: its tags, its level and its topic."""
    return frozenset((*scenario.tags.names, scenario.tags.level, *filter(None, (scenario.topic,))))


def words_of(scenario: ScenarioInfo) -> str:
    """What ``-k`` looks in: names, path, tags, topic. Not the id of a row: its digest has letters of its own."""
    return "\n".join((scenario.path, scenario.name, scenario.feature, *sorted(labels_of(scenario)))).casefold()


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: ``holds`` answers it, given what is true of each word; ``words`` are all that it names."""

    holds: Callable[[Callable[[str], bool]], bool]
    words: tuple[str, ...]


def expression(text: str) -> Expression:
    """
    Parse words joined by ``and``, ``or``, ``not`` and brackets. Raises ``BadExpression``.

    >>> expression("core and not upgrades").holds({"core"}.__contains__)
    True
    """
    return _Parser(text).whole()


class _Parser:
    """Recursive descent: or binds loosest, then and, then not."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._words: list[str] = []

    def whole(self) -> Expression:
        holds = self._or()
        if self._tokens:
            raise BadExpression(self._text, f"{self._tokens[0]!r} is left over")
        return Expression(holds, tuple(self._words))

    def _or(self) -> Callable[[Callable[[str], bool]], bool]:
        parts = [self._and()]
        while self._took("or"):
            parts.append(self._and())
        return lambda is_true: any(part(is_true) for part in parts)

    def _and(self) -> Callable[[Callable[[str], bool]], bool]:
        parts = [self._not()]
        while self._took("and"):
            parts.append(self._not())
        return lambda is_true: all(part(is_true) for part in parts)

    def _not(self) -> Callable[[Callable[[str], bool]], bool]:
        if self._took("not"):
            part = self._not()
            return lambda is_true: not part(is_true)
        if self._took("("):
            inner = self._or()
            if not self._took(")"):
                raise BadExpression(self._text, "a bracket is not closed")
            return inner
        if not self._tokens or self._tokens[0] in ("and", "or", ")"):
            raise BadExpression(
                self._text, f"a word is missing before {self._tokens[0]!r}" if self._tokens else "it ends too early"
            )
        word = self._tokens.pop(0).strip('"')
        self._words.append(word)
        return lambda is_true: is_true(word)

    def _took(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False


def _tokens(text: str) -> Iterator[str]:
    at = 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise BadExpression(text, "a quote is not closed")
        yield match.group().strip()
        at = match.end()
