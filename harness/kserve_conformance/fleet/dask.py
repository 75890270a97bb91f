"""
The workers of a Dask cluster, on any number of machines: the same functions of parts as in processes of this one.

Parts name large files by path, so workers need the same files under the same paths: a shared file system. A file that
a worker cannot read, or that has another size there, is an error. Small sources travel with their part, and compressed
ones are decompressed into a temporary file, which other machines do not have.

Dask runs the parts of a lost worker on another one. A part has one future, so it counts once, however often it runs.

Needs the extra ``[dask]``. Arguments and results are pickled: everybody with a certificate of the cluster can run code
on its machines and on this one, as with any Dask cluster.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import SplitResult, urlsplit

from kserve_conformance.fleet.build import build
from kserve_conformance.fleet.parts import Part
from kserve_conformance.fleet.processes import FleetCode, FleetError
from kserve_conformance.signals import interrupt_on_signals

if TYPE_CHECKING:
    from distributed import Client

#: Seconds to wait for a scheduler, and for its first worker.
_CONNECT: Final = 15

#: Bytes of an argument that is not sent with each part.
_LARGE: Final = 64 * 1024

#: Seconds between two counts of the workers, each of which is a request to the scheduler.
_COUNT: Final = 5


#: A process reads one part at a time: readers share what they remember. Python would not run two at once anyway.
_ONE_PART = threading.Lock()


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files for ``tls://``; what is None comes from Dask's own configuration."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def as_security(self) -> Mapping[str, str]:
        """The arguments of ``distributed.Security``."""
        files = {"tls_ca_file": self.authority, "tls_client_cert": self.certificate, "tls_client_key": self.key}
        return {name: str(path) for name, path in files.items() if path is not None}


class InvalidScheduler(FleetError):
    """The options of a scheduler are invalid, or Dask is not installed."""

    exit_code = 2


class Dask:
    """
    The workers of a Dask scheduler. As a context manager it cancels what is left, and disconnects.

    ``address`` is ``tls://HOST:PORT``, or ``tcp://HOST:PORT`` on this machine.
    """

    def __init__(self, address: str, certificates: Certificates | None = None) -> None:
        check_address(address)
        self._address = address
        self._certificates = certificates or Certificates()
        self._client: Client | None = None
        self._executor: _Parts | None = None
        self._workers = 0
        #: When they were counted.
        self._counted = -math.inf
        self._open = ExitStack()

    @property
    def number(self) -> int:
        """The number of workers, which may join and leave; at least two, so that a single one is used as well."""
        if time.monotonic() >= self._counted + _COUNT:
            self._workers = len(self._connected().nthreads())
            self._counted = time.monotonic()
        return max(self._workers, 2)

    def executor(self) -> Executor:
        """An executor that runs functions on the workers."""
        if self._executor is None:
            self._executor = _Parts(self._connected())
        return self._executor

    def _connected(self) -> Client:
        """The client. Raises ``FleetError`` unless there is a worker, and all have this build."""
        if self._client is None:
            distributed = _distributed()
            self._open.enter_context(interrupt_on_signals())
            security = self._security()
            try:
                self._client = distributed.Client(
                    self._address, security=security, timeout=_CONNECT, set_as_default=False, name="kserve-conformance"
                )
                self._client.wait_for_workers(1, timeout=_CONNECT)
            except (OSError, ValueError, TimeoutError) as error:
                raise FleetError(
                    f"cannot use the scheduler at {self._address}: {_first_line(error)}",
                    code=FleetCode.SCHEDULER,
                    hint="check its address and certificates, and that it has workers",
                ) from error
            self._check_builds(self._client)
        return self._client

    def _security(self) -> Any:
        """What encrypts the connection; None for plain TCP. Raises ``InvalidScheduler`` without valid certificates."""
        if urlsplit(self._address).scheme == "tcp":
            return None
        try:
            security = _distributed().Security(require_encryption=True, **self._certificates.as_security())
            is_complete = security.get_connection_args("client")["ssl_context"] is not None
        except OSError as error:
            raise InvalidScheduler(
                f"the certificates for {self._address} are invalid: {_first_line(error)}",
                code=FleetCode.CERTIFICATES,
                hint="pass PEM files with --tls-ca, --tls-cert and --tls-key",
            ) from error
        if not is_complete:
            raise InvalidScheduler(
                f"{self._address} needs certificates",
                code=FleetCode.CERTIFICATES,
                hint="pass --tls-ca, --tls-cert and --tls-key, or set distributed.comm.tls in Dask's configuration",
            )
        return security

    def _check_builds(self, client: Client) -> None:
        builds: dict[str, str | Exception] = client.run(build, on_error="return")
        try:
            builds["the scheduler"] = client.run_on_scheduler(build)
        except (ImportError, AttributeError) as error:
            builds["the scheduler"] = error
        others = [(who, found) for who, found in builds.items() if found != build()]
        for who, found in others:
            text = found if isinstance(found, str) else _first_line(found)
            raise _other_build(f"{who}, one of {len(others)}," if len(others) > 1 else who, text, build())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if self._executor is not None:
                self._executor.shutdown(wait=kind is None, cancel_futures=True)
            if self._client is not None:
                self._client.close()


class _Parts(Executor):
    """Runs functions on the workers of a client, each after a look at its files and the worker's build."""

    def __init__(self, client: Client) -> None:
        self._client = client
        # The functions are pure, but no two of their calls are equal, and a hash of all arguments takes time.
        self._inner = client.get_executor(pure=False)
        #: What many calls have in common, which every worker keeps.
        self._shared: dict[bytes, Any] = {}

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function on a worker. Cancelling the future cancels the call, unless it has begun."""
        files = tuple(file for part in args if isinstance(part, Part) for file in _files_of(part))
        remote = self._inner.submit(_run, build(), files, fn, *map(self._sent, args), **kwargs)
        local: Future[Any] = Future()

        def settle(done: Future[Any]) -> None:
            if not local.set_running_or_notify_cancel():
                return
            if done.cancelled():
                local.set_exception(_scheduler_lost())
            elif (error := done.exception()) is not None:
                local.set_exception(_translated(error))
            else:
                local.set_result(done.result())

        def cancel(done: Future[Any]) -> None:
            if done.cancelled():
                remote.cancel()

        remote.add_done_callback(settle)
        local.add_done_callback(cancel)
        return local

    def _sent(self, argument: Any) -> Any:
        """An argument as it is sent: large options go to each worker once, not with each part."""
        if not isinstance(argument, bytes) or len(argument) < _LARGE:
            return argument
        if argument not in self._shared:
            self._shared[argument] = self._client.scatter(argument, broadcast=True, hash=False)
        return self._shared[argument]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel what is not done, unless it is to be waited for."""
        self._inner.shutdown(wait=wait and not cancel_futures)


