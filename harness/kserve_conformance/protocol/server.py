"""
The resolver behind the protocol.

An invalid line is answered with an error and the next one is read. Questions do
not depend on each other, so several processes can share them; answers keep the
order of the questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.limits import current, exceeds_values
from kserve_conformance.manifests import check, rejection_message
from kserve_conformance.objects import (
    CLUSTER_RUNTIME,
    RUNTIME_KINDS,
    SERVICE,
    Catalogue,
    Decision,
    Manifest,
    Outcome,
    Runtime,
    replaced,
)
from kserve_conformance.profiles import DOCUMENTED_NAME, Profile, profile_of
from kserve_conformance.profiles.runtime_admission import Scope, rejection_of
from kserve_conformance.protocol.messages import Answer, Decided, Named, Question, RuntimeAdmission
from kserve_conformance.resolver import resolve, resolve_stored

#: A longer line is not read: no question is this long.
LONGEST_LINE = 16 * 1024 * 1024

#: How many parsed runtimes are kept: the questions of one fleet repeat the same ones.
KNOWN_RUNTIMES = 4096

#: Lines per batch for a worker.
BATCH = 64

_decode = msgspec.json.Decoder(Question).decode
_encode = msgspec.json.Encoder().encode


class _Bad(ValueError):
    """An invalid question; the text says why."""


class _Line(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A :class:`Question` whose runtimes are not parsed yet, because many lines repeat the same ones."""

    id: str | int
    namespace: str = "default"
    runtimes: list[msgspec.Raw] = []
    service: dict[str, Any] | None = None
    admit: bool = True
    validate_runtime: int | None = None


_decode_line = msgspec.json.Decoder(_Line).decode


def answer(question: Question, profile: Profile) -> Answer:
    """
    Decide one question.

    If the API server would reject one of its objects, the answer has an ``error``.
    """
    try:
        runtimes = [
            _runtime(manifest, f"runtimes[{index}]", question.namespace, profile)
            for index, manifest in enumerate(question.runtimes)
        ]
        return _answer(question, runtimes, profile)
    except _Bad as bad:
        return Answer(id=question.id, error=str(bad))


def _answer(question: Question | _Line, runtimes: list[Runtime], profile: Profile) -> Answer:
    fields: dict[str, Any] = {}
    if question.validate_runtime is not None:
        fields["runtime_admission"] = _runtime_admission(runtimes, question.validate_runtime, profile)
    if question.service is not None:
        service = _valid(question.service, (SERVICE,), "service", question.namespace, profile)
        fields |= _decided(service, question.admit, _catalogue(runtimes), profile)
    return Answer(id=question.id, **fields)


