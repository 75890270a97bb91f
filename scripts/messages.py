"""
Make the table of KServe's error texts from its own Go modules.

::

    scripts/messages            write harness/kserve_conformance/messages/texts.jsonl
    scripts/messages --check    change nothing; fail if the committed table is not what the modules give

A row is a text as the source has it, with the placeholders of Go's ``fmt``, the releases that have it, and the file and
kind of call of the last of them. What a text means is written by hand, in ``messages/meanings/``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from kserve_conformance.rules.releases import TABLE

MODULE = "github.com/kserve/kserve"
FILE = Path("harness/kserve_conformance/messages/texts.jsonl")

#: The release before the first one with runtimes: its webhook is still met.
BEFORE = "v0.7.0"

#: Where errors of services and runtimes come from: their webhooks, and the controller of services.
FOLDERS = (
    "pkg/apis/serving/v1beta1",
    "pkg/apis/serving/v1alpha1",
    "pkg/controller/v1beta1/inferenceservice",
    "pkg/utils",
    "pkg/validation",
    "pkg/webhook/admission",
)

#: The releases without a module, and the one whose texts each is taken to have: the profiles say why.
SAID_AS = {
    "v0.10.1": "v0.10.0",
    "v0.11.0": "v0.11.1",
    "v0.15.1": "v0.15.0",
    "v0.17.1": "v0.17.0",
    "v0.18.0": "v0.19.0",
    "v0.18.1": "v0.19.0",
}

#: What came with a patch release: priorities, with the webhook of runtimes.
NOT_IN = {"v0.11.0": "pkg/webhook/admission/servingruntime"}

#: Other controllers and webhooks.
LEFT_OUT = (
    "/localmodel",
    "/trainedmodel",
    "/inferencegraph",
    "/llm",
    "llm_",
    "/inference_graph",
    "/trained_model",
    "local_model",
)

#: A string literal of Go, or some with ``+`` between them.
_LITERAL = r'"(?:[^"\\\n]|\\.)*"(?:\s*\+\s*"(?:[^"\\\n]|\\.)*")*'

#: What makes a string a text that people read, and which of them.
_CALLS = (
    ("error", re.compile(rf"(?:fmt\.Errorf|errors\.New|errors\.Errorf)\(\s*({_LITERAL})")),
    ("error", re.compile(rf"errors\.Wrapf?\(\s*[\w.]+,\s*({_LITERAL})")),
    ("error", re.compile(rf"^\s*(?:const\s+)?[A-Z]\w*(?:\s+string)?\s*=\s*({_LITERAL})", re.MULTILINE)),
    ("error", re.compile(rf"\b(?:errMsg|message)\s*:?=\s*fmt\.Sprintf\(\s*({_LITERAL})")),
    ("event", re.compile(r'fmt\.Sprintf\(\s*("InferenceService \[[^"\n]*")')),
    ("status", re.compile(rf"\bMessage:\s*(?:fmt\.Sprintf\(\s*)?({_LITERAL})")),
    ("event", re.compile(rf"Recorder\.Eventf?\([^\"]*?(?:\"\w+\",\s*|\w+,\s*)({_LITERAL})")),
    ("log", re.compile(rf"\b[lL]og(?:ger)?\.Error\([\w.]+,\s*({_LITERAL})")),
)

#: Constants that are no texts: names, patterns, addresses.
_IS_TEXT = re.compile(r"[A-Za-z'\]:] [A-Za-z'\[%]")


def folder_of(release: str) -> Path:
    """The source of a release."""
    listed = subprocess.run(
        ["go", "mod", "download", "-json", f"{MODULE}@{release}"],  # noqa: S607 - the same
        check=True,
        capture_output=True,
    )
    return Path(json.loads(listed.stdout)["Dir"])


def texts_of(root: Path) -> Iterator[tuple[str, str, str]]:
    """Each text of a source with its kind and file."""
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.go")):
            name = file.relative_to(root).as_posix()
            if name.endswith("_test.go") or "generated" in name or any(one in name for one in LEFT_OUT):
                continue
            source = file.read_text(encoding="utf-8")
            for kind, call in _CALLS:
                for match in call.finditer(source):
                    text = "".join(json.loads(one) for one in re.findall(r'"(?:[^"\\\n]|\\.)*"', match.group(1)))
                    if _IS_TEXT.search(text):
                        yield text.strip(), kind, name


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail if the committed table is out of date.")
def main(*, check: bool) -> None:
    """Make the table of the texts of every release."""
    read = [BEFORE, *(release.name for release in TABLE if release.is_released)]
    rows: dict[str, dict[str, object]] = {}
    releases: dict[str, list[str]] = {}
    for release in read:
        for text, kind, file in texts_of(folder_of(SAID_AS.get(release, release))):
            if file.startswith(NOT_IN.get(release, " ")):
                continue
            rows[text] = {"text": text, "kind": kind, "file": file}
            said = releases.setdefault(text, [])
            if release not in said:
                said.append(release)
    header = {"generator": f"scripts/messages, from the modules {MODULE} {read[0]} to {read[-1]}", "releases": read}
    lines = [json.dumps(header)]
    lines += [json.dumps({**rows[text], "releases": releases[text]}) for text in sorted(rows)]
    table = "\n".join(lines) + "\n"
    if check:
        sys.exit(
            0 if FILE.read_text(encoding="utf-8") == table else f"error: {FILE} is out of date; run scripts/messages"
        )
    FILE.write_text(table, encoding="utf-8")
    click.echo(f"{FILE}: {len(rows)} texts of {len(read)} releases, {len(table) // 1024} KiB", err=True)


if __name__ == "__main__":
    main()
