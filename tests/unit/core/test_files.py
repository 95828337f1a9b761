"""The file store: content is its own address, whole or absent, and verified when read."""

import os
import threading
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.core.files import FileDamaged, FileMissing, FileStore, FileTooLarge, write_atomically


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path)


@given(st.binary(max_size=2_000))
def test_what_was_put_is_got(tmp_path, content):
    store = FileStore(tmp_path)
    digest = store.put(content)
    assert digest == sha256(content).hexdigest()
    assert store.get(digest) == content


def test_the_same_content_is_stored_once(store):
    first = store.path(store.put(b"certificate")).stat()
    second = store.path(store.put(b"certificate")).stat()
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)
    assert list(store.digests()) == [sha256(b"certificate").hexdigest()]


def test_digests_are_in_order_and_without_leftovers(store):
    stored = {store.put(bytes([n])) for n in range(20)}
    (store.path(min(stored)).parent / ".part-left").write_bytes(b"cut off")
    assert list(store.digests()) == sorted(stored)


def test_an_absent_store_is_empty(tmp_path):
    assert list(FileStore(tmp_path / "nowhere").digests()) == []


def test_changed_bytes_are_not_given_out(store):
    digest = store.put(b"heat 26A1")
    store.path(digest).write_bytes(b"heat 26A2")
    with pytest.raises(FileDamaged, match=digest):
        store.get(digest)


def test_putting_a_damaged_file_again_repairs_it(store):
    digest = store.put(b"heat 26A1")
    store.path(digest).write_bytes(b"")
    assert store.put(b"heat 26A1") == digest
    assert store.get(digest) == b"heat 26A1"


def test_a_file_beyond_the_bound_is_refused(tmp_path):
    store = FileStore(tmp_path, most_bytes=1 << 20)
    store.put(b"x" * (1 << 20))
    with pytest.raises(FileTooLarge, match="1 MiB") as refusal:
        store.put(b"x" * ((1 << 20) + 1))
    assert refusal.value.status == 413
    assert len(list(store.digests())) == 1


@pytest.mark.parametrize(
    "digest",
    ["", "..", "../../etc/passwd", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 63 + "/", "0" * 64 + "\n"],
    ids=["empty", "up", "path", "short", "long", "no-hex", "capitals", "slash", "newline"],
)
def test_what_is_no_digest_is_not_found(store, digest):
    with pytest.raises(FileMissing):
        store.get(digest)


def test_an_unknown_digest_is_not_found(store):
    with pytest.raises(FileMissing) as refusal:
        store.get("0" * 64)
    assert refusal.value.status == 404


def test_a_failed_write_leaves_nothing(tmp_path):
    class Broken:
        def read(self, size=-1):
            raise OSError("no more data")

    with pytest.raises(OSError, match="no more"):
        write_atomically(tmp_path / "target", Broken())
    assert os.listdir(tmp_path) == []


def test_a_failed_replacement_keeps_the_old_file(tmp_path):
    target = tmp_path / "target"
    write_atomically(target, b"old")

    class Broken:
        def __init__(self):
            self.left = [b"new", None]

        def read(self, size=-1):
            piece = self.left.pop(0)
            if piece is None:
                raise OSError("torn")
            return piece

    with pytest.raises(OSError, match="torn"):
        write_atomically(target, Broken())
    assert target.read_bytes() == b"old"


def test_many_writers_of_one_content_agree(store):
    content = os.urandom(200_000)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(store.get(store.put(content)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [content] * 8
    assert list(store.digests()) == [sha256(content).hexdigest()]
