"""``explain --context``: explanations of the services in a cluster, compared with their status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.cli.answers import Answer, Assumptions, faults_in
from kserve_conformance.cli.catalogues import placed
from kserve_conformance.cli.exit_codes import Exit, require_result
from kserve_conformance.cli.output import echo, emit
from kserve_conformance.cli.story import Story, story_of
from kserve_conformance.cli.whereabouts import Surveyed
from kserve_conformance.inspection import ServiceStanding, Standing, Stored, catalogue_of, standings
from kserve_conformance.inspection.snapshot import Reading, read_only
from kserve_conformance.manifests import display_name
from kserve_conformance.objects import SERVICE, Catalogue, Manifest, Namespace, ObjectKey, Outcome, at
from kserve_conformance.profiles import Profile
from kserve_conformance.resolver import Explanation
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.connection import connect, namespace_of


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster to read from, and settings that override those of its installation."""

    context: str
    kubeconfig: Path | None = None
    namespace: str | None = None
    release: str | None = None
    default_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The explanation of a stored service, compared with its status."""

    story: Story
    standing: ServiceStanding
    service: Manifest
    stored: Stored
    profile: Profile

    def lines(self, *, everything: bool) -> Iterator[str]:
        """Both as text."""
        yield from self.story.lines(everything=everything)
        for line in _status(self.service):
            yield printable(f"  status: {line}")
        sign, verdict = _VERDICTS[self.standing.standing]
        yield printable(f"  {sign} {verdict}: {self.standing.text}")

    def as_data(self) -> dict[str, Any]:
        """Both as JSON values."""
        standing = self.standing.as_data()
        return {
            **self.story.as_data(),
            "release": self.profile.name,
            "defaultMode": self.stored.mode,
            "status": {
                "standing": standing["standing"],
                "text": standing["text"],
                "runtimes": standing["shown"],
                "modelStatus": at(self.service, "status", "modelStatus"),
                "conditions": at(self.service, "status", "conditions"),
            },
            "notRead": [one.as_data() for one in self.stored.unread],
        }

    @property
    def exit_code(self) -> Exit:
        """``NO`` if it has no runtime or its status differs, ``BROKEN`` if that is unknown."""
        if self.standing.is_wrong or not self.story.answer.is_served:
            return Exit.NO
        return Exit.BROKEN if self.standing.standing is Standing.UNKNOWN else Exit.OK


#: The sign and the text of each standing.
_VERDICTS: Mapping[Standing, tuple[str, str]] = {
    Standing.AGREES: ("✓", "status agrees"),
    Standing.NO_RUNTIME: ("✗", "status agrees"),
    Standing.DIFFERS: ("✗", "status differs"),
    Standing.UNKNOWN: ("?", "status unknown"),
    Standing.NOT_COMPARED: ("·", "status not compared"),
}


def explain_cluster(cluster: Cluster, names: Sequence[str], *, everything: bool, format_: str) -> Exit:
    """Read the services, explain each, print and return the exit code. Raises ``TargetError``."""
    client = read_only(connect(cluster.context, cluster.kubeconfig))
    try:
        namespace = Namespace(cluster.namespace or namespace_of(cluster.context, cluster.kubeconfig))
        compared = [_compared(client, cluster, ObjectKey(SERVICE, name, namespace)) for name in dict.fromkeys(names)]
    finally:
        client.close()
    data = {"context": cluster.context, "services": [one.as_data() for one in compared]}
    emit(format_, data, lambda: "\n".join("".join(f"{line}\n" for line in _text(one, everything)) for one in compared))
    require_result()
    for unread in dict.fromkeys(one for each in compared for one in each.stored.unread):
        echo(printable(f"warning: could not be read: {unread}"), err=True)
    codes = {one.exit_code for one in compared}
    return Exit.NO if Exit.NO in codes else max(codes, default=Exit.OK)


def _text(compared: Compared, everything: bool) -> Iterator[str]:
    first, second, *rest = compared.lines(everything=everything)
    yield first
    yield f"{second}, KServe {compared.profile.name}, default mode {printable(compared.stored.mode)}"
    yield from rest


def _compared(client: Client, cluster: Cluster, key: ObjectKey) -> Compared:
    reading = Reading(client)
    stored, profile = reading.read_service(key, cluster.release)
    mode = cluster.default_mode or stored.mode
    (service,) = stored.services
    assumptions = Assumptions(stored=True, default_mode=mode)
    explanation = Explanation()
    where = f"context {cluster.context}"
    unread = list(stored.unread)
    catalogue = catalogue_of(stored.runtimes, profile, unread)
    with placed(where, service):
        decision = assumptions.decide(service, catalogue, profile, in_store=True, is_valid=True, reporter=explanation)
        recorded = assumptions.stored_mode(decision, profile, in_store=True)
        answer = Answer(display_name(service), where, decision, faults_in(decision, catalogue, profile, recorded))
        # Runtimes in other namespaces do not change the result, but may be the intended ones.
        others = reading.runtimes_elsewhere(str(key.namespace)) if decision.outcome is Outcome.NO_RUNTIME else ()
        surveyed = Surveyed(
            Catalogue((*catalogue, *catalogue_of(others, profile, []))), profile, how_to_ship="install it"
        )
        story = story_of(service, answer, explanation, surveyed, assumptions)
    seen = Stored(mode, stored.runtimes, stored.services, stored.workloads, tuple(unread))
    (standing,) = standings(seen, catalogue, profile)
    return Compared(story, standing, service, seen, profile)


def _status(service: Manifest) -> Iterator[str]:
    """A summary of the status: the conditions that are not true, and the model status."""
    status = at(service, "status") or {}
    if not status:
        yield "empty: no controller has handled the service"
        return
    conditions = [one for one in status.get("conditions") or () if isinstance(one, Mapping)]
    ready = next((one for one in conditions if one.get("type") == "Ready"), None)
    yield f"Ready {ready.get('status')}" if ready is not None else "no condition Ready"
    for one in conditions:
        if one.get("type") != "Ready" and one.get("status") != "True":
            words = ": ".join(str(one[part]) for part in ("reason", "message") if one.get(part))
            yield f"{one.get('type')} {one.get('status')}{f' ({words})' if words else ''}"
    model = status.get("modelStatus") or {}
    if model:
        info = model.get("lastFailureInfo") or {}
        words = ": ".join(str(info[part]) for part in ("reason", "message") if info.get(part))
        yield f"model {model.get('transitionStatus')}{f' ({words})' if words else ''}"
