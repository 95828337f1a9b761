"""The server of the demonstration: ``steelyard serve`` in a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from types import TracebackType
from typing import Any, Self

import click
import requests

START_S = 120
STOP_S = 15
ENDED_BY_REQUEST = 128 + signal.SIGTERM


def _leave(number: int, frame: object) -> None:
    """Leave by the ``with`` block's end, which takes the server along."""
    raise SystemExit(ENDED_BY_REQUEST)


class Server:
    """Runs ``steelyard serve`` while the ``with`` block lasts."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"http://{host}:{port}"
        self._host, self._port = host, port
        self._process: subprocess.Popen[bytes] | None = None
        self._former: Any = signal.SIG_DFL

    def __enter__(self) -> Self:
        with contextlib.closing(socket.socket()) as probe:
            if probe.connect_ex((self._host, self._port)) == 0:
                raise click.ClickException(
                    f"端口 {self._port} 已被占用；请停止占用它的程序，或改用 --port (the port is in use: stop what "
                    "uses it, or choose another with --port)."
                )
        command = [sys.executable, "-m", "steelyard", "serve", "--host", self._host, "--port", str(self._port)]
        quiet = {"STEELYARD_LOG_LEVEL": "WARNING"} | os.environ  # a line for each request would bury the report
        self._former = signal.signal(signal.SIGTERM, _leave)
        self._process = subprocess.Popen(command, env=quiet, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self._end()
            raise
        return self

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        ends = time.monotonic() + START_S
        while time.monotonic() < ends:
            if process.poll() is not None:
                raise click.ClickException("服务未能启动，原因见上 (the server did not start; see the lines above).")
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.address}/readyz", timeout=2).ok:
                    return
            time.sleep(0.1)
        raise click.ClickException(f"服务 {START_S} 秒内没有应答 (the server did not answer in {START_S} s).")

    def wait(self) -> None:
        """Wait until the server ends or somebody presses Ctrl-C."""
        with contextlib.suppress(KeyboardInterrupt):
            if self._process is not None:
                self._process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._stop()
        signal.signal(signal.SIGTERM, self._former)

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
