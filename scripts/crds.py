"""
Generate the table of CRD schemas from KServe's own Go modules.

::

    scripts/crds            write harness/kserve_conformance/crds/schemas.jsonl
    scripts/crds --check    change nothing; fail if the committed table is not what the modules give

The table has facts only: names, types, required fields, enumerations, bounds, patterns, defaults, list keys. Equal
schemas are stored once. An unknown keyword is an error: nothing is dropped silently.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import yaml

from kserve_conformance.rules.releases import MAIN, RELEASES, TABLE, Origin

MODULE = "github.com/kserve/kserve"
FILE = Path("harness/kserve_conformance/crds/schemas.jsonl")

#: The kinds that choose a runtime or are one, by the plural in the name of their CRD's file.
KINDS = {
    "inferenceservices": "InferenceService",
    "servingruntimes": "ServingRuntime",
    "clusterservingruntimes": "ClusterServingRuntime",
}

#: Keywords that are kept, and their names in the table.
KEPT = {
    "type": "type",
    "required": "required",
    "enum": "enum",
    "pattern": "pattern",
    "default": "default",
    "minimum": "minimum",
    "maximum": "maximum",
    "minLength": "minLength",
    "maxLength": "maxLength",
    "minItems": "minItems",
    "format": "format",
    "x-kubernetes-int-or-string": "intOrString",
    "x-kubernetes-preserve-unknown-fields": "preserveUnknownFields",
    "x-kubernetes-list-type": "listType",
    "x-kubernetes-list-map-keys": "listMapKeys",
}

#: Keywords that check nothing: prose, and how server-side apply merges.
DROPPED = {"description", "x-kubernetes-map-type"}

#: Keywords whose values are schemas.
PARTS = {"properties", "items", "additionalProperties"}

#: The alternatives of every int-or-string, which its extension already states.
INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]


class Table:
    """Schemas by number; a part always comes before the schema that contains it."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}

    def add(self, schema: dict[str, Any]) -> int:
        """The number of a schema, added with all of its parts if it is new."""
        row: dict[str, Any] = {KEPT[key]: value for key, value in schema.items() if key in KEPT}
        if schema.get("anyOf") == INT_OR_STRING and schema.get("x-kubernetes-int-or-string"):
            schema = {key: value for key, value in schema.items() if key != "anyOf"}
        unknown = set(schema) - set(KEPT) - DROPPED - PARTS
        if unknown:
            raise click.ClickException(f"unknown schema keywords: {', '.join(sorted(unknown))}")
        if "properties" in schema:
            row["properties"] = {name: self.add(part) for name, part in schema["properties"].items()}
        if "items" in schema:
            row["items"] = self.add(schema["items"])
        if "additionalProperties" in schema:
            extra = schema["additionalProperties"]
            row["additionalProperties"] = extra if isinstance(extra, bool) else self.add(extra)
        return self.add_row(row)

    def add_row(self, row: dict[str, Any]) -> int:
        """The number of a schema whose parts are numbers already."""
        text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return self.lines.setdefault(text, len(self.lines))


def roots_of(release: str, table: Table) -> dict[str, dict[str, int]]:
    """The number of each kind's schema, by variant."""
    listed = subprocess.run(
        ["go", "mod", "download", "-json", f"{MODULE}@{release}"],  # noqa: S607 - the same
        check=True,
        capture_output=True,
    )
    folder = Path(json.loads(listed.stdout)["Dir"]) / "config" / "crd"
    variants = {name: folder / name for name in ("full", "minimal") if (folder / name).is_dir()} or {"full": folder}
    return {
        variant: {
            kind: table.add(served_schema(path / f"serving.kserve.io_{plural}.yaml")) for plural, kind in KINDS.items()
        }
        for variant, path in variants.items()
    }


def roots_of_main(table: Table, before: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """
    The CRDs of KServe's main branch of August 2026: those of the latest release, and ``resourceClaims`` for runtimes.

    The field has the schema that it has in a service's predictor, which is the pod's own.
    """
    rows = [json.loads(line) for line in table.lines]
    claims = part(rows, before["full"]["InferenceService"], "spec", "predictor", "resourceClaims")
    full = dict(before["full"])
    for kind in ("ServingRuntime", "ClusterServingRuntime"):
        root = rows[full[kind]]
        spec = rows[root["properties"]["spec"]]
        spec = {**spec, "properties": {**spec["properties"], "resourceClaims": claims}}
        number = table.add_row(spec)
        full[kind] = table.add_row({**root, "properties": {**root["properties"], "spec": number}})
    return {**before, "full": full}


def roots_of_v0_11_0(table: Table, after: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """
    The CRDs of v0.11.0, which has no module: those of v0.11.1 without the priority of a runtime's formats.

    Priorities are the change of the patch release; the labels and annotations of components, which are in v0.11.1 and
    not in v0.10.2, are taken to have come with v0.11.0.
    """
    rows = [json.loads(line) for line in table.lines]
    full = dict(after["full"])
    for kind in ("ServingRuntime", "ClusterServingRuntime"):
        root = rows[full[kind]]
        spec = rows[root["properties"]["spec"]]
        formats = rows[spec["properties"]["supportedModelFormats"]]
        entry = rows[formats["items"]]
        known = {name: number for name, number in entry["properties"].items() if name != "priority"}
        formats = {**formats, "items": table.add_row({**entry, "properties": known})}
        spec = {**spec, "properties": {**spec["properties"], "supportedModelFormats": table.add_row(formats)}}
        full[kind] = table.add_row({**root, "properties": {**root["properties"], "spec": table.add_row(spec)}})
    return {**after, "full": full}


def part(rows: list[dict[str, Any]], number: int, *path: str) -> int:
    """The number of a part of a schema, by the names of properties that lead to it."""
    for name in path:
        number = rows[number]["properties"][name]
    return number


def served_schema(file: Path) -> dict[str, Any]:
    """The schema of the one version that a CRD serves."""
    crd = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    (version,) = [one for one in crd["spec"]["versions"] if one["served"]]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return schema


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail if the committed table is out of date.")
def main(*, check: bool) -> None:
    """Generate the table of CRD schemas of every release."""
    table = Table()
    roots = {release.name: roots_of(release.name, table) for release in TABLE if release.origin is Origin.MODULE}
    for release in TABLE:
        if release.origin is Origin.INFERRED:
            roots[release.name] = roots[release.inferred_from[0]]
    roots["v0.11.0"] = roots_of_v0_11_0(table, roots["v0.11.1"])
    roots[MAIN] = roots_of_main(table, roots[RELEASES[-1]])
    header = {
        "generator": f"scripts/crds, from the modules {MODULE} {next(iter(roots))} to {RELEASES[-1]}",
        "roots": {release.name: roots[release.name] for release in TABLE},
    }
    text = "\n".join((json.dumps(header, separators=(",", ":")), *table.lines)) + "\n"
    if check:
        sys.exit(0 if FILE.read_text(encoding="utf-8") == text else f"error: {FILE} is out of date; run scripts/crds")
    FILE.write_text(text, encoding="utf-8")
    click.echo(f"{FILE}: {len(table.lines)} schemas of {len(roots)} releases, {len(text) // 1024} KiB", err=True)


if __name__ == "__main__":
    main()
