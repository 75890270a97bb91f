"""
Validates the line of an answer: it must follow the protocol, be about this question, and not contradict itself.

A missing field is not reported; null means that there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from kserve_conformance.limits import current, exceeds_values
from kserve_conformance.manifests import check, rejection_message
from kserve_conformance.objects import RUNTIME_KINDS, Manifest, ObjectKey, at
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.process.failures import NoAnswer, OutOfStep, bad_answer

_decode = msgspec.json.Decoder(Answer).decode

#: How much of a line a message shows.
_SHOWN = 200


def read_answer(line: bytes, question: int, service: ObjectKey | None = None, release: str | None = None) -> Answer:
    """
    Parse the answer to a question.

    Raises ``OutOfStep`` for a line that is not an answer or answers another question, and ``NoAnswer`` for an error and
    for an answer that contradicts itself.
    """
    if exceeds_values(line, current().values):
        raise OutOfStep(str(current().over("values", "the answer")))
    try:
        answer = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        answer = None
    if answer is None or answer.error is not None or answer.id != question:
        answer = _read_closely(line, question)
    _check_decision(answer)
    if answer.service is not None:
        _check_service(answer.service, service, release)
    if answer.pod is not None:
        _check_pod(answer.pod)
    return answer


def _read_closely(line: bytes, question: int) -> Answer:
    """Parse a line again, field by field, to find out what exactly is wrong with it."""
    value = _json(line)
    identity = value.get("id")
    said = value.get("error")
    if said is not None and identity in (None, question):
        raise NoAnswer(f"the implementation reports an error: {said}", code=TargetCode.CANNOT_ANSWER)
    if identity != question or isinstance(identity, bool):
        raise OutOfStep(f"expected an answer to question {question}, got one to {identity!r}")
    try:
        return _decode(line)
    except (msgspec.ValidationError, RecursionError) as error:
        raise bad_answer(f"the answer violates the protocol: {error}") from error


def _json(line: bytes) -> Mapping[str, Any]:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OutOfStep(f"the answer is not valid JSON: {error}: {_shown(line)}") from error
    if not isinstance(value, Mapping):
        raise OutOfStep(f"expected a JSON object: {_shown(line)}")
    return value


def _shown(line: bytes) -> str:
    return repr(line[:_SHOWN].decode(errors="replace")) + ("…" if len(line) > _SHOWN else "")


def _check_decision(answer: Answer) -> None:
    decided = answer.decision
    if answer.rejected is not None and (decided is not UNSET or answer.service is not None or answer.pod is not None):
        raise bad_answer("the answer rejects the service, yet decides about it")
    if decided is UNSET or decided is None:
        return
    if (decided.runtime is UNSET) == (decided.no_runtime is UNSET):
        raise bad_answer("expected either runtime or noRuntime in the answer's decision")
    if decided.runtime is not UNSET and decided.runtime.kind not in RUNTIME_KINDS:
        raise bad_answer(f"expected a runtime of kind {' or '.join(RUNTIME_KINDS)}, got {decided.runtime.kind!r}")


def _check_service(given: Manifest, subject: ObjectKey | None, release: str | None) -> None:
    try:
        key = ObjectKey.of(given)
    except (KeyError, TypeError, AttributeError) as error:
        raise bad_answer("the answer's service has no kind or no name") from error
    if key != subject:
        raise bad_answer(f"expected an answer about {subject or 'no service'}, got {key}")
    problems = check(given, release)
    if problems:
        raise bad_answer(f"an API server would reject the answer's service: {rejection_message(given, problems)}")


def _check_pod(pod: Manifest) -> None:
    containers = at(pod, "spec", "containers")
    if not isinstance(containers, list) or not all(isinstance(each, Mapping) for each in containers):
        raise bad_answer("the answer's pod template has no list of containers")
    metadata = pod.get("metadata")
    if metadata is not None and not isinstance(metadata, Mapping):
        raise bad_answer("the metadata of the answer's pod template is not an object")
    for container in containers:
        env = container.get("env") or []
        if not isinstance(env, list) or not all(isinstance(each, Mapping) for each in env):
            raise bad_answer("the environment of a container in the answer's pod template is not a list of objects")
