"""Accepted findings of ``upgrade`` and ``lint``: a YAML file with a reason for each, and if wanted a last day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path

import msgspec
import yaml

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.files import read_bytes
from kserve_conformance.limits import OverLimit


class BaselineCode(StrEnum):
    """What is wrong with a baseline."""

    INVALID_BASELINE = "INVALID_BASELINE"


class BaselineError(HarnessError):
    """A file is not a baseline."""

    exit_code = 2
    code = BaselineCode.INVALID_BASELINE
    hint = "write one with --write-baseline"


#: An object, a finding, and its text if it is the only one that is meant.
_Key = tuple[str, str, str | None]


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    One accepted finding about one object.

    ``object`` is its name as the command prints it, ``finding`` a class or code. With ``text``, only the finding with
    this text is accepted, and not another one with the same code. ``expires`` is the last day on which the finding is
    accepted.
    """

    object: str
    finding: str
    reason: str
    expires: date | None = None
    text: str | None = None

    @property
    def key(self) -> _Key:
        """What it accepts."""
        return self.object, self.finding, self.text

    @property
    def title(self) -> str:
        """The finding and its object in a line."""
        return f"{self.finding} of {self.object}" + ("" if self.text is None else f": {self.text}")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted: tuple[Accepted, ...] = ()


class Baseline:
    """Accepted findings on one day. It remembers which of them occurred."""

    def __init__(self, accepted: Iterable[Accepted], today: date) -> None:
        accepted = tuple(accepted)
        self.expired = tuple(each for each in accepted if each.expires is not None and each.expires < today)
        self._valid = {each.key: each for each in accepted if each not in self.expired}
        self._met: set[_Key] = set()

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The objects and findings that are accepted whatever their text is."""
        return tuple((name, finding) for name, finding, text in self._valid if text is None)

    def accepts(self, name: str, finding: str) -> bool:
        """Is a finding about an object accepted?"""
        return self.reason(name, finding) is not None

    def reason(self, name: str, finding: str, text: str | None = None) -> str | None:
        """Why a finding about an object is accepted; None if it is not."""
        accepted = self._valid.get((name, finding, text)) or self._valid.get((name, finding, None))
        if accepted is None:
            return None
        self._met.add(accepted.key)
        return accepted.reason

    @property
    def met(self) -> tuple[Accepted, ...]:
        """What was accepted and did occur."""
        return tuple(each for key, each in self._valid.items() if key in self._met)

    @property
    def unmet(self) -> tuple[Accepted, ...]:
        """What was accepted and did not occur."""
        return tuple(each for key, each in self._valid.items() if key not in self._met)

    def notes(self) -> list[str]:
        """What is of no more use, a line for each entry."""
        return [
            *(f"accepted until {each.expires}: {each.title}" for each in self.expired),
            *(f"no longer found: {each.title}" for each in self.unmet),
        ]


def read(path: Path) -> tuple[Accepted, ...]:
    """Read a baseline. Raises ``BaselineError``."""
    try:
        # A day can be quoted or not.
        accepted = msgspec.convert(yaml.safe_load(read_bytes(path)), _File).accepted
    except OSError as error:
        raise BaselineError(f"{path} is not a baseline: {error.strerror or error}") from error
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f", line {error.problem_mark.line + 1}"
        raise BaselineError(f"{path} is not a baseline: invalid YAML{line}: {error.problem}") from error
    except (OverLimit, msgspec.ValidationError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise BaselineError(f"{path} is not a baseline: {error}") from error
    for each in accepted:
        if not each.reason.strip():
            raise BaselineError(f"{path} is not a baseline: {each.title} has no reason")
    return accepted


def text_of(accepted: Iterable[Accepted], command: str) -> str:
    """A baseline as a file."""
    from kserve_conformance.manifests import dump

    head = f"# Accepted findings of kserve-conformance {command}. Give each a reason, and a day on which it expires.\n"
    return head + dump({"accepted": [msgspec.to_builtins(each) for each in accepted]})
