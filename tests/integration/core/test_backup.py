"""Backup and restore: both databases, all four ways, into an empty place and nowhere else."""

import json
import signal
import subprocess
import sys
import textwrap
import threading
from hashlib import sha256

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from steelyard.core import audit, outbox, sealing
from steelyard.core.archive import ArchiveExists, ArchiveTooNew
from steelyard.core.backup import NotMigrated, PlaceNotEmpty, backup, restore
from steelyard.core.clock import business_date, utc_now
from steelyard.core.files import FileDamaged, FileStore
from steelyard.core.numbering import next_number
from steelyard.core.sequence import Cursor
from steelyard.migrations import run as migrations
from tests.integration.core.installations import (
    EVENTS,
    FILES,
    any_file,
    contents,
    forge,
    manifest_of,
    nothing_in,
    rewrite,
)
from tests.support.databases import DIALECTS


@pytest.mark.parametrize("target", [DIALECTS[0], pytest.param(DIALECTS[1], marks=pytest.mark.postgresql)])
def test_restored_elsewhere_everything_is_there(db, files, archive, databases, target, tmp_path):
    """All four ways between the two databases: every row, file, cursor and seal arrives, and writing goes on."""
    url, data_dir = databases.url(target, empty=True), tmp_path / "new"
    before = contents(db)
    with db.read() as session:
        old_head = sealing.verify_audit(session).head
        cursor = outbox.read_events(session, after=Cursor(), limit=10)[-1].cursor
    summary = restore(url, data_dir, archive)
    restored = databases.connect(url)
    assert summary.tables["outbox_event"] == EVENTS + 1
    assert summary.files == len(FILES)
    assert migrations.current(restored) == migrations.head()
    assert contents(restored) == before
    assert [FileStore(data_dir).get(digest) for digest in files.digests()] == sorted(
        FILES, key=lambda content: sha256(content).hexdigest()
    )
    with restored.read() as session:
        report = sealing.verify_audit(session)
        assert (report.holds, report.head, report.unsealed) == (True, old_head, 0)
        assert len(outbox.read_events(session, after=cursor, limit=10_000)) == EVENTS + 1 - 10
    with restored.write() as session:
        last = outbox.read_events(session, after=Cursor(), limit=10_000)[-1]
        event = outbox.publish(session, "test.later", subject="thing:y", data={})
        audit.record(session, None, "test.later", "thing:y")
        assert event.id > last.id
    with restored.write() as session:
        assert [e.type for e in outbox.read_events(session, after=last.cursor, limit=10)] == ["test.later"]
        sealing.seal_audit(session)
        assert sealing.verify_audit(session).holds
        assert next_number(session, "JC", business_date(utc_now())).endswith("-0002")


@pytest.mark.either_database
def test_a_second_generation_is_the_first_but_for_the_epoch(db, files, archive, databases, tmp_path):
    """A backup of what was restored holds the same bytes in every table."""
    url = databases.url(db.dialect, empty=True)
    restore(url, tmp_path / "new", archive)
    again = tmp_path / "again.tar.gz"
    backup(databases.connect(url), FileStore(tmp_path / "new"), again)
    first, second = manifest_of(archive), manifest_of(again)
    changed = {name for name, digest in first["members"].items() if second["members"][name] != digest}
    assert changed == {"tables/feed_epoch.jsonl"}
    assert second["epoch"] == first["epoch"] + 1


