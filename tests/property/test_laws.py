"""Laws of choices: what holds for every service, every catalogue and every release."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, event, find, given, reject, settings
from hypothesis import strategies as st
from strategies import (
    CATALOGUES,
    INPUTS,
    NAMESPACES,
    PROFILES,
    REQUESTS,
    RUNTIMES,
    SERVICES,
    ResolverInput,
    requests_and_catalogues,
    runtimes,
)

from kserve_conformance.manifests import check
from kserve_conformance.objects import (
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    Catalogue,
    ObjectKey,
    Outcome,
    Request,
    Runtime,
    without,
)
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.service_admission import Rejected
from kserve_conformance.protocol import answer_line
from kserve_conformance.resolver import Explanation, Selection, Surroundings, admitted, resolve, resolve_stored, select
from kserve_conformance.resolver.hints import hints_for
from kserve_conformance.resolver.selections import Selections
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.targets.memory import MemoryTarget

#: A busy machine is slow, and laws about winners pass over worlds without one.
LAW = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
#: Every release, and more often those that leave most open.
releases = st.sampled_from((*PROFILES, *(PROFILES[0], PROFILES[-1]) * 5))
MODES = st.none() | st.sampled_from(("ModelMesh", "RawDeployment", "Serverless", "Standard"))


#: Neighbours that differ in nothing but their names.
ALIKE = tuple(
    pytest.param(one, other, id=f"{one.name}-{other.name}")
    for one, other in pairwise(PROFILES)
    if replace(one, name=other.name) == other
)


def refs(found) -> tuple:
    return tuple(runtime.key for runtime in found)


def visible(request: Request, catalogue: Catalogue, profile: Profile) -> set:
    return {runtime.key for scope in profile.scopes(request, catalogue) for runtime in scope}


def essence(choice: Selection) -> tuple:
    """The part of a choice that the rules decide: not which of the open ones a stable order would select."""
    return (frozenset(refs(choice.one_of)), frozenset(refs(choice.supporting)), choice.no_runtime)


def is_certain(choice: Selection) -> bool:
    return len(choice.one_of) == 1


def as_stored(given_input: ResolverInput) -> Catalogue:
    """The catalogue as the release's CRDs show it."""
    return Catalogue.of(given_input.profile.crds.pruned(manifest) for manifest in given_input.runtimes)


class TestStrategies:
    @LAW
    @given(INPUTS)
    def test_worlds_are_such_as_an_api_server_has(self, given_input: ResolverInput) -> None:
        """Laws over objects that no API server would store prove nothing."""
        assert [check(manifest) for manifest in (given_input.service, *given_input.runtimes)] == [()] * (
            1 + len(given_input.runtimes)
        )

    @pytest.mark.parametrize("outcome", Outcome)
    def test_every_outcome_is_met(self, outcome: Outcome) -> None:
        """
        The worlds are varied enough to end in every way.
        """
        given_input = find(
            INPUTS,
            lambda given_input: (
                outcome == resolve(given_input.service, as_stored(given_input), given_input.profile).outcome
            ),
            settings=settings(max_examples=2000, database=None, phases=[Phase.generate]),
        )

        assert given_input.profile in PROFILES


class TestOrderOfObjects:
    @settings(LAW, max_examples=200)
    @given(requests_and_catalogues(), releases, st.randoms(use_true_random=False))
    def test_does_not_matter(self, met, profile, random) -> None:
        """
        In whatever order a list has the runtimes, the choice is the same, or is open between the same ones.
        """
        request, catalogue = met
        shuffled = list(catalogue)
        random.shuffle(shuffled)
        one, other = (select(request, found, profile) for found in (catalogue, Catalogue(tuple(shuffled))))

        assert essence(one) == essence(other)
        if len(one.one_of) <= 1:
            assert (one.runtime and one.runtime.key) == (other.runtime and other.runtime.key)

    @LAW
    @given(INPUTS, st.randoms(use_true_random=False))
    def test_does_not_matter_for_the_pod_either(self, given_input, random) -> None:
        """
        A certain decision is the same in every part.
        """
        shuffled = list(given_input.runtimes)
        random.shuffle(shuffled)
        one = resolve(given_input.service, as_stored(given_input), given_input.profile)
        other = resolve(given_input.service, as_stored(replace(given_input, runtimes=shuffled)), given_input.profile)

        assert set(one.one_of) == set(other.one_of)
        if not one.is_open:
            assert replace(one, supporting=()) == replace(other, supporting=())

    @LAW
    @given(requests_and_catalogues(named=False), st.sampled_from([one for one in PROFILES if len(one.order) >= 3]))
    def test_is_all_that_was_open_before_v0_9(self, met, profile) -> None:
        """
        From v0.9.0 on, up to the longest list that the sort keeps in order, one runtime is chosen or none.
        """
        request, catalogue = met
        choice = select(request, catalogue, profile)
        assume(len(choice.supporting) <= 12)

        assert len(choice.one_of) <= 1
        assert choice.one_of == choice.supporting[:1]


