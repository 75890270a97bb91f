"""
Fleets: the services of any number of sources, read by several processes and kept in a few bytes each.

- :mod:`.parts` splits sources into parts and reads each by itself: a pure function, which any executor may call.
- :mod:`.reader` reads sources part by part and joins the results in the order of the input.
- :mod:`.sections` reads a source, or a section of one: most services by :mod:`.plain`, all others by the loader.
- :mod:`.service_kinds` recognises services that differ in nothing that is read; :mod:`.general_specs` says what is not.
- :mod:`.members` is the fleet: one manifest for all services that are decided alike.
- :mod:`.processes` are the processes of this machine.
- :mod:`.dask` are the workers of a Dask cluster, on any number of machines.
"""

from kserve_conformance.fleet.members import Fleet, Member
from kserve_conformance.fleet.processes import FleetCode, FleetError, Processes, Workers
from kserve_conformance.fleet.reader import Everything, Reader

__all__ = ["Everything", "Fleet", "FleetCode", "FleetError", "Member", "Processes", "Reader", "Workers"]
