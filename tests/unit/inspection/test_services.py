"""What an inspection says of services, by what they show and what the rules say, and of what could not be read."""

from __future__ import annotations

import pytest
from inspections import V0_15, V0_16, codes, found, runtime, service, standing, workload

from kserve_conformance.inspection import Standing, Unread
from kserve_conformance.objects import ObjectKey
from kserve_conformance.profiles import profile_of


class TestServicesByTheirWorkloads:
    @pytest.mark.parametrize(("kind", "form"), [("Deployment", "{}-predictor"), ("Service", "{}-predictor-default")])
    def test_the_container_reports_the_runtime(self, kind, form):
        """Image and arguments are those of the predicted runtime: they agree."""
        one = standing(
            runtime("a"),
            runtime("b"),
            of_service=service(),
            workloads=[workload("example.com/a:1", kind=kind, form=form)],
        )

        assert (one.standing, one.shown) == (Standing.AGREES, (ObjectKey("ClusterServingRuntime", "a"),))
        assert one.story == ()

    def test_another_runtimes_container_differs(self):
        """
        The container of another runtime is reported with the predicted runtime and the reasons.
        """
        one = standing(runtime("a"), runtime("b"), of_service=service(), workloads=[workload("example.com/b:1")])

        assert one.standing is Standing.DIFFERS
        assert "runs on ClusterServingRuntime b; the rules predict ClusterServingRuntime a" in one.text
        assert any("sorts after a by name" in line for line in one.story)
        assert one.hint is None
        assert one.explanation["candidates"]

    @pytest.mark.parametrize("changed", [{"args": ("--else",)}, {"image": "example.com/a:2"}])
    def test_a_container_of_no_runtime_differs(self, changed):
        """A container that no current runtime renders is from an earlier state: the next reconciliation replaces it."""
        made = workload(**{"image": "example.com/a:1", **changed})

        assert standing(runtime("a"), of_service=service(), workloads=[made]).standing is Standing.DIFFERS

    def test_equal_containers_cannot_be_distinguished(self):
        """Two runtimes with the same container are both named, and there is no conclusion."""
        pair = [runtime("a", image="example.com/same:1"), runtime("b", image="example.com/same:1")]

        one = standing(*pair, of_service=service(), workloads=[workload("example.com/same:1")])

        assert one.standing is Standing.UNKNOWN
        assert len(one.shown) == 2
        assert not found(*pair, services=[service()], workloads=[workload("example.com/same:1")]).is_whole

    def test_equal_images_are_distinguished_by_their_variables(self):
        """
        If image and arguments are equal, the environment can distinguish runtimes.
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

    def test_the_server_type_is_that_of_the_nearest_runtime_with_the_name(self):
        """
        From v0.20.0 on a runtime of the namespace so decides about the image of the cluster's.
        """
        cluster = runtime("a", image="example.com/vllm:1")
        cluster["metadata"]["annotations"] = {"serving.kserve.io/server-type": "vllmserver"}
        shadow = runtime("a", namespace="team-a", formats=[{"name": "onnx", "autoSelect": True}])
        profile = profile_of("v0.20.0")

        for runtimes, image in (((cluster,), "example.com/vllm-cpu:1"), ((cluster, shadow), "example.com/vllm:1")):
            one = standing(*runtimes, of_service=service(), workloads=[workload(image)], profile=profile)
            assert one.shown == (ObjectKey("ClusterServingRuntime", "a"),)

    def test_a_workload_of_an_earlier_service_of_that_name_counts_for_nothing(self):
        """
        Only what the service owns by its uid is its workload.
        """
        one = standing(runtime("a"), of_service=service(), workloads=[workload("example.com/a:1", uid="gone")])

        assert one.standing is Standing.UNKNOWN

    def test_no_workload_yet_is_no_conclusion(self):
        """
        A service that shows nothing is neither right nor wrong.
        """
        assert standing(runtime("a"), of_service=service()).standing is Standing.UNKNOWN

    def test_an_unknown_placeholder_is_no_conclusion(self):
        """
        A runtime whose pod cannot be rendered may be the one: that is not taken for a difference.
        """
        odd = runtime("a", containers=[{"name": "kserve-container", "image": "x:1", "args": ["{{ printf 1 2 }}"]}])

        one = standing(odd, of_service=service(), workloads=[workload("x:1")])

        assert one.standing is Standing.UNKNOWN

    def test_no_runtime_is_reported_with_its_reason_and_a_hint(self):
        """
        A service that the rules leave without a runtime, and that has failed, is wrong though rules and cluster agree.
        """
        failed = {
            "modelStatus": {"transitionStatus": "InvalidSpec", "lastFailureInfo": {"reason": "NoSupportingRuntime"}}
        }

        one = standing(runtime("a", protocolVersions=["v2"]), of_service=service(status=failed))

        assert (one.standing, one.is_wrong) == (Standing.NO_RUNTIME, True)
        assert one.hint == "set protocolVersion: v2 to select a"

    def test_a_service_that_still_runs_where_it_should_not_differs(self):
        """
        A runtime that was disabled since is dropped at the next reconcile, which the finding predicts.
        """
        one = standing(runtime("a", disabled=True), of_service=service(), workloads=[workload("example.com/a:1")])

        assert one.standing is Standing.DIFFERS
        assert "from the next reconcile on" in one.text

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
        Custom containers, ModelMesh and stopped services have no choice to compare, which is reported.
        """
        one = standing(runtime("a"), of_service=other)

        assert (one.standing, one.is_wrong) == (Standing.NOT_COMPARED, False)

    def test_a_service_that_cannot_be_resolved_is_reported(self):
        """A value that is malformed where no schema applies is reported, and all other services are checked."""
        odd = service("odd", modelFormat="sklearn")

        observed = found(runtime("a"), services=[odd, service()], workloads=[workload("example.com/a:1")])

        assert [one.standing for one in observed.standings] == [Standing.UNKNOWN, Standing.AGREES]


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
        A field that a release does not write is left over from another, and proves nothing.
        """
        named = service(status={"clusterServingRuntimeName": "a"})

        assert standing(runtime("a"), of_service=named).standing is Standing.UNKNOWN

    def test_a_status_that_was_kept_through_a_failure_is_not_believed(self):
        """
        A failed service keeps the name of its last runtime: the failure counts.
        """
        status = {"clusterServingRuntimeName": "a", "modelStatus": {"transitionStatus": "InvalidSpec"}}

        one = standing(runtime("a", disabled=True), of_service=service(status=status), profile=V0_16)

        assert one.standing is Standing.NO_RUNTIME

    def test_the_status_names_the_runtime_with_the_selected_name(self):
        """
        A namespaced runtime of the chosen name is named though the cluster's was chosen, as the rules have it.
        """
        shadow = runtime("a", namespace="team-a", formats=[{"name": "onnx", "autoSelect": True}])

        one = standing(shadow, runtime("a"), of_service=service(status={"servingRuntimeName": "a"}), profile=V0_16)

        assert one.standing is Standing.AGREES

    def test_a_choice_that_is_kept_on_purpose_does_not_differ(self):
        """
        A ready service with disable-auto-update keeps its runtime; the text names what a new choice would be.
        """
        status = {"clusterServingRuntimeName": "b", "conditions": [{"type": "Ready", "status": "True"}]}
        kept = service(status=status, annotations={"serving.kserve.io/disable-auto-update": "true"})

        one = standing(runtime("a"), runtime("b"), of_service=kept, profile=V0_16)

        assert one.standing is Standing.NOT_COMPARED
        assert "a new choice would be ClusterServingRuntime a" in one.text

    @pytest.mark.parametrize("conditions", [[], [{"type": "Ready", "status": "False"}]], ids=["none", "not ready"])
    def test_a_choice_is_kept_only_while_the_service_is_ready(self, conditions):
        """
        A service that is not ready is reconciled despite disable-auto-update, so it differs.
        """
        status = {"clusterServingRuntimeName": "b", "conditions": conditions}
        unready = service(status=status, annotations={"serving.kserve.io/disable-auto-update": "true"})

        one = standing(runtime("a"), runtime("b"), of_service=unready, profile=V0_16)

        assert one.standing is Standing.DIFFERS


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
        """If runtimes could not be read, no service is reported to agree, whatever its workload looks like."""
        observed = found(runtime("a"), services=[service()], workloads=[workload("example.com/a:1")], unread=[unread])

        assert [one.standing for one in observed.standings] == [Standing.UNKNOWN]
        assert not observed.is_whole

    def test_another_namespaces_runtimes_are_no_matter(self):
        """
        A namespace that could not be read leaves the others as they are, and the whole is not whole.
        """
        observed = found(
            runtime("a"),
            services=[service()],
            workloads=[workload("example.com/a:1")],
            unread=[Unread("ServingRuntime", "forbidden", "team-b")],
        )

        assert [one.standing for one in observed.standings] == [Standing.AGREES]
        assert not observed.is_whole

    def test_an_unread_catalogue_is_not_compared(self):
        """
        Runtimes that could not be read are not missing.
        """
        observed = found(unread=[Unread("ClusterServingRuntime", "forbidden")])

        assert observed.compared_with == ""
        assert not codes(observed) & {"MISSING", "CHANGED", "EXTRA", "NONE_SHIPPED"}

    def test_unread_workloads_are_the_reason(self):
        """
        A service without a workload to look at says whether there is none or it could not be read.
        """
        one = standing(runtime("a"), of_service=service(), unread=[Unread("Deployment", "forbidden")])

        assert "its workload could not be read" in one.text

    def test_a_runtime_that_cannot_be_understood_is_not_left_out_silently(self):
        """An object that cannot be read as a runtime makes every service that may see it unknown."""
        odd = {**runtime("odd"), "spec": {"supportedModelFormats": ["sklearn"]}}

        observed = found(odd, runtime("a"), services=[service()], workloads=[workload("example.com/a:1")])

        assert [one.kind for one in observed.unread] == ["ClusterServingRuntime"]
        assert [one.standing for one in observed.standings] == [Standing.UNKNOWN]


FAILED = {
    "modelStatus": {"transitionStatus": "InvalidSpec", "lastFailureInfo": {"reason": "NoSupportingRuntime"}},
}


A = "ClusterServingRuntime a"
FROM_NEXT_RECONCILE = "; the rules predict no runtime (NoSupportingRuntime), from the next reconcile on"
OUTDATED = "with a container that no current runtime renders"


class TestTexts:
    @pytest.mark.parametrize(
        ("runtimes", "of_service", "workloads", "profile", "text"),
        [
            (
                (runtime("a", disabled=True),),
                service(),
                [workload("example.com/a:1")],
                V0_15,
                f"runs on ClusterServingRuntime a{FROM_NEXT_RECONCILE}",
            ),
            (
                (runtime("a", disabled=True),),
                service(),
                [workload("example.com/other:1")],
                V0_15,
                f"runs on the image example.com/other:1{FROM_NEXT_RECONCILE}",
            ),
            (
                (runtime("a", disabled=True),),
                service(status=FAILED),
                [workload("example.com/a:1")],
                V0_15,
                "has no runtime: NoSupportingRuntime; its earlier workload on ClusterServingRuntime a is still running",
            ),
            (
                (runtime("a", disabled=True),),
                service(),
                [],
                V0_15,
                "has no runtime: NoSupportingRuntime",
            ),
            (
                (runtime("a"),),
                service(status=FAILED),
                [workload("example.com/a:1")],
                V0_15,
                "has failed with NoSupportingRuntime; the rules predict ClusterServingRuntime a",
            ),
            (
                (runtime("a"),),
                service(),
                [],
                V0_15,
                "has no workload yet; the rules predict ClusterServingRuntime a",
            ),
            (
                (runtime("a"),),
                service(),
                [workload("example.com/other:1")],
                V0_15,
                f"runs example.com/other:1 {OUTDATED}; the rules predict ClusterServingRuntime a",
            ),
            (
                (runtime("a"), runtime("b")),
                service(),
                [workload("example.com/b:1")],
                V0_15,
                "runs on ClusterServingRuntime b; the rules predict ClusterServingRuntime a",
            ),
            (
                (runtime("a", image="example.com/same:1"), runtime("b", image="example.com/same:1")),
                service(),
                [workload("example.com/same:1")],
                V0_15,
                f"has a container that could be from any of {A} or ClusterServingRuntime b; the rules predict {A}",
            ),
            (
                (runtime("a"), runtime("b")),
                service(),
                [workload("example.com/b:1")],
                profile_of("v0.8.0"),
                "runs on ClusterServingRuntime b, though no rule decides",
            ),
            (
                (runtime("a"), runtime("b")),
                service(status={"clusterServingRuntimeName": "b"}),
                [],
                V0_16,
                "runs on ClusterServingRuntime b; the rules predict ClusterServingRuntime a",
            ),
            (
                (runtime("a"),),
                service(annotations={"serving.kserve.io/stop": "true"}),
                [],
                V0_15,
                "is stopped; if started, it would run on ClusterServingRuntime a",
            ),
        ],
    )
    def test_the_text_has_the_observed_and_the_predicted_runtime(self, runtimes, of_service, workloads, profile, text):
        """
        One sentence for each way in which a service and the rules can agree or differ.
        """
        assert standing(*runtimes, of_service=of_service, workloads=workloads, profile=profile).text == text

    def test_unread_workloads_are_no_excuse_for_one_that_was_read(self):
        """
        A kind of workload that could not be read changes nothing for a service whose workload was.
        """
        one = standing(
            runtime("a"),
            of_service=service(),
            workloads=[workload("example.com/other:1")],
            unread=[Unread("Service", "forbidden")],
        )

        assert one.standing is Standing.DIFFERS
        assert "could not be read" not in one.text


class TestWhole:
    def test_counts_services_by_standing(self):
        """
        Every standing has its number, zeros included.
        """
        observation = found(
            runtime("a"),
            services=[service(), service("other"), service("third")],
            workloads=[workload("example.com/a:1"), workload("example.com/b:1", of="other", args=("--model=other",))],
        )

        services = {"agrees": 1, "differs": 1, "no-runtime": 0, "unknown": 1, "not-compared": 0}
        assert observation.counts == services
        assert observation.as_data()["counts"] == observation.counts

    def test_data_names_runtimes_as_kubernetes_does(self):
        """
        A runtime of a namespace has one, a cluster's has none.
        """
        one = standing(
            runtime("a"),
            runtime("a", namespace="team-a"),
            of_service=service(),
            workloads=[workload("example.com/a:1")],
        )
        cluster = standing(runtime("a"), of_service=service(), workloads=[workload("example.com/a:1")])

        assert one.as_data()["predicted"] == [{"kind": "ServingRuntime", "name": "a", "namespace": "team-a"}]
        assert cluster.as_data()["shown"] == [{"kind": "ClusterServingRuntime", "name": "a"}]

    def test_what_could_not_be_read_is_listed_by_kind_and_namespace(self):
        """
        The order of reading does not matter.
        """
        unread = [
            Unread("ServingRuntime", "forbidden", "team-b"),
            Unread("Deployment", "forbidden"),
            Unread("ServingRuntime", "forbidden", "team-a"),
        ]

        assert [str(one) for one in found(unread=unread).unread] == [
            "Deployment: forbidden",
            "ServingRuntime of namespace team-a: forbidden",
            "ServingRuntime of namespace team-b: forbidden",
        ]