class TestOtherRuntimes:
    @LAW
    @given(
        requests_and_catalogues(named=False),
        releases,
        runtimes(CLUSTER_RUNTIME) | runtimes(NAMESPACED_RUNTIME),
        st.data(),
    )
    def test_that_cannot_serve_change_nothing(self, met, profile, manifest, data) -> None:
        """
        A runtime that a filter removes is as good as not there, wherever it stands.
        """
        request, catalogue = met
        added = Runtime.from_manifest(manifest)
        assume(catalogue.get(added.key) is None)
        assume(any(is_out(profile.requested_protocol(request), added) for is_out in profile.filters))
        place = data.draw(st.integers(0, len(catalogue)))
        more = Catalogue((*catalogue.runtimes[:place], added, *catalogue.runtimes[place:]))

        assert essence(select(request, catalogue, profile)) == essence(select(request, more, profile))

    @LAW
    @given(requests_and_catalogues(named=True), releases, runtimes(CLUSTER_RUNTIME) | runtimes(NAMESPACED_RUNTIME))
    def test_of_another_name_do_not_matter_to_a_named_one(self, met, profile, manifest) -> None:
        """
        Who names a runtime is not concerned by any other name.
        """
        request, catalogue = met
        added = Runtime.from_manifest(manifest)
        assume(added.name != request.runtime and catalogue.get(added.key) is None)

        assert select(request, catalogue, profile) == select(request, Catalogue((*catalogue, added)), profile)

    @settings(LAW, max_examples=200)
    @given(requests_and_catalogues(), releases)
    def test_that_lost_can_be_removed(self, met, profile) -> None:
        """
        A certain choice stands without any of those that were not chosen, however many they are.
        """
        request, catalogue = met
        choice = select(request, catalogue, profile)
        if is_certain(choice):
            for removed in catalogue:
                if removed.key != choice.runtime.key:
                    fewer = Catalogue(tuple(runtime for runtime in catalogue if runtime is not removed))
                    assert refs(select(request, fewer, profile).one_of) == refs(choice.one_of)

    @LAW
    @given(requests_and_catalogues(named=False), st.sampled_from([one for one in PROFILES if one.name != "documented"]))
    def test_of_the_cluster_come_after_those_of_the_namespace(self, met, profile) -> None:
        """
        Whatever their priorities and ages, in every release; the documentation alone does not say so.
        """
        request, catalogue = met
        choice = select(request, catalogue, profile)
        kinds = [ref.kind for ref in refs(choice.supporting)]

        assert kinds == sorted(kinds, reverse=True)
        assert len({ref.kind for ref in refs(choice.one_of)}) <= 1

    @LAW
    @given(requests_and_catalogues(), releases)
    def test_of_other_namespaces_are_never_chosen(self, met, profile) -> None:
        """
        A service sees its own namespace and the cluster.
        """
        request, catalogue = met
        choice = select(request, catalogue, profile)

        assert all(ref.namespace in (None, NAMESPACES[0]) for ref in refs((*choice.one_of, *choice.supporting)))


class TestNamedRuntimes:
    @LAW
    @given(requests_and_catalogues(named=True), releases)
    def test_never_lose_to_an_automatic_choice(self, met, profile) -> None:
        """
        A service that names a runtime gets the one that the name means, or none.
        """
        request, catalogue = met
        choice = select(request, catalogue, profile)
        meant = profile.look_up(request.runtime, request.namespace, catalogue)

        assert (choice.runtime is None) == (choice.no_runtime is not None)
        assert choice.runtime in (None, meant)
        assert choice.supporting == ()


