"""
From a context of a kubeconfig, or from a port and a token, to a client.

Kubernetes' own Python client reads the kubeconfig, keeps the connections, adds the
credentials (tokens, certificates, exec plugins and their renewal) and makes each
request. Importing it takes a third of a second, so it is imported on first use.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kserve_conformance.objects import Manifest
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kubernetes.client import Client, NoResponse, Watcher

if TYPE_CHECKING:
    from kubernetes.client import Configuration

#: Bytes of a kubeconfig. One of a thousand clusters has about 5 MB with their certificates.
_LONGEST = 8 * 1024 * 1024

#: Lines and elements of a kubeconfig. One of a thousand clusters has about 20,000 lines.
_MOST_VALUES = 200_000

#: What the client raises for a kubeconfig that is not UTF-8, not a mapping, or nested too deep.
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError, RecursionError)

#: Number of connections kept open: as many as threads make requests at once.
CONNECTIONS = 16


def connect(context: str, kubeconfig: Path | None = None, watcher: Watcher | None = None) -> Client:
    """A client of the cluster of a context. No request is made yet. Raises ``CannotStart``."""
    from kubernetes import config
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from yaml import YAMLError

    configuration = Configuration()
    try:
        _check_size(kubeconfig)
        config.load_kube_config(
            config_file=str(kubeconfig) if kubeconfig is not None else None,
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    except (ConfigException, OSError, YAMLError, *_MALFORMED) as error:
        raise CannotStart(
            f"context {context!r}: {error}",
            code=TargetCode.NO_CONTEXT,
            hint="list the contexts with: kubectl config get-contexts (KUBECONFIG names another file)",
        ) from error
    return Client(ClusterConnections(configuration), watcher)


def _check_size(kubeconfig: Path | None) -> None:
    """Reject a file too large for a kubeconfig, which the client would take minutes to parse."""
    if kubeconfig is None or not kubeconfig.is_file():
        return
    with kubeconfig.open("rb") as file:
        content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise CannotStart(f"kubeconfig: {kubeconfig} is larger than {_LONGEST:,} bytes", code=TargetCode.NO_CONTEXT)
    if content.count(b"\n") + content.count(b",") > _MOST_VALUES:
        text = f"kubeconfig: {kubeconfig} has more than {_MOST_VALUES:,} lines and elements"
        raise CannotStart(text, code=TargetCode.NO_CONTEXT)


def namespace_of(context: str, kubeconfig: Path | None = None) -> str:
    """The namespace that kubectl uses in a context. Raises ``CannotStart``."""
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION, KubeConfigMerger
    from yaml import YAMLError

    try:
        _check_size(kubeconfig)
        # The list of contexts that the client has needs a current one, which a kubeconfig may not have.
        merged = KubeConfigMerger(str(kubeconfig) if kubeconfig is not None else KUBE_CONFIG_DEFAULT_LOCATION).config
    except (ConfigException, OSError, YAMLError, *_MALFORMED) as error:
        raise CannotStart(f"kubeconfig: {error}", code=TargetCode.NO_CONTEXT) from error
    contexts: list[Manifest] = [one.value for one in merged.value["contexts"]] if merged is not None else []
    named: Manifest = next((one for one in contexts if one["name"] == context), {})
    return str((named.get("context") or {}).get("namespace") or "default")


def connect_local(port: int, token: str, authority: Path, host: str = "127.0.0.1") -> Client:
    """A client of an API server that was started for this run, which trusts ``authority`` alone."""
    from kubernetes.client import Configuration

    configuration = Configuration(
        host=f"https://{host}:{port}",
        api_key={"authorization": f"Bearer {token}"},
        ssl_ca_cert=str(authority),
        # Bypass any proxy that the user has configured.
        no_proxy=host,
    )
    return Client(ClusterConnections(configuration))


class _Read(NamedTuple):
    status: int
    headers: Any
    data: bytes


class ClusterConnections:
    """The connections of Kubernetes' own client."""

    def __init__(self, configuration: Configuration) -> None:
        from kubernetes.client import ApiClient

        # Retries are decided by status in the client above: it knows which requests can be repeated.
        configuration.retries = False
        configuration.connection_pool_maxsize = CONNECTIONS
        self._host = configuration.host.rstrip("/")
        self._api = ApiClient(configuration)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: Manifest | bytes | None,
        headers: dict[str, str],
        timeout: tuple[float, float],
    ) -> _Read:
        """Make one request and read its answer. Raises ``NoResponse``."""
        import urllib3
        from kubernetes.client import ApiException

        # On each request, because a token may have been renewed.
        self._api.update_params_for_auth(headers, [], ["BearerToken"], url, method, body)
        try:
            response = self._api.call_api(method, self._host + url, headers, body, _request_timeout=timeout)
            return _Read(response.status, response.headers, response.read())
        except (urllib3.exceptions.HTTPError, ApiException) as error:
            raise NoResponse(f"the API server does not respond: {error}") from error

    def close(self) -> None:
        """Close every connection."""
        self._api.close()
