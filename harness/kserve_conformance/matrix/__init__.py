"""
Many targets side by side: one suite, a run of each, and one record of all of them.

- :mod:`.playing` plays a suite against targets in memory, many in one process, to the record that ``run`` writes.
- :mod:`.worker` is such a process, fed with one target after the other.
- :mod:`.running` has every target run, some beside each other, and keeps each run's record.
- :mod:`.resuming` knows which of those records need not be made again.
"""
