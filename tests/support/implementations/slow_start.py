"""Takes a second and a half before it reads its first question; right from then on."""

import sys
import time

from kserve_conformance.protocol import answer_line

time.sleep(1.5)
for line in sys.stdin.buffer:
    sys.stdout.buffer.write(answer_line(line, "v0.15.2"))
    sys.stdout.flush()
