"""Finding texts in a message: with prefixes of logs, quotes, and what webhooks and wrappers put around them."""

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

#: A text with fewer characters of its own would be found anywhere.
_OWN = 12
#: How much of a text's words a similar one has at least, and how many are suggested.
_SIMILAR = 0.4
_SUGGESTED = 3
#: How many words they share at least, beside those that say nothing.
_SHARED = 2
_COMMON = frozenset({"cannot", "with", "from", "this", "that", "than", "must", "should", "error", "failed", "fails"})

#: The list of implementations in v0.7.0. Source: type ``PredictorSpec``, pkg/apis/serving/v1beta1/predictor.go.
_BEFORE_RUNTIMES = "SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, PMML, LightGBM, Paddle, PodSpec"

_NO_RUNTIMES_YET = (
    "v0.7.0 has no runtimes: it does not know spec.predictor.model, drops it, and then finds nothing. "
    "Upgrade KServe to v0.8.0 or later, or use a legacy key such as sklearn or onnx."
)

_KFSERVING = "kfserving-webhook-server"

#: What the list in a text says about its release, by the code of its meaning: the predictor with which each release
#: says it, and where the list is.
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
    A text that is in a message, and what it means.

    ``text`` has the placeholders of the source, and ``values`` are what the message has in their place. ``releases``
    say it; none where it is not KServe's own.
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
    def said(self) -> str:
        """The text as the message has it."""
        return filled(self.text, self.values)


def matches(message: str) -> tuple[Match, ...]:
    """The texts in a message that do not overlap, the most telling first; none if no text is known."""
    plain = collapsed(message.replace('\\"', '"').replace("\\n", " ")).strip()
    if _KFSERVING in plain:
        # Its texts are alike, but none is of a release of KServe.
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
    # What only wraps another text says nothing beside it.
    return tuple(one for one in kept if not one.meaning.is_wrapper) or tuple(kept[:1])


def _united(found: tuple[Match, ...]) -> Iterator[Match]:
    """
    The matches, each with the releases of those that mean the same and cover the same of the message.

    One release's text may differ from another's in a full stop, or in a placeholder that both fill alike.
    """
    for one in found:
        same = [each for each in found if each.meaning is one.meaning and each.covers == one.covers]
        said = {release for each in same for release in each.releases}
        yield replace(one, releases=tuple(release for release in releases_read() if release in said))


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
    """The reasons of the status, which says none before v0.9.0."""
    for reason, code in OF_REASONS.items():
        start = plain.find(reason)
        if start >= 0:
            meaning = next((one for one in OF_KSERVE if one.code == code), INVALID_PREDICTOR)
            span = (start, start + len(reason))
            releases = tuple(release for release in RELEASES if release != "v0.8.0")
            yield Match(meaning, reason, (), releases, "status", span=span, covers=span, own=1)


def _own_span(found: re.Match[str]) -> tuple[int, int]:
    """A match without the placeholder at its end, which takes all that follows."""
    groups = found.re.groups
    return found.start(), found.start(groups) if groups and found.end(groups) == found.end() else found.end()


def _of_kubernetes(plain: str) -> Iterator[Match]:
    for meaning in OF_KUBERNETES:
        found = meaning.pattern.search(plain)
        if found is not None:
            yield Match(meaning, found.group(0), (), span=found.span(), covers=found.span(), own=_OWN)


def meaning_of(text: Text) -> Meaning:
    """The meaning of one of KServe's texts; the last one fits all."""
    return next(meaning for meaning in OF_KSERVE if meaning.pattern.search(text.text))


def _refined(match: Match) -> Match:
    """Only the releases whose lists are just this one: the lists grew."""
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
    """The texts that share most words with a message of which none is known; rare words count for more."""
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
