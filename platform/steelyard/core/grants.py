"""Rights on PostgreSQL: who owns the tables brings them up, and the program works under a role that owns none.

An owner can drop the triggers that keep moves and records as they were written; a role that owns nothing cannot.
"""

from sqlalchemy import Connection, text

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_
from steelyard.core.partitions import SCHEMA

_OWNS = text("SELECT bool_or(pg_has_role(tableowner, 'USAGE')) FROM pg_tables WHERE schemaname = current_schema()")
_IS_ROLE = text("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = :role")
_SCHEMAS = text(
    "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname IN (current_schema(), :partitions, 'dbos')"
)
"""Those of the tables, of partitions, and of the queue's own tables where it has them."""
_ROWS = "SELECT, INSERT, UPDATE, DELETE"


class RoleUnknown(Refused):
    """No role of this name on the server."""

    code = "role_unknown"
    message = N_("The database server has no role %(role)s. Make it first with CREATE ROLE.")


class RoleOwns(Refused):
    """The role that is to work owns the tables, by itself or as a member."""

    code = "role_owns"
    message = N_("Role %(role)s has the rights of the tables' owner. Name one that has not.")


def owns_tables(connection: Connection) -> bool:
    """Whether the connected role has the rights of the tables' owner; a superuser has those of everybody."""
    return connection.dialect.name == "postgresql" and bool(connection.execute(_OWNS).scalar_one())


def give(connection: Connection, role: str) -> None:
    """Let ``role`` work with all tables, those that the connected owner makes later too, and own none of them.

    Raises ``RoleUnknown`` and ``RoleOwns``.
    """
    if (name := connection.execute(_IS_ROLE, {"role": role}).scalar_one_or_none()) is None:
        raise RoleUnknown(role=role)
    if connection.execute(text("SELECT pg_has_role(:role, current_user, 'USAGE')"), {"role": role}).scalar_one():
        raise RoleOwns(role=role)
    for schema in connection.execute(_SCHEMAS, {"partitions": SCHEMA}).scalars().all():
        for right in (
            f"GRANT USAGE ON SCHEMA {schema} TO {name}",
            f"GRANT {_ROWS} ON ALL TABLES IN SCHEMA {schema} TO {name}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
            f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {name}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {_ROWS} ON TABLES TO {name}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {name}",
        ):
            connection.execute(text(right))
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}"))
