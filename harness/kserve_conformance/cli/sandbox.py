"""``sandbox``: a real KServe on a bare API server, for any client and any command."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from kserve_conformance.cli.build_options import build_of, build_options
from kserve_conformance.cli.errors import CommandCode, CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option, show_progress
from kserve_conformance.cli.release_options import default_mode_option, shipped_option

if TYPE_CHECKING:
    from kserve_conformance.targets.controlplane.access import Access
    from kserve_conformance.targets.controlplane.sandbox import Sandbox

#: Interval of the check that the processes are alive, in seconds.
CHECK_EVERY = 1.0

#: Grace period of the command after a forwarded signal, in seconds.
COMMAND_ENDS_WITHIN = 10.0

#: A shell adds this to the number of the signal that ended a command.
SIGNALLED = 128


@cloup.command(
    epilog=example(
        "kserve-conformance sandbox v0.15.2 --shipped",
        "kserve-conformance sandbox v0.15.2 -- kubectl apply -f service.yaml",
        "kserve-conformance sandbox v0.15.2 -- pytest integration/",
        "kserve-conformance sandbox --end /tmp/kserve-conformance-x1y2z3",
    )
)
@click.argument("release", required=False)
@click.argument("command_", metavar="[-- COMMAND...]", nargs=-1, type=click.UNPROCESSED)
@cloup.option_group(
    "KServe",
    build_options,
    shipped_option,
    default_mode_option(),
)
@cloup.option_group(
    "Session",
    cloup.option(
        "--end",
        metavar="FOLDER",
        type=click.Path(path_type=Path),
        help="End the control plane that run --keep left running in this folder, and delete the folder",
    ),
    format_option,
)
def command(
    release: str | None,
    command_: tuple[str, ...],
    shipped: bool,
    default_mode: str | None,
    end: Path | None,
    format_: str,
    **others: Any,
) -> int:
    """
    Start KServe RELEASE on an API server without a cluster.

    With COMMAND, run it with KUBECONFIG set, then stop; the exit code is that of COMMAND. Otherwise print KUBECONFIG
    and run until Ctrl-C.

    KServe's own webhooks and controller run, but no pods: there is no node, scheduler or garbage collector. Until it
    stops, KServe's webhook port is open on every interface of this machine; the API server is not.
    """
    from kserve_conformance.signals import interrupt_on_signals
    from kserve_conformance.targets.controlplane.sandbox import Sandbox

    if end is not None:
        if release is not None:
            raise click.UsageError("--end takes no RELEASE and no COMMAND")
        return _end(end, format_)
    if release is None:
        raise click.UsageError("RELEASE is required, for example v0.15.2")
    if command_:
        if format_ != "text":
            raise click.UsageError(f"--format {format_} cannot be used with COMMAND, whose output is on stdout")
        _require_program(command_[0])
    sandbox = Sandbox(
        release,
        build=build_of(others),
        default_mode=default_mode,
        progress=show_progress,
    )
    with interrupt_on_signals(), sandbox:
        if shipped:
            _install_shipped(sandbox)
        access = sandbox.access
        if command_:
            show_progress(f"{_summary(access)}; {_warning(access)}")
            return _run(command_, sandbox, access)
        emit(format_, _as_data(access), lambda: text_of(access))
        return _wait(sandbox)


def _require_program(name: str) -> None:
    """Raise ``CommandError`` before building anything for a command that does not exist."""
    if shutil.which(name) is None:
        raise CommandError(
            f"command not found: {name}",
            code=CommandCode.NO_COMMAND,
            hint="without a command, sandbox prints KUBECONFIG for any client",
        )


def _install_shipped(sandbox: Sandbox) -> None:
    from kserve_conformance.profiles.shipped_runtimes import shipped

    runtimes = {runtime["metadata"]["name"]: runtime for runtime in shipped(sandbox.access.release)}
    runtimes |= {
        runtime["metadata"]["name"]: runtime
        for runtime in sandbox.overlaid_runtimes
        if runtime["kind"] == "ClusterServingRuntime"
    }
    sandbox.create(runtimes.values())
    show_progress(f"created {len(runtimes)} ClusterServingRuntimes")


def _wait(sandbox: Sandbox) -> int:
    """Run until interrupted. Raises ``Unreachable`` if one of its processes exits."""
    try:
        while True:
            time.sleep(CHECK_EVERY)
            sandbox.check()
    except KeyboardInterrupt:
        show_progress("ending the sandbox")
        return Exit.OK


def _run(command_: tuple[str, ...], sandbox: Sandbox, access: Access) -> int:
    """
    Run a command and return its exit code, as a shell reports it.

    Raises ``Unreachable`` if KServe or its API server exited in the meantime, which makes the result meaningless.
    """
    with _passing_signals() as passed:
        try:
            process = subprocess.Popen(command_, env=_environment(access))  # noqa: S603 - The user's own command.
        except OSError as error:
            raise CommandError(
                f"cannot run {command_[0]}: {error.strerror or error}", code=CommandCode.NO_COMMAND
            ) from error
        code = _wait_for(process, passed)
    sandbox.check()
    return code if code >= 0 else SIGNALLED - code


def _wait_for(process: subprocess.Popen[bytes], passed: list[int]) -> int:
    """The exit code of a process. Forwards signals; after any but SIGINT the process is killed if it does not exit."""
    deadline = None
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0.05)
        while passed:
            number = passed.pop(0)
            if number != signal.SIGINT:
                deadline = time.monotonic() + COMMAND_ENDS_WITHIN
            # In a terminal, the command has received Ctrl-C as well.
            elif _is_in_foreground():
                continue
            process.send_signal(number)
        if deadline is not None and time.monotonic() > deadline:
            process.kill()


@contextlib.contextmanager
def _passing_signals() -> Iterator[list[int]]:
    """Collect signals instead of handling them, so that they can be forwarded to the command."""
    from kserve_conformance.signals import ENDING

    passed: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    replaced = {number: handler for number, handler in before.items() if handler != signal.SIG_IGN}
    for number in replaced:
        signal.signal(number, lambda received, _frame: passed.append(received))
    try:
        yield passed
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


def _is_in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _environment(access: Access) -> Mapping[str, str]:
    """The environment of the command: ours, with the kubeconfig, and without a proxy for this machine."""
    exempt = ",".join(filter(None, (os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")), "127.0.0.1")))
    return {**os.environ, "KUBECONFIG": access.kubeconfig, "NO_PROXY": exempt, "no_proxy": exempt}


def _summary(access: Access) -> str:
    built = f"built from a source tree, as {access.release}," if access.is_source_tree else access.release
    return (
        f"KServe {built} is ready on kube-apiserver {access.api_server}, default deployment mode {access.default_mode}"
    )


def _warning(access: Access) -> str:
    return f"no pods run; KServe's webhook port {access.ports['webhooks']} is open on every interface"


def text_of(access: Access) -> str:
    """Output that a shell can evaluate: the variable, and comments."""
    return (
        f"export KUBECONFIG={shlex.quote(access.kubeconfig)}\n"
        f"# {_summary(access)}.\n"
        "# Use it in another terminal with kubectl or any other client, for example:\n"
        "#   kubectl apply --dry-run=server -f service.yaml\n"
        "#   kubectl apply -f service.yaml && kubectl get inferenceservices -o yaml\n"
        "# No pods run: KServe creates Deployments or Knative Services, and nothing becomes ready.\n"
        f"# KServe's webhook port {access.ports['webhooks']} is open on every interface until then; "
        "do not store real credentials.\n"
        "# Press Ctrl-C to end it and delete everything in it.\n"
    )


def _as_data(access: Access) -> dict[str, Any]:
    return {
        "release": access.release,
        "isSourceTree": access.is_source_tree,
        "apiServer": access.api_server,
        "defaultMode": access.default_mode,
        "kubeconfig": access.kubeconfig,
        "folder": access.folder,
        "pids": {name: process.pid for name, process in access.processes.items()},
        "ports": access.ports,
    }


def _end(folder: Path, format_: str) -> int:
    from kserve_conformance.targets.controlplane import access

    left = access.end(folder)
    lines = "".join(f"could not be removed: {one}\n" for one in left) or f"ended the control plane in {folder}\n"
    emit(format_, {"folder": str(folder), "left": list(left)}, lambda: lines)
    return Exit.BROKEN if left else Exit.OK
