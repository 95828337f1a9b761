"""The web server: granian with its worker processes, which never outlive the process that started them."""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from steelyard.cli.addresses import is_taken
from steelyard.cli.waiting import Waking

if TYPE_CHECKING:
    from steelyard.cli.certificates import ServerCertificate

TAKEN_PATIENCE_SECONDS = 3.0
"""A server that was killed a moment ago may need a little to let go of its port."""
STOP_PATIENCE_SECONDS = 10
TRUST_ROUTE = "/trust"
_STOPS = (signal.SIGINT, signal.SIGTERM)


def _nothing() -> None:
    """Stand in where nothing is to be done."""


@dataclass(frozen=True, slots=True)
class WebOptions:
    """Where to listen and with how many hands; ``after_start`` and ``on_stop`` run in the parent process.

    ``keep_core`` holds each web process to one core of the machine (docs/adr/0030).
    """

    host: str
    port: int
    workers: int = 1
    threads: int = 4
    tls: "ServerCertificate | None" = None
    respawn: bool = True
    keep_core: bool = False
    after_start: Callable[[], None] = field(default=_nothing)
    on_stop: Callable[[], None] = field(default=_nothing)

    @property
    def address(self) -> str:
        """The address as a browser on this machine writes it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104  # compared, not bound
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def require_free(host: str, port: int) -> None:
    """Raise a sentence when ``host:port`` stays taken, or is no address of this machine."""
    until = time.monotonic() + TAKEN_PATIENCE_SECONDS
    try:
        while is_taken(host, port):
            if time.monotonic() > until:
                raise click.ClickException(
                    f"Port {port} is taken by another program; end that one or choose another port with --port."
                )
            time.sleep(0.1)
    except OSError as error:
        raise click.ClickException(f"Nothing can listen on {host}:{port}: {error.strerror}.") from error


def core_of(index: int, workers: int) -> int | None:
    """Return the core that one of ``workers`` processes keeps to; ``None`` where none would be left for the database.

    Of its threads one at a time runs Python: on two cores they would wait for each other's caches. Servers on one
    machine begin at different cores.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return cores[(os.getpid() + index) % len(cores)] if len(cores) > workers else None


def load_application(core: int | None = None) -> Any:
    """Build the application in a worker process that ends with its parent, however that ends."""
    if core is not None:
        os.sched_setaffinity(0, {core})  # every thread of the server comes after this one, and from it
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A process group of its own: Ctrl-C reaches the parent alone, which then lets requests finish.
        os.setpgrp()
        threading.Thread(target=_end_after, args=(parent,), name="parent-watch", daemon=True).start()
    return _built_without_pauses()


def _begin_workers_anew() -> None:
    """Have a forked process answer a stop as the system does: by ending at once.

    Until it serves there is nothing to finish, and then the server puts its own handlers there. Those of the parent,
    which it would have until then, tell nobody. A stop that comes in the middle of the fork waits for its end.
    """

    def anew() -> None:
        for number in _STOPS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS),
        after_in_child=anew,
    )


def _built_without_pauses() -> Any:
    """Build the application while the garbage collector rests: nearly all that is made then stays for good.

    What was made is kept out of later collections as well, which makes them short.
    """
    gc.disable()
    try:
        from steelyard.app import create_app

        return create_app()
    finally:
        gc.freeze()
        gc.enable()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)


def run(options: WebOptions) -> None:
    """Serve until a signal comes; requests that run are finished first. Raises what ``after_start`` raised."""
    server = _make_server(options)
    _begin_workers_anew()
    try:
        server.serve(target_loader=load_application, wrap_loader=False)
    finally:
        if server.mishap is not None:
            raise server.mishap


def _server_class(options: WebOptions) -> Any:
    from granian.server import MPServer

    class WebServer(MPServer):
        """Starts what else shall run only when the worker processes are forked: threads do not survive that."""

        mishap: Exception | None = None

        def _spawn_worker(self, idx: int, target: Any, callback_loader: Any, socket_loader: Any = None) -> Any:
            core = core_of(idx, options.workers) if options.keep_core else None
            return super()._spawn_worker(idx, target, partial(callback_loader, core))

        def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
            super()._spawn_workers(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # theirs
            try:
                options.after_start()
            except Exception as error:
                self.mishap = error
                self.signal_handler_interrupt()  # type: ignore[no-untyped-call]  # theirs

    return WebServer


def _make_server(options: WebOptions) -> Any:
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.log import LogLevels

    tls = options.tls
    server = _server_class(options)(
        "steelyard",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.auto if tls else HTTPModes.http1,
        workers=options.workers,
        blocking_threads=options.threads,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=options.respawn,
        workers_kill_timeout=STOP_PATIENCE_SECONDS,
        ssl_cert=tls.certificate if tls else None,
        ssl_key=tls.key if tls else None,
        ssl_protocol_min=SSLProtocols.tls12,
        static_path_route=[TRUST_ROUTE] if tls else None,
        static_path_mount=[tls.authority.parent] if tls else None,
    )
    server.main_loop_interrupt = Waking()
    server.on_shutdown(options.on_stop)
    return server
