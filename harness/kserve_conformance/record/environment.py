r"""
Values of environment variables and of arguments, redacted by where they come from.

A name rarely says that a value is secret: ``REDIS_AUTH`` does, ``SALT`` may. So a
value stays only if its origin is known: the shipped suite wrote this name with
this value, KServe sets the variable, the user allowed the name, or it is a switch
or a small number. It is found in the ways in which manifests, logs and steps
write it: YAML of any style, JSON at any level of quotes, Go's ``%v``, and
assignments of a shell.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

from kserve_conformance.suite import ROOT

#: The environment variable with the names whose values stay, separated by commas; ``run --allow-env`` sets it.
ALLOWED: Final = "KSERVE_CONFORMANCE_ALLOW_ENV"

#: The variable by which targets mark the pods of a runtime (``VARIABLE`` of ``targets.kubernetes.marks``).
MARK: Final = "KSERVE_CONFORMANCE_RUNTIME"

SECRET: Final = "[redacted]"  # noqa: S105 - the replacement for one

_Q = r"""\\*["']"""
_NAME = r"(?P<name>[A-Za-z_][\w.-]{0,200})"
#: A quoted value at any level of escaping, or, if it is not closed, up to the end of its line.
_QUOTED = r"""(?P<quote>\\*")[\s\S]{0,4000}?(?<!\\)(?P=quote)|'(?:[^']|''){0,4000}+'|(?:\\*["'])[^\n]*"""
#: Atomic, so that a hostile text is read once: what follows never makes a value longer.
_FLOW = rf"(?>\[redacted\]|{_QUOTED}|[^,}}\]\n]{{0,2000}}+)"
#: A value of block style with the lines of it that follow.
_BLOCK = r"[^\n]*(?:\n[+-]?(?P=indent)[ ]+\S[^\n]*|\n[ ]*(?=\n[+-]?(?P=indent)[ ]))*"

#: Where a name and a value stand; the groups are ``name`` and ``value``. Before each are its signs: see ``may_match``.
PAIRS: Final = (
    (
        ":",
        re.compile(
            rf"(?m)^[+-]?[ \t]*(?:- +)?name:[ ]*{_Q}?{_NAME}{_Q}?[ ]*(?:#[^\n]*)?\n"
            rf"[+-]?(?P<indent>[ ]{{2,}})value:[ ]*(?P<value>{_BLOCK})"
        ),
    ),
    (
        ":",
        re.compile(
            rf"(?m)^[+-]?(?P<dash>[ \t]*- +)value:[ ]*(?P<value>[^\n]*(?:\n[ ]{{2,}}(?!name:)\S[^\n]*)*)\n"
            rf"[+-]?[ ]+name:[ ]*{_Q}?{_NAME}"
        ),
    ),
    (":", re.compile(rf"(?i)\bname{_Q}?\s*:\s*{_Q}?{_NAME}{_Q}?\s*,\s*{_Q}?value{_Q}?\s*:\s*(?P<value>{_FLOW})")),
    (":", re.compile(rf"(?i)\bvalue{_Q}?\s*:\s*(?P<value>{_FLOW})\s*,\s*{_Q}?name{_Q}?\s*:\s*{_Q}?{_NAME}")),
    (
        ":",
        re.compile(rf"\bName:{_Q}?{_NAME}{_Q}?,?[ ]+?Value:(?P<value>[^\n]{{0,1000}}?)(?=,?[ ]ValueFrom:|\}}|\n|\Z)"),
    ),
    ('"', re.compile(rf"(?i)\benv(?:ironment variable)? \"{_NAME}\" (?:with value|=|is) \"(?P<value>[^\"\n]*)\"")),
    ("_", re.compile(r"\b(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b (?:is|was|has|=) (?P<value>'[^'\n]*'|\"[^\"\n]*\")")),
    (
        "=",
        re.compile(
            r"(?<![\w./?&=<{-])(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)="
            rf"(?P<value>\[redacted\]|{_Q}[^\"'\n]*{_Q}|[^\s\"',;}}\]]+)"
        ),
    ),
)

#: A value that tells nothing: a switch, a small number, a reference, a placeholder, a folder that KServe mounts.
_HARMLESS: Final = re.compile(
    r"(?i)|true|false|yes|no|on|off|null|none|nil|~|-?\d{1,4}|\$\([a-z_]\w*\)|\{\{[^{}]*\}\}|<[\w -]+>|/mnt/[\w./-]*|"
    r"\[redacted\]"
)

#: Flags whose value is a secret although a word of theirs does not say so.
_SHORT_FLAGS = r"-p|-P|-a|-w|-pw"
_ARGUMENTS: Final = (
    re.compile(rf"(?P<before>(?<![\w-])(?:{_SHORT_FLAGS})[ \t]+)(?P<value>(?!\[redacted\])[^\s\"',\]-][^\s\"',\]]*)"),
    re.compile(
        rf"(?m)(?P<before>(?<![\w-])(?:{_SHORT_FLAGS}){_Q}?(?:[ ]*\n[+-]?[ ]*-|\s*,)\s*{_Q}?)"
        r"(?P<value>(?!\[redacted\])[^\s\"'\\,\]-][^\s\"'\\,\]]*)"
    ),
    # Clients of databases take a password right behind the flag.
    re.compile(
        r"(?P<before>\b(?:mysql|mariadb|sshpass)\w*\b[^\n]{0,200}?[ ]-p)(?P<value>(?!\[redacted\])[^\s\"'\\,\]]+)"
    ),
    re.compile(
        rf"(?m)(?P<before>(?<![\w-])(?:-u|--user){_Q}?(?:[ =\t]+|[ ]*\n[+-]?[ ]*-\s*|\s*,\s*){_Q}?[^\s:\"'\\,\]]+:)"
        r"(?P<value>(?!\[redacted\])[^\s\"'\\,\]]+)"
    ),
)

#: A word of a command line: quoted, or up to a space.
_WORD = r"""(?:"[^"]*"|'[^']*'|\S)+"""
_FLAG: Final = re.compile(rf"(?P<flag>(?<!\S)--?[A-Za-z][\w.-]*)(?P<by>=|[ ]+)(?P<value>(?!-){_WORD})")
_PLAIN_ARGUMENT: Final = re.compile(
    r"v?\d{1,5}(?:\.\d+){0,3}|\.{0,2}/[\w./-]+|documented|[\w./-]+\.(?:py|sh|js|json|ya?ml)"
)


def allowed() -> frozenset[str]:
    """The names that the user allowed, with ``run --allow-env``."""
    return frozenset(filter(None, re.split(r"[,\s]+", os.environ.get(ALLOWED, ""))))


def is_harmless(value: str) -> bool:
    """Whether a value tells nothing: a switch, a small number, a reference, a placeholder."""
    return _HARMLESS.fullmatch(_unquoted(value)) is not None


def redact_environment(text: str, names: Collection[str] = ()) -> str:
    """Redact the values of environment variables and of secret arguments in a text; those of ``names`` stay."""
    for signs, pattern in PAIRS:
        if may_match(signs, text):
            text = pattern.sub(lambda found: _pair(found, names), text)
    if may_match("-", text):
        for pattern in _ARGUMENTS:
            text = pattern.sub(lambda found: _argument(found, names), text)
    return text


def may_match(signs: str, text: str) -> bool:
    """
    Whether a text has one of the signs without which a pattern never matches; always true for a pattern without any.

    Most texts of a record are plain steps, for which a search by each of the patterns would cost a tenth of a run.
    """
    return not signs or any(sign in text for sign in signs)


def redact_command(text: str, names: Collection[str] = ()) -> str:
    """Redact the values of all flags of the command of a ``process:`` target, but releases, paths and numbers."""
    head, colon, command = text.partition("process:")
    if not colon:
        return text

    def instead(found: re.Match[str]) -> str:
        value = found["value"].strip("\"'")
        is_known = found["flag"] in names or found["flag"].lstrip("-") in names
        if is_known or _HARMLESS.fullmatch(value) or _PLAIN_ARGUMENT.fullmatch(value):
            return found[0]
        return f"{found['flag']}{found['by']}{SECRET}"

    return f"{head}{colon}{_FLAG.sub(instead, command)}"


def redact_table(table: tuple[tuple[str, ...], ...], names: Collection[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Redact the column ``value`` of a step's table that also has a column ``name``."""
    if not table or "name" not in (header := [cell.strip().lower() for cell in table[0]]) or "value" not in header:
        return table
    name, value = header.index("name"), header.index("value")
    return (table[0], *(_row(row, name, value, names) for row in table[1:]))


def _row(row: tuple[str, ...], name: int, value: int, names: Collection[str]) -> tuple[str, ...]:
    if max(name, value) >= len(row) or _stays(row[name], row[value], names):
        return row
    return (*row[:value], SECRET, *row[value + 1 :])


def _pair(found: re.Match[str], names: Collection[str]) -> str:
    if _stays(found["name"], found["value"], names):
        return found[0]
    begin, end = found.span("value")
    begin, end = begin - found.start(), end - found.start()
    return f"{found[0][:begin]}{SECRET}{found[0][end:]}"


def _argument(found: re.Match[str], names: Collection[str]) -> str:
    flag = found["before"].split()[0].strip("\"'\\,-")
    return found[0] if flag in names or _HARMLESS.fullmatch(found["value"]) else f"{found['before']}{SECRET}"


def _stays(name: str, value: str, names: Collection[str]) -> bool:
    value = _unquoted(value)
    if SECRET in value or name in names or _HARMLESS.fullmatch(value):
        return True
    known_names, known_pairs = _of_shipped_suite()
    return name in known_names or (name, value) in known_pairs


def _unquoted(value: str) -> str:
    return value.strip().strip("\\\"'").strip()


@cache
def _of_shipped_suite() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """The variables that KServe sets, as steps of the shipped suite check them, and the pairs that the suite wrote."""
    names = {MARK}
    pairs: set[tuple[str, str]] = set()
    for text in _shipped_texts():
        if "env" not in text:
            continue
        names.update(re.findall(r'\benv "([A-Z][A-Z0-9_]*)"', text))
        for _, pattern in PAIRS:
            for found in pattern.finditer(text):
                value = _unquoted(found["value"])
                pairs.add((found["name"], value))
                if "<" in value:
                    # A placeholder: the values are in the rows of Examples.
                    names.add(found["name"])
    return frozenset(names), frozenset(pairs)


def _shipped_texts() -> Iterator[str]:
    for file in sorted((*(ROOT / "features").rglob("*.feature"), *(ROOT / "fixtures").rglob("*.jsonl"))):
        yield file.read_text(encoding="utf-8")
