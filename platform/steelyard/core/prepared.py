"""Statements that are built and compiled once and then run with new figures, for the paths that must be quick.

Building a large statement anew costs several times what the database needs for it. A prepared one is text and
parameters for the driver. Its parameters are plain: numbers, texts, and lists of them (:func:`listed`,
:func:`packed`); what it returns comes as the driver gives it.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    FromClause,
    PoolProxiedConnection,
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
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from steelyard.core.rowset import RowTypes, plain

POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class Line:
    """A connection of the driver's, outside of every transaction: prepared statements are all that it takes."""

    dialect: Dialect
    held: PoolProxiedConnection

    def invalidate(self, error: BaseException) -> None:
        """Give up the connection, which is broken."""
        self.held.invalidate(error)


def dialect_of(session: Session | Connection | Line) -> str:
    """Return the name of the session's database: ``postgresql`` or ``sqlite``."""
    return session.get_bind().dialect.name if isinstance(session, Session) else session.dialect.name


def given(dialect: str, name: str, types: RowTypes, *, one: bool) -> FromClause:
    """Rows that come as parameters (see :func:`packed`), as a table with the columns of ``types``.

    Several are one parameter, ``name``; of a single one each value is a parameter, which both sides have sooner read.
    """
    if one:
        return select(*(bindparam(f"{name}_{key}", type_=type_).label(key) for key, type_ in types.items())).subquery()
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


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows as the parameters that :func:`given` reads, and whether they are a single one."""

    one: bool
    parameters: Mapping[str, Any]


def packed(dialect: str, name: str, types: RowTypes, rows: Iterable[Mapping[str, Any]]) -> Packed:
    """Return rows as parameters; all have the columns of ``types``."""
    kept = list(rows)
    if kept and (missing := types.keys() - kept[0].keys()):
        raise KeyError(*missing)
    if len(kept) == 1:
        (row,) = kept
        values = row if dialect == POSTGRESQL else {key: plain(row[key], sqlite=True) for key in types}
        return Packed(True, {f"{name}_{key}": values[key] for key in types})
    return Packed(False, {name: _ENCODERS[dialect == POSTGRESQL].encode(kept)})


def _encoder(*, sqlite: bool) -> json.JSONEncoder:
    @lru_cache  # many rows bear the same moment
    def told(value: Any) -> Any:
        if isinstance(value, datetime):
            return plain(value, sqlite=sqlite)
        raise TypeError(f"{type(value).__name__} is no value of a row")

    return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=told)


_ENCODERS = {True: _encoder(sqlite=False), False: _encoder(sqlite=True)}
"""By whether they write for PostgreSQL."""


def one_of(dialect: str, column_: Any, name: str, *, one: bool = False) -> ColumnElement[bool]:
    """The condition that a column is one of the values that come as the parameter ``name`` (see :func:`listed`).

    PostgreSQL sees how many there are, unlike in a join with rows: a few are looked up by index. For ``one``, or none,
    it is planned once for all (see :func:`alone`).
    """
    if one:
        return cast(ColumnElement[bool], column_ == bindparam(name, type_=column_.type))
    if dialect != POSTGRESQL:
        entries = func.json_each(bindparam(name, type_=Text())).table_valued("value")
        return cast(ColumnElement[bool], column_.in_(select(entries.c.value)))
    return cast(ColumnElement[bool], column_ == any_(bindparam(name, type_=ARRAY(column_.type))))


def listed(dialect: str, values: Iterable[Any]) -> Any:
    """Return values as the parameter that :func:`one_of` reads."""
    wanted = sorted(set(values))
    return wanted if dialect == POSTGRESQL else json.dumps(wanted, ensure_ascii=False)


def alone(values: Iterable[Any]) -> Any:
    """Return the only value, ``None`` where there is none, as the parameter that :func:`one_of` reads for one."""
    return next(iter(values), None)


def moment(dialect: str, value: datetime) -> Any:
    """Return an aware moment as a parameter, in the form in which the database keeps it."""
    return value if dialect == POSTGRESQL else plain(value, sqlite=True)


def run(session: Session | Connection | Line, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Any]:
    """Run ``statement``, which is compiled at its first use and must be the same object each time."""
    if isinstance(session, Session):
        session.flush()
        session = session.bind if isinstance(session.bind, Connection) else session.connection()
    if isinstance(session, Connection) and not session.in_transaction():
        session.begin()
    dialect = session.dialect
    key = (statement, dialect.name)
    if key not in _COMPILED:
        _COMPILED[key] = _compile(statement, dialect)
    text_, order, fixed = _COMPILED[key]
    values = {**fixed, **parameters}
    sent = tuple([values[name] for name in order])
    held = session.held if isinstance(session, Line) else session.connection
    try:
        return by_driver(held.driver_connection, text_, sent)
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(cast(Any, error), cast(Any, held.driver_connection), None)
        if lost:
            session.invalidate(error)
        refused = dialect.loaded_dbapi.Error
        said = text_ if isinstance(text_, str) else text_.decode()
        raise DBAPIError.instance(said, sent, error, refused, True, lost, dialect) from error


def by_driver(raw: Any, text_: str | bytes, sent: tuple[Any, ...]) -> Sequence[Any]:
    """Run a text by a cursor of the driver's, to whose time SQLAlchemy's own would add as much again."""
    if isinstance(raw, sqlite3.Connection):
        return raw.execute(cast(str, text_), sent).fetchall()
    from psycopg import RawCursor

    with RawCursor(raw) as cursor:
        cursor.execute(text_, sent)
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else ()


_Compiled = tuple[str | bytes, tuple[str, ...], Mapping[str, Any]]
_COMPILED: dict[tuple[Executable, str], _Compiled] = {}
_NAMED = re.compile(r"%\((\w+)\)s")


def _compile(statement: Any, dialect: Any) -> _Compiled:
    """Text for the driver, the order of its parameters, and those with what they hold."""
    compiled = statement.compile(dialect=dialect)
    if compiled.positional:
        return str(compiled), tuple(compiled.positiontup), compiled.params
    names = tuple(dict.fromkeys(_NAMED.findall(str(compiled))))
    places = {name: f"${place}" for place, name in enumerate(names, 1)}
    numbered = _NAMED.sub(lambda found: places[found[1]], str(compiled))
    return numbered.replace("%%", "%").encode(), names, compiled.params
