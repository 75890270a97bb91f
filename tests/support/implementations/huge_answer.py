"""Begins an answer that never ends."""

import sys

for _ in sys.stdin:
    while True:
        sys.stdout.write("x" * 65536)