def test_a_backup_sees_one_moment_while_others_write(db, files, databases, tmp_path):
    """Each event is written with its audit entry: an archive with unequal numbers would have seen two moments."""
    stop = threading.Event()

    def write_on() -> None:
        while not stop.is_set():
            with db.write() as session:
                outbox.publish(session, "test.pair", subject="p", data={})
                audit.record(session, None, "test.pair", "p")

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        sizes = [backup(db, files, tmp_path / f"{n}.tar.gz").tables for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert all(tables["outbox_event"] == tables["audit_entry"] for tables in sizes)
    assert sizes[0]["outbox_event"] < sizes[-1]["outbox_event"]


@pytest.mark.either_database
def test_archive_is_for_its_owner_alone_and_never_overwritten(db, files, archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    content = archive.read_bytes()
    with pytest.raises(ArchiveExists):
        backup(db, files, archive)
    assert archive.read_bytes() == content
    assert not list(archive.parent.glob(".backup-*"))


def test_backup_of_a_database_behind_the_program_is_refused(databases, dialect, files, tmp_path):
    old = databases.open(dialect, empty=True)
    migrations.upgrade(old, "0001")
    with pytest.raises(NotMigrated):
        backup(old, files, tmp_path / "old.tar.gz")
    assert not list(tmp_path.glob("*.tar.gz"))


@pytest.mark.either_database
def test_a_damaged_stored_file_stops_the_backup(db, files, tmp_path):
    digest = files.put(b"heat 26A1")
    files.path(digest).write_bytes(b"heat 26A2")
    with pytest.raises(FileDamaged):
        backup(db, files, tmp_path / "bad.tar.gz")
    assert not (tmp_path / "bad.tar.gz").exists()


def test_an_archive_of_a_newer_program_is_told(sample, databases, tmp_path):
    def newer(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["revision"] = "9999"
        members["manifest.json"] = json.dumps(manifest).encode()

    url = databases.url("sqlite", empty=True)
    with pytest.raises(ArchiveTooNew, match="9999"):
        restore(url, tmp_path / "new", rewrite(sample, tmp_path / "changed", newer))
    assert nothing_in(url, tmp_path / "new", databases)


def test_an_older_archive_is_brought_up_to_date(dialect, sample, databases, tmp_path):
    """An archive of the first revision, which had only the tables of core, restores and is migrated to the head."""
    first = databases.open("sqlite", empty=True)
    migrations.upgrade(first, "0001")
    with first.engine.connect() as connection:
        then = set(inspect(connection).get_table_names())

    def older(members: dict[str, bytes]) -> None:
        manifest = json.loads(members.pop("manifest.json"))
        manifest["revision"] = "0001"
        manifest["tables"] = [table for table in manifest["tables"] if table["name"] in then]
        for name in [n for n in members if n.startswith("tables/") and n[7:-6] not in then]:
            del members[name]
        members["manifest.json"] = json.dumps(manifest).encode()
        forge(members)

    url = databases.url(dialect, empty=True)
    restore(url, tmp_path / "new", rewrite(sample, tmp_path / "changed", older))
    restored = databases.connect(url)
    assert migrations.current(restored) == migrations.head()
    assert len(contents(restored)["events"]) == EVENTS + 1


def test_the_restored_database_keeps_its_rules(dialect, sample, databases, tmp_path):
    """References are checked at once again, and append-only tables refuse changes."""
    url = databases.url(dialect, empty=True)
    restore(url, tmp_path / "new", sample)
    restored = databases.connect(url)
    with pytest.raises(IntegrityError), restored.write() as session:
        session.execute(text("INSERT INTO outbox_audience (org_id, event_id) VALUES (1, 999999)"))
    with pytest.raises(IntegrityError, match="append-only"), restored.write() as session:
        session.execute(text("UPDATE audit_entry SET action = 'x'"))
    if dialect == "postgresql":
        with restored.read() as session:
            left = session.execute(text("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND condeferrable"))
            assert left.scalar_one() == 0


def test_tables_of_others_in_the_same_database_are_left_out(db, files, tmp_path):
    """The queue keeps its own tables beside ours."""
    with db.write() as session:
        session.execute(text("CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)"))
    assert "somebody_elses" not in backup(db, files, tmp_path / "b.tar.gz").tables


def test_a_place_with_tables_is_refused(db, sample, databases, tmp_path):
    taken = databases.open(db.dialect)
    before = contents(taken)
    with pytest.raises(PlaceNotEmpty) as refusal:
        restore(taken.url.render_as_string(hide_password=False), tmp_path / "new", sample)
    assert contents(taken) == before
    assert not any_file(tmp_path / "new")
    if taken.url.password:
        assert taken.url.password not in str(refusal.value)


@pytest.mark.either_database
def test_a_place_with_files_is_refused(db, sample, databases, tmp_path):
    store = FileStore(tmp_path / "new")
    digest = store.put(b"mine")
    url = databases.url(db.dialect, empty=True)
    with pytest.raises(PlaceNotEmpty):
        restore(url, tmp_path / "new", sample)
    assert list(store.digests()) == [digest]
    assert nothing_in(url, tmp_path / "elsewhere", databases)


@pytest.mark.either_database
def test_restoring_twice_into_one_place_is_refused_the_second_time(db, archive, databases, tmp_path):
    url = databases.url(db.dialect, empty=True)
    restore(url, tmp_path / "new", archive)
    with pytest.raises(PlaceNotEmpty):
        restore(url, tmp_path / "new", archive)
    assert contents(databases.connect(url)) == contents(db)


POWER_CUT = """
    import os, signal, sys
    from pathlib import Path
    from steelyard.core import backup
    backup._prove = lambda *rest: os.kill(os.getpid(), signal.SIGKILL)
    backup.restore(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
"""


@pytest.mark.either_database
def test_a_restore_that_was_killed_is_simply_repeated(dialect, sample, databases, tmp_path):
    """Killed when all rows are loaded but nothing is committed: the place counts as empty."""
    url, data_dir = databases.url(dialect, empty=True), tmp_path / "new"
    command = [sys.executable, "-c", textwrap.dedent(POWER_CUT), url, str(data_dir), str(sample)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (data_dir / "files").exists()
    restore(url, data_dir, sample)
    assert len(contents(databases.connect(url))["events"]) == EVENTS + 1
    assert len(list(FileStore(data_dir).digests())) == len(FILES)
