"""
What of an answer's line is believed: only what the protocol has, about this question, without contradiction.

A field that is absent says nothing; a null says that there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from kserve_conformance.manifests import check, rejection_message
from kserve_conformance.objects import RUNTIME_KINDS, Manifest, ObjectKey, at
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.process.failures import BadAnswer, CannotAnswer, OutOfStep

_decode = msgspec.json.Decoder(Answer).decode

#: As much of a line as a message shows.
_SHOWN = 200


def read_answer(line: bytes, question: int, service: ObjectKey | None = None, release: str | None = None) -> Answer:
    """
    The answer to a question, as far as it can be one.

    Raises ``OutOfStep`` for what is no answer or another question's, ``CannotAnswer``
    for an error, and ``BadAnswer`` for an answer that nobody can mean.
    """
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
    """The answer, if it is one after all, or what exactly is wrong with it."""
    value = _json(line)
    identity = value.get("id")
    said = value.get("error")
    if said is not None and identity in (None, question):
        raise CannotAnswer(f"the implementation cannot answer: {said}")
    if identity != question or isinstance(identity, bool):
        raise OutOfStep(f"the answer is to question {identity!r}, asked was {question}")
    try:
        return _decode(line)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadAnswer(f"the answer is not one of the protocol: {error}") from error


def _json(line: bytes) -> Mapping[str, Any]:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OutOfStep(f"the answer is no JSON: {error}: {_shown(line)}") from error
    if not isinstance(value, Mapping):
        raise OutOfStep(f"the answer is no JSON object: {_shown(line)}")
    return value


def _shown(line: bytes) -> str:
    return repr(line[:_SHOWN].decode(errors="replace")) + ("…" if len(line) > _SHOWN else "")


def _check_decision(answer: Answer) -> None:
    decided = answer.decision
    if answer.rejected is not None and (decided is not UNSET or answer.service is not None or answer.pod is not None):
        raise BadAnswer("the answer rejects the service and says what becomes of it all the same")
    if decided is UNSET or decided is None:
        return
    if (decided.runtime is UNSET) == (decided.no_runtime is UNSET):
        raise BadAnswer("expected either runtime or noRuntime in the answer's decision")
    if decided.runtime is not UNSET and decided.runtime.kind not in RUNTIME_KINDS:
        raise BadAnswer(f"the answer chooses a {decided.runtime.kind!r}; runtimes are {' and '.join(RUNTIME_KINDS)}")


def _check_service(given: Manifest, asked: ObjectKey | None, release: str | None) -> None:
    try:
        key = ObjectKey.of(given)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadAnswer("the answer's service is no whole object with a kind and a name") from error
    if key != asked:
        raise BadAnswer(f"the answer stores {key}, asked was about {asked or 'no service'}")
    problems = check(given, release)
    if problems:
        raise BadAnswer(
            f"the answer's service is one that no API server would store: {rejection_message(given, problems)}"
        )


def _check_pod(pod: Manifest) -> None:
    containers = at(pod, "spec", "containers")
    if not isinstance(containers, list) or not all(isinstance(each, Mapping) for each in containers):
        raise BadAnswer("the answer's pod is no pod template: it has no list of containers in its spec")
    metadata = pod.get("metadata")
    if metadata is not None and not isinstance(metadata, Mapping):
        raise BadAnswer("the answer's pod is no pod template: its metadata is no object")
    for container in containers:
        env = container.get("env") or []
        if not isinstance(env, list) or not all(isinstance(each, Mapping) for each in env):
            raise BadAnswer("the answer's pod is no pod template: the environment of a container is no list of objects")
