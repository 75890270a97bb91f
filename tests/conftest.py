"""What all tests need of their process."""

from __future__ import annotations

import signal

# A job in the background of a shell ignores Ctrl-C, and so would every program that a test starts and then interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A program under nohup ignores a lost terminal, and so would every program that a test starts and then hangs up on.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
