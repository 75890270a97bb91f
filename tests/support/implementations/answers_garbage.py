"""Answers with bytes that are not JSON."""

import sys

for _ in sys.stdin:
    sys.stdout.buffer.write(b'\xff{"id": nonsense\n')
    sys.stdout.flush()
