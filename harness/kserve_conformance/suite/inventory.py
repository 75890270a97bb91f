"""
Every scenario of a suite, read with Cucumber's own parser and without running anything.

What is listed here is what a run must account for: the plugin compares it with
what pytest collected, because pytest-bdd silently drops the first of two
scenarios that share a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any, cast

from gherkin.errors import CompositeParserException, ParserError
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler, GherkinDocumentWithURI

from kserve_conformance.suite.folder import Suite
from kserve_conformance.suite.identity import ID_COLUMN, scenario_id
from kserve_conformance.suite.problems import Place, SuiteProblem, raise_all
from kserve_conformance.suite.registry_terms import registered
from kserve_conformance.suite.tags import Known, TagAt, TagReader, Tags


class UnreadableFeature(SuiteProblem):
    """A file is not Gherkin, or holds no scenario at all."""


class DuplicateScenario(SuiteProblem):
    """Two scenarios of one file share a name, or two rows say the same: one of them would never be run."""


class EmptyScenario(SuiteProblem):
    """A scenario without steps, or Examples without rows: it would pass without asking anything."""


@dataclass(frozen=True, slots=True)
class StepInfo:
    """A step as it is asked; ``kind`` is given, when or then, whatever its keyword."""

    keyword: str
    kind: str
    text: str
    line: int
    table: tuple[tuple[str, ...], ...] = ()
    doc_string: str | None = None


@dataclass(frozen=True, slots=True)
class ScenarioInfo:
    """
    One scenario, or one row of its Examples.

    ``template`` is the name as written and ``index`` the row's number among all
    Examples of the scenario: together with the path they find the collected
    test. ``path`` is relative to the suite, ``about`` is the feature's
    description.
    """

    id: str
    name: str
    template: str
    index: int
    feature: str
    path: str
    about: str
    line: int
    topic: str
    tags: Tags
    row: Mapping[str, str]
    steps: tuple[StepInfo, ...]

    @property
    def place(self) -> Place:
        """Where it begins, or where its row is."""
        return Place(self.path, self.line)


_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


def inventory(suite: Suite) -> tuple[ScenarioInfo, ...]:
    """
    Read every scenario of a suite, features by path.

    Raises every problem that was found: ``UnreadableFeature``,
    ``DuplicateScenario``, ``EmptyScenario``, ``UnknownTag``,
    ``ConflictingTags``, ``MissingTag``.
    """
    # The command line reads the suite before pytest does, in the same process.
    key = (suite, suite.digest)
    if key not in _READ:
        _READ.clear()
        _READ[key] = _read(suite)
    return _READ[key]


#: The suite that was read last, with its content's digest.
_READ: dict[tuple[Suite, str], tuple[ScenarioInfo, ...]] = {}


def _read(suite: Suite) -> tuple[ScenarioInfo, ...]:
    tags = TagReader(_known(suite))
    problems: list[SuiteProblem] = []
    found: list[ScenarioInfo] = []
    for file in suite.feature_files():
        path = file.relative_to(suite.root).as_posix()
        try:
            found.extend(_Feature(file, path, tags, problems).scenarios())
        except UnreadableFeature as error:
            problems.append(error)
    problems.extend(tags.problems)
    problems.sort(key=lambda problem: problem.place)
    raise_all(problems)
    return tuple(found)


class _Feature:
    """A feature file on its way to scenarios: the document's nodes by id, so that a pickle finds where it came from."""

    def __init__(self, file: Path, path: str, tags: TagReader, problems: list[SuiteProblem]) -> None:
        self.path = path
        self._tags = tags
        self._problems = problems
        self._document = _parsed(file, path)
        self._feature = self._document["feature"]
        self._steps: dict[str, Any] = {}
        self._scenarios: dict[str, tuple[Any, Any]] = {}
        self._rows: dict[str, tuple[Any, Any, int]] = {}
        self._index(self._feature, None)

    def scenarios(self) -> Iterator[ScenarioInfo]:
        seen: dict[str, Place] = {}
        for pickle in Compiler().compile(cast("GherkinDocumentWithURI", {**self._document, "uri": self.path})):
            scenario, rule = self._scenarios[pickle["astNodeIds"][0]]
            examples, row, index = self._rows.get(pickle["astNodeIds"][-1], (None, {}, 0))
            place = Place(self.path, pickle["location"]["line"])
            info = ScenarioInfo(
                id=scenario_id(self.path.removeprefix("features/"), scenario["name"], row),
                name=pickle["name"],
                template=scenario["name"],
                index=index,
                feature=self._feature["name"],
                path=self.path,
                about=dedent(self._feature["description"]).strip(),
                line=place.line,
                topic=_topic(self.path),
                tags=self._tags.read(
                    [self._tags_of(node) for node in (self._feature, rule, scenario, examples)], place
                ),
                row=MappingProxyType(row),
                steps=tuple(self._step(step) for step in pickle["steps"]),
            )
            if row and info.id in seen:
                hint = f"the first is in line {seen[info.id].line}; a column {ID_COLUMN!r} names rows"
                self._problems.append(
                    DuplicateScenario(place, f"a second row of {scenario['name']!r} says the same", hint)
                )
            seen.setdefault(info.id, place)
            yield info

    def _index(self, container: Any, rule: Any) -> None:
        for child in container["children"]:
            if "rule" in child:
                self._index(child["rule"], child["rule"])
                continue
            part = child.get("background") or child["scenario"]
            self._steps.update((step["id"], step) for step in part["steps"])
            if "scenario" in child:
                self._index_scenario(part, rule)

    def _index_scenario(self, scenario: Any, rule: Any) -> None:
        place = Place(self.path, scenario["location"]["line"])
        for other, _ in self._scenarios.values():
            if other["name"] == scenario["name"]:
                first = other["location"]["line"]
                hint = f"the first is in line {first}; only the last of them would ever run"
                self._problems.append(
                    DuplicateScenario(place, f"a second scenario is called {scenario['name']!r}", hint)
                )
                break
        if not scenario["steps"]:
            hint = "it would pass without asking anything"
            self._problems.append(EmptyScenario(place, f"{scenario['name']!r} has no step of its own", hint))
        self._scenarios[scenario["id"]] = (scenario, rule)
        index = 0
        for examples in scenario["examples"]:
            header = [cell["value"] for cell in examples.get("tableHeader", {}).get("cells", ())]
            if not examples.get("tableBody"):
                where = Place(self.path, examples["location"]["line"])
                self._problems.append(EmptyScenario(where, f"Examples of {scenario['name']!r} have no row"))
            for row in examples.get("tableBody", ()):
                values = dict(zip(header, (cell["value"] for cell in row["cells"]), strict=True))
                self._rows[row["id"]] = (examples, values, index)
                index += 1

    def _tags_of(self, node: Any) -> tuple[TagAt, ...]:
        if node is None:
            return ()
        return tuple(TagAt(tag["name"].lstrip("@"), Place(self.path, tag["location"]["line"])) for tag in node["tags"])

    def _step(self, pickled: Any) -> StepInfo:
        step = self._steps[pickled["astNodeIds"][0]]
        argument = pickled.get("argument", {})
        table = argument.get("dataTable", {}).get("rows", ())
        return StepInfo(
            keyword=step["keyword"].strip(),
            kind=_KINDS.get(pickled["type"], "given"),
            text=pickled["text"],
            line=step["location"]["line"],
            table=tuple(tuple(cell["value"] for cell in row["cells"]) for row in table),
            doc_string=argument.get("docString", {}).get("content"),
        )


