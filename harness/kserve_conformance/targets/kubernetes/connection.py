"""
From a context of a kubeconfig to a client.

Kubernetes' own Python client reads the kubeconfig: tokens, certificates, exec plugins and
their renewal are its matter. What is spoken over the connection is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3

from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.kubernetes.client import TIMEOUT, Client, Watcher

if TYPE_CHECKING:
    from kubernetes.client import Configuration

#: As many connections as threads ask at once.
CONNECTIONS = 16


class NoContext(CannotStart):
    """A kubeconfig has no such context, or cannot be read."""

    hint = "kubectl config get-contexts lists those that there are; KUBECONFIG names another file"


def connect(
    context: str, kubeconfig: Path | None = None, watcher: Watcher | None = None, kind: type[Client] = Client
) -> Client:
    """A client, of this kind, of the cluster that a context leads to. Nothing is asked yet. Raises ``NoContext``."""
    from kubernetes import config
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException

    configuration = Configuration()
    try:
        config.load_kube_config(  # type: ignore[no-untyped-call]
            config_file=str(kubeconfig) if kubeconfig is not None else None,
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    except (ConfigException, OSError) as error:
        raise NoContext(f"context {context!r}: {error}") from error
    return kind(_pool(configuration), _headers(configuration), watcher)


def _pool(configuration: Configuration) -> urllib3.HTTPSConnectionPool:
    # A manager of pools drops what is said of TLS where there is none, as behind kubectl proxy.
    make: Callable[..., urllib3.PoolManager] = urllib3.PoolManager
    options: dict[str, Any] = {
        "maxsize": CONNECTIONS,
        "retries": False,
        "timeout": TIMEOUT,
        "cert_reqs": "CERT_REQUIRED" if configuration.verify_ssl else "CERT_NONE",
        "ca_certs": configuration.ssl_ca_cert,
        "cert_file": configuration.cert_file,
        "key_file": configuration.key_file,
    }
    if configuration.tls_server_name:
        options |= {"server_hostname": configuration.tls_server_name, "assert_hostname": configuration.tls_server_name}
    if configuration.proxy:
        make = partial(urllib3.ProxyManager, configuration.proxy)
    pool: urllib3.HTTPSConnectionPool = make(**options).connection_from_url(configuration.host)  # type: ignore[assignment]
    return pool


def _headers(configuration: Configuration) -> Callable[[], dict[str, str]]:
    def headers() -> dict[str, str]:
        """Ask each time: a token may have been renewed."""
        token = configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if token:
            return {"Authorization": token}
        if configuration.username or configuration.password:
            return {"Authorization": str(configuration.get_basic_auth_token())}
        return {}

    return headers
