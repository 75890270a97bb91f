"""Right, but has a child that outlives it. The child has the same arguments, so that it can be found."""

import subprocess
import sys

from kserve_conformance.protocol import answer_line

subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *sys.argv[1:]])
for line in sys.stdin.buffer:
    sys.stdout.buffer.write(answer_line(line, "v0.15.2"))
    sys.stdout.flush()
