"""Expectations of running pods: that they become ready, what they are, and which server answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kserve_conformance.objects import Manifest, ObjectKey, at
from kserve_conformance.targets.contract import CannotDo, NotSettled, RunsPods
from kserve_conformance.world.expectations import Expectations
from kserve_conformance.world.matcher import mismatches

#: How long a pod may take to become ready; its image is on the node already.
READY_WITHIN = timedelta(seconds=90)

#: The path and body of a prediction, for each protocol.
PREDICTIONS: dict[str, tuple[str, Manifest]] = {
    "v1": ("/v1/models/{}:predict", {"instances": [1]}),
    "v2": (
        "/v2/models/{}/infer",
        {"inputs": [{"name": "input", "shape": [1], "datatype": "INT64", "data": [1]}]},
    ),
}


class PodExpectations(Expectations):
    """Expectations of running pods."""

    def expect_ready(self) -> Manifest:
        """The service's pod becomes ready, and so does the service. Returns the pod."""
        try:
            return self._runner.running(self.service, READY_WITHIN)
        except NotSettled as error:
            raise self.unmet(
                "become ready",
                f"did not within {READY_WITHIN.total_seconds():g} s",
                expected="ready",
                observed=str(error.last),
            ) from error

    def expect_prediction(self, protocol: str, ref: ObjectKey) -> None:
        """A server of this runtime answers a prediction."""
        path, body = PREDICTIONS[protocol]
        self.expect_ready()
        try:
            answer = self._runner.predict(self.service, path.format(self.service.name), body)
        except NotSettled as error:
            raise self.unmet(
                f"answer a {protocol} prediction",
                "it does not",
                expected=f"an answer of {ref}",
                observed=str(error.last),
            ) from error
        served_by = at(answer, "served_by", "runtime")
        expected = f"{ref.kind}/{ref.namespace or ''}/{ref.name}"
        if served_by != expected:
            raise self.unmet(
                f"answer {protocol} predictions from {ref}",
                f"they come from {served_by!r}",
                expected=expected,
                observed=repr(served_by),
            )

    def expect_running_part(self, expected: Any) -> None:
        """The running pod contains what the step states."""
        different = "; ".join(mismatches(expected, self.expect_ready()))
        if different:
            raise self.unmet(
                "have a running pod as in the step", "it differs", expected="as in the step", observed=different
            )

    def expect_toleration(self, *expected: Manifest) -> None:
        """The running pod tolerates these taints, whatever else it tolerates."""
        found = at(self.expect_ready(), "spec", "tolerations") or ()
        missing = [one for one in expected if dict(one) not in map(dict, found)]
        if missing:
            raise self.unmet(
                f"tolerate {missing} in its running pod",
                f"tolerates {found}",
                expected=str(missing),
                observed=str(found),
            )

    @property
    def _runner(self) -> RunsPods:
        if not isinstance(self.target, RunsPods):
            raise CannotDo(f"{self.target.identity.target} does not run pods")
        return self.target
