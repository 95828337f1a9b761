"""Backup and restore: both databases, all four ways, and every way in which an archive or a place can be wrong."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from steelyard.core import audit, outbox, sealing
from steelyard.core.archive import ArchiveDamaged, ArchiveExists, ArchiveTooNew
from steelyard.core.backup import CannotRestore, NotMigrated, PlaceNotEmpty, backup, restore
from steelyard.core.clock import business_date, utc_now
from steelyard.core.database import Database
from steelyard.core.files import FileDamaged, FileStore
from steelyard.core.numbering import next_number
from steelyard.core.sequence import Cursor
from steelyard.migrations import run as migrations
from tests.support.databases import DIALECTS, Databases

EVENTS = 1_200  # more than one batch
FILES = (b"", b"certificate", os.urandom(300_000))


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    store = FileStore(tmp_path / "source")
    for content in FILES:
        store.put(content)
    return store


@pytest.fixture
def archive(db: Database, files: FileStore, tmp_path: Path) -> Path:
    """A backup of a database with history in it."""
    fill(db)
    path = tmp_path / "backup.tar.gz"
    backup(db, files, path)
    return path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup made on SQLite, for tests that only care what restoring does with it."""
    folder = tmp_path_factory.mktemp("sample")
    maker = Databases(folder)
    source, store = maker.open("sqlite"), FileStore(folder)
    for content in FILES:
        store.put(content)
    fill(source)
    backup(source, store, folder / "backup.tar.gz")
    maker.close()
    return folder / "backup.tar.gz"


def fill(db: Database) -> None:
    with db.write() as session:
        session.add_all(
            outbox.Event(type="test.happened", subject=f"thing:{n}", data={"字": "钢管", "n": n}, occurred_at=utc_now())
            for n in range(EVENTS)
        )
        outbox.publish(session, "test.seen", subject="thing:x", data={}, audience=[7, 8])
        audit.record(session, None, "test.filled", "thing:x", {"quote": '"\\\n', "none": None, "yes": True})
        next_number(session, "JC", business_date(utc_now()))
    with db.write() as session:
        sealing.seal_audit(session)