def _parsed(file: Path, path: str) -> Any:
    try:
        document = Parser().parse(file.read_text(encoding="utf-8"))
    except CompositeParserException as error:
        first = error.errors[0]
        raise UnreadableFeature(Place(path, _line_of(first)), _told(first)) from error
    except ParserError as error:
        raise UnreadableFeature(Place(path, _line_of(error)), _told(error)) from error
    except UnicodeDecodeError as error:
        raise UnreadableFeature(Place(path), f"it is not UTF-8: {error}") from error
    if not document.get("feature") or not any("background" not in child for child in document["feature"]["children"]):
        raise UnreadableFeature(Place(path), "it holds no scenario")
    return document


def _line_of(error: Exception) -> int:
    location: Any = getattr(error, "location", None) or {}
    return int(location.get("line", 0))


def _told(error: Exception) -> str:
    """The parser's words without the place, which it puts first."""
    return str(error).partition(": ")[2] or str(error)


def _topic(path: str) -> str:
    """The folder under ``features/``; a feature that stands directly in it has none."""
    _, *folders, _ = path.split("/")
    return folders[0] if folders else ""


def _known(suite: Suite) -> Known:
    """The words that tags of this suite may use. A suite of one's own may also leave out level and rule."""
    return Known(
        **registered(),
        own=suite.own_tags,
        level_required=suite.is_shipped,
        rule_required=suite.is_shipped,
    )
