"""
The yardstick: DuckDB groups the services of dumps by what a choice reads, and counts them. It decides nothing.

``python -m benchmarks.duckdb_query ndjson|list FILE...`` prints the number of groups and of services.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from kserve_conformance.machine import allowed

_MODEL = (
    "STRUCT(modelFormat STRUCT(name VARCHAR, version VARCHAR), protocolVersion VARCHAR, "
    "runtime VARCHAR, storageUri VARCHAR)"
)
#: What is decoded of a service.
_COLUMNS = {
    "kind": "VARCHAR",
    "metadata": 'STRUCT("namespace" VARCHAR, annotations JSON)',
    "spec": f"STRUCT(predictor STRUCT(model {_MODEL}))",
}
_GROUPING = """
    select metadata."namespace", metadata.annotations->>'serving.kserve.io/deploymentMode',
           spec.predictor.model.modelFormat, spec.predictor.model.protocolVersion, spec.predictor.model.runtime,
           split_part(spec.predictor.model.storageUri, ':', 1), count(*)
    from services where kind = 'InferenceService' group by all
"""


def group(form: str, paths: list[str]) -> tuple[int, int]:
    """The number of groups and of services in dumps."""
    with duckdb.connect() as database:
        database.execute(f"set threads = {allowed()[0]}")
        if form == "list":
            largest = max(Path(path).stat().st_size for path in paths)
            item = f"STRUCT({', '.join(f'{name} {type_}' for name, type_ in _COLUMNS.items())})"
            lists = database.read_json(paths, columns={"items": f"{item}[]"}, maximum_object_size=2 * largest)
            services = lists.select(duckdb.SQLExpression("unnest(items) as service")).project("service.*")
        else:
            services = database.read_json(paths, format="newline_delimited", columns=_COLUMNS)
        services.create_view("services")
        groups = database.execute(_GROUPING).fetchall()
    return len(groups), sum(each[-1] for each in groups)


if __name__ == "__main__":
    print(*group(sys.argv[1], sys.argv[2:]))
