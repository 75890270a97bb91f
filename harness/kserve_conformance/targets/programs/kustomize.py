"""kustomize, built from its Go module and cached, and what it builds of a folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kserve_conformance.targets.contract import BadBuild, TargetCode
from kserve_conformance.targets.programs import binaries
from kserve_conformance.targets.spec import Progress

#: Seconds that a build of a kustomization may take.
TIMEOUT = 300

#: How many of the last lines of a failed build are shown.
LAST_LINES = 12


def build(folder: Path, progress: Progress) -> bytes:
    """
    The manifests that the kustomization of a folder builds, as YAML.

    Raises ``BadBuild`` with kustomize's own message, and what building kustomize raises.
    """
    program = binaries.kustomize(progress)
    try:
        done = subprocess.run(  # noqa: S603 - A program that we built, and the folder that the user names.
            [program, "build", str(folder)], capture_output=True, check=False, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        raise _failed(folder, f"did not finish in {TIMEOUT} s") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()[-LAST_LINES:]
        raise _failed(folder, "failed:\n" + "\n".join(f"    {line[:300]}" for line in lines or ["(no message)"]))
    return done.stdout


def _failed(folder: Path, how: str) -> BadBuild:
    return BadBuild(
        f"kustomize build {folder} {how}",
        code=TargetCode.BAD_OVERLAY,
        hint="fix the overlay, or render it yourself and pass the rendered manifests with --overlay",
    )
