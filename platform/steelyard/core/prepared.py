"""Statements that are built and compiled once and then run with new figures, for the paths that must be quick.

Building a large statement anew costs several times what the database needs for it. A prepared one is text and
parameters for the driver. Its parameters are plain: numbers, texts, and lists of them (:func:`listed`,
:func:`packed`); what it returns comes as the driver gives it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Text,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Session

from steelyard.core.rowset import RowTypes, plain

POSTGRESQL = "postgresql"


def dialect_of(session: Session | Connection) -> str:
    """Return the name of the session's database: ``postgresql`` or ``sqlite``."""
    return session.dialect.name if isinstance(session, Connection) else session.get_bind().dialect.name


def given(dialect: str, name: str, types: RowTypes) -> FromClause:
    """Rows that come as the parameter ``name`` (see :func:`packed`), as a table with the columns of ``types``."""
    parameter = bindparam(name, type_=Text())
    if dialect != POSTGRESQL:
        entries = func.json_each(parameter).table_valued("value")
        parts = (
            func.json_extract(entries.c.value, literal_column(f"'$.{key}'"), type_=type_).label(key)
            for key, type_ in types.items()
        )
        return select(*parts).subquery(name)
    columns = (column(key, type_) for key, type_ in types.items())
    rows = func.json_to_recordset(sql_cast(parameter, JSON)).table_valued(*columns, name=f"{name}_given")
    return rows.render_derived(with_types=True)


def packed(dialect: str, types: RowTypes, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as the parameter that :func:`given` reads; all have the columns of ``types``."""
    kept = list(rows)
    if kept and (missing := types.keys() - kept[0].keys()):
        raise KeyError(*missing)
    return _ENCODERS[dialect == POSTGRESQL].encode(kept)


def _encoder(*, sqlite: bool) -> json.JSONEncoder:
    @lru_cache  # many rows bear the same moment
    def told(value: Any) -> Any:
        if isinstance(value, datetime):
            return plain(value, sqlite=sqlite)
        raise TypeError(f"{type(value).__name__} is no value of a row")

    return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=told)


_ENCODERS = {True: _encoder(sqlite=False), False: _encoder(sqlite=True)}
"""By whether they write for PostgreSQL."""


def one_of(dialect: str, column_: Any, name: str) -> ColumnElement[bool]:
    """The condition that a column is one of the values that come as the parameter ``name`` (see :func:`listed`).

    PostgreSQL sees how many there are, unlike in a join with rows: a few are looked up by index.
    """
    if dialect != POSTGRESQL:
        entries = func.json_each(bindparam(name, type_=Text())).table_valued("value")
        return cast(ColumnElement[bool], column_.in_(select(entries.c.value)))
    return cast(ColumnElement[bool], column_ == any_(bindparam(name, type_=ARRAY(column_.type))))


def listed(dialect: str, values: Iterable[Any]) -> Any:
    """Return values as the parameter that :func:`one_of` reads."""
    wanted = sorted(set(values))
    return wanted if dialect == POSTGRESQL else json.dumps(wanted, ensure_ascii=False)


def moment(dialect: str, value: datetime) -> Any:
    """Return an aware moment as a parameter, in the form in which the database keeps it."""
    return value if dialect == POSTGRESQL else plain(value, sqlite=True)


def run(session: Session | Connection, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Any]:
    """Run ``statement``, which is compiled at its first use and must be the same object each time."""
    if isinstance(session, Connection):
        connection = session
    else:
        session.flush()
        connection = session.connection()
    key = (statement, connection.dialect.name)
    if key not in _COMPILED:
        _COMPILED[key] = _compile(statement, connection.dialect)
    text_, order, fixed = _COMPILED[key]
    values = {**fixed, **parameters}
    sent: Any = {name: values[name] for name in fixed} if order is None else tuple(values[name] for name in order)
    result = connection.exec_driver_sql(text_, sent)
    return result.all() if result.returns_rows else ()


_Compiled = tuple[str, tuple[str, ...] | None, Mapping[str, Any]]
_COMPILED: dict[tuple[Executable, str], _Compiled] = {}


def _compile(statement: Any, dialect: Any) -> _Compiled:
    """Text for the driver, the order of its parameters where they go by place, and those with what they hold."""
    compiled = statement.compile(dialect=dialect)
    fixed = {name: one.value for name, one in compiled.binds.items()}
    return str(compiled), (tuple(compiled.positiontup) if compiled.positional else None), fixed
