"""Reports a request on stderr, never answers, and ignores SIGTERM."""

import signal
import sys
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdin.readline()
sys.stderr.write("asked\n")
sys.stderr.flush()
while True:
    time.sleep(60)
