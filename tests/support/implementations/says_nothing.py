# ruff: noqa: T201 - A line of standard output is the answer.
"""Answers every question without any content."""

import json
import sys

for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"]}), flush=True)
