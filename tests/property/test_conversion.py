"""Laws of the conversion: nothing is lost, the decision is the same, and a second conversion changes nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import LEGACY, PREDICTORS, SERVICES, Json

from kserve_conformance.conversion import Conversion, Converter, Status, catalogue_with
from kserve_conformance.manifests import InvalidManifests, dump, loads, values
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import resolve

#: One release of each set of rules about the legacy schema and its protocols and modes.
RELEASES = ("v0.8.0", "v0.9.0", "v0.10.2", "v0.11.1", "v0.12.0", "v0.16.0", "v0.20.0")
CONVERTERS = {
    (release, pin): Converter(profile_of(release), catalogue_with((), profile_of(release)), pin)
    for release in RELEASES
    for pin in (None, True, False)
}
LEGACY_PREDICTORS = st.dictionaries(
    st.sampled_from(("sklearn", "triton", "onnx", "xgboost")), LEGACY, min_size=1, max_size=1
)

LAW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, Json]:
    """A service in one of many styles, with comments where YAML can have them, and the service."""
    service = draw(SERVICES)
    service["spec"]["predictor"] = draw(LEGACY_PREDICTORS | PREDICTORS)
    style = draw(st.sampled_from(("block", "block", "block", "flow", "json", "indented")))
    if style == "json":
        return json.dumps(service), service
    if style == "indented":
        return json.dumps(service, indent=draw(st.sampled_from((1, 2, 4, "\t")))) + "\n", service
    if style == "flow":
        spec, rest = json.dumps(service["spec"]), json.dumps({k: v for k, v in service.items() if k != "spec"})
        return f"# c0\n{{spec: {spec},  # c1\n {rest[1:]}  # c2\n", service
    lines = dump(service).splitlines()
    commented = []
    for number, line in enumerate(lines):
        indentation = " " * draw(st.sampled_from((0, 2, 4, 6)))
        before = draw(st.sampled_from(("", "", f"{indentation}# a{number}\n", "\n")))
        behind = draw(st.sampled_from(("", "", f"  # b{number}", "   ")))
        commented.append(f"{before}{line}{behind}")
    newline = draw(st.sampled_from(("\n", "\r\n")))
    return "\n".join((*commented, "")).replace("\n", newline), service


@st.composite
def conversions(draw: st.DrawFn) -> tuple[Conversion, Json, Converter]:
    text, service = draw(texts())
    converter = CONVERTERS[draw(st.sampled_from(RELEASES)), draw(st.sampled_from((None, True, False)))]
    return converter.convert("a.yaml", text.encode()), service, converter


def leaves(value: Any) -> Iterator[str]:
    """Every scalar of a value with the last key to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (f"{key}={leaf}" if "=" not in leaf else leaf for leaf in leaves(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield json.dumps(value)


@LAW
@given(conversions())
def test_the_decision_is_the_same(drawn):
    """A converted service gets the runtime and the pod of the original one; one that is left is as it was."""
    conversion, service, converter = drawn
    assert not conversion.problems
    if any(each.status is Status.LEFT for each in conversion.outcomes) or not conversion.outcomes:
        assert not conversion.is_changed
        return
    (after,) = loads(conversion.after)
    first, second = (resolve(each, converter.catalogue, converter.profile) for each in (service, after))
    assert (second.outcome, second.runtime, second.no_runtime) == (first.outcome, first.runtime, first.no_runtime)
    mode = re.compile(r"\"serving.kserve.io/deploymentMode\": \"\w+\"")
    assert mode.sub("", json.dumps(first.pod, sort_keys=True)) == mode.sub("", json.dumps(second.pod, sort_keys=True))
    assert "model" in after["spec"]["predictor"] or "containers" in after["spec"]["predictor"]


@LAW
@given(conversions())
def test_nothing_is_lost(drawn):
    """Every value and every comment is still there; a second conversion changes nothing."""
    conversion, service, converter = drawn
    before, after = conversion.before.decode(), conversion.after.decode()

    assert re.findall("# ?[abc][0-9]+", after) == re.findall("# ?[abc][0-9]+", before)
    (value,) = values(conversion.after)
    lost = Counter(leaves(service)) - Counter(leaves(value))
    assert all("deploymentMode" in leaf for leaf in lost)
    if conversion.is_changed:
        second = converter.convert("a.yaml", conversion.after)
        assert (second.after, second.outcomes) == (conversion.after, ())


@LAW
@given(
    st.lists(st.tuples(texts(), st.sampled_from(("", "# c\n", "...\n"))), min_size=1, max_size=3),
    st.binary(max_size=60),
)
def test_documents_do_not_affect_each_other(parts, noise):
    """Each document of a file is converted as if it were alone, whatever the others are."""
    converter = CONVERTERS["v0.20.0", None]
    alone = [converter.convert("a.yaml", text.encode()).after for (text, _), _ in parts]
    noise = noise.replace(b"---", b"").replace(b"\xff\xfe", b"").replace(b"\xfe\xff", b"")
    tail = b"\n---\n" + noise
    whole = b"".join(b"---\n" + text.encode() + b"\n" + end.encode() for (text, _), end in parts) + tail

    after = converter.convert("a.yaml", whole).after

    expected = (
        b"".join(b"---\n" + text + b"\n" + end.encode() for text, (_, end) in zip(alone, parts, strict=True)) + tail
    )
    assert after == expected


@LAW
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"kind: InferenceService\n{text}".encode()))
def test_any_bytes(data):
    """Whatever a file contains, it is converted, left or invalid: never an exception, and never another file."""
    conversion = CONVERTERS["v0.20.0", None].convert("a.yaml", data)

    if conversion.is_changed:
        try:
            loads(conversion.after)
        except InvalidManifests:
            assert False, data  # noqa: B011, PT015
    else:
        assert conversion.after == data
