"""A difference as a file: what was found, between whom, and the case that shows it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.fuzz.differences import Difference
from kserve_conformance.targets.cases import Case
from kserve_conformance.targets.contract import Admission, Observation


class BadFile(HarnessError):
    """A file is not one of a kept difference."""

    exit_code = 2


class Side(msgspec.Struct, frozen=True):
    """One of the two targets, and what it said."""

    target: str
    said: Any


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """
    One difference. ``case`` shows it, ``drawn`` is the case in which it was found first.

    ``seed`` and the number of ``drawn`` give that case again.
    """

    version: int = 1
    seed: int
    what: str
    part: str
    turn: int
    left: Side
    right: Side
    case: Case
    drawn: Case


def kept(seed: int, targets: tuple[str, str], difference: Difference, case: Case, drawn: Case) -> Kept:
    """What a file says of a difference."""
    return Kept(
        seed=seed,
        what=str(difference),
        part=difference.part,
        turn=difference.turn,
        left=Side(targets[0], said(difference.left, difference.left_result)),
        right=Side(targets[1], said(difference.right, difference.right_result)),
        case=case,
        drawn=drawn,
    )


def said(value: Any, shown: Admission | Observation) -> Any:
    """What a target said of the part that differs, as JSON has it; a refusal with its text."""
    if isinstance(shown, Admission):
        return value if not shown.rejected or value == shown.rejected else f"{value}: {shown.rejected}"
    return sorted(value) if isinstance(value, frozenset) else value


def save(folder: Path, name: str, one: Kept) -> Path:
    """Write it; where to. Raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(one), indent=2) + b"\n")
    return path


def load(path: Path) -> Kept:
    """Read it back. Raises ``BadFile``."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} is no difference that was kept: {error}") from error
    if found.version != 1:
        raise BadFile(f"{path} is of version {found.version}; this program reads version 1")
    return found
