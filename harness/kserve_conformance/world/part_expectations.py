"""Expectations of parts of manifests: the stored service, the pod, its container."""

from __future__ import annotations

from typing import Any

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.objects import at
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12
from kserve_conformance.suite.problems import SuiteCode
from kserve_conformance.world.expectations import Expectations
from kserve_conformance.world.matcher import ABSENT, at_dotted, equal, mismatches
from kserve_conformance.world.summaries import choice_of

#: The stored fields that steps name, and where they are below ``spec.predictor.model``.
STORED_FIELDS = {
    "runtime": ("runtime",),
    "format": ("modelFormat", "name"),
    "version": ("modelFormat", "version"),
    "protocol": ("protocolVersion",),
    "runtimeVersion": ("runtimeVersion",),
    "storageUri": ("storageUri",),
}


#: What steps call the legacy key under which the stored service has its model.
LEGACY_KEY = "legacy key"


class PartExpectations(Expectations):
    """Expectations of the manifests that result from a service."""

    def expect_stored(self, field: str, value: str | None) -> None:
        """A field of the stored model has this value, or is absent. Raises ``SuiteError`` for an unknown field."""
        if field not in (*STORED_FIELDS, LEGACY_KEY):
            raise SuiteError(
                f"unknown field of a stored service: {field!r}",
                code=SuiteCode.UNKNOWN_FIELD,
                hint=f"use one of {', '.join((*STORED_FIELDS, LEGACY_KEY))}",
            )
        service = self.observed("service").service
        if field == LEGACY_KEY:
            predictor = at(service, "spec", "predictor") or {}
            found = next((key for key in LEGACY_KEYS_V0_12 if predictor.get(key) is not None), None)
        else:
            found = at(service, "spec", "predictor", "model", *STORED_FIELDS[field])
        if found != value:
            expected, observed = f"{field} {value!r}", f"{field} {found!r}"
            raise self.unmet(f"be stored with {expected}", f"has {observed}", expected=expected, observed=observed)

    def expect_part(self, where: str, expected: Any) -> None:
        """The pod, the container or the stored service contains what the step states."""
        different = "; ".join(mismatches(expected, self._part(where)))
        if different:
            raise self.unmet(
                f"have a {where} as in the step", "it differs", expected="as in the step", observed=different
            )

    def expect_absent(self, where: str, path: str) -> None:
        """There is nothing at a dotted path of the pod, the container or the stored service."""
        found = at_dotted(self._part(where), path)
        if found is not ABSENT:
            raise self.unmet(
                f"have no {path} in its {where}", f"has {found!r}", expected="nothing", observed=repr(found)
            )

    def expect_at(self, where: str, path: str, value: Any) -> None:
        """There is this value at a dotted path of the pod, the container or the stored service."""
        found = at_dotted(self._part(where), path)
        if not equal(value, found):
            raise self.unmet(
                f"have {path} {value!r} in its {where}", f"has {found!r}", expected=repr(value), observed=repr(found)
            )

    def expect_in_pod_metadata(self, part: str, key: str, value: str) -> None:
        """The pod has this label or annotation."""
        found = at(self._part("pod"), "metadata", part, key)
        if found != value:
            expected, observed = f"{key}: {value}", f"{key}: {found}"
            raise self.unmet(
                f"have {expected} in the {part} of its pod", f"has {observed}", expected=expected, observed=observed
            )

    def expect_env(self, name: str, value: str | None, times: int | None = None) -> None:
        """The container has an environment variable with this value, this many times, or not at all."""
        found = [item.get("value") for item in self._part("container").get("env") or () if item.get("name") == name]
        if times is not None:
            expected, holds = f"{name} {times} times", len(found) == times
        elif value is not None:
            expected, holds = f"{name} is {value!r}", found[-1:] == [value]
        else:
            expected, holds = f"no {name}", not found
        if not holds:
            raise self.unmet(
                f"have {expected} in its environment", f"has {found}", expected=expected, observed=f"{name}: {found}"
            )

    def expect_containers(self, *names: str) -> None:
        """The pod has exactly these containers, in any order."""
        found = [str(item.get("name")) for item in at(self._part("pod"), "spec", "containers") or ()]
        if sorted(found) != sorted(names):
            expected, observed = ", ".join(names), ", ".join(found)
            raise self.unmet(
                f"have the containers {expected}", f"has {observed or 'none'}", expected=expected, observed=observed
            )

    def _part(self, where: str) -> Any:
        if where == "stored manifest":
            return self.observed("service").service
        actual = self.observed("pod")
        if actual.pod is None:
            raise self.unmet("have a pod", "has none", expected=f"a {where}", observed=str(choice_of(actual)))
        if where == "pod":
            return actual.pod
        containers = at(actual.pod, "spec", "containers") or ()
        named = [item for item in containers if item.get("name") == "kserve-container"]
        return (named or list(containers) or [{}])[0]
