"""What an inspection says of manifests: of runtimes by the shipped ones and each other, of services by the rules."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import RuntimeRef
from kserve_conformance.profiles import profile_of, profiles
from kserve_conformance.profiles.shipped import shipped, shipped_by_helm
from kserve_conformance.targets.cluster.inspection import Code, Standing, Stored, Unread, Weight, inspect

V0_15 = profile_of("v0.15.2")
V0_16 = profile_of("v0.16.0")


def runtime(name, *, formats=None, namespace=None, created=None, image=None, **spec):
    kind = "ServingRuntime" if namespace else "ClusterServingRuntime"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    if created:
        metadata["creationTimestamp"] = created
    listed = formats or [{"name": "sklearn", "version": "1", "autoSelect": True}]
    container = {"name": "kserve-container", "image": image or f"example.com/{name}:1", "args": ["--model={{.Name}}"]}
    whole = {"supportedModelFormats": listed, "containers": [container], **spec}
    return {"apiVersion": "serving.kserve.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": whole}


def service(name="model", *, status=None, annotations=None, predictor=None, **model):
    asked = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/model", **model}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": name, "namespace": "team-a", "uid": f"uid-{name}", "annotations": annotations or {}},
        "spec": {"predictor": predictor or {"model": asked}},
        "status": status or {},
    }


def workload(image, *, of="model", kind="Deployment", args=("--model=model",), uid=None, env=(), form="{}-predictor"):
    owner = {"kind": "InferenceService", "name": of, "uid": uid or f"uid-{of}"}
    container = {"name": "kserve-container", "image": image, "args": list(args), "env": list(env)}
    return {
        "kind": kind,
        "metadata": {"name": form.format(of), "namespace": "team-a", "ownerReferences": [owner]},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }


def found(*runtimes, services=(), workloads=(), profile=V0_15, unread=()):
    stored = Stored("RawDeployment", tuple(runtimes), tuple(services), tuple(workloads), tuple(unread))
    return inspect(stored, profile)


def codes(inspection):
    return {one.code for one in inspection.findings}


def of(inspection, code):
    return [one for one in inspection.findings if one.code is code]


class TestAgainstTheShippedCatalogue:
    @pytest.mark.parametrize("profile", profiles(), ids=lambda one: one.name)
    def test_a_release_is_as_it_ships_itself(self, profile):
        """
        No release's own catalogue differs from itself, whichever installer brought it, or would be refused by it.
        """
        for ships in (shipped, shipped_by_helm):
            if ships is shipped_by_helm and profile.name == "v0.8.0":
                continue
            seen = found(*ships(profile.name), profile=profile)
            assert not seen.is_wrong

    def test_the_nearer_installer_is_compared_with(self):
        """
        An install from the chart is compared with the chart, where its runtimes differ from those of the manifests.
        """
        assert found(*shipped("v0.15.2")).catalogue == "the manifests of v0.15.2"
        assert found(*shipped_by_helm("v0.15.2")).catalogue == "the Helm chart of v0.15.2"

    def test_a_runtime_that_is_gone_is_missing(self):
        """
        A shipped runtime that is not there is told by name.
        """
        seen = found(*(one for one in shipped("v0.15.2") if one["metadata"]["name"] != "kserve-lgbserver"))

        assert [one.about for one in of(seen, Code.MISSING)] == [
            RuntimeRef("ClusterServingRuntime", "kserve-lgbserver")
        ]
        assert seen.is_wrong

    def test_an_install_without_shipped_runtimes_misses_none(self):
        """
        Who installs none of them has chosen so: one note, and nothing wrong.
        """
        seen = found(runtime("own"))

        assert codes(seen) == {Code.NONE_SHIPPED, Code.EXTRA}
        assert not seen.is_wrong

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"disabled": True}, "disabled: yes; shipped: no"),
            ({"multiModel": True}, "multiModel: yes; shipped: no"),
            ({"protocolVersions": ["v2"]}, "protocolVersions: v2; shipped: v1, v2"),
            ({"protocolVersions": []}, "protocolVersions: none; shipped: v1, v2"),
            ({"workerSpec": {}}, "workerSpec: yes; shipped: no"),
            (
                {"supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 5}]},
                "sklearn '1': autoSelect, priority 5; shipped: autoSelect, priority 1",
            ),
            (
                {"supportedModelFormats": [{"name": "sklearn", "version": "1", "priority": 1}]},
                "sklearn '1': not autoSelect, priority 1; shipped: autoSelect, priority 1",
            ),
            (
                {"supportedModelFormats": [{"name": "onnx", "autoSelect": True}]},
                "onnx: autoSelect; not listed as shipped",
            ),
        ],
    )
    def test_every_change_that_decides_is_told(self, change, told):
        """
        Formats, protocols and switches of a shipped runtime are told as they are and as they were shipped.
        """
        changed = [
            {**one, "spec": {**one["spec"], **change}} if one["metadata"]["name"] == "kserve-sklearnserver" else one
            for one in shipped("v0.15.2")
        ]

        (finding,) = of(found(*changed), Code.CHANGED)

        assert finding.weight is Weight.WRONG
        assert told in finding.details

    def test_formats_in_another_order_are_a_change(self):
        """
        The first entry's priority counts, so that an order is told even if nothing else changed.
        """
        changed = [
            {**one, "spec": {**one["spec"], "supportedModelFormats": one["spec"]["supportedModelFormats"][::-1]}}
            if one["metadata"]["name"] == "kserve-mlserver"
            else one
            for one in shipped("v0.15.2")
        ]

        (finding,) = of(found(*changed), Code.CHANGED)

        assert finding.details[0].startswith("formats in another order: ")

    def test_what_choices_do_not_read_is_no_change(self):
        """
        Another image, other arguments or other resources are the install's own affair.
        """
        changed = [
            {**one, "spec": {**one["spec"], "containers": [{"name": "kserve-container", "image": "mirror/x:1"}]}}
            for one in shipped("v0.15.2")
        ]

        assert not found(*changed).is_wrong


class TestRuntimesAmongEachOther:
    def test_equals_go_by_name(self):
        """
        Two runtimes of one second that differ in nothing are ordered by their names, which is told with the question.
        """
        (finding,) = of(found(runtime("a"), runtime("b")), Code.DECIDED_BY_NAME)

        assert (finding.about.name, finding.weight) == ("a", Weight.FRAGILE)
        assert "ClusterServingRuntime b" in finding.text
        assert finding.details == (
            "asked for sklearn, whatever the protocol",
            "asked for sklearn version '1', whatever the protocol",
        )

    def test_equals_of_different_ages_go_by_age(self):
        """
        The newer of two equal runtimes is chosen, and that is told.
        """
        seen = found(runtime("a", created="2024-01-01T00:00:00Z"), runtime("b", created="2024-01-01T00:00:01Z"))

        assert [one.about.name for one in of(seen, Code.DECIDED_BY_AGE)] == ["b"]
        assert not of(seen, Code.DECIDED_BY_NAME)

    def test_where_no_rule_decides_it_is_said(self):
        """
        v0.8.0 has no order at all.
        """
        assert of(found(runtime("a"), runtime("b"), profile=profile_of("v0.8.0")), Code.NOT_DECIDED)

    def test_priorities_settle_it(self):
        """
        A runtime with a higher priority is preferred on purpose: nothing is told.
        """
        first, second = (
            runtime(name, formats=[{"name": "sklearn", "autoSelect": True, "priority": priority}])
            for name, priority in (("a", 1), ("b", 2))
        )

        assert codes(found(first, second)) == {Code.NONE_SHIPPED, Code.EXTRA}

    def test_runtimes_that_cannot_both_serve_do_not_overlap(self):
        """
        Other formats, other protocols, a disabled one or one that is not autoSelect: none of them competes.
        """
        for other in (
            runtime("b", formats=[{"name": "onnx", "autoSelect": True}]),
            runtime("b", formats=[{"name": "sklearn", "version": "1"}]),
            runtime("b", disabled=True),
            runtime("b", multiModel=True),
        ):
            assert not codes(found(runtime("a"), other)) & {Code.DECIDED_BY_NAME, Code.DECIDED_BY_AGE, Code.NOT_DECIDED}
        spoken = found(runtime("a", protocolVersions=["v1"]), runtime("b", protocolVersions=["v2"]))
        assert Code.DECIDED_BY_NAME not in codes(spoken)

    def test_one_scope_does_not_compete_with_another(self):
        """
        Runtimes of two namespaces never meet.
        """
        seen = found(runtime("a", namespace="team-a"), runtime("b", namespace="team-b"))

        assert Code.DECIDED_BY_NAME not in codes(seen)

    def test_equal_priorities_would_be_refused(self):
        """
        What the webhook refuses today can be in store from before: it is wrong, for its next write fails.
        """
        pair = [
            runtime(name, protocolVersions=["v1"], formats=[{"name": "sklearn", "autoSelect": True, "priority": 1}])
            for name in ("a", "b")
        ]

        seen = found(*pair)

        assert {one.about.name for one in of(seen, Code.WOULD_BE_REFUSED)} == {"a", "b"}
        assert seen.is_wrong
        assert not of(found(*pair, profile=profile_of("v0.10.2")), Code.WOULD_BE_REFUSED)

    def test_mixed_priorities_in_one_runtime_are_told_since_there_are_priorities(self):
        """
        Of several priorities for one format the first counts, from v0.11.1 on.
        """
        mixed = runtime(
            "a",
            formats=[
                {"name": "sklearn", "version": "1", "autoSelect": True},
                {"name": "sklearn", "version": "2", "autoSelect": True, "priority": 2},
            ],
        )

        (finding,) = of(found(mixed), Code.MIXED_PRIORITIES)

        assert finding.details == ("listed: none, 2; counts: that it has none",)
        assert not of(found(mixed, profile=profile_of("v0.11.0")), Code.MIXED_PRIORITIES)

    def test_a_namespace_takes_what_the_cluster_would_serve(self):
        """
        A namespaced runtime comes first whatever the priorities are, and whose services it takes is told.
        """
        high = runtime("c", formats=[{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 9}])

        (finding,) = of(found(runtime("n", namespace="team-a"), high), Code.CAPTURES)

        assert finding.about == RuntimeRef("ServingRuntime", "n", "team-a")
        assert "ClusterServingRuntime c" in finding.text

    def test_a_namespace_that_only_adds_takes_nothing(self):
        """
        A runtime for a format that the cluster does not serve captures nothing.
        """
        own = runtime("n", namespace="team-a", formats=[{"name": "own", "autoSelect": True}])

        assert not codes(found(own, runtime("c"))) & {Code.CAPTURES, Code.SHADOWS}

    def test_a_name_of_both_scopes_means_the_namespaces(self):
        """
        A namespaced runtime with the name of a cluster runtime is told, for services that name it.
        """
        own = runtime("c", namespace="team-a", formats=[{"name": "own"}])

        assert [one.about for one in of(found(own, runtime("c")), Code.SHADOWS)] == [
            RuntimeRef("ServingRuntime", "c", "team-a")
        ]

    def test_a_disabled_runtime_is_noted(self):
        """
        A disabled runtime is worth knowing, and not wrong by itself.
        """
        seen = found(runtime("a", disabled=True))

        assert of(seen, Code.DISABLED)
        assert not seen.is_wrong


def standing(*runtimes, of_service, workloads=(), profile=V0_15, unread=()):
    (one,) = found(*runtimes, services=[of_service], workloads=workloads, profile=profile, unread=unread).services
    return one


class TestServicesByTheirWorkloads:
    @pytest.mark.parametrize(("kind", "form"), [("Deployment", "{}-predictor"), ("Service", "{}-predictor-default")])
    def test_the_container_tells_the_runtime(self, kind, form):
        """
        Image and arguments are those that the predicted runtime gives this service: they agree.
        """
        one = standing(
            runtime("a"),
            runtime("b"),
            of_service=service(),
            workloads=[workload("example.com/a:1", kind=kind, form=form)],
        )

        assert (one.standing, one.shown) == (Standing.AGREES, (RuntimeRef("ClusterServingRuntime", "a"),))
        assert one.story == ()

    def test_another_runtimes_container_differs(self):
        """
        The container of another runtime is told beside what the rules say, with their reasons.
        """
        one = standing(runtime("a"), runtime("b"), of_service=service(), workloads=[workload("example.com/b:1")])

        assert one.standing is Standing.DIFFERS
        assert "runs on ClusterServingRuntime b; the rules say ClusterServingRuntime a" in one.text
        assert any("comes after a by name" in line for line in one.story)
        assert one.explanation["candidates"]

    @pytest.mark.parametrize("changed", [{"args": ("--else",)}, {"image": "example.com/a:2"}])
    def test_a_container_of_no_runtime_differs(self, changed):
        """
        A container that no runtime gives as it is now is of what was changed since: the next look replaces it.
        """
        made = workload(**{"image": "example.com/a:1", **changed})

        assert standing(runtime("a"), of_service=service(), workloads=[made]).standing is Standing.DIFFERS

    def test_equal_containers_cannot_be_told_apart(self):
        """
        Two runtimes that give the same container are both named, and the answer is none.
        """
        pair = [runtime("a", image="example.com/same:1"), runtime("b", image="example.com/same:1")]

        one = standing(*pair, of_service=service(), workloads=[workload("example.com/same:1")])

        assert one.standing is Standing.CANNOT_BE_TOLD
        assert len(one.shown) == 2
        assert not found(*pair, services=[service()], workloads=[workload("example.com/same:1")]).is_whole

    def test_equal_images_are_told_apart_by_their_variables(self):
        """
        Where image and arguments are the same, the environment may tell.
        """
        pair = [
            runtime(
                name,
                containers=[{"name": "kserve-container", "image": "i:1", "env": [{"name": "WHO", "value": name}]}],
            )
            for name in ("a", "b")
        ]

        one = standing(
            *pair, of_service=service(), workloads=[workload("i:1", args=(), env=[{"name": "WHO", "value": "a"}])]
        )

        assert one.standing is Standing.AGREES

    def test_equal_containers_of_others_than_the_predicted_differ(self):
        """
        That it is one of two others is enough to know that it is not the right one.
        """
        pair = [runtime(name, image="example.com/same:1") for name in ("b", "c")]

        one = standing(runtime("a"), *pair, of_service=service(), workloads=[workload("example.com/same:1")])

        assert one.standing is Standing.DIFFERS

    def test_a_workload_of_an_earlier_service_of_that_name_counts_for_nothing(self):
        """
        Only what the service owns by its uid is its workload.
        """
        one = standing(runtime("a"), of_service=service(), workloads=[workload("example.com/a:1", uid="gone")])

        assert one.standing is Standing.CANNOT_BE_TOLD

    def test_no_workload_yet_is_no_answer(self):
        """
        A service that shows nothing is neither right nor wrong.
        """
        assert standing(runtime("a"), of_service=service()).standing is Standing.CANNOT_BE_TOLD

    def test_a_placeholder_that_nobody_knows_is_no_answer(self):
        """
        A runtime whose pod cannot be rendered may be the one: that is not taken for a difference.
        """
        odd = runtime("a", containers=[{"name": "kserve-container", "image": "x:1", "args": ["{{ printf 1 2 }}"]}])

        one = standing(odd, of_service=service(), workloads=[workload("x:1")])

        assert one.standing is Standing.CANNOT_BE_TOLD

    def test_no_runtime_is_told_with_its_reason_and_a_hint(self):
        """
        A service that the rules leave without a runtime, and that has failed, is wrong though rules and cluster agree.
        """
        failed = {
            "modelStatus": {"transitionStatus": "InvalidSpec", "lastFailureInfo": {"reason": "NoSupportingRuntime"}}
        }

        one = standing(runtime("a", protocolVersions=["v2"]), of_service=service(status=failed))

        assert (one.standing, one.is_wrong) == (Standing.NO_RUNTIME, True)
        assert "hint: with protocolVersion v2, a would be chosen" in one.story

    def test_a_service_that_still_runs_where_it_should_not_differs(self):
        """
        A runtime that was disabled since is taken away at KServe's next look, which is told before it happens.
        """
        one = standing(runtime("a", disabled=True), of_service=service(), workloads=[workload("example.com/a:1")])

        assert one.standing is Standing.DIFFERS
        assert "at its next look" in one.text

    def test_a_failure_that_the_rules_do_not_know_differs(self):
        """
        KServe says that it failed, and the rules say that it runs: one of them is wrong.
        """
        failed = {"modelStatus": {"transitionStatus": "InvalidSpec", "lastFailureInfo": {"reason": "RuntimeDisabled"}}}

        one = standing(runtime("a"), of_service=service(status=failed), workloads=[workload("example.com/a:1")])

        assert one.standing is Standing.DIFFERS
        assert "RuntimeDisabled" in one.text

    def test_an_open_choice_is_met_by_any_of_them(self):
        """
        Where no rule decides, whichever of them it is agrees.
        """
        one = standing(
            runtime("a"),
            runtime("b"),
            of_service=service(),
            workloads=[workload("example.com/b:1")],
            profile=profile_of("v0.8.0"),
        )

        assert one.standing is Standing.AGREES
        assert "no rule decides" in one.text

    @pytest.mark.parametrize(
        "other",
        [
            service(predictor={"containers": [{"name": "kserve-container", "image": "own:1"}]}),
            service(annotations={"serving.kserve.io/deploymentMode": "ModelMesh"}),
            service(annotations={"serving.kserve.io/stop": "true"}),
        ],
        ids=["own container", "ModelMesh", "stopped"],
    )
    def test_where_nothing_is_chosen_nothing_is_compared(self, other):
        """
        Containers of one's own, ModelMesh and stopped services have no choice to compare; that is told.
        """
        one = standing(runtime("a"), of_service=other)

        assert (one.standing, one.is_wrong) == (Standing.NOT_COMPARED, False)

    def test_a_service_that_cannot_be_decided_is_told_as_such(self):
        """
        What is malformed where no schema looks is no answer, and stops nothing else.
        """
        odd = service("odd", modelFormat="sklearn")

        seen = found(runtime("a"), services=[odd, service()], workloads=[workload("example.com/a:1")])

        assert [one.standing for one in seen.services] == [Standing.CANNOT_BE_TOLD, Standing.AGREES]


class TestServicesByTheirStatus:
    def test_the_status_names_the_runtime(self):
        """
        From v0.16.0 on the status says it, and no workload is needed.
        """
        named = service(status={"clusterServingRuntimeName": "a"})
        other = service(status={"clusterServingRuntimeName": "b"})

        assert standing(runtime("a"), runtime("b"), of_service=named, profile=V0_16).standing is Standing.AGREES
        assert standing(runtime("a"), runtime("b"), of_service=other, profile=V0_16).standing is Standing.DIFFERS

    def test_an_older_release_has_no_such_status(self):
        """
        A field that a release does not write is left over from another, and tells nothing.
        """
        named = service(status={"clusterServingRuntimeName": "a"})

        assert standing(runtime("a"), of_service=named).standing is Standing.CANNOT_BE_TOLD

    def test_a_status_that_was_kept_through_a_failure_is_not_believed(self):
        """
        A failed service keeps the name of its last runtime: the failure counts.
        """
        status = {"clusterServingRuntimeName": "a", "modelStatus": {"transitionStatus": "InvalidSpec"}}

        one = standing(runtime("a", disabled=True), of_service=service(status=status), profile=V0_16)

        assert one.standing is Standing.NO_RUNTIME

    def test_the_status_names_what_is_found_under_the_chosen_name(self):
        """
        A namespaced runtime of the chosen name is named though the cluster's was chosen, as the rules have it.
        """
        shadow = runtime("a", namespace="team-a", formats=[{"name": "onnx", "autoSelect": True}])

        one = standing(shadow, runtime("a"), of_service=service(status={"servingRuntimeName": "a"}), profile=V0_16)

        assert one.standing is Standing.AGREES

    def test_a_choice_that_is_kept_on_purpose_does_not_differ(self):
        """
        A ready service with disable-auto-update keeps its runtime: what it would get is told.
        """
        status = {"clusterServingRuntimeName": "b", "conditions": [{"type": "Ready", "status": "True"}]}
        kept = service(status=status, annotations={"serving.kserve.io/disable-auto-update": "true"})

        one = standing(runtime("a"), runtime("b"), of_service=kept, profile=V0_16)

        assert one.standing is Standing.NOT_COMPARED
        assert "chosen anew it would get ClusterServingRuntime a" in one.text


class TestWhatCouldNotBeRead:
    @pytest.mark.parametrize(
        "unread",
        [
            Unread("ClusterServingRuntime", "forbidden"),
            Unread("ServingRuntime", "forbidden"),
            Unread("ServingRuntime", "forbidden", "team-a"),
        ],
        ids=str,
    )
    def test_a_service_rests_on_every_runtime_that_it_can_see(self, unread):
        """
        Where runtimes could not be read no service is said to agree, however much its workload looks like it.
        """
        seen = found(runtime("a"), services=[service()], workloads=[workload("example.com/a:1")], unread=[unread])

        assert [one.standing for one in seen.services] == [Standing.CANNOT_BE_TOLD]
        assert not seen.is_whole

    def test_another_namespaces_runtimes_are_no_matter(self):
        """
        A namespace that could not be read leaves the others as they are, and the whole is not whole.
        """
        seen = found(
            runtime("a"),
            services=[service()],
            workloads=[workload("example.com/a:1")],
            unread=[Unread("ServingRuntime", "forbidden", "team-b")],
        )

        assert [one.standing for one in seen.services] == [Standing.AGREES]
        assert not seen.is_whole

    def test_an_unread_catalogue_is_not_compared(self):
        """
        Runtimes that could not be read are not missing.
        """
        seen = found(unread=[Unread("ClusterServingRuntime", "forbidden")])

        assert (seen.catalogue, seen.findings) == ("", ())

    def test_unread_workloads_are_the_reason(self):
        """
        A service without a workload to look at says whether there is none or it could not be read.
        """
        one = standing(runtime("a"), of_service=service(), unread=[Unread("Deployment", "forbidden")])

        assert "its workload could not be read" in one.text

    def test_a_runtime_that_cannot_be_understood_is_not_left_out_silently(self):
        """
        What is no runtime by any reading makes every service that may see it unknown.
        """
        odd = {**runtime("odd"), "spec": {"supportedModelFormats": ["sklearn"]}}

        seen = found(odd, runtime("a"), services=[service()], workloads=[workload("example.com/a:1")])

        assert [one.kind for one in seen.unread] == ["ClusterServingRuntime"]
        assert [one.standing for one in seen.services] == [Standing.CANNOT_BE_TOLD]
