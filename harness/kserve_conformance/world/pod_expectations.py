"""Expectations of pods that run: that they become ready, what they are, and who answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kserve_conformance.objects import Manifest, ObjectKey, at
from kserve_conformance.targets.contract import CannotDo, NotSettled, RunsPods
from kserve_conformance.world.expectations import Seeing
from kserve_conformance.world.matcher import mismatches

#: How long a pod may take to become ready, its image being on the node already.
READY_WITHIN = timedelta(seconds=90)

#: What is predicted, and where, in each protocol.
PREDICTIONS: dict[str, tuple[str, Manifest]] = {
    "v1": ("/v1/models/{}:predict", {"instances": [1]}),
    "v2": (
        "/v2/models/{}/infer",
        {"inputs": [{"name": "input", "shape": [1], "datatype": "INT64", "data": [1]}]},
    ),
}


class RunningExpectations(Seeing):
    """What a scenario expects of pods."""

    def expect_ready(self) -> Manifest:
        """The service's pod becomes ready, and the service with it; the pod."""
        try:
            return self._runner.running(self.service, READY_WITHIN)
        except NotSettled as error:
            raise self.nonconformity(f"{self.service} does not become ready", "ready", str(error.last)) from error

    def expect_answer(self, protocol: str, ref: ObjectKey) -> None:
        """A prediction is answered by a server that this runtime started."""
        path, body = PREDICTIONS[protocol]
        self.expect_ready()
        try:
            answer = self._runner.predict(self.service, path.format(self.service.name), body)
        except NotSettled as error:
            raise self.nonconformity(
                f"{self.service} answers no {protocol} prediction", f"an answer of {ref}", str(error.last)
            ) from error
        told = at(answer, "served_by", "runtime")
        expected = f"{ref.kind}/{ref.namespace or ''}/{ref.name}"
        if told != expected:
            raise self.nonconformity(
                f"the {protocol} prediction of {self.service} is answered by another runtime", expected, repr(told)
            )

    def expect_running_part(self, expected: Any) -> None:
        """What is asked for is part of the pod that runs."""
        found = list(mismatches(expected, self.expect_ready()))
        if found:
            raise self.nonconformity(f"the running pod of {self.service} differs", "as in the step", "; ".join(found))

    def expect_toleration(self, *expected: Manifest) -> None:
        """The pod that runs tolerates these taints, whatever else it tolerates."""
        found = at(self.expect_ready(), "spec", "tolerations") or ()
        missing = [one for one in expected if dict(one) not in map(dict, found)]
        if missing:
            raise self.nonconformity(f"the running pod of {self.service} tolerates less", str(missing), str(found))

    @property
    def _runner(self) -> RunsPods:
        if not isinstance(self.target, RunsPods):
            raise CannotDo(f"{self.target.identity.target} runs no pods")
        return self.target
