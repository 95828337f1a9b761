"""``steelyard serve`` as a process of its own: it answers, stops in peace, and loses nothing when killed."""

import http.client
import json
import os
import secrets
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from steelyard.cli import web_server
from steelyard.core.database import Database
from tests.integration.cli.conftest import PATIENCE_S, Installation, Served
from tests.integration.jobs.stations import wait_until
from tests.support.databases import Databases
from tests.support.ports import free_port

OPERATOR = ("operator", "聊城平台", "admin")


@pytest.fixture
def embedded(databases: Databases, installation_on: Callable[[str], Installation]) -> Installation:
    """An installation on SQLite."""
    return installation_on(databases.url("sqlite"))


def _call(served: Served, token: str, method: str, path: str, **sent: Any) -> tuple[int, Any]:
    """Call the API on a connection of its own; raises ``OSError`` or ``HTTPException`` when it breaks off."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE_S)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if "key" in sent:
            headers["Idempotency-Key"] = sent["key"]
        body = json.dumps(sent["body"]) if "body" in sent else None
        connection.request(method, f"/api/v1{path}", body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def _found(served: Served, token: str, name: str, key: str) -> int:
    body = {"kind": "trader", "name": name}
    return _call(served, token, "POST", "/organisations", body=body, key=key)[0]


class Founders:
    """Threads that found one organisation after the other, each with a key of its own, until the server breaks."""

    def __init__(self, served: Served, token: str) -> None:
        self._served, self._token = served, token
        self.answered: list[str] = []
        self.unanswered: list[tuple[str, str]] = []
        self._threads = [threading.Thread(target=self._work) for _ in range(3)]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while True:
            name, key = f"商贸 {secrets.token_hex(6)}", secrets.token_hex(12)
            try:
                assert _found(self._served, self._token, name, key) == 201
            except (OSError, http.client.HTTPException):
                self.unanswered.append((name, key))
                return
            self.answered.append(name)

    def join(self) -> None:
        """Wait for all of them to meet the end."""
        for thread in self._threads:
            thread.join()


def _names(served: Served, token: str) -> list[str]:
    names: list[str] = []
    after = ""
    while True:
        status, page = _call(served, token, "GET", f"/organisations?limit=200{after}")
        assert status == 200
        names += [item["name"] for item in page["items"]]
        if page["next"] is None:
            return names
        after = f"&after={page['next']}"


def test_a_kill_during_writes_loses_nothing_that_was_answered(installation: Installation) -> None:
    """`kill -9` under load, start again: what was answered 201 is there, what was not can be sent again, once."""
    token = installation.token(*OPERATOR)
    with installation.serve() as first:
        first.wait_until_it_answers()
        assert _cores_of(first) == _cores_to_keep(installation)
        founders = Founders(first, token)
        wait_until(lambda: len(founders.answered) >= 40, "some writes to be answered")
        first.kill()
        founders.join()
    with installation.serve("--port", str(first.port)) as second:
        second.port = first.port
        second.wait_until_it_answers()
        assert set(founders.answered) <= set(_names(second, token))
        for name, key in founders.unanswered:
            assert _found(second, token, name, key) == 201
        names = _names(second, token)
        wanted = founders.answered + [name for name, _ in founders.unanswered]
        assert sorted(name for name in names if name.startswith("商贸")) == sorted(wanted)
        assert second.interrupt() == 0
    installation.did("audit", "verify")


def _cores_of(served: Served) -> set[int]:
    """How many cores each process of the web may use."""
    return {len(os.sched_getaffinity(child)) for child in served.children()}


def _cores_to_keep(installation: Installation) -> set[int]:
    """One beside PostgreSQL, where another is left for it; SQLite works within the process itself."""
    here = len(os.sched_getaffinity(0))
    return {here if installation.environment["STEELYARD_DATABASE_URL"].startswith("sqlite") else 1}


@pytest.mark.either_database
def test_ctrl_c_lets_a_request_finish_and_leaves_nothing_behind(installation: Installation) -> None:
    """Web, worker and clock run together, the clock's jobs are done, and all ends with exit 0."""
    with installation.serve() as served:
        served.wait_until_it_answers()
        db = Database(installation.environment["STEELYARD_DATABASE_URL"])
        wait_until(lambda: _finished_jobs(db), "a job to be done")
        db.close()
        children = served.children()
        assert children
        assert served.interrupt() == 0
        assert served.log.read_text().endswith("Steelyard has stopped.\n")
        assert not any(Path(f"/proc/{child}").exists() for child in children)