class TestExplanations:
    @LAW
    @given(INPUTS, st.booleans(), MODES)
    def test_change_nothing(self, given_input, stored, mode) -> None:
        """
        A decision that is watched is the same decision.
        """
        decide = resolve_stored if stored else resolve
        arguments = (given_input.service, as_stored(given_input), given_input.profile)

        assert decide(*arguments, None, Surroundings(mode)) == decide(*arguments, Explanation(), Surroundings(mode))

    @LAW
    @given(requests_and_catalogues(), releases)
    def test_mark_the_chosen_one(self, met, profile) -> None:
        """
        What the story says was chosen is what was chosen, and it has every runtime that the service sees once.
        """
        request, catalogue = met
        reported = Explanation()
        choice = select(request, catalogue, profile, reported)
        chosen = [candidate.key for candidate in reported.candidates if candidate.exclusion is None]
        observed = [candidate.key for candidate in reported.candidates]

        assert chosen == ([choice.runtime.key] if choice.runtime else [])
        assert reported.no_runtime == choice.no_runtime
        assert len(observed) == len(set(observed))
        if request.runtime is None:
            assert set(observed) == visible(request, catalogue, profile)
            supporting = {candidate.key for candidate in reported.candidates if candidate.is_supporting}
            assert supporting == set(refs(choice.supporting))
        assert [line for line in reported.lines() if line.startswith("✓")] == [
            line for line in reported.lines() if line.endswith(" selected")
        ]

    @LAW
    @given(SERVICES, RUNTIMES.map(Catalogue.of), releases)
    def test_have_hints_only_for_who_has_no_runtime(self, service, catalogue, profile) -> None:
        """
        Nothing is hinted at where something is chosen, and hints are never in the way.
        """
        assume("model" in service["spec"]["predictor"])
        if select(Request.of(service), catalogue, profile).runtime is not None:
            assert hints_for(service, catalogue, profile) == ()
        else:
            assert all(hints_for(service, catalogue, profile))


class TestManners:
    @LAW
    @given(st.lists(REQUESTS, max_size=5), CATALOGUES, releases)
    def test_kept_answers_are_the_choices(self, requests, catalogue, profile) -> None:
        """Choices that are kept are the same as those that are made each time."""
        answers = Selections(catalogue, profile)

        assert [answers.of(one) for one in (*requests, *requests)] == [
            select(one, catalogue, profile) for one in (*requests, *requests)
        ]

    @settings(LAW, max_examples=200)
    @given(INPUTS, st.booleans(), MODES)
    def test_no_world_breaks_a_decision(self, given_input, stored, mode) -> None:
        """
        Every valid world has a decision in every release: it never ends in an exception, and is whole.
        """
        decision = (resolve_stored if stored else resolve)(
            given_input.service, as_stored(given_input), given_input.profile, surroundings=Surroundings(mode)
        )
        event(str(decision.outcome))

        assert (decision.runtime is not None) == (decision.outcome == Outcome.RUNS)
        assert (decision.rejected is not None) == (decision.outcome == Outcome.REJECTED)
        if decision.outcome in (Outcome.RUNS, Outcome.CUSTOM, Outcome.NO_RUNTIME):
            assert (decision.pod is None) == (decision.no_runtime is not None)
        else:
            assert (decision.pod, decision.no_runtime) == (None, None)
        assert (decision.service is None) == (decision.outcome == Outcome.REJECTED)
        json.dumps((decision.service, decision.pod))

    @LAW
    @given(INPUTS)
    def test_inputs_are_not_changed(self, given_input) -> None:
        """
        A decision writes nothing into the objects that it was made of.
        """
        before = json.dumps((given_input.service, given_input.runtimes))
        resolve(given_input.service, as_stored(given_input), given_input.profile, Explanation())

        assert before == json.dumps((given_input.service, given_input.runtimes))


