"""Expectations of parts: the stored service, the pod, its container."""

from __future__ import annotations

from typing import Any

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.objects import at
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12
from kserve_conformance.world.expectations import Seeing
from kserve_conformance.world.matcher import ABSENT, at_dotted, equal, mismatches
from kserve_conformance.world.summaries import choice_of

#: The words of a stored field, and where it lies below ``spec.predictor.model``.
STORED_FIELDS = {
    "runtime": ("runtime",),
    "format": ("modelFormat", "name"),
    "version": ("modelFormat", "version"),
    "protocol": ("protocolVersion",),
    "runtimeVersion": ("runtimeVersion",),
    "storageUri": ("storageUri",),
}

#: The word for the legacy key under which the stored service has its model.
LEGACY_KEY = "legacy key"


class UnknownField(SuiteError):
    """A step names a field of the stored service that it cannot check."""

    def __init__(self, field: str) -> None:
        super().__init__(f"unknown field of a stored service: {field!r}")
        self.hint = f"use one of {', '.join((*STORED_FIELDS, LEGACY_KEY))}"


class PartExpectations(Seeing):
    """What a scenario expects of the manifests that a service led to."""

    def expect_stored(self, field: str, value: str | None) -> None:
        """A field of the stored model has this value, or is not there. Raises ``UnknownField``."""
        if field not in (*STORED_FIELDS, LEGACY_KEY):
            raise UnknownField(field)
        service = self.seen("service").service
        if field == LEGACY_KEY:
            predictor = at(service, "spec", "predictor") or {}
            found = next((key for key in LEGACY_KEYS_V0_12 if predictor.get(key) is not None), None)
        else:
            found = at(service, "spec", "predictor", "model", *STORED_FIELDS[field])
        if found != value:
            raise self.nonconformity(
                f"{self.service} is stored with another {field}", f"{field} {value!r}", f"{field} {found!r}"
            )

    def expect_part(self, where: str, expected: Any) -> None:
        """What is asked for is part of the pod, the container or the stored service."""
        found = list(mismatches(expected, self._part(where)))
        if found:
            raise self.nonconformity(f"the {where} of {self.service} differs", "as in the step", "; ".join(found))

    def expect_absent(self, where: str, path: str) -> None:
        """There is nothing at a dotted path of the pod, the container or the stored service."""
        found = at_dotted(self._part(where), path)
        if found is not ABSENT:
            raise self.nonconformity(f"the {where} of {self.service} has {path}", "nothing", repr(found))

    def expect_at(self, where: str, path: str, value: Any) -> None:
        """There is this value at a dotted path of the pod, the container or the stored service."""
        found = at_dotted(self._part(where), path)
        if not equal(value, found):
            raise self.nonconformity(f"the {where} of {self.service} has another {path}", repr(value), repr(found))

    def expect_in_pod_metadata(self, part: str, key: str, value: str) -> None:
        """The pod has this label or annotation."""
        found = at(self._part("pod"), "metadata", part, key)
        if found != value:
            raise self.nonconformity(
                f"the pod of {self.service} has other {part}", f"{key}: {value}", f"{key}: {found}"
            )

    def expect_env(self, name: str, value: str | None, times: int | None = None) -> None:
        """The container has an environment variable with this value, so many times, or not at all."""
        found = [item.get("value") for item in self._part("container").get("env") or () if item.get("name") == name]
        expected = (
            f"{name} {times} times"
            if times is not None
            else f"{name} is {value!r}"
            if value is not None
            else f"no {name}"
        )
        holds = len(found) == times if times is not None else found[-1:] == [value] if value is not None else not found
        if not holds:
            raise self.nonconformity(f"the environment of {self.service} differs", expected, f"{name}: {found}")

    def expect_containers(self, *names: str) -> None:
        """The pod has exactly these containers, in any order."""
        found = [item.get("name") for item in at(self._part("pod"), "spec", "containers") or ()]
        if sorted(map(str, found)) != sorted(names):
            raise self.nonconformity(
                f"the pod of {self.service} has other containers", ", ".join(names), ", ".join(map(str, found))
            )

    def _part(self, where: str) -> Any:
        if where == "stored manifest":
            return self.seen("service").service
        seen = self.seen("pod")
        if seen.pod is None:
            raise self.nonconformity(f"{self.service} has no pod", f"a {where}", str(choice_of(seen)))
        if where == "pod":
            return seen.pod
        containers = at(seen.pod, "spec", "containers") or ()
        named = [item for item in containers if item.get("name") == "kserve-container"]
        return (named or list(containers) or [{}])[0]
