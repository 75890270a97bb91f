"""
A pytest plugin that keeps one process with every test collected, and forks it for each mutant.

The fork replaces the code of the functions that the mutant changes, so nothing is imported again, and runs the
requested tests only. A mutant outside the functions, which takes effect at import, exits with ``UNPATCHED``: it needs
a new process.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType

import pytest

import kserve_conformance
from mutation.checkout import UNPATCHED

#: The variable with the descriptors for requests and answers, separated by a comma.
PIPES = "MUTATION_PIPES"
#: Flag of the code of a function; the code of a module or a class body does not have it.
_OPTIMIZED = 0x1
_CACHED = type(functools.cache(print))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Answer requests until there are no more. In a fork, return None, so that pytest runs the requested tests."""
    for found in pkgutil.walk_packages(kserve_conformance.__path__, "kserve_conformance."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    tests: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in session.items:
        tests[item.nodeid.partition("[")[0]].append(item)
    requests, answers = (int(number) for number in os.environ.pop(PIPES).split(","))
    gc.collect()
    gc.freeze()
    with os.fdopen(requests, encoding="utf-8") as lines, os.fdopen(answers, "w", encoding="utf-8") as replies:
        for line in lines:
            request = json.loads(line)
            child = os.fork()
            if child == 0:
                os.setpgid(0, 0)
                os.environ.update(request["environment"])
                if request["module"] and not _patch(request["module"], request["original"], request["mutated"]):
                    os._exit(UNPATCHED)
                session.items[:] = [item for name in request["tests"] for item in tests[name]]
                return None
            replies.write(json.dumps({"code": _wait(child, request["limit"])}) + "\n")
            replies.flush()
    return True


def _wait(child: int, limit: float | None) -> int | None:
    """The exit code of a fork, or None after the time limit. Its process group is killed either way."""
    ends = time.monotonic() + limit if limit is not None else float("inf")
    pause = 0.005
    code: int | None = None
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            break
        time.sleep(pause)
        pause = min(pause * 1.2, 0.1)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
    return code


def _patch(module: str, original: str, mutated: str) -> bool:
    """Replace the code of every function that the mutant changes; False if it takes effect at import."""
    pairs = list(_changes(compile(original, module, "exec"), compile(mutated, module, "exec")))
    if not pairs or any(new is None for _, new in pairs):
        return False
    gc.unfreeze()
    live = [one for one in gc.get_objects() if isinstance(one, FunctionType) and one.__code__.co_filename == module]
    replaced = 0
    for old, new in pairs:
        for function in live:
            code = function.__code__
            if (code.co_qualname, code.co_firstlineno, code.co_code) == (
                old.co_qualname,
                old.co_firstlineno,
                old.co_code,
            ):
                try:
                    function.__code__ = new
                except ValueError:  # It closes over other variables.
                    return False
                replaced += 1
    if not replaced:
        return False
    for one in gc.get_objects():
        if isinstance(one, _CACHED) and one.__module__.startswith("kserve_conformance"):
            one.cache_clear()
    return True


def _changes(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType | None]]:
    """The functions whose code differs, outermost first, and those inside them; None for code that runs at import."""
    if old == new:
        return
    inner = [code for code in old.co_consts if isinstance(code, CodeType)]
    others = [code for code in new.co_consts if isinstance(code, CodeType)]
    if old.co_flags & _OPTIMIZED:
        yield old, new
    elif len(inner) != len(others) or _own(old) != _own(new):
        yield old, None
    if len(inner) == len(others):
        for one, other in zip(inner, others, strict=True):
            yield from _changes(one, other)


def _own(code: CodeType) -> tuple[object, ...]:
    constants = [(type(one), one) for one in code.co_consts if not isinstance(one, CodeType)]
    return code.co_code, code.co_names, constants
