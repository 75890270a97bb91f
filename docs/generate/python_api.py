"""The Python API: a page for each package that others may import, made of its docstrings by autodoc."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from types import ModuleType

from generate.markup import table

#: What is public, by the package whose page tells it: the modules, each with what it is for.
PUBLIC: Mapping[str, Mapping[str, str]] = {
    "exceptions": {"kserve_conformance.exceptions": "the root of every error"},
    "objects": {"kserve_conformance.objects": "Kubernetes objects and decisions, typed"},
    "crds": {"kserve_conformance.crds": "each release's CRD schemas, and what an API server does with them"},
    "manifests": {"kserve_conformance.manifests": "reading and writing manifests as Kubernetes does"},
    "rules": {
        "kserve_conformance.rules": "the releases and their order",
        "kserve_conformance.rules.registry": "rules, claims and deviations",
        "kserve_conformance.rules.model": "what the registry holds",
        "kserve_conformance.rules.coverage": "which scenarios cover which rule",
    },
    "profiles": {
        "kserve_conformance.profiles": "releases as values",
        "kserve_conformance.profiles.profile": "what a release is made of",
        "kserve_conformance.profiles.shipped_runtimes": "the runtimes that each release ships",
    },
    "resolver": {
        "kserve_conformance.resolver": "from a service and a catalogue to a decision",
        "kserve_conformance.resolver.selections": "many selections from one catalogue",
        "kserve_conformance.resolver.hints": "which change would select a runtime",
        "kserve_conformance.resolver.remedies": "which change would make a service accepted, or give it a pod",
        "kserve_conformance.messages": "meanings of error messages, and the releases that have them",
    },
    "protocol": {"kserve_conformance.protocol": "one question per line, one answer per line"},
    "suite": {
        "kserve_conformance.suite": "features, steps and fixtures as a value",
        "kserve_conformance.suite.selection": "selection of scenarios",
        "kserve_conformance.suite.shards": "parts of a run on several machines",
        "kserve_conformance.suite.guards": "checks before anything runs",
    },
    "targets": {
        "kserve_conformance.targets.contract": "what a target promises",
        "kserve_conformance.targets.kinds": "from text to an open target",
        "kserve_conformance.targets.target_lists": "several targets from one argument",
        "kserve_conformance.targets.memory": "the reference, in memory",
        "kserve_conformance.targets.process": "any command that implements the line protocol",
        "kserve_conformance.targets.controlplane": "KServe's own controller over an API server",
        "kserve_conformance.targets.kind": "KServe in a kind cluster",
        "kserve_conformance.targets.container": "KServe's controller in containers",
        "kserve_conformance.targets.cluster": "an existing installation",
        "kserve_conformance.inspection": "services of an installation, compared with the rules",
        "kserve_conformance.targets.faulty": "targets that fail in named ways",
        "kserve_conformance.targets.cases": "cases as values, and runs of many at once",
    },
    "upgrade": {
        "kserve_conformance.upgrade": "what an upgrade changes for services",
        "kserve_conformance.lint": "findings about runtimes and services in files",
        "kserve_conformance.conversion": "services converted to the current schema",
        "kserve_conformance.baselines": "accepted findings",
        "kserve_conformance.fleet": "many services, read in parts",
    },
    "scenario_runs": {"kserve_conformance.scenario_runs": "one scenario on one target"},
    "fuzzing": {"kserve_conformance.fuzz": "random cases on two targets"},
    "record": {
        "kserve_conformance.record": "the record of a run",
        "kserve_conformance.record.merge": "merging the records of shards",
        "kserve_conformance.record.matrix": "several runs in one file",
        "kserve_conformance.attestation": "signed statements about a record",
    },
    "reports": {
        "kserve_conformance.reports": "projections of a record",
        "kserve_conformance.reports.comparison": "projections of a comparison",
        "kserve_conformance.reports.matrices": "projections of a matrix",
        "kserve_conformance.reports.site": "a static site from many records",
    },
    "world": {
        "kserve_conformance.world": "what steps act on",
        "kserve_conformance.world.objects": "objects from the words of a step",
    },
}


def parts() -> Iterator[tuple[str, str]]:
    """A page for each package, and the table of ``python.md``."""
    rows = (
        (f"[{module}](python/{package}.md)", about)
        for package, modules in PUBLIC.items()
        for module, about in modules.items()
    )
    yield "python", table(("module", "purpose"), rows)
    for package, modules in PUBLIC.items():
        yield f"python/{package}.md", "\n".join((f"# {package}\n", *map(_module, modules)))


def _module(name: str) -> str:
    """What autodoc makes of a module, then its constants, whose comments autodoc finds only where they are defined."""
    module = importlib.import_module(name)
    constants = [one for one in getattr(module, "__all__", ()) if _is_constant(getattr(module, one))]
    lines = [f".. automodule:: {name}", "   :members:"]
    if constants:
        lines.append(f"   :exclude-members: {', '.join(constants)}")
    for constant in constants:
        lines += ["", f".. py:data:: {constant}", "", f"   {_comment(module, constant)}"]
    return "\n".join((f"## {name}\n", "```{eval-rst}", *lines, "```", ""))


def _is_constant(value: object) -> bool:
    return not (inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value))


def _comment(module: ModuleType, name: str) -> str:
    """The comment above a constant, in the module that it is imported from; its value where there is none."""
    source = inspect.getsource(module)
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module and any(one.name == name for one in node.names):
            return _comment(importlib.import_module(node.module), name)
    above = re.search(rf"((?:^#:.*\n)+){name}\b", source, re.MULTILINE)
    if above is None:
        return f"``{getattr(module, name)!r}``"
    return " ".join(line.removeprefix("#:").strip() for line in above[1].splitlines())
