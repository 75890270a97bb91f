"""Marks: put into every container, read from a pod, and gone from what is reported."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.kubernetes.marks import (
    VARIABLE,
    mark_of,
    marked,
    ref_of,
    runtime_of,
    unmarked,
    unmarked_pod,
)

REF = ObjectKey("ServingRuntime", "mine", "team-a")
MARK = {"name": VARIABLE, "value": "ServingRuntime/team-a/mine"}
OTHER = {"name": "OTHER", "value": "1"}


def runtime(*containers, **spec):
    return {"kind": "ServingRuntime", "metadata": {"name": "mine"}, "spec": {"containers": list(containers), **spec}}


@pytest.mark.parametrize("ref", [REF, ObjectKey("ClusterServingRuntime", "everyones")], ids=str)
def test_a_mark_is_read_back(ref):
    """
    What a mark was made of can be read from it.
    """
    assert ref_of(mark_of(ref)) == ref


def test_every_container_is_marked_and_nothing_else_is_changed():
    """
    Containers of the runtime and of its workers get the variable behind their own.
    """
    given = runtime({"name": "a", "env": [OTHER]}, {"name": "b"}, workerSpec={"containers": [{"name": "w"}], "size": 2})

    made = marked(given, REF)

    assert made["spec"] == {
        "containers": [{"name": "a", "env": [OTHER, MARK]}, {"name": "b", "env": [MARK]}],
        "workerSpec": {"containers": [{"name": "w", "env": [MARK]}], "size": 2},
    }
    assert unmarked(made) == given
    assert given["spec"]["containers"][1] == {"name": "b"}


def test_a_runtime_is_marked_once():
    """
    Marking what is marked already, as another runtime, leaves one mark: the new one.
    """
    once = marked(runtime({"name": "a"}), ObjectKey("ServingRuntime", "older", "team-a"))

    assert marked(once, REF)["spec"]["containers"][0]["env"] == [MARK]


@pytest.mark.parametrize("spec", [{}, {"containers": None}, {"containers": "nonsense"}, {"containers": ["x"]}])
def test_an_invalid_container_is_left_to_the_api_server(spec):
    """
    A malformed runtime reaches the API server unchanged, so that its schema can reject it.
    """
    given = {"kind": "ServingRuntime", "metadata": {"name": "mine"}, "spec": spec}

    assert marked(given, REF) == given


def test_the_runtime_of_a_pod_is_that_of_its_mark():
    """
    The mark of any container counts; a pod without one is custom.
    """
    template = {"spec": {"containers": [{"name": "x", "env": [OTHER]}, {"name": "y", "env": [MARK]}]}}

    assert runtime_of(template) == REF
    assert runtime_of({"spec": {"containers": [{"name": "x"}]}}) is None
    assert runtime_of({}) is None


def test_a_reported_pod_has_no_mark_and_no_empty_env():
    """
    A list of variables that held nothing but the mark is left out with it.
    """
    template = {
        "metadata": {"labels": {}},
        "spec": {"containers": [{"name": "x", "env": [MARK]}, {"env": [OTHER, MARK]}]},
    }

    assert unmarked_pod(template)["spec"]["containers"] == [{"name": "x"}, {"env": [OTHER]}]
