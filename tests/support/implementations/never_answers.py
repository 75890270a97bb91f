"""Says nothing, and does not leave when its input ends or when it is asked to."""

import signal
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    time.sleep(60)
