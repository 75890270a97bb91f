"""
The webhooks of KServe's manager: installed, removed, and known to answer.
"""

from __future__ import annotations

import time
from datetime import timedelta

from kserve_conformance.objects import Manifest
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.kserve.source import Source
from kserve_conformance.targets.kubernetes.client import ApiError, Client
from kserve_conformance.targets.programs.processes import Started

START_WITHIN = timedelta(seconds=60)


def install_webhooks(client: Client, source: Source, url: str, authority: bytes) -> None:
    """Point the API server at the webhooks that a manager serves at a URL, in place of any that there were."""
    remove_webhooks(client)
    for manifest in source.webhooks(url, authority):
        client.post(_webhooks_path(manifest["kind"]), manifest)


def remove_webhooks(client: Client) -> None:
    """Delete every webhook configuration: one whose manager has ended fails every write."""
    for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
        client.delete(_webhooks_path(kind))


def wait_for_webhooks(
    client: Client, path: str, harmless: Manifest, process: Started | None = None, within: timedelta = START_WITHIN
) -> None:
    """
    Return once a dry run of a harmless object gets an answer from every webhook.

    ``process`` is the manager where it is a process of ours. Raises ``CannotStart``.
    """
    deadline = time.monotonic() + within.total_seconds()
    answer = ""
    while time.monotonic() < deadline:
        if process is not None and not process.is_alive:
            raise CannotStart(process.exit_report)
        try:
            client.post(path, harmless, dryRun="All")
        except ApiError as error:
            if "failed calling webhook" not in error.message:
                raise CannotStart(f"a webhook of this release rejects a plain InferenceService: {error}") from error
            answer = str(error)
            time.sleep(0.02)
        else:
            return
    log = f"\n{process.log_end}" if process is not None else ""
    raise CannotStart(f"the webhooks did not respond within {within.total_seconds():g} s: {answer}{log}")


def _webhooks_path(kind: str) -> str:
    return f"/apis/admissionregistration.k8s.io/v1/{kind.lower()}s"
