"""The namespace of a context, as kubectl uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coded import raises

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.kubernetes.connection import namespace_of


def kubeconfig(folder: Path, *contexts: dict[str, Any], **fields: Any) -> Path:
    """A kubeconfig with some contexts."""
    path = folder / "kubeconfig.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "contexts": list(contexts), **fields}))
    return path


@pytest.mark.parametrize(
    ("context", "namespace"),
    [({"cluster": "c", "user": "u", "namespace": "team-a"}, "team-a"), ({"cluster": "c", "user": "u"}, "default")],
)
def test_is_the_one_that_the_context_names_or_default(tmp_path, context, namespace):
    """A kubeconfig needs no current context for it."""
    path = kubeconfig(tmp_path, {"name": "production", "context": context})

    assert namespace_of("production", path) == namespace


def test_of_a_context_that_is_missing_is_default(tmp_path):
    """Connecting reports the missing context; its namespace is not a second error."""
    assert namespace_of("production", kubeconfig(tmp_path)) == "default"


def test_of_a_kubeconfig_that_cannot_be_read(tmp_path):
    """An invalid kubeconfig is an error of the context."""
    path = tmp_path / "kubeconfig"
    path.write_text("[")

    with raises(TargetCode.NO_CONTEXT):
        namespace_of("production", path)
