"""
A real cluster with KServe in it that the tests did not create, and share.

``KSERVE_CONFORMANCE_KIND_CONTEXT`` names its context, and ``KSERVE_CONFORMANCE_KIND_KUBECONFIG`` (or ``KUBECONFIG``)
the file that has it. The user must be an administrator there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from shared_cluster import Shared

from kserve_conformance.targets.kubernetes.connection import connect

CONTEXT = "KSERVE_CONFORMANCE_KIND_CONTEXT"
KUBECONFIGS = ("KSERVE_CONFORMANCE_KIND_KUBECONFIG", "KUBECONFIG")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"cluster: shares a real cluster with KServe, which {CONTEXT} names")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def shared() -> Iterator[Shared]:
    context = os.environ.get(CONTEXT)
    if not context:
        pytest.skip(f"{CONTEXT} names no context of a cluster with KServe")
    kubeconfig = next((os.environ[name] for name in KUBECONFIGS if os.environ.get(name)), "~/.kube/config")
    path = Path(kubeconfig).expanduser()
    client = connect(context, path)
    client.get("/version")
    yield Shared(context, path, client)
    client.close()


@pytest.fixture(autouse=True)
def nothing_is_left(shared: Shared) -> Iterator[None]:
    """No test leaves anything of a run behind, whatever it was about."""
    yield
    assert shared.ours() == []
