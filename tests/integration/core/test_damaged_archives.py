"""Archives that were cut off, tampered with or forged restore nothing, and nothing half."""

import gzip
import json
import tarfile
from hashlib import sha256

import pytest

from steelyard.core.archive import ArchiveDamaged
from steelyard.core.backup import CannotRestore, restore
from tests.integration.core.installations import forge, nothing_in, rewrite


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


@pytest.mark.parametrize("missing", [1.0, 0.98, 0.5, 1_000], ids=["all", "most", "half", "a-thousand-bytes"])
def test_a_truncated_archive_is_refused(sample, databases, tmp_path, missing):
    """A thousand bytes reach back into the manifest, whatever the padding behind it."""
    url, data_dir = databases.url("sqlite", empty=True), tmp_path / "new"
    short = tmp_path / "short.tar.gz"
    content = sample.read_bytes()
    kept = len(content) - (missing if missing > 1 else int(len(content) * missing))
    short.write_bytes(content[:kept])
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
