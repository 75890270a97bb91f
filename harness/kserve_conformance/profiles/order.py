"""
The order of the candidates that passed every filter.

A profile's order is a list of keys, most important first. Each key gives a runtime
a place (smaller is better) and the reason for which another one ranks after it.
Candidates that are equal in every key are a tie that the rules leave open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import Request, Runtime
from kserve_conformance.profiles.exclusions import Exclusion, ExclusionReason

#: KServe's ranks of protocols: ``GetProtocolVersionInt``, pkg/constants/constants.go, since v0.9.0.
PROTOCOL_RANKS = {"v1": 1, "v2": 2, "grpc-v1": 3, "grpc-v2": 4}

#: The rank of a protocol unknown to KServe, and of a runtime that lists none.
UNKNOWN_PROTOCOL_RANK = 5


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order: a runtime's place for a request, and the reason why a later place is outranked."""

    name: str
    place: Callable[[Request, Runtime], Any]
    exclusion: Callable[[Request, Runtime, Runtime], Exclusion]


def protocol_rank(runtime: Runtime) -> int:
    """
    The lowest rank in the runtime's whole list of protocols, not that of the requested one.

    Source: ``GetProtocolVersionPriority``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.9.0.
    """
    return min(
        (PROTOCOL_RANKS.get(protocol, UNKNOWN_PROTOCOL_RANK) for protocol in runtime.protocols),
        default=UNKNOWN_PROTOCOL_RANK,
    )


def lowest_ranked_protocol(runtime: Runtime) -> str:
    """
    The name of the lowest-ranked protocol; the empty string if it is unknown or none is listed.

    Source: ``GetProtocolVersionString``, pkg/constants/constants.go, since v0.9.0.
    """
    rank = protocol_rank(runtime)
    return next((name for name, known in PROTOCOL_RANKS.items() if known == rank), "")


def priority_of(runtime: Runtime, format_: str) -> int | None:
    """
    The priority of the first entry with the format's name, regardless of its version and autoSelect.

    Source: ``GetPriority``, pkg/apis/serving/v1alpha1/servingruntime_types.go, since v0.11.1.
    """
    return next((entry.priority for entry in runtime.formats if entry.name == format_), None)


def _priority_place(request: Request, runtime: Runtime) -> tuple[bool, int]:
    priority = priority_of(runtime, request.format)
    return (True, 0) if priority is None else (False, -priority)


def _lower_priority(request: Request, winner: Runtime, loser: Runtime) -> Exclusion:
    better, worse = priority_of(winner, request.format), priority_of(loser, request.format)
    if worse is None:
        return Exclusion(ExclusionReason.PRIORITY_UNSET, f"has no priority; {winner.name} has {better}")
    return Exclusion(ExclusionReason.LOWER_PRIORITY, f"has priority {worse}; {winner.name} has {better}")


def _protocols(runtime: Runtime) -> str:
    return ", ".join(runtime.protocols) or "no protocolVersions"


#: The higher priority first; a runtime without one after every runtime with one.
#: Documented: v0.11 "Serving Runtimes", priority.
#: Source: ``sortSupportedRuntimeByPriority``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.11.1.
BY_PRIORITY = OrderKey("priority", _priority_place, _lower_priority)

#: The lowest-ranked protocol first.
#: Source: ``sortServingRuntimeList``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.9.0.
BY_PROTOCOL_RANK = OrderKey(
    "protocol rank",
    lambda request, runtime: protocol_rank(runtime),
    lambda request, winner, loser: Exclusion(
        ExclusionReason.HIGHER_PROTOCOL_RANK,
        f"supports {_protocols(loser)}; {winner.name} supports {_protocols(winner)}, which ranks first",
    ),
)

#: The newest first, by whole seconds.
#: Source: ``sortServingRuntimeList``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.9.0.
BY_AGE = OrderKey(
    "age",
    lambda request, runtime: -runtime.created,
    lambda request, winner, loser: Exclusion(ExclusionReason.OLDER, f"is older than {winner.name}"),
)

#: The name in ascending order.
#: Source: ``sortServingRuntimeList``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.9.0.
BY_NAME = OrderKey(
    "name",
    lambda request, runtime: runtime.name.encode(),
    lambda request, winner, loser: Exclusion(ExclusionReason.NAME_ORDER, f"sorts after {winner.name} by name"),
)
