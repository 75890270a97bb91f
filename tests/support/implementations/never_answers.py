"""Says on its standard error that it was asked, nothing else, and leaves neither unasked nor asked to."""

import signal
import sys
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdin.readline()
sys.stderr.write("asked\n")
sys.stderr.flush()
while True:
    time.sleep(60)
