"""Right, and writes more on its standard error than any pipe holds, before and after each answer."""

import sys

from kserve_conformance.protocol import answer_line

for line in sys.stdin.buffer:
    sys.stderr.write("so much to say\n" * 20_000)
    sys.stdout.buffer.write(answer_line(line, "v0.15.2"))
    sys.stdout.flush()
    sys.stderr.write("and more\n" * 20_000)
