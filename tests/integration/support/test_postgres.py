"""The PostgreSQL server of the tests, where the machine has none of its own."""

import os
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres


@pytest.mark.postgresql
def test_the_carried_server_serves_where_the_machine_has_none() -> None:
    """The programs of the test package start, answer, and leave nothing behind."""
    carried = postgres._carried()
    assert carried is not None
    server = postgres.start(carried, owner_pid=os.getpid())
    try:
        with psycopg.connect(server.url("postgres").replace("+psycopg", "")) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
    finally:
        server.stop()
    assert not Path(server.folder).exists()


@pytest.mark.postgresql
def test_a_server_whose_run_was_killed_is_ended_by_the_next() -> None:
    """The note in its folder names a process that is no more."""
    server = postgres.start(owner_pid=2**22 + 1)  # beyond the highest process id that Linux gives
    postgres.end_orphans()
    assert not Path(server.folder).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url("postgres").replace("+psycopg", ""))
