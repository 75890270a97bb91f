"""The message texts in KServe's source, each with the releases that have it."""

from __future__ import annotations

import re
from functools import cache, cached_property
from importlib.resources import files

import msgspec

#: Go's placeholders. Source: package ``fmt``.
_VERB = re.compile(r"%(?:\[\d+\])?[-+# 0]*[a-zA-Z]|%%")

_SPACES = re.compile(r"\s+")


class Text(msgspec.Struct, frozen=True, dict=True):
    """
    A format string of Go's ``fmt``; its ``kind`` is error, event, status or log.

    ``releases`` are those with the text, out of :func:`releases_read`; ``file`` is its source file in the last of them.
    """

    text: str
    kind: str
    file: str
    releases: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the text with anything in its placeholders."""
        return pattern_of(self.text)

    @property
    def readable(self) -> str:
        """The text with an ellipsis for each placeholder."""
        return filled(self.text, ())

    @cached_property
    def literal(self) -> int:
        """Number of characters outside placeholders."""
        return len(_VERB.sub("", self.text).strip())


class _Header(msgspec.Struct):
    releases: tuple[str, ...]


def pattern_of(text: str) -> re.Pattern[str]:
    """
    A pattern for a format string of Go's ``fmt``; whitespace matches any other whitespace.

    >>> pattern_of("specified runtime %s is disabled").search("specified runtime ours is disabled").groups()
    ('ours',)
    """
    text = text.removesuffix(".")
    parts = [re.escape(collapsed(part)).replace(r"\ ", r"\s+") for part in _VERB.split(text)]
    # Values may be empty.
    pattern = "(.*?)".join(parts)
    # A placeholder at the end matches the rest of the message.
    if pattern.endswith("(.*?)"):
        pattern = pattern.removesuffix("(.*?)") + r"(.*?)(?=\)?: error when |$)"
    return re.compile(pattern.removeprefix("(.*?)"))


def filled(text: str, values: tuple[str, ...]) -> str:
    """
    Fill the placeholders of a format string of Go's ``fmt``; an ellipsis stands for each missing value.

    >>> filled("runtime %q is %s", ("ours",))
    'runtime "ours" is …'
    """
    rest = iter(values)

    def fill(verb: re.Match[str]) -> str:
        value = next(rest, None)
        if value is None:
            return "…"
        return f'"{value}"' if verb[0].endswith("q") else value

    return _VERB.sub(fill, text)


def collapsed(text: str) -> str:
    """The text on one line."""
    return _SPACES.sub(" ", text)


@cache
def texts() -> tuple[Text, ...]:
    """All texts."""
    return tuple(msgspec.json.decode(line, type=Text) for line in _lines()[1:])


@cache
def releases_read() -> tuple[str, ...]:
    """The releases whose source was scanned, oldest first: v0.7.0 and those with a Go module."""
    return msgspec.json.decode(_lines()[0], type=_Header).releases


@cache
def _lines() -> tuple[bytes, ...]:
    return tuple(files("kserve_conformance.messages").joinpath("texts.jsonl").read_bytes().splitlines())


def spans(releases: tuple[str, ...]) -> str:
    """
    Format releases as ranges of :func:`releases_read`.

    >>> spans(("v0.7.0", "v0.8.0")), spans(("v0.19.0", "v0.20.0")), spans(("v0.15.2",))
    ('v0.7.0 to v0.8.0', 'since v0.19.0', 'v0.15.2')
    """
    read = releases_read()
    found: list[list[str]] = []
    for number, release in enumerate(read):
        if release not in releases:
            continue
        if number and read[number - 1] in releases and found:
            found[-1].append(release)
        else:
            found.append([release])
    return ", ".join(_span(one, read[-1]) for one in found)


def _span(releases: list[str], last: str) -> str:
    if releases[-1] == last:
        return f"since {releases[0]}" if len(releases) > 1 else last
    return releases[0] if len(releases) == 1 else f"{releases[0]} to {releases[-1]}"