def _quick_answer(line: bytes, profile: Profile) -> Answer | None:
    """The answer to a valid line, with each runtime parsed once for all lines; None for an invalid line."""
    try:
        question = _decode_line(line)
        runtimes = [_known_runtime(bytes(raw), question.namespace, profile.name) for raw in question.runtimes]
        return _answer(question, runtimes, profile)
    except (msgspec.MsgspecError, HarnessError, KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return None


@lru_cache(KNOWN_RUNTIMES)
def _known_runtime(raw: bytes, namespace: str, release: str) -> Runtime:
    return _runtime(msgspec.json.decode(raw, type=dict[str, Any]), "", namespace, profile_of(release))


def _runtime(manifest: Manifest, where: str, namespace: str, profile: Profile) -> Runtime:
    valid = _valid(manifest, RUNTIME_KINDS, where, namespace, profile)
    return Runtime.from_manifest(profile.crds.pruned(valid))


def _valid(manifest: Manifest, kinds: tuple[str, ...], where: str, namespace: str, profile: Profile) -> Manifest:
    """An object as the release's API server stores it, by default in the question's namespace. Raises ``_Bad``."""
    if manifest.get("kind") not in kinds:
        raise _Bad(f"{where}: expected kind {' or '.join(kinds)}, got {manifest.get('kind')!r}")
    metadata = manifest.get("metadata")
    if not isinstance(metadata, Mapping):
        raise _Bad(f"{where}: metadata is required")
    if manifest["kind"] != CLUSTER_RUNTIME and not metadata.get("namespace"):
        manifest = replaced(manifest, namespace, "metadata", "namespace")
    problems = check(manifest, None if profile.name == DOCUMENTED_NAME else profile.name)
    if problems:
        raise _Bad(rejection_message(manifest, problems))
    return manifest


def _catalogue(runtimes: list[Runtime]) -> Catalogue:
    twice = [ref for ref, times in Counter(runtime.key for runtime in runtimes).items() if times > 1]
    if twice:
        raise _Bad(f"runtimes: {', '.join(map(str, twice))} appears more than once")
    return Catalogue(tuple(runtimes))


def _runtime_admission(runtimes: list[Runtime], index: int, profile: Profile) -> RuntimeAdmission:
    if not 0 <= index < len(runtimes):
        raise _Bad(f"validateRuntime: expected an index below {len(runtimes)}, got {index}")
    written = runtimes[index]
    scope = Scope(
        other for place, other in enumerate(runtimes) if place != index and other.key.namespace == written.key.namespace
    )
    text = rejection_of(written, scope, profile)
    return RuntimeAdmission(text is None, text)


def _decided(service: Manifest, admit: bool, catalogue: Catalogue, profile: Profile) -> dict[str, Any]:
    decision: Decision = (resolve if admit else resolve_stored)(service, catalogue, profile)
    if decision.outcome == Outcome.REJECTED:
        return {"rejected": decision.rejected}
    fields: dict[str, Any] = {"service": decision.service, "decision": None}
    if decision.outcome == Outcome.RUNS and decision.runtime is not None:
        fields["decision"] = Decided(Named.of(decision.runtime))
    elif decision.outcome == Outcome.NO_RUNTIME and decision.no_runtime is not None:
        fields["decision"] = Decided.without_runtime(decision.no_runtime)
    if decision.supporting:
        fields["supporting"] = [Named.of(ref) for ref in decision.supporting]
    if decision.pod is not None:
        fields["pod"] = decision.pod
    return fields


def answer_line(line: bytes, release: str) -> bytes:
    """Answer any line with one line. Raises ``UnknownRelease``."""
    profile = profile_of(release)
    if (excess := _excess(line)) is not None:
        return _encode(Answer(error=excess)) + b"\n"
    answered = _quick_answer(line, profile)
    if answered is not None:
        return _encode(answered) + b"\n"
    try:
        question = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as bad:
        return _encode(Answer(id=_id_of(line), error=f"not a question: {bad}")) + b"\n"
    try:
        return _encode(answer(question, profile)) + b"\n"
    except HarnessError as unknown:
        return _encode(Answer(id=question.id, error=f"no decision: {unknown}")) + b"\n"
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as bad:
        # A question that passes the schema and still raises must not affect the answers to others.
        return _encode(Answer(id=question.id, error=f"no decision: {type(bad).__name__}: {bad}")) + b"\n"


def _excess(line: bytes) -> str | None:
    """Say which limit a line exceeds; None if it is within them."""
    if len(line) > LONGEST_LINE:
        return f"expected a line of at most {LONGEST_LINE} bytes"
    if exceeds_values(line, current().values):
        return f"not a question: {current().over('values', 'it')}"
    return None


def _id_of(line: bytes) -> str | int | None:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    identity = found.get("id") if isinstance(found, dict) else None
    return identity if isinstance(identity, str | int) and not isinstance(identity, bool) else None


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """
    The lines of a stream, each as soon as it is complete; one that is too long is cut just above ``LONGEST_LINE``.
    """
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        skipped = 0
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 1)
            skipped += len(line)
            if skipped > current().source_bytes:
                # Without an end in sight, such as a device, it is no stream of lines.
                return


def serve(lines: Iterable[bytes], release: str, workers: int = 1) -> Iterator[bytes]:
    """
    Answer lines in order and skip blank ones. Raises ``UnknownRelease`` before reading the first.

    With one worker each answer is written before the next line is read.
    """
    profile_of(release)
    questions = (line for line in lines if line.strip())
    if workers <= 1:
        for line in questions:
            yield answer_line(line, release)
        return
    with ProcessPoolExecutor(workers) as pool:
        while window := list(islice(questions, BATCH * workers)):
            batches = [window[start : start + BATCH] for start in range(0, len(window), BATCH)]
            for answered in pool.map(partial(_answer_lines, release=release), batches):
                yield from answered


def _answer_lines(lines: list[bytes], release: str) -> list[bytes]:
    return [answer_line(line, release) for line in lines]
