"""Installations to back up."""

from pathlib import Path

import pytest

from steelyard.core.backup import backup
from steelyard.core.database import Database
from steelyard.core.files import FileStore
from tests.integration.core.installations import FILES, fill
from tests.support.databases import Databases


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
    maker = Databases()
    source, store = maker.open("sqlite"), FileStore(folder)
    for content in FILES:
        store.put(content)
    fill(source)
    backup(source, store, folder / "backup.tar.gz")
    maker.close()
    return folder / "backup.tar.gz"
