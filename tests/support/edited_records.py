"""Records that were edited, with a digest that fits the edited lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any


def rechained(values: Iterable[dict[str, Any]]) -> bytes:
    """The lines of a record, with the digest of its footer computed anew."""
    text = ""
    for line in values:
        if line.get("type") != "footer":
            text += json.dumps(line) + "\n"
            continue
        text += json.dumps({key: value for key, value in line.items() if key != "digest"})[:-1]
        text += f',"digest":"sha256:{sha256(text.encode()).hexdigest()}"}}\n'
    return text.encode()


def lines_in(record: bytes | str) -> list[dict[str, Any]]:
    """The lines of a record as JSON values."""
    return [json.loads(line) for line in record.splitlines()]
