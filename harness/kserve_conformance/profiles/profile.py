"""
A profile: what one release does, as a frozen record of the functions that it is made of.

Two neighbouring releases differ only in the parts that one of them replaces. No
rule depends on the release that it runs in.
"""

from __future__ import annotations

from dataclasses import dataclass

from kserve_conformance.crds import Crds
from kserve_conformance.profiles.checks import Check
from kserve_conformance.profiles.completion import Completion
from kserve_conformance.profiles.consumers import Canaries, GraphProtocol
from kserve_conformance.profiles.deployment_modes import ConfiguredMode, RecordedMode
from kserve_conformance.profiles.filters import Filter
from kserve_conformance.profiles.lookup import LookUp, Scopes, namespace_then_cluster
from kserve_conformance.profiles.order import OrderKey
from kserve_conformance.profiles.pods import Rendering
from kserve_conformance.profiles.protocols import RequestedProtocol
from kserve_conformance.profiles.runtime_admission import RuntimeCheck
from kserve_conformance.profiles.runtime_integers import RuntimeDecoding, not_decoded
from kserve_conformance.profiles.service_admission import ServiceAdmission
from kserve_conformance.profiles.status import Reports, StatusNames
from kserve_conformance.profiles.workloads import DeploysRaw, WorkloadName, WorkloadsLeft


@dataclass(frozen=True, kw_only=True)
class Profile:
    """
    One release's rules.

    ``name``: the release, or ``documented``.
    ``default_mode``: the deployment mode of services that name none.
    ``configured_mode``: what a default mode in the cluster's configuration means.
    ``recorded_mode``: the mode that the controller records in a service's status.
    ``deploys_raw``: whether a service in raw mode can be deployed.
    ``workload_name``: the name of a predictor's Deployment or Knative Service.
    ``workloads_left``: which workloads a predictor has after a reconcile.
    ``crds``: the schemas of its kinds, which say which fields are stored at all.
    ``service_admission`` and ``runtime_admission``: its webhooks.
    ``runtime_integers``: how the webhook of runtimes decodes them.
    ``scopes``: the candidate sets of an automatic selection, nearest first.
    ``requested_protocol``: the protocol by which an automatic selection filters.
    ``filters``: what a candidate must pass.
    ``order``: the keys by which the remaining candidates are sorted; which of equal ones is first is open.
    ``stable_up_to``: the longest candidate list that its priority sort keeps in order; None if it always does.
    ``look_up``: the runtime that a name refers to.
    ``named_protocol``: the protocol that a named runtime is checked for.
    ``checks``: what a named runtime must pass, in order.
    ``completion``: what it adds to the service once a runtime is selected.
    ``rendering``: how service and runtime become a pod.
    ``reports`` and ``status_names``: what its status reports.
    ``graph_protocol`` and ``canaries``: how graphs call a service, and as which services its canaries are built.
    """

    name: str
    default_mode: str
    configured_mode: ConfiguredMode
    recorded_mode: RecordedMode
    deploys_raw: DeploysRaw
    workload_name: WorkloadName
    workloads_left: WorkloadsLeft
    crds: Crds
    service_admission: ServiceAdmission
    runtime_admission: tuple[RuntimeCheck, ...]
    scopes: Scopes
    requested_protocol: RequestedProtocol
    filters: tuple[Filter, ...]
    order: tuple[OrderKey, ...]
    stable_up_to: int | None
    look_up: LookUp = namespace_then_cluster
    named_protocol: RequestedProtocol
    checks: tuple[Check, ...]
    completion: Completion
    rendering: Rendering
    reports: Reports
    status_names: StatusNames
    graph_protocol: GraphProtocol
    canaries: Canaries
    runtime_integers: RuntimeDecoding = not_decoded
