"""
Targets: the implementations under test, and each way to reach one.

- :mod:`~kserve_conformance.targets.contract` is what a target promises; implement it to test your own.
- :mod:`~kserve_conformance.targets.kinds` turns ``kind:argument[,key=value]`` into an open target.
- :mod:`~kserve_conformance.targets.memory` is the reference: a release's rules over objects in memory.
- :mod:`~kserve_conformance.targets.faulty` has targets that fail in named ways, for tests of what uses a target.

Nothing is imported here: a target may need a client or a container engine that
only its own users have.
"""
