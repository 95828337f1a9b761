"""An installation with history in it, and ways to look into a backup of it and to change one."""

import io
import json
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text

from steelyard.core import audit, outbox, sealing
from steelyard.core.clock import business_date, utc_now
from steelyard.core.database import Database
from steelyard.core.numbering import next_number
from steelyard.core.sequence import Cursor
from tests.support.databases import Databases

EVENTS = 1_200  # more than one batch
FILES = (b"", b"certificate", bytes(range(256)) * 1_000)


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


def manifest_of(path: Path) -> dict[str, object]:
    with tarfile.open(path) as tar:
        return json.loads(tar.extractfile("manifest.json").read())
