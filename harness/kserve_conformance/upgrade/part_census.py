"""
The census of a part of the input: the function that every executor calls, and how its results are joined.

    census_of(part, options) -> PartCensus      a pure function; both arguments and the result can be pickled
    first.merge(second)                         associative, in the order of the input

``part`` is a :class:`~kserve_conformance.fleet.parts.Part`: small sources, or a section of a large one. ``options``
are the bytes of a pickled :class:`CensusOptions`, the same for all parts, so that a process loads them once. A
:class:`PartCensus` has the counts, groups with their first hundred services in the order of the input, notes about
everything that is not a service (a bad document with its file and line), and the keys that were decided. Neither the
number of workers nor the executor changes the result.

An executor is whatever :class:`~kserve_conformance.fleet.Workers` describes: ``number`` of parts at the same time, and
``executor()`` for a ``concurrent.futures.Executor``. :func:`kserve_conformance.upgrade.survey.survey` drives it: it
reads the runtimes first, submits ``census_of`` for every part, and merges the results in order. Parts name their large
files by path, so workers on other machines need the same file system; small sources travel with the part.
"""

from __future__ import annotations
