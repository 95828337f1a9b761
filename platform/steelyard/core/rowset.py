"""Many rows in one statement: a list of Python rows as a table inside a query, on both databases.

The rows travel as one JSON parameter, so that the text of the statement, and with it the number of statements, is the
same for one row and for a thousand.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import FromClause, bindparam, column, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import Text, TypeEngine

RowTypes = Mapping[str, TypeEngine[Any]]
"""The columns of a rowset with their types."""


def rowset(session: Session, name: str, types: RowTypes, rows: Iterable[Mapping[str, Any]]) -> FromClause:
    """``rows`` as a table called ``name`` with the columns of ``types``."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    named = [{key: plain(row[key], sqlite=sqlite) for key in types} for row in rows]
    document = json.dumps(named, ensure_ascii=False, separators=(",", ":"))
    if sqlite:
        entries = func.json_each(bindparam(name, document, type_=Text(), unique=True)).table_valued("value")
        parts = (
            func.json_extract(entries.c.value, literal_column(f"'$.{key}'"), type_=type_).label(key)
            for key, type_ in types.items()
        )
        return select(*parts).subquery(name)
    parameter = bindparam(name, named, type_=JSONB(), unique=True)
    columns = (column(key, type_) for key, type_ in types.items())
    return func.jsonb_to_recordset(parameter).table_valued(*columns, name=name).render_derived(with_types=True)


def plain(value: Any, *, sqlite: bool) -> Any:
    """Return a value as JSON holds it; SQLite gets moments in the very form in which it stores them."""
    if not isinstance(value, datetime):
        return value
    moment = value.astimezone(UTC)
    # Not strftime, which writes years before 1000 with fewer than four digits.
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds") if sqlite else moment.isoformat()
