"""
The deviations that an implementation declares: a YAML file of its vendor, checked as strictly as the shipped list.

Each entry names rules or scenarios, says in a sentence what the implementation does, and links to an explanation that
others can read. An entry is only as wide as what it names: a scenario that it covers must fail.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.exceptions import ManifestError, SuiteError
from kserve_conformance.files import read_bytes
from kserve_conformance.limits import OverLimit
from kserve_conformance.manifests import value
from kserve_conformance.manifests.locations import Places, in_yaml, nearest, with_parents
from kserve_conformance.manifests.problems import Path as ValuePath
from kserve_conformance.manifests.problems import pointer
from kserve_conformance.rules.model import DeclaredDeviation
from kserve_conformance.rules.registry import registry
from kserve_conformance.suite.inventory import ScenarioInfo
from kserve_conformance.suite.problems import Place, SuiteCode, SuiteProblem, raise_all

#: What a draft has in place of a statement or a link (see ``reports.deviations``). It is never accepted.
TODO = "TODO"

_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_LINK = re.compile(r"https?://[^\s/<>\"']+\.[^\s<>\"']+")

#: The fields of an entry that are texts, and those that are lists, each of ids of one kind.
_TEXTS = ("id", "statement", "link")
_LISTS: Mapping[str, str] = {"rules": "rule", "scenarios": "scenario", "setupRejected": "scenario"}


@dataclass(frozen=True)
class DeclaredDeviations:
    """The entries of a file, for one suite."""

    file: Path
    entries: tuple[DeclaredDeviation, ...] = ()

    def expected(self, scenario: str, rules: Iterable[str]) -> DeclaredDeviation | None:
        """The deviation that a scenario must show, or None. An entry of the scenario comes before one of a rule."""
        if scenario in self._by_scenario:
            return self._by_scenario[scenario]
        if scenario in self._by_setup:
            return None
        return next((self._by_rule[rule] for rule in rules if rule in self._by_rule), None)

    def of_rejected_setup(self, scenario: str) -> DeclaredDeviation | None:
        """The deviation by which a scenario cannot be set up, or None."""
        return self._by_setup.get(scenario)

    @cached_property
    def _by_scenario(self) -> Mapping[str, DeclaredDeviation]:
        return {scenario: one for one in self.entries for scenario in one.scenarios}

    @cached_property
    def _by_setup(self) -> Mapping[str, DeclaredDeviation]:
        return {scenario: one for one in self.entries for scenario in one.setup_rejected}

    @cached_property
    def _by_rule(self) -> Mapping[str, DeclaredDeviation]:
        return {rule: one for one in self.entries for rule in one.rules}


def declared_in(file: Path, scenarios: Iterable[ScenarioInfo]) -> DeclaredDeviations:
    """
    Read the deviations of an implementation, for a suite with these scenarios.

    Raises ``SuiteProblem``, or ``SuiteProblems`` with all of them, each with its line.
    """
    data = _bytes(file)
    try:
        content = value(data, str(file))
    except ManifestError as error:
        raise SuiteError(str(error), code=SuiteCode.BAD_DEVIATIONS) from error
    problems = tuple(_problems(content, frozenset(scenario.id for scenario in scenarios)))
    if problems:
        places = in_yaml(io.BytesIO(data), {0: with_parents(problem.path for problem in problems)}).get(0, {})
        raise_all((problem.at(file, places) for problem in problems), str(file))
    return DeclaredDeviations(file, tuple(_entry(one) for one in content))


@dataclass(frozen=True, slots=True)
class _Problem:
    path: ValuePath
    text: str
    hint: str | None = None

    def at(self, file: Path, places: Places) -> SuiteProblem:
        """The problem with its line, or with that of what is around it."""
        where = pointer(self.path)
        place = nearest(places, self.path)
        line = place.line if place is not None else 1
        text = printable(f"{where}: {self.text}" if where else self.text)
        return SuiteProblem(SuiteCode.BAD_DEVIATIONS, Place(str(file), line), text, self.hint)


def _bytes(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except OSError as error:
        message = f"{file}: cannot read the deviations: {error.strerror or error}"
        raise SuiteError(message, code=SuiteCode.BAD_DEVIATIONS) from error
    except OverLimit as error:
        raise SuiteError(str(error), code=SuiteCode.BAD_DEVIATIONS, hint=error.hint) from error


def _entry(content: Mapping[str, Any]) -> DeclaredDeviation:
    return DeclaredDeviation(
        id=content["id"],
        statement=content["statement"].strip(),
        link=content["link"],
        rules=tuple(content.get("rules", ())),
        scenarios=tuple(content.get("scenarios", ())),
        setup_rejected=tuple(content.get("setupRejected", ())),
    )


def _problems(content: Any, scenarios: Collection[str]) -> Iterator[_Problem]:
    if not isinstance(content, list):
        yield _Problem((), f"expected a list of deviations, got {_kind(content)}")
        return
    whole: list[tuple[int, Mapping[str, Any]]] = []
    for number, entry in enumerate(content):
        found = tuple(_problems_of_entry((number,), entry, scenarios))
        yield from found
        if not found:
            whole.append((number, entry))
    yield from _repeated(whole)


def _problems_of_entry(path: ValuePath, entry: Any, scenarios: Collection[str]) -> Iterator[_Problem]:
    if not isinstance(entry, dict):
        yield _Problem(path, f"expected a deviation, got {_kind(entry)}")
        return
    fields = (*_TEXTS, *_LISTS)
    for name in entry:
        if name not in fields:
            hint = _nearest(name, fields) or f"fields: {', '.join(fields)}"
            yield _Problem((*path, name), f"unknown field {name!r}", hint)
    for name in _TEXTS:
        yield from _problems_of_text((*path, name), name, entry.get(name))
    for name, what in _LISTS.items():
        known: Collection[str] = registry().rules_by_id if what == "rule" else scenarios
        yield from _problems_of_list((*path, name), entry.get(name, []), what, known)
    if not any(entry.get(name) for name in _LISTS):
        yield _Problem(path, "names neither rules nor scenarios", f"add one of {', '.join(_LISTS)}")


def _problems_of_text(path: ValuePath, name: str, text: Any) -> Iterator[_Problem]:
    if text is None:
        yield _Problem(path, f"{name} is required")
    elif not isinstance(text, str):
        yield _Problem(path, f"expected a string, got {_kind(text)}")
    elif not text.strip() or TODO in text:
        yield _Problem(path, f"{name} is still to be written", _TO_WRITE[name])
    elif name == "id" and not _ID.fullmatch(text):
        yield _Problem(path, f"expected lower-case words joined by hyphens, got {text!r}")
    elif name == "link" and not _LINK.fullmatch(text):
        yield _Problem(path, f"expected an http or https link, got {text!r}")


_TO_WRITE = {
    "id": "name the deviation in a few words",
    "statement": "say in a sentence what the implementation does differently",
    "link": "link to a page or an issue that explains the difference",
}


def _problems_of_list(path: ValuePath, names: Any, what: str, known: Collection[str]) -> Iterator[_Problem]:
    if not isinstance(names, list):
        yield _Problem(path, f"expected a list of {what}s, got {_kind(names)}")
        return
    for number, name in enumerate(names):
        where = (*path, number)
        if not isinstance(name, str):
            yield _Problem(where, f"expected the id of a {what}, got {_kind(name)}")
        elif name not in known:
            listing = "rules" if what == "rule" else "run --list"
            hint = _nearest(name, known) or f"`kserve-conformance {listing}` lists every {what}"
            yield _Problem(where, f"unknown {what} {name!r}", hint)


def _repeated(entries: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[_Problem]:
    """Yield ids, rules and scenarios that appear twice: only one entry can explain a verdict."""
    shipped = {one.id for one in registry().deviations}
    ids: dict[str, int] = {}
    named: dict[tuple[str, str], str] = {}
    for number, entry in entries:
        if entry["id"] in shipped:
            yield _Problem((number, "id"), f"{entry['id']!r} is the id of a deviation of KServe")
        elif entry["id"] in ids:
            yield _Problem((number, "id"), f"{entry['id']!r} is the id of an earlier deviation")
        ids.setdefault(entry["id"], number)
        for field, what in _LISTS.items():
            for position, name in enumerate(entry.get(field, ())):
                if (what, name) in named:
                    earlier = named[what, name]
                    yield _Problem((number, field, position), f"{what} {name!r} is already named by {earlier!r}")
                named.setdefault((what, name), entry["id"])


def _nearest(name: str, known: Collection[str]) -> str | None:
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else None


def _kind(content: Any) -> str:
    match content:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return repr(content) if len(content) < _LONG else "a text"
        case _:
            return str(content).lower()


_LONG = 60
