"""The demonstration's server goes when the demonstration goes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from steelyard.cli.addresses import is_taken
from steelyard.cli.demo.server import ENDED_BY_REQUEST
from tests.integration.cli.conftest import PATIENCE_S
from tests.support.ports import free_port

WAITING = """
import signal, sys
from steelyard.cli.demo.server import Server
with Server("127.0.0.1", int(sys.argv[1])):
    print("ready", flush=True)
    signal.pause()
"""


def test_a_demonstration_that_is_asked_to_end_takes_its_server_along(tmp_path: Path) -> None:
    """SIGTERM to the one process, as a service manager sends it: the port is free again."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, str(port)],
        env=os.environ | {"STEELYARD_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert is_taken("127.0.0.1", port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == ENDED_BY_REQUEST
        assert not is_taken("127.0.0.1", port)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
