"""
Dumps of whole fleets, generated: ``python -m benchmarks.fleet --services 1000000 --clusters 50 --out DIR``.

- :mod:`.mix` has the shares: how often real services have each feature.
- :mod:`.shapes` draws services without their names, and turns each into a template.
- :mod:`.runtimes` has the runtimes of a cluster: those that a release ships, and a vendor's own.
- :mod:`.dumps` fills in names and writes files.

The same options give the same bytes.
"""
