"""
The profile that does what the documentation says, and nothing else.

The page is "Serving Runtimes" of v0.10, with what later versions of it add about
priorities. What the page does not state, this profile leaves open: no protocol
filters, no order between the scopes of an automatic selection, and ties are ties.
"""

from __future__ import annotations

from dataclasses import replace

from kserve_conformance.profiles.checks import is_not_disabled, lists_format
from kserve_conformance.profiles.deployment_modes import no_mode_recorded
from kserve_conformance.profiles.filters import is_auto_selectable, is_enabled
from kserve_conformance.profiles.legacy import LEGACY_V0_8
from kserve_conformance.profiles.lookup import every_scope_at_once
from kserve_conformance.profiles.order import BY_PRIORITY
from kserve_conformance.profiles.protocols import as_requested
from kserve_conformance.profiles.releases import V0_15_2

#: Runtimes as documented. Rendering is that of a release: the page states which runtime is used, not how it is merged.
#: It does not mention that a deployment mode is kept.
DOCUMENTED = replace(
    V0_15_2,
    name="documented",
    recorded_mode=no_mode_recorded,
    service_admission=replace(V0_15_2.service_admission, legacy=LEGACY_V0_8, defaults=()),
    scopes=every_scope_at_once,
    requested_protocol=as_requested,
    filters=(is_enabled, is_auto_selectable),
    order=(BY_PRIORITY,),
    stable_up_to=None,
    named_protocol=as_requested,
    checks=(is_not_disabled, lists_format),
)
