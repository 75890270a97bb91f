"""
Which tests reach which line, collected once and kept in ``.mutants/``.

A file of tests is collected anew when it changes, or when a mutated module that it reaches does.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
from coverage import CoverageData
from coverage.exceptions import DataError

from mutation.checkout import Checkout, digest_of
from mutation.mutants import PACKAGE, PACKAGES, Mutant, function_lines, is_in_function, statement_lines

#: The tests that run against mutants. Those of ``UNIT`` start no programs, unless they take ``FAST`` seconds.
UNIT = "tests/unit/"
FAST = 2.0
FOLDERS = (UNIT, "tests/plugin", "tests/cli", "tests/process")
#: The first two look at what is installed and see no mutant. The third runs whole suites, longer than one mutant may.
LEFT_OUT = {"tests/cli/test_wheel.py", "tests/unit/test_dependencies.py", "tests/unit/scenario_runs/test_plain_run.py"}

_CONFIGURATION = """
[run]
source_pkgs = {packages}
parallel = true
data_file = {data}
context = ${{MUTATION_TEST-}}
"""


class TestFile(msgspec.Struct, rename="camel"):
    """What a file of tests reached. ``reached`` is module -> line -> tests; ``modules`` has the digests."""

    digest: str
    modules: dict[str, str]
    seconds: dict[str, float]
    reached: dict[str, dict[int, list[str]]]

    def is_current(self, name: str) -> bool:
        """Are the file and all modules that it reached unchanged?"""
        return self.digest == digest_of(name) and all(digest_of(one) == known for one, known in self.modules.items())


class Reach:
    """The tests by the lines that they reach; with ``fast``, only those that start no programs."""

    def __init__(self, cache: Path, *, fast: bool = False) -> None:
        self._cache = cache
        self._folders = (UNIT,) if fast else FOLDERS
        self.fast = fast
        self._files: dict[str, TestFile] = {}
        if cache.exists():
            known = msgspec.json.decode(cache.read_bytes(), type=dict[str, TestFile])
            self._files = {name: file for name, file in known.items() if Path(name).is_file()}

    def update(self, checkout: Checkout) -> None:
        """Run the files of tests that are new or changed, with coverage. One that fails is left out with a warning."""
        names = [str(path) for folder in self._folders for path in sorted(Path(folder).rglob("test_*.py"))]
        missing = [name for name in names if name not in LEFT_OUT and not self._is_current(name)]
        for number, name in enumerate(missing, 1):
            began = time.monotonic()
            file, failed = _collect(checkout, name)
            self._files[name] = file
            self._cache.write_bytes(msgspec.json.encode(self._files))
            note = f", without {len(failed)} that fail: {' '.join(failed)}" if failed else ""
            print(
                f"[{number}/{len(missing)}] {name}: {len(file.seconds)} tests, {time.monotonic() - began:.0f} s{note}",
                file=sys.stderr,
            )

    def _is_current(self, name: str) -> bool:
        return name in self._files and self._files[name].is_current(name)

    @property
    def files(self) -> list[str]:
        """The files of tests of which something is known."""
        return sorted(self._files)

    def seconds(self, test: str) -> float:
        """How long a test took when it was collected."""
        return self._files[test.partition("::")[0]].seconds[test]

    def of(self, mutant: Mutant) -> set[str]:
        """
        The tests that reach the line of a mutant.

        Of a line that runs at import they are those that use the functions of its module, or if it has none, the unit
        tests of its package.
        """
        lines = set(statement_lines(mutant)) if is_in_function(mutant) else function_lines(mutant.module)
        reaching = set(self._reaching(mutant.module, lines)) or set(self._reaching(mutant.module, None))
        if reaching or is_in_function(mutant):
            return reaching
        return {
            test
            for name, file in self._files.items()
            if name.startswith(f"{UNIT}{mutant.package}/")
            for test in file.seconds
        }

    def is_fast(self, test: str) -> bool:
        """Does a test run in this process only, and shortly?"""
        return test.startswith(UNIT) and self.seconds(test) < FAST

    def neighbours(self, tests: set[str]) -> set[str]:
        """The fast tests in the files of these tests: something that is cached is reached by the first of them only."""
        files = {test.partition("::")[0] for test in tests}
        return {test for file in files for test in self._files[file].seconds if self.is_fast(test)}

    def _reaching(self, module: str, lines: set[int] | None) -> Iterator[str]:
        for name, file in self._files.items():
            for line, tests in file.reached.get(module, {}).items():
                if lines is None or line in lines:
                    for test in tests:
                        yield from file.seconds if test == f"{name}::*" else [test] if test in file.seconds else []


def _collect(checkout: Checkout, name: str) -> tuple[TestFile, tuple[str, ...]]:
    folder = checkout.folder / ".reach"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    configuration = folder / "coveragerc"
    names = [f"kserve_conformance.{package.replace('/', '.')}" for package in PACKAGES]
    configuration.write_text(_CONFIGURATION.format(data=folder / "data", packages=",".join(names)), encoding="utf-8")
    run = checkout.pytest(
        ["--maxfail=1000", name], COVERAGE_PROCESS_START=str(configuration), PYTHONDONTWRITEBYTECODE=""
    )
    reached: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    mutated = tuple(str(checkout.folder / PACKAGE / package) + "/" for package in PACKAGES)
    for path in folder.glob("data.*"):
        data = CoverageData(str(path))
        try:
            data.read()
        except DataError:
            # A test killed the process that wrote it.
            continue
        for file in data.measured_files():
            if file.startswith(mutated):
                for line, contexts in data.contexts_by_lineno(file).items():
                    tests = {test for context in contexts for test in context.split("|") if test}
                    reached[str(Path(file).relative_to(checkout.folder))][line] |= tests
    kept = {
        module: {line: sorted(tests) for line, tests in lines.items() if tests} for module, lines in reached.items()
    }
    kept = {module: lines for module, lines in kept.items() if lines}
    seconds = {test: taken for test, taken in run.seconds.items() if test not in run.failed}
    modules = {module: digest_of(module, root=checkout.folder) for module in kept}
    return TestFile(digest_of(name, root=checkout.folder), modules, seconds, kept), run.failed
