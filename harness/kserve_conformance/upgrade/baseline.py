"""Accepted findings: a YAML file with a reason for each, and if wanted the day until which it is accepted."""

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
from kserve_conformance.upgrade.census import Finding


class BaselineCode(StrEnum):
    """What is wrong with a baseline."""

    INVALID_BASELINE = "INVALID_BASELINE"


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    One accepted finding of one service.

    ``service`` is ``namespace/name``, ``finding`` a change or a flag. ``expires`` is the last day on which it is
    accepted.
    """

    service: str
    finding: str
    reason: str
    expires: date | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted: tuple[Accepted, ...] = ()


class Baseline:
    """Accepted findings, on one day. Counts which of them were met."""

    def __init__(self, accepted: Iterable[Accepted], today: date) -> None:
        accepted = tuple(accepted)
        self.expired = tuple(each for each in accepted if each.expires is not None and each.expires < today)
        self._valid = {(each.service, each.finding): each for each in accepted if each not in self.expired}
        self._met: set[tuple[str, str]] = set()

    def accepts(self, finding: Finding, class_: str) -> bool:
        """Is a change or flag of a service accepted?"""
        key = finding.name, class_
        if key in self._valid:
            self._met.add(key)
            return True
        return False

    @property
    def unmet(self) -> tuple[Accepted, ...]:
        """What was accepted and did not occur."""
        return tuple(each for key, each in self._valid.items() if key not in self._met)


def read(path: Path) -> tuple[Accepted, ...]:
    """Read a baseline. Raises ``HarnessError`` for a file that is none."""
    try:
        # A day can be quoted or not.
        accepted = msgspec.convert(yaml.safe_load(read_bytes(path)), _File).accepted
    except OverLimit as error:
        raise _invalid(path, str(error)) from error
    except OSError as error:
        raise _invalid(path, error.strerror or str(error)) from error
    except (msgspec.ValidationError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise _invalid(path, str(error)) from error
    for each in accepted:
        if not each.reason.strip():
            raise _invalid(path, f"{each.finding} of {each.service} has no reason")
    return accepted


def text_of(accepted: Iterable[Accepted]) -> str:
    """A baseline as a file."""
    from kserve_conformance.manifests import dump

    head = "# Accepted findings of kserve-conformance upgrade. Give each a reason, and a day on which it expires.\n"
    return head + dump({"accepted": [msgspec.to_builtins(each) for each in accepted]})


def _invalid(path: Path, what: str) -> HarnessError:
    return HarnessError(
        f"{path} is not a baseline: {what}",
        code=BaselineCode.INVALID_BASELINE,
        hint="write one with --write-baseline",
    )