class TestAdmission:
    @LAW
    @given(SERVICES, st.sampled_from([one for one in PROFILES if one.name not in ("v0.8.0", "documented")]), MODES)
    def test_of_what_was_admitted_changes_nothing(self, service, profile, mode) -> None:
        """
        A second write finds nothing left to do. Not so in v0.8.0, which adds variables at every write.
        """
        try:
            once = admitted(service, profile, Surroundings(mode))
        except Rejected:
            reject()
        assert admitted(once, profile, Surroundings(mode)) == once

    def test_of_v0_8_grows(self) -> None:
        """
        The reason why it is left out above: each write of an MLServer service adds its variables again.
        """
        profile = PROFILES[0]
        legacy = {"protocolVersion": "v2", "storageUri": "gs://x"}
        once = admitted(_service({"sklearn": legacy}), profile)
        twice = admitted(once, profile)

        assert [len(one["spec"]["predictor"]["model"]["env"]) for one in (once, twice)] == [2, 4]


class TestReleases:
    @pytest.mark.parametrize(("one", "other"), ALIKE)
    @settings(LAW, max_examples=30)
    @given(given_input=INPUTS, stored=st.booleans())
    def test_that_are_alike_decide_alike(self, one, other, given_input, stored) -> None:
        """
        Releases that differ in their names alone differ in nothing.
        """
        decide = resolve_stored if stored else resolve

        assert decide(given_input.service, as_stored(replace(given_input, release=one.name)), one) == decide(
            given_input.service, as_stored(replace(given_input, release=other.name)), other
        )


def _service(predictor: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": "fraud", "namespace": NAMESPACES[0]}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": metadata,
        "spec": {"predictor": predictor},
    }


def _in_memory(given_input: ResolverInput) -> MemoryTarget:
    """A target with the runtimes in store, each as old as it says."""
    made = MemoryTarget(given_input.profile)
    for age in range(3):
        made.store(*(one for one in given_input.runtimes if one["metadata"]["creationTimestamp"].endswith(f"{age}Z")))
        made.advance_clock()
    return made


class TestWays:
    """One world, resolved in three ways: by the resolver, by the reference target, and over the line protocol."""

    @LAW
    @given(INPUTS, st.booleans())
    def test_all_decide_alike(self, given_input: ResolverInput, stored: bool) -> None:
        """
        What the resolver decides is what the target shows and what the server answers.
        """
        made = _in_memory(given_input)
        # An open choice depends on the order of the list: both get the same one.
        shown = list(made._objects.values())
        decision = (resolve_stored if stored else resolve)(given_input.service, made.catalogue, given_input.profile)
        event(str(decision.outcome))
        self._shown_alike(given_input, stored, made, decision)
        release = given_input.release
        question = {"id": 1, "runtimes": shown, "service": given_input.service, "admit": not stored}
        printed = json.loads(answer_line(json.dumps(question).encode(), release))
        if release in RELEASES and check(given_input.service, release):
            assert "error" in printed
        else:
            self._answered_alike(decision, printed)

    @staticmethod
    def _shown_alike(given_input, stored, made, decision) -> None:
        if stored:
            made.store(given_input.service)
        else:
            (answer,) = made.apply(given_input.service)
            assert decision.rejected == answer.rejected
            if answer.rejected is not None:
                return
        observed = made.observe(ObjectKey.of(given_input.service), timedelta(0))
        no_runtime = decision.no_runtime

        assert (observed.outcome, observed.runtime) == (decision.outcome, decision.runtime)
        assert set(observed.one_of) == (set(decision.one_of) if decision.is_open else set())
        assert (observed.reason, observed.message) == (
            (no_runtime.reason, no_runtime.message) if no_runtime else (None, None)
        )
        assert (observed.pod, observed.status_runtime) == (decision.pod, decision.status_runtime)
        kept = given_input.profile.crds.pruned(without(observed.service, "metadata", "creationTimestamp"))
        assert kept == decision.service

    @staticmethod
    def _answered_alike(decision, printed) -> None:
        reported = printed.get("decision") or {}
        no_runtime = decision.no_runtime

        assert "error" not in printed
        assert printed.get("rejected") == decision.rejected
        assert printed.get("service") == decision.service
        assert printed.get("pod") == decision.pod
        assert reported.get("runtime") == (
            {"kind": decision.runtime.kind, "name": decision.runtime.name} if decision.runtime else None
        )
        expected = {"reason": no_runtime.reason, "message": no_runtime.message} if no_runtime else None
        assert reported.get("noRuntime") == (expected if reported else None)
        assert printed.get("supporting", []) == [{"kind": ref.kind, "name": ref.name} for ref in decision.supporting]
