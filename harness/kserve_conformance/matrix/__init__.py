"""
Many targets side by side: one suite, a run of each, and one record of all of them.

- :mod:`.memory_runs` runs the suite against many targets in memory in one process, with the record that ``run`` writes.
- :mod:`.worker` is such a process, which runs one target after the other.
- :mod:`.runs` runs every target, some in parallel, and collects the records.
- :mod:`.resume` decides which records can be reused.
"""
