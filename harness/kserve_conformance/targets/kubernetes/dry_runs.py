"""
Server-side dry runs: an API server answers for an object as if it were created, and stores nothing.

Source: ``fieldValidation`` and ``dryRun`` of k8s.io/apimachinery, pkg/apis/meta/v1/types.go (``CreateOptions``). The
strict decoding error comes before admission, mutating webhooks come before the schema, validating ones after it:
``Create``, k8s.io/apiserver, pkg/endpoints/handlers/create.go and pkg/registry/generic/registry/store.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import API_VERSIONS, Manifest, at
from kserve_conformance.targets.contract import Unreachable
from kserve_conformance.targets.dry_runs import DryRun
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoResponse, Resource
from kserve_conformance.targets.kubernetes.writes import BROKE_OFF_TIMES, CALLING_FAILED, is_rejection

#: As many requests at once as an API server and a manager on two cores have use for.
THREADS = 4

#: How the API server begins and lists what strict validation rejects.
_STRICT = "strict decoding error: "
_UNKNOWN = re.compile(r'unknown field "([^"]*)"')

#: Stands among the fields of a rejection for the note that some rules were not checked because of the others.
_NO_FIELD = "<nil>"

#: How it begins what a webhook of its configuration rejected.
_WEBHOOK = re.compile(r"admission webhook \"|failed calling webhook")


class DryRuns:
    """
    Dry runs on one API server.

    ``past`` is a client that KServe's webhooks do not see, or the same as ``admin`` where there is none.
    """

    def __init__(
        self,
        admin: Client,
        past: Client,
        resource_of: Callable[[str, str], Resource | None],
        check: Callable[[], None],
    ) -> None:
        self._admin = admin
        self._past = past
        self._resource_of = resource_of
        self._check = check

    def of(self, manifests: Sequence[Manifest]) -> tuple[DryRun, ...]:
        """The answer to each object. Raises ``Unreachable``."""
        with ThreadPoolExecutor(THREADS) as threads:
            return tuple(threads.map(self._one, manifests))

    def _one(self, manifest: Manifest) -> DryRun:
        try:
            return self._answered(manifest)
        except NoResponse as error:
            self._check()
            return DryRun(failed=error)
        except Unreachable:
            raise
        except TargetError as error:
            return DryRun(failed=error)

    def _answered(self, manifest: Manifest) -> DryRun:
        whole: Manifest = {"apiVersion": API_VERSIONS[manifest["kind"]], **manifest}
        resource = self._resource_of(whole["apiVersion"], whole["kind"])
        if resource is None:
            raise Unreachable(f"the API server does not serve {whole['kind']} of {whole['apiVersion']}")
        path = resource.path(at(whole, "metadata", "namespace"))
        create = partial(self._create, path, whole)
        unknown: frozenset[str] = frozenset()
        first = create(self._past, "Strict")
        if first is not None and _STRICT in first.message:
            unknown = frozenset(_UNKNOWN.findall(first.message))
            first = create(self._past, "Ignore")
        invalid = frozenset(first.fields) - {_NO_FIELD} if first is not None else frozenset()
        last = create(self._admin, "Ignore")
        return DryRun(
            unknown=unknown,
            invalid=invalid,
            rejected=last.message if last is not None else None,
            webhook=last is not None and _WEBHOOK.match(last.message) is not None,
        )

    def _create(self, path: str, manifest: Manifest, client: Client, validation: str) -> ApiError | None:
        """The rejection of one dry run; None if the object would be stored. Raises ``ApiError`` for anything else."""
        for attempt in range(1, BROKE_OFF_TIMES + 1):
            try:
                client.post(path, manifest, dryRun="All", fieldValidation=validation)
            except ApiError as error:
                if not is_rejection(error):
                    self._check()
                    raise
                # A webhook that broke off once may have been ending; one that does so again panics on this object.
                if CALLING_FAILED not in error.message or attempt == BROKE_OFF_TIMES:
                    return error
            else:
                return None
        raise AssertionError  # The last attempt returns or raises.
