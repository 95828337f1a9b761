"""A signal is handled even when the system gives it to another thread than the main one."""

import subprocess
import sys

PROGRAM = """
import os, signal, threading
from steelyard.cli.waiting import Waking

ended, asleep = Waking(), threading.Event()
signal.signal(signal.SIGUSR1, lambda *_: ended.set())

def receive():
    asleep.wait(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
    threading.Event().wait(30)

threading.Thread(target=receive, daemon=True).start()
assert ended.wait()
print("ended")
"""


def test_a_signal_that_another_thread_received_wakes_the_main_thread() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "ended\n"
