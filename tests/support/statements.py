"""The statements that a database is sent, by SQLAlchemy and by prepared ones past it; many rows at once are one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from steelyard.core import prepared
from steelyard.core.database import Database


@contextmanager
def sent(db: Database) -> Iterator[list[str]]:
    """Every statement sent to ``db`` meanwhile, a transaction's BEGIN left out."""
    seen: list[str] = []
    by_driver = prepared.by_driver

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    def noted(raw: Any, text: str | bytes, parameters: tuple[Any, ...]) -> Any:
        seen.append(text if isinstance(text, str) else text.decode())
        return by_driver(raw, text, parameters)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with patch.object(prepared, "by_driver", noted):
            yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