def _finished_jobs(db: Database) -> int:
    with db.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM job_run")) or 0)


def test_the_web_process_does_not_outlive_a_killed_parent(embedded: Installation) -> None:
    """After `kill -9` the port is free and no process is left."""
    with embedded.serve() as served:
        served.wait_until_it_answers()
        children = served.children()
        served.kill()
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children), "the children to end")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", served.port))


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_taken_port_is_told(embedded: Installation, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with a remedy, exit 1."""
    monkeypatch.setattr(web_server, "TAKEN_PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = embedded.run(command, "--port", str(port))
    assert done.exit_code == 1
    assert f"Port {port} is taken by another program" in done.output
    assert "--port" in done.output


def test_web_alone_serves_without_jobs(embedded: Installation) -> None:
    """On a database that is up it answers with several processes, restarts one that dies, and ends in peace."""
    embedded.did("migrate", "upgrade")
    with embedded.web("--workers", "2", "--threads", "2") as served:
        served.wait_until_it_answers()
        wait_until(lambda: len(served.children()) == 2, "both processes")
        victim = served.children()[0]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(set(served.children()) - {victim}) == 2, "a new process in place of the killed one")
        served.wait_until_it_answers()
        assert served.interrupt() == 0
        assert "refused to gracefully stop" not in served.log.read_text()


def test_web_alone_wants_the_database_brought_up(
    databases: Databases, installation_on: Callable[[str], Installation]
) -> None:
    """It ends with exit 1 and says what to do."""
    with installation_on(databases.url("sqlite", empty=True)).web() as served:
        assert served.process.wait(PATIENCE_S) == 1
        assert "run `steelyard migrate upgrade` first" in served.log.read_text()
        assert "Traceback" not in served.log.read_text()
        assert "refused to gracefully stop" not in served.log.read_text()  # a process that still starts ends at once


def test_an_address_of_another_machine_is_told(embedded: Installation) -> None:
    """192.0.2.1 is nobody's."""
    done = embedded.run("web", "--host", "192.0.2.1", "--port", str(free_port()))
    assert done.exit_code == 1
    assert "Nothing can listen on 192.0.2.1" in done.output


def test_tls_is_accepted_by_a_client_that_trusts_the_authority(embedded: Installation) -> None:
    """The handshake holds by name and by address, cookies are Secure, and a phone can fetch the authority."""
    authority = embedded.data_dir / "tls" / "public" / "steelyard-ca.crt"
    with embedded.serve("--tls", "--host", "127.0.0.1") as served:
        wait_until(authority.exists, "the certificate")
        trusting = ssl.create_default_context(cafile=str(authority))
        wait_until(lambda: _answers(served, trusting), "the server to answer")
        for host in ("localhost", "127.0.0.1"):
            status, headers, _ = _fetch(served, trusting, "/sign-in", host)
            assert status == 200
            cookies = headers.get_all("Set-Cookie") or []
            assert cookies
            assert all("Secure" in cookie for cookie in cookies)
        assert _fetch(served, trusting, "/trust/steelyard-ca.crt")[2] == authority.read_bytes()
        with pytest.raises(ssl.SSLCertVerificationError):
            _fetch(served, ssl.create_default_context(), "/healthz")
        printed = served.log.read_text()
        assert f"https://127.0.0.1:{served.port}" in printed
        assert "SHA-256 fingerprint" in printed
        assert served.interrupt() == 0


def _answers(served: Served, context: ssl.SSLContext) -> bool:
    assert served.process.poll() is None, served.log.read_text()
    try:
        return _fetch(served, context, "/healthz")[0] == 200
    except OSError:
        time.sleep(0.02)
        return False


def _fetch(
    served: Served, context: ssl.SSLContext, path: str, host: str = "127.0.0.1"
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPSConnection(host, served.port, context=context, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
