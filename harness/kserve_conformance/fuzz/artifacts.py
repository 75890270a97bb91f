"""A difference as a file: the two targets, what each reported, and the case that reproduces it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import msgspec

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.files import read_bytes
from kserve_conformance.fuzz.differences import Difference
from kserve_conformance.limits import OverLimit
from kserve_conformance.outputs import write_file
from kserve_conformance.targets.cases import Case
from kserve_conformance.targets.contract import Admission, Observation

#: The version of the file format.
VERSION = 1


class ArtifactCode(StrEnum):
    """Why a saved difference cannot be read."""

    UNREADABLE = "UNREADABLE"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"


class ArtifactError(HarnessError):
    """The file was not saved by ``fuzz``."""

    exit_code = 2
    hint = "pass one of the .json files that fuzz wrote to its --out folder"


class Side(msgspec.Struct, frozen=True):
    """One of the two targets and the value that it reported."""

    target: str
    value: Any


class SavedDifference(msgspec.Struct, frozen=True, kw_only=True):
    """
    One difference. ``case`` reproduces it; ``generated`` is the case as it was before shrinking.

    The same seed and the number of ``generated`` make that case again.
    """

    version: int = VERSION
    seed: int
    summary: str
    part: str
    turn: int
    left: Side
    right: Side
    case: Case
    generated: Case

    @classmethod
    def of(cls, seed: int, targets: tuple[str, str], difference: Difference, case: Case, generated: Case) -> Self:
        """A difference between two named targets, ready to be saved."""
        return cls(
            seed=seed,
            summary=str(difference),
            part=difference.part,
            turn=difference.turn,
            left=Side(targets[0], reported_value(difference.left, difference.left_result)),
            right=Side(targets[1], reported_value(difference.right, difference.right_result)),
            case=case,
            generated=generated,
        )


def reported_value(value: Any, result: Admission | Observation) -> Any:
    """The value of the differing part as JSON, with the message of a rejection."""
    if isinstance(result, Admission):
        return value if not result.rejected or value == result.rejected else f"{value}: {result.rejected}"
    return sorted(value) if isinstance(value, frozenset) else value


def save(folder: Path, name: str, difference: SavedDifference) -> Path:
    """Write a difference to ``NAME.json`` in a folder and return its path. Raises ``OSError`` and ``OutputError``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    write_file(path, msgspec.json.format(msgspec.json.encode(difference), indent=2) + b"\n")
    return path


def load(path: Path) -> SavedDifference:
    """Read a saved difference. Raises ``ArtifactError``."""
    try:
        difference = msgspec.json.decode(read_bytes(path), type=SavedDifference)
    except (OSError, OverLimit, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ArtifactError(f"{path} is not a saved difference: {error}", code=ArtifactCode.UNREADABLE) from error
    if difference.version != VERSION:
        raise ArtifactError(
            f"{path} has format version {difference.version}, expected {VERSION}", code=ArtifactCode.UNKNOWN_VERSION
        )
    return difference
