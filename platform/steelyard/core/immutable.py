"""Triggers that refuse UPDATE, DELETE and TRUNCATE on append-only tables, on both databases."""

from typing import Any

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def protect(op: Any, table: str) -> None:
    """Make ``table`` append-only; called from a migration with Alembic's ``op``."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(
            f"CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'table {table} is append-only'); END"
        )


def unprotect(op: Any, table: str) -> None:
    """Drop the triggers again, before the table is dropped."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER {table}_rows_stay ON {table}")
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
        return
    op.execute(f"DROP TRIGGER {table}_no_update")
    op.execute(f"DROP TRIGGER {table}_no_delete")


YOUNGER = "OLD.{column} > {limit}"
"""The condition that a row is not yet as old as it must be; for the ``stays`` of :func:`let_go`."""


def let_go(op: Any, table: str, stays: str, column: str, days: int) -> None:
    """Let rows of an append-only ``table`` be deleted unless ``stays`` holds of them; no row is ever changed.

    ``stays`` is SQL about ``OLD``; ``{column}`` in it is the moment from which the age counts, ``{limit}`` that of
    ``days`` days ago by the database's clock.
    """
    if op.get_bind().dialect.name == "postgresql":
        condition = stays.format(column=column, limit=f"(clock_timestamp() - interval '{days} days')")
        op.execute(f"DROP TRIGGER {table}_rows_stay ON {table}")
        for name, verb, when in (("rows_stay", "UPDATE", ""), ("rows_last", "DELETE", f"WHEN ({condition}) ")):
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {verb} ON {table} "
                f"FOR EACH ROW {when}EXECUTE FUNCTION refuse_change()"
            )
        return
    limit = f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{days} days')"
    condition = stays.format(column=column, limit=limit)
    op.execute(f"DROP TRIGGER {table}_no_delete")
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, 'table {table} is append-only'); END"
    )


def keep(op: Any, table: str) -> None:
    """Undo :func:`let_go`."""
    if op.get_bind().dialect.name == "postgresql":
        for name in ("rows_stay", "rows_last"):
            op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
    else:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
    protect(op, table)