def contents(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the tests compare, read through the models."""
    with db.read() as session:
        events = outbox.read_events(session, after=Cursor(), limit=10_000)
        entries = session.query(audit.AuditEntry).all()
        counters = session.execute(text("SELECT series, last FROM document_counter ORDER BY series")).all()
        audience = session.execute(text("SELECT org_id, event_id FROM outbox_audience ORDER BY 1, 2")).all()
        return {
            "events": [(e.id, e.epoch, e.txid, e.type, e.subject, e.occurred_at, e.data) for e in events],
            "audit": [(a.id, a.at, a.user_id, a.action, a.subject, a.detail, a.request_id) for a in entries],
            "counters": [tuple(row) for row in counters],
            "audience": [tuple(row) for row in audience],
        }


def rewrite(
    path: Path, out: Path, change: Callable[[dict[str, bytes]], None], extra: tarfile.TarInfo | None = None
) -> Path:
    """Write the archive's members again to `out` after `change`, in their order."""
    with tarfile.open(path) as tar:
        members = {entry.name: tar.extractfile(entry).read() for entry in tar}
    change(members)
    with tarfile.open(out, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        if extra is not None:
            tar.addfile(extra)
    return out


def forge(members: dict[str, bytes]) -> None:
    """Let the manifest agree with the members, as a forger would."""
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = {
        name: sha256(content).hexdigest() for name, content in members.items() if name != "manifest.json"
    }
    members["manifest.json"] = json.dumps(manifest).encode()


def nothing_in(url: str, data_dir: Path, databases: Databases) -> bool:
    """Whether the place is as empty as before."""
    if url.startswith("sqlite"):
        return not Path(url.removeprefix("sqlite:///")).exists() and not any_file(data_dir)
    with databases.connect(url).engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM information_schema.tables WHERE table_schema='public'"))
        return count.scalar_one() == 0 and not any_file(data_dir)


def any_file(data_dir: Path) -> bool:
    return data_dir.exists() and any(data_dir.iterdir())


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


def manifest_of(path: Path) -> dict[str, object]:
    with tarfile.open(path) as tar:
        return json.loads(tar.extractfile("manifest.json").read())


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
        sizes = [backup(db, files, tmp_path / f"{n}.tar.gz").tables for n in range(5)]
    finally:
        stop.set()
        writer.join()
    assert all(tables["outbox_event"] == tables["audit_entry"] for tables in sizes)
    assert sizes[0]["outbox_event"] < sizes[-1]["outbox_event"]


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


def test_a_damaged_stored_file_stops_the_backup(db, files, tmp_path):
    digest = files.put(b"heat 26A1")
    files.path(digest).write_bytes(b"heat 26A2")
    with pytest.raises(FileDamaged):
        backup(db, files, tmp_path / "bad.tar.gz")
    assert not (tmp_path / "bad.tar.gz").exists()


def drop_row(members: dict[str, bytes]) -> None:
    members["tables/outbox_event.jsonl"] = members["tables/outbox_event.jsonl"].split(b"\n", 1)[1]


def alter_row(members: dict[str, bytes]) -> None:
    members["tables/audit_entry.jsonl"] = members["tables/audit_entry.jsonl"].replace(b"test.filled", b"test.killed")


def alter_file(members: dict[str, bytes]) -> None:
    name = "files/" + sha256(b"certificate").hexdigest()
    members[name] = b"certificatE"


def lose_file(members: dict[str, bytes]) -> None:
    del members["files/" + sha256(b"certificate").hexdigest()]


def lose_table(members: dict[str, bytes]) -> None:
    del members["tables/audit_entry.jsonl"]


def lose_manifest(members: dict[str, bytes]) -> None:
    del members["manifest.json"]


def spoil_manifest(members: dict[str, bytes]) -> None:
    members["manifest.json"] = b"[" * 100_000


def other_format(members: dict[str, bytes]) -> None:
    members["manifest.json"] = b'{"format": "other", "version": 1}'


def append_member(members: dict[str, bytes]) -> None:
    members["files/" + "0" * 64] = b"late"


def climb_out(members: dict[str, bytes]) -> None:
    members["../../climbed"] = b"x"


def absolute(members: dict[str, bytes]) -> None:
    members["/tmp/steelyard-absolute"] = b"x"


def climb_in_folder(members: dict[str, bytes]) -> None:
    members["files/../../climbed"] = b"x"


DAMAGE = [
    drop_row, alter_row, alter_file, lose_file, lose_table, lose_manifest, spoil_manifest, other_format,
    append_member, climb_out, absolute, climb_in_folder,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_tampered_archive_is_refused_and_changes_nothing(sample, databases, tmp_path, damage):
    url, data_dir = databases.url("sqlite", empty=True), tmp_path / "new"
    with pytest.raises(ArchiveDamaged):
        restore(url, data_dir, rewrite(sample, tmp_path / "changed", damage))
    assert nothing_in(url, data_dir, databases)
    assert not list(tmp_path.rglob("climbed"))


def forged_row_lost(members: dict[str, bytes]) -> None:
    drop_row(members)
    forge(members)


def forged_file(members: dict[str, bytes]) -> None:
    alter_file(members)
    forge(members)


def forged_garbage(members: dict[str, bytes]) -> None:
    members["tables/audit_entry.jsonl"] = b'{"id": 1}\n'
    forge(members)


def forged_short_row(members: dict[str, bytes]) -> None:
    members["tables/audit_entry.jsonl"] = b"[1]\n"
    forge(members)


def forged_column(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"].replace(b'"request_id"', b'"request_ix"')


def forged_table(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"].replace(b"audit_entry", b"pg_authid")
    members["tables/pg_authid.jsonl"] = members.pop("tables/audit_entry.jsonl")
    members["manifest.json"] = members.pop("manifest.json")


FORGERIES = [forged_row_lost, forged_file, forged_garbage, forged_short_row, forged_column, forged_table]


@pytest.mark.parametrize("damage", FORGERIES, ids=lambda damage: damage.__name__)
def test_an_archive_with_a_forged_manifest_restores_nothing_half(sample, databases, tmp_path, damage):
    url, data_dir = databases.url("sqlite", empty=True), tmp_path / "new"
    with pytest.raises(ArchiveDamaged):
        restore(url, data_dir, rewrite(sample, tmp_path / "changed", damage))
    assert nothing_in(url, data_dir, databases)


def dangling_reference(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    members["tables/outbox_audience.jsonl"] = b"[7,999999]\n[8,999998]\n"
    members["manifest.json"] = json.dumps(manifest).encode()
    forge(members)


def repeated_key(members: dict[str, bytes]) -> None:
    rows = members["tables/audit_entry.jsonl"]
    members["manifest.json"] = members["manifest.json"].replace(
        b'"name": "audit_entry",\n   "rows": 1', b'"name": "audit_entry",\n   "rows": 2'
    )
    members["tables/audit_entry.jsonl"] = rows + rows
    forge(members)


@pytest.mark.parametrize("damage", [dangling_reference, repeated_key], ids=lambda damage: damage.__name__)
def test_what_the_database_refuses_is_told_and_changes_nothing(dialect, sample, databases, tmp_path, damage):
    url, data_dir = databases.url(dialect, empty=True), tmp_path / "new"
    with pytest.raises(CannotRestore):
        restore(url, data_dir, rewrite(sample, tmp_path / "changed", damage))
    assert nothing_in(url, data_dir, databases)


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE],
    ids=["symbolic-link", "hard-link", "fifo", "folder"],
)
def test_links_and_devices_are_refused(sample, databases, tmp_path, kind):
    link = tarfile.TarInfo("files/" + "1" * 64)
    link.type, link.linkname = kind, "/etc/passwd"
    changed = rewrite(sample, tmp_path / "changed", lambda _: None, link)
    with pytest.raises(ArchiveDamaged):
        restore(databases.url("sqlite", empty=True), tmp_path / "new", changed)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.98, 0.999], ids=str)
def test_a_truncated_archive_is_refused(sample, databases, tmp_path, share):
    url, data_dir = databases.url("sqlite", empty=True), tmp_path / "new"
    short = tmp_path / "short.tar.gz"
    content = sample.read_bytes()
    short.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ArchiveDamaged):
        restore(url, data_dir, short)
    assert nothing_in(url, data_dir, databases)


@pytest.mark.parametrize(
    "content",
    [b"", b"not an archive at all", gzip.compress(b"neither"), gzip.compress(b"\0" * 20_480)],
    ids=["empty", "text", "gzip-text", "empty-tar"],
)
def test_other_files_are_no_archive(databases, tmp_path, content):
    other = tmp_path / "other.tar.gz"
    other.write_bytes(content)
    with pytest.raises(ArchiveDamaged):
        restore(databases.url("sqlite", empty=True), tmp_path / "new", other)


def test_an_archive_that_is_not_there_is_told(databases, tmp_path):
    with pytest.raises(ArchiveDamaged, match="No such file"):
        restore(databases.url("sqlite", empty=True), tmp_path / "new", tmp_path / "nowhere")


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


def test_a_place_with_files_is_refused(db, sample, databases, tmp_path):
    store = FileStore(tmp_path / "new")
    digest = store.put(b"mine")
    url = databases.url(db.dialect, empty=True)
    with pytest.raises(PlaceNotEmpty):
        restore(url, tmp_path / "new", sample)
    assert list(store.digests()) == [digest]
    assert nothing_in(url, tmp_path / "elsewhere", databases)


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


def test_a_restore_that_was_killed_is_simply_repeated(dialect, sample, databases, tmp_path):
    """Killed when all rows are loaded but nothing is committed: the place counts as empty."""
    url, data_dir = databases.url(dialect, empty=True), tmp_path / "new"
    command = [sys.executable, "-c", textwrap.dedent(POWER_CUT), url, str(data_dir), str(sample)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (data_dir / "files").exists()
    restore(url, data_dir, sample)
    assert len(contents(databases.connect(url))["events"]) == EVENTS + 1
    assert len(list(FileStore(data_dir).digests())) == len(FILES)
