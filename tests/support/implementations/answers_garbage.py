"""Answers with bytes that are no JSON."""

import sys

for _ in sys.stdin:
    sys.stdout.buffer.write(b'\xff{"id": nonsense\n')
    sys.stdout.flush()
