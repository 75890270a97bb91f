"""
Every scenario of a suite, read with Cucumber's own parser.

This is the only place that reads feature files: a run makes its items from it, and
must account for each of its scenarios.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any, cast

from gherkin.dialect import Dialect
from gherkin.errors import CompositeParserException, ParserError
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler, GherkinDocumentWithURI

from kserve_conformance.files import read_text
from kserve_conformance.limits import OverLimit
from kserve_conformance.suite.folder import SUFFIX, Suite
from kserve_conformance.suite.identity import ID_COLUMN, scenario_id
from kserve_conformance.suite.problems import Place, SuiteCode, SuiteProblem, raise_all
from kserve_conformance.suite.registry_terms import registered
from kserve_conformance.suite.tags import RESERVED, Known, TagAt, TagReader, Tags


@dataclass(frozen=True, slots=True)
class StepInfo:
    """A step; ``kind`` is given, when or then, whatever its keyword."""

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

    ``template`` is the name as written, ``name`` has the values of the row.
    ``path`` is relative to the suite, ``about`` is the feature's description.
    """

    id: str
    name: str
    template: str
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
        """The line of the scenario, or of its row."""
        return Place(self.path, self.line)


#: The kinds of steps by their types in Cucumber's pickles. A step whose keyword is ``*`` has none.
_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


def inventory(suite: Suite) -> tuple[ScenarioInfo, ...]:
    """
    Read every scenario of a suite, ordered by path and line.

    Raises ``SuiteProblem``, or ``SuiteProblems`` with all of them.
    """
    # The command line reads the suite before the pytest plugin does, in the same process.
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
        if file.suffix != SUFFIX:
            hint = f"rename it to {file.stem}{SUFFIX}; otherwise, its scenarios do not run"
            problems.append(SuiteProblem(SuiteCode.UNREADABLE_FEATURE, Place(path), f"ends in {file.suffix}", hint))
            continue
        if _topic(path) in RESERVED:
            message = f"the folder {_topic(path)!r} has the name of a marker of pytest, which would change verdicts"
            problems.append(SuiteProblem(SuiteCode.RESERVED_NAME, Place(path), message, "rename the folder"))
            continue
        try:
            found.extend(_Feature(file, path, tags, problems).scenarios())
        except SuiteProblem as error:
            problems.append(error)
    problems.extend(tags.problems)
    problems.sort(key=lambda problem: problem.place)
    raise_all(problems)
    return tuple(found)


def step_texts(file: Path) -> Iterator[str]:
    """The texts of all steps of a feature file, as written; none of a file that is not valid Gherkin."""
    try:
        children = list(_parsed(file, file.name)["feature"]["children"])
    except (SuiteProblem, OSError):
        return
    while children:
        child = children.pop()
        part = child.get("rule") or child.get("background") or child["scenario"]
        children.extend(part.get("children", ()))
        yield from (step["text"] for step in part.get("steps", ()))


