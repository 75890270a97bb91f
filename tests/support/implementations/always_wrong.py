# ruff: noqa: T201 - A line of standard output is the answer.
"""Selects a runtime that does not exist, for every service."""

import json
import sys

for line in sys.stdin:
    wrong = {"runtime": {"kind": "ClusterServingRuntime", "name": "wrong"}}
    print(json.dumps({"id": json.loads(line)["id"], "decision": wrong}), flush=True)