def check_address(address: str) -> None:
    """Raise ``InvalidScheduler`` for an address that is not of a scheduler, or without TLS off this machine."""
    parts = urlsplit(address)
    try:
        is_valid = parts.scheme in {"tcp", "tls"} and bool(parts.hostname) and parts.port is not None
    except ValueError:
        is_valid = False
    if not is_valid:
        raise InvalidScheduler(
            f"expected tls://HOST:PORT or tcp://HOST:PORT, got {address!r}", code=FleetCode.SCHEDULER_ADDRESS
        )
    if parts.scheme == "tcp" and not _is_loopback(parts):
        raise InvalidScheduler(
            f"{address} is not encrypted: tcp:// is accepted on this machine only",
            code=FleetCode.SCHEDULER_ADDRESS,
            hint="start the scheduler and its workers with --tls-ca-file, --tls-cert and --tls-key, "
            f"and pass --scheduler tls://{parts.netloc} with --tls-ca, --tls-cert and --tls-key",
        )


def _is_loopback(parts: SplitResult) -> bool:
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _run(expected: str, files: Sequence[_File], fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """On a worker: call a function. Raises ``FleetError`` if its build or its files are not those of the client."""
    if build() != expected:
        raise _other_build("a worker", build(), expected)
    for file in files:
        file.check()
    with _ONE_PART:
        return fn(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class _File:
    """A file that a part is read from: its name for people, and its size unless reading checks it."""

    name: str
    path: str
    size: int | None
    is_copy: bool

    def check(self) -> None:
        """Raise ``FleetError`` unless this machine has the file."""
        path = Path(self.path)
        try:
            found = path.stat().st_size
            with path.open("rb"):
                pass
        except OSError as error:
            raise self._error(f"a worker cannot read {self.path}: {error.strerror}") from error
        if self.size is not None and found != self.size:
            raise self._error(f"a worker has another {self.path}: {found:,} bytes, expected {self.size:,}")

    def _error(self, text: str) -> FleetError:
        hint = "put the input on a file system that all workers share, under the same path"
        if self.is_copy:
            text = f"{text} (a temporary copy of {self.name})"
            hint = "compressed files and streams are copied on one machine: write them to files that all workers share"
        return FleetError(text, code=FleetCode.WORKER_FILES, hint=hint)


def _files_of(part: Part) -> Iterator[_File]:
    """The files that a worker opens to read a part. The text of other sources is in the part."""
    for source in part.sources:
        if source.path is not None:
            yield _File(source.name, str(source.path), source.size, is_copy=source.path != source.file)
        elif source.file is not None and not source.data:
            yield _File(source.name, str(source.file), None, is_copy=False)


def _other_build(who: str, found: str, expected: str) -> FleetError:
    return FleetError(
        f"{who} cannot be used: expected kserve-conformance {expected}, got {found}",
        code=FleetCode.WORKER_BUILD,
        hint="install the same build of kserve-conformance[dask] for the scheduler and all workers, and restart them",
    )


def _translated(error: BaseException) -> BaseException:
    """The error of a call: of the cluster, with what to do, or as the function raised it."""
    if isinstance(error, _distributed().KilledWorker):
        return FleetError(
            "several workers ended while they read the same part; the input was not read to its end",
            code=FleetCode.WORKER_LOST,
            hint="see the logs of the workers; if they were short of memory, start fewer for each machine",
        )
    if isinstance(error, ImportError):
        return _other_build("a worker", _first_line(error), build())
    return error


def _scheduler_lost() -> FleetError:
    return FleetError(
        "the connection to the scheduler was lost; the input was not read to its end",
        code=FleetCode.SCHEDULER,
        hint="see the log of the scheduler",
    )


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as missing:
        raise InvalidScheduler(
            "--scheduler needs Dask, which is not installed",
            code=FleetCode.NO_DASK,
            hint="pip install 'kserve-conformance[dask]'",
        ) from missing
    return distributed