class _Feature:
    """A feature file being read: the nodes of its document by id, to find the source of each pickle."""

    def __init__(self, file: Path, path: str, tags: TagReader, problems: list[SuiteProblem]) -> None:
        self.path = path
        self._tags = tags
        self._problems = problems
        self._document = _parsed(file, path)
        self._feature = self._document["feature"]
        self._steps: dict[str, Any] = {}
        self._scenarios: dict[str, tuple[Any, Any]] = {}
        self._rows: dict[str, tuple[Any, Any]] = {}
        self._kindless: set[str] = set()
        self._outlines = _outline_keywords(self._feature["language"])
        self._index(self._feature, None)

    def scenarios(self) -> Iterator[ScenarioInfo]:
        seen: dict[str, tuple[Place, str]] = {}
        for pickle in Compiler().compile(cast("GherkinDocumentWithURI", {**self._document, "uri": self.path})):
            scenario, rule = self._scenarios[pickle["astNodeIds"][0]]
            examples, row = self._rows.get(pickle["astNodeIds"][-1], (None, {}))
            place = Place(self.path, pickle["location"]["line"])
            self._check_kinds(pickle)
            info = ScenarioInfo(
                id=scenario_id(self.path.removeprefix("features/"), scenario["name"], row),
                name=pickle["name"],
                template=scenario["name"],
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
            if scenario["steps"] and not self._has_then(pickle, scenario):
                self._report(
                    SuiteCode.NO_THEN,
                    place,
                    f"{scenario['name']!r} has no Then step",
                    "without a Then it would pass without checking anything",
                )
            self._check_id(info, scenario["name"], seen)
            yield info

    def _report(self, code: SuiteCode, place: Place, message: str, hint: str | None = None) -> None:
        self._problems.append(SuiteProblem(code, place, message, hint))

    def _has_then(self, pickle: Any, scenario: Any) -> bool:
        """Does the scenario check anything? A Then of its Background was checked before the scenario did anything."""
        own = {step["id"] for step in scenario["steps"]}
        return any(step["type"] == "Outcome" and step["astNodeIds"][0] in own for step in pickle["steps"])

    def _check_kinds(self, pickle: Any) -> None:
        """Report steps that could be a Given, a When or a Then: ``*``, and an And that follows nothing."""
        for step in pickle["steps"]:
            written = self._steps[step["astNodeIds"][0]]
            if step["type"] in _KINDS or written["id"] in self._kindless:
                continue
            self._kindless.add(written["id"])
            self._report(
                SuiteCode.KINDLESS_STEP,
                Place(self.path, written["location"]["line"]),
                f"{written['keyword'].strip()} {written['text']}: not a Given, When or Then",
                "start with Given, When or Then, and continue with And or But",
            )

    def _check_id(self, info: ScenarioInfo, name: str, seen: dict[str, tuple[Place, str]]) -> None:
        """Report a second scenario with the same id. One with the same name is reported by its name."""
        first, other = seen.setdefault(info.id, (info.place, name))
        if first == info.place or (other == name and not info.row):
            return
        message = (
            f"a second row of {name!r} has the same values" if other == name else f"the id {info.id!r} is already used"
        )
        hint = f"the first is in line {first.line}; a column {ID_COLUMN!r} names rows"
        self._report(SuiteCode.DUPLICATE_SCENARIO, info.place, message, hint)

    def _index(self, container: Any, rule: Any) -> None:
        for child in container["children"]:
            if "rule" in child:
                if not _has_scenarios(child["rule"]):
                    where = Place(self.path, child["rule"]["location"]["line"])
                    self._report(SuiteCode.EMPTY_SCENARIO, where, f"the Rule {child['rule']['name']!r} has no scenario")
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
                hint = f"the first is in line {first}; names are unique within a file"
                self._report(
                    SuiteCode.DUPLICATE_SCENARIO, place, f"a second scenario is named {scenario['name']!r}", hint
                )
                break
        if not scenario["steps"]:
            hint = "without steps it would pass without testing anything"
            self._report(SuiteCode.EMPTY_SCENARIO, place, f"{scenario['name']!r} has no step of its own", hint)
        if not scenario["examples"] and scenario["keyword"] in self._outlines:
            hint = "add Examples with a row for each scenario, or make it a Scenario"
            self._report(SuiteCode.EMPTY_SCENARIO, place, f"{scenario['name']!r} has no Examples", hint)
        self._scenarios[scenario["id"]] = (scenario, rule)
        for examples in scenario["examples"]:
            header = [cell["value"] for cell in examples.get("tableHeader", {}).get("cells", ())]
            if not examples.get("tableBody"):
                where = Place(self.path, examples["location"]["line"])
                self._report(SuiteCode.EMPTY_SCENARIO, where, f"Examples of {scenario['name']!r} have no row")
            for row in examples.get("tableBody", ()):
                values = dict(zip(header, (cell["value"] for cell in row["cells"]), strict=True))
                self._rows[row["id"]] = (examples, values)

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
        document = Parser().parse(read_text(file))
    except CompositeParserException as error:
        first = error.errors[0]
        raise SuiteProblem(SuiteCode.UNREADABLE_FEATURE, Place(path, _line_of(first)), _message(first)) from error
    except ParserError as error:
        raise SuiteProblem(SuiteCode.UNREADABLE_FEATURE, Place(path, _line_of(error)), _message(error)) from error
    except UnicodeDecodeError as error:
        raise SuiteProblem(SuiteCode.UNREADABLE_FEATURE, Place(path), f"not UTF-8: {error}") from error
    except OSError as error:
        text = f"cannot be read: {error.strerror or error}"
        raise SuiteProblem(SuiteCode.UNREADABLE_FEATURE, Place(path), text) from error
    except OverLimit as error:
        raise SuiteProblem(SuiteCode.UNREADABLE_FEATURE, Place(path), str(error), error.hint) from error
    feature = document.get("feature")
    if not feature or not any("background" not in child for child in feature["children"]):
        line = feature["location"]["line"] if feature else 1
        raise SuiteProblem(SuiteCode.UNREADABLE_FEATURE, Place(path, line), "no scenario")
    return document


def _has_scenarios(rule: Any) -> bool:
    return any("scenario" in child for child in rule["children"])


@cache
def _outline_keywords(language: str) -> frozenset[str]:
    """The keywords of a Scenario Outline in a language; some languages use one of them for a Scenario too."""
    dialect = Dialect.for_name(language)
    if dialect is None:
        return frozenset()
    return frozenset(dialect.scenario_outline_keywords) - frozenset(dialect.scenario_keywords)


def _line_of(error: Exception) -> int:
    location: Any = getattr(error, "location", None) or {}
    return int(location.get("line", 0))


def _message(error: Exception) -> str:
    """The parser's message without the location at its start."""
    return str(error).partition(": ")[2] or str(error)


def _topic(path: str) -> str:
    """The folder under ``features/``; empty for a feature directly in it."""
    folder, _, _ = path.removeprefix("features/").rpartition("/")
    return folder.partition("/")[0]


def _known(suite: Suite) -> Known:
    """The names that tags of this suite may use. Only the shipped suite requires a level and a rule."""
    return Known(
        **registered(),
        own=suite.own_tags,
        level_required=suite.is_shipped,
        rule_required=suite.is_shipped,
    )
