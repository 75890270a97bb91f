"""Search for KServe's texts in a message, which may have log prefixes, quotes, and the wrappers of webhooks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from kserve_conformance.messages.meanings import INVALID_PREDICTOR, OF_KSERVE, OF_KUBERNETES, OF_REASONS, Meaning
from kserve_conformance.messages.texts import Text, collapsed, filled, pattern_of, releases_read, texts
from kserve_conformance.objects import API_VERSIONS, SERVICE, Manifest
from kserve_conformance.profiles import Profile, profile_of
from kserve_conformance.profiles.service_admission import Rejected
from kserve_conformance.resolver import admitted
from kserve_conformance.rules.releases import RELEASES

#: Minimum number of characters outside placeholders; shorter texts would match everywhere.
_OWN = 12
#: Minimum similarity of a suggestion, and the maximum number of suggestions.
_SIMILAR = 0.4
_SUGGESTED = 3
#: Minimum number of common words, not counting those in ``_COMMON``.
_SHARED = 2
_COMMON = frozenset({"cannot", "with", "from", "this", "that", "than", "must", "should", "error", "failed", "fails"})

#: The list of implementations in v0.7.0. Source: type ``PredictorSpec``, pkg/apis/serving/v1beta1/predictor.go.
_BEFORE_RUNTIMES = "SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, PMML, LightGBM, Paddle, PodSpec"

_NO_RUNTIMES_YET = (
    "v0.7.0 has no runtimes: it does not have spec.predictor.model, and drops it. "
    "Upgrade KServe to v0.8.0 or later, or use a legacy key such as sklearn or onnx."
)

_KFSERVING = "kfserving-webhook-server"

#: Texts whose list of values identifies the release, by the code of the meaning: a predictor that each release rejects
#: with the text, and a pattern for the list.
_LISTS: Mapping[str, tuple[Manifest, re.Pattern[str]]] = {
    "exactly-one-implementation": (
        {"sklearn": {}, "xgboost": {}},
        pattern_of("xactly one of [%s] must be specified"),
    ),
    "storage-uri": (
        {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "none://x"}},
        pattern_of("storageUri, must be one of: [%s] or match"),
    ),
}


@dataclass(frozen=True, slots=True)
class Match:
    """
    A text found in a message, with its meaning.

    ``text`` has the placeholders of the source, and ``values`` are their values in the message. ``releases`` are those
    that have the text; empty if it is not KServe's own.
    """

    meaning: Meaning
    text: str
    values: tuple[str, ...]
    releases: tuple[str, ...] = ()
    kind: str = "kubernetes"
    file: str | None = None
    note: str | None = None
    #: Where it is in the message.
    span: tuple[int, int] = field(default=(0, 0), compare=False)
    covers: tuple[int, int] = field(default=(0, 0), compare=False)
    own: int = field(default=0, compare=False)

    @property
    def filled(self) -> str:
        """The text with the values from the message."""
        return filled(self.text, self.values)


def matches(message: str) -> tuple[Match, ...]:
    """The non-overlapping texts in a message, the most specific first; empty if none is known."""
    plain = collapsed(message.replace('\\"', '"').replace("\\n", " ")).strip()
    if _KFSERVING in plain:
        # KFServing has similar texts, but is not a release of KServe.
        return tuple(one for one in _of_kubernetes(plain) if one.meaning.code == "kfserving-webhook")
    found = sorted(
        _united((*_of_kserve(plain), *_of_reasons(plain), *_of_kubernetes(plain))),
        key=lambda one: (one.meaning.is_wrapper, -one.own),
    )
    kept: list[Match] = []
    for one in found:
        same = next((each for each in kept if each.meaning.code == one.meaning.code), None)
        if same is None and not any(_overlap(one, each) for each in kept):
            kept.append(one)
    # A wrapper adds nothing to the text that it wraps.
    return tuple(one for one in kept if not one.meaning.is_wrapper) or tuple(kept[:1])


def _united(found: tuple[Match, ...]) -> Iterator[Match]:
    """
    The matches, each with the releases of all matches with the same meaning and range.

    The texts of two releases may differ only in a full stop or a placeholder.
    """
    for one in found:
        same = [each for each in found if each.meaning is one.meaning and each.covers == one.covers]
        releases = {release for each in same for release in each.releases}
        yield replace(one, releases=tuple(release for release in releases_read() if release in releases))


def _overlap(one: Match, other: Match) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]


def _of_kserve(plain: str) -> Iterator[Match]:
    for text in texts():
        if text.literal < _OWN:
            continue
        found = text.pattern.search(plain)
        if found is None:
            continue
        yield _refined(
            Match(
                meaning_of(text),
                text.text,
                tuple(value.strip(" \"'") for value in found.groups()),
                text.releases,
                text.kind,
                text.file,
                span=_own_span(found),
                covers=found.span(),
                own=text.literal,
            )
        )


def _of_reasons(plain: str) -> Iterator[Match]:
    """The failure reasons in the status, which has none before v0.9.0."""
    for reason, code in OF_REASONS.items():
        start = plain.find(reason)
        if start >= 0:
            meaning = next((one for one in OF_KSERVE if one.code == code), INVALID_PREDICTOR)
            span = (start, start + len(reason))
            releases = tuple(release for release in RELEASES if release != "v0.8.0")
            yield Match(meaning, reason, (), releases, "status", span=span, covers=span, own=1)


def _own_span(found: re.Match[str]) -> tuple[int, int]:
    """The range of a match without the placeholder at its end, which matches all the rest."""
    groups = found.re.groups
    return found.start(), found.start(groups) if groups and found.end(groups) == found.end() else found.end()


def _of_kubernetes(plain: str) -> Iterator[Match]:
    for meaning in OF_KUBERNETES:
        found = meaning.pattern.search(plain)
        if found is not None:
            yield Match(meaning, found.group(0), (), span=found.span(), covers=found.span(), own=_OWN)


def meaning_of(text: Text) -> Meaning:
    """The meaning of one of KServe's texts; the last meaning matches all."""
    return next(meaning for meaning in OF_KSERVE if meaning.pattern.search(text.text))


