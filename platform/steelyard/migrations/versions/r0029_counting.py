"""Statements as they were issued, what products are worth, and who settled a line of a stocktake."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None


def _ref(name: str, table: str, *, null: bool = False, unique: bool | None = None) -> sa.Column[int]:
    return sa.Column(name, BigInt, sa.ForeignKey(f"{table}.id"), nullable=null, unique=unique)


def upgrade() -> None:
    """Create the tables and add the columns."""
    op.create_table(
        "storage_statement",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("number", sa.String(24), nullable=False, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("owner_id", "organisation"),
        sa.Column("owner_name", sa.String(120), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("total_fen", BigInt, nullable=False),
        sa.Column("lines", JsonText, nullable=False),
        sa.Column("details", JsonText, nullable=False),
        _ref("corrects_id", "storage_statement", null=True, unique=True),
        sa.Column("reason", sa.String(200)),
        sa.Column("issued_at", UtcDateTime, nullable=False),
        _ref("issued_by", "user_account"),
        sa.CheckConstraint("(corrects_id IS NULL) = (reason IS NULL)", name="reason"),
    )
    op.create_index("ix_storage_statement_month", "storage_statement", ["warehouse_id", "month", "owner_id"])
    op.create_index("ix_storage_statement_owner", "storage_statement", ["owner_id", "id"])
    op.create_index(
        "uq_storage_statement_first",
        "storage_statement",
        ["warehouse_id", "owner_id", "month"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    immutable.protect(op, "storage_statement")
    op.create_table(
        "product_value",
        sa.Column("id", BigInt, primary_key=True),
        _ref("warehouse_id", "warehouse"),
        _ref("product_id", "product"),
        sa.Column("fen_per_t", BigInt, nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        _ref("set_by", "user_account"),
        sa.CheckConstraint("fen_per_t > 0", name="value"),
    )
    op.create_index("ix_product_value_product", "product_value", ["warehouse_id", "product_id", "id"])
    immutable.protect(op, "product_value")
    op.add_column("stocktake_line", sa.Column("settled_at", UtcDateTime))
    op.add_column("stocktake_line", sa.Column("settled_by", BigInt))


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("stocktake_line", "settled_by")
    op.drop_column("stocktake_line", "settled_at")
    for table in ("product_value", "storage_statement"):
        immutable.unprotect(op, table)
        op.drop_table(table)
