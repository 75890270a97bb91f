"""The census as JSON values."""

from __future__ import annotations

import json
from typing import Any

from kserve_conformance.characters import in_json
from kserve_conformance.manifests.fingerprint import completed
from kserve_conformance.objects import Decision, ObjectKey
from kserve_conformance.upgrade.assessment import Assessment
from kserve_conformance.upgrade.census import Census, Finding, Group
from kserve_conformance.upgrade.reports.text import counts

SCHEMA = "kserve-conformance.upgrade/v1"


def summary(census: Census, releases: tuple[str, ...], only: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Counts and groups; ``only`` the groups of these classes."""
    return {
        "schema": SCHEMA,
        "releases": list(releases),
        "services": census.total,
        **({"clusters": census.clusters} if census.clusters else {}),
        **({"keys": _keys(census)} if census.keys else {}),
        "counts": dict(counts(census)),
        "groups": [group_as_data(group) for group in census.groups(only)],
    }


def _keys(census: Census) -> dict[str, Any]:
    """How many distinct keys were decided, and the share of services whose key had been decided before."""
    return {
        name: {"distinct": count, "hitRate": round(1 - count / max(census.total, 1), 6)}
        for name, count in census.keys.items()
    }


def group_as_data(group: Group) -> dict[str, Any]:
    """One group, with the first of its services."""
    return {
        "count": group.count,
        **assessment_as_data(group.sample.assessment),
        "examples": [{**_name(finding), "source": finding.where} for finding in group.examples],
    }


def rest_of_line(assessment: Assessment) -> str:
    """The line of a service in NDJSON from behind its names on, with stand-ins for what it is completed with."""
    return in_json(json.dumps(assessment_as_data(assessment), ensure_ascii=False)[1:]) + "\n"


def line_of(cluster: str, namespace: str, name: str, where: str, uri: str, rest: str) -> str:
    """
    The line of a service in NDJSON: its names, and the rest that all of its kind have.

    Only names and URIs of letters, digits and a few more characters have stand-ins, none of which is escaped in JSON.
    """
    names = {"namespace": namespace, "name": name, "source": where}
    head = json.dumps({"cluster": cluster, **names} if cluster else names, ensure_ascii=False)
    return f"{in_json(head[:-1])}, {completed(rest, name, uri, namespace)}"


def assessment_as_data(assessment: Assessment) -> dict[str, Any]:
    """What changes for a service, and why."""
    return {
        "change": str(assessment.change),
        "flags": [str(flag) for flag in assessment.flags],
        "before": _decision(assessment.before.decision),
        "after": _decision(assessment.after.decision),
        "path": [
            {
                "release": step.release,
                "text": step.text,
                "served": step.is_served,
                "faults": [{"text": text, "hint": hint} for text, hint in step.faults],
            }
            for step in assessment.steps
        ],
        "causes": [{"code": cause.code, "text": cause.text, "rules": list(cause.rules)} for cause in assessment.causes],
        "details": list(assessment.details),
        "trigger": assessment.trigger or None,
        "remedies": [
            {
                "text": remedy.text,
                "patch": remedy.patch,
                "manifestPatch": remedy.manifest_patch,
                "keepsRuntime": remedy.keeps,
            }
            for remedy in assessment.remedies
        ],
    }


def _name(finding: Finding) -> dict[str, str]:
    namespace, _, name = finding.name.partition("/")
    cluster = {"cluster": finding.cluster} if finding.cluster else {}
    return {**cluster, "namespace": namespace, "name": name}


def _decision(decision: Decision) -> dict[str, Any]:
    no_runtime = decision.no_runtime
    return {
        "outcome": str(decision.outcome),
        "runtime": None if decision.runtime is None else _key(decision.runtime),
        "oneOf": [_key(key) for key in sorted(decision.one_of)] if decision.is_open else [],
        "noRuntime": None if no_runtime is None else {"cause": str(no_runtime.cause), "error": no_runtime.error},
        "rejection": decision.rejected,
    }


def _key(key: ObjectKey) -> dict[str, str]:
    return {"kind": key.kind, "name": key.name, **({"namespace": key.namespace} if key.namespace else {})}