def _refined(match: Match) -> Match:
    """The match, limited to the releases with exactly this list of values."""
    if match.meaning.code not in _LISTS or not match.values:
        return match
    listed = match.values[0]
    if listed == _BEFORE_RUNTIMES:
        return replace(match, releases=(releases_read()[0],), note=_NO_RUNTIMES_YET)
    releases = tuple(release for release in match.releases if _list_of(release, match.meaning.code) == listed)
    return replace(match, releases=releases) if releases else match


@cache
def _list_of(release: str, code: str) -> str | None:
    """The list in the text with which a release rejects the predictor of a code."""
    if release not in RELEASES:
        return None
    predictor, pattern = _LISTS[code]
    found = pattern.search(_rejection(predictor, profile_of(release)))
    return found.group(1) if found else None


def _rejection(predictor: Manifest, profile: Profile) -> str:
    service: Manifest = {
        "apiVersion": API_VERSIONS[SERVICE],
        "kind": SERVICE,
        # v0.9.0 crashes on a service without annotations.
        "metadata": {"name": "model", "namespace": "default", "annotations": {"any": "one"}},
        "spec": {"predictor": predictor},
    }
    try:
        admitted(service, profile)
    except Rejected as rejection:
        return str(rejection)
    return ""


def nearest(message: str) -> tuple[Text, ...]:
    """The texts with the most words in common with an unknown message; rare words count for more."""
    words = _words(message)
    scored = [(_share(words, _words(text.text)), text) for text in texts() if text.literal >= _OWN]
    ranked = sorted((each for each in scored if each[0] >= _SIMILAR), key=lambda each: -each[0])
    return tuple(text for _, text in ranked[:_SUGGESTED])


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in _COMMON)


def _share(words: frozenset[str], of: frozenset[str]) -> float:
    if len(words & of) < _SHARED:
        return 0.0
    weights = _weights()
    return sum(weights[word] for word in words & of) / sum(weights[word] for word in of)


@cache
def _weights() -> dict[str, float]:
    counts = Counter(word for text in texts() for word in _words(text.text))
    return {word: 1 / count for word, count in counts.items()}
