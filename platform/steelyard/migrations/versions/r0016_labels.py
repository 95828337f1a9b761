"""Printed labels and the company's GS1 prefix."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

APPEND_ONLY = ("label_print_line", "label_print", "bundle_sscc")


def _ref(name: str, table: str, *, unique: bool = False, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, BigInt, key, nullable=False, unique=unique, primary_key=primary_key)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "gs1_prefix",
        sa.Column("id", BigInt, primary_key=True),
        _ref("org_id", "organisation"),
        sa.Column("prefix", sa.String(12), nullable=False, unique=True),
        sa.Column("used", BigInt, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        _ref("added_by", "user_account"),
        sa.CheckConstraint("used >= 0", name="used"),
    )
    op.create_index("ix_gs1_prefix_org_id", "gs1_prefix", ["org_id"])
    op.create_table(
        "bundle_sscc",
        sa.Column("sscc", sa.String(18), primary_key=True),
        _ref("bundle_id", "bundle", unique=True),
        _ref("prefix_id", "gs1_prefix"),
    )
    op.create_table(
        "label_print",
        sa.Column("id", BigInt, primary_key=True),
        _ref("warehouse_id", "warehouse"),
        sa.Column("layout", sa.String(24), nullable=False),
        sa.Column("symbol", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(120)),
        sa.Column("printed_at", UtcDateTime, nullable=False),
        _ref("printed_by", "user_account"),
    )
    op.create_index("ix_label_print_yard", "label_print", ["warehouse_id", "id"])
    op.create_table(
        "label_print_line",
        _ref("print_id", "label_print", primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        _ref("bundle_id", "bundle"),
        sa.Column("copy", sa.Integer, nullable=False),
        sa.Column("label", JsonText, nullable=False),
        sa.UniqueConstraint("bundle_id", "copy"),
    )
    for table in APPEND_ONLY:
        immutable.protect(op, table)


def downgrade() -> None:
    """Drop them again."""
    for table in APPEND_ONLY:
        immutable.unprotect(op, table)
        op.drop_table(table)
    op.drop_table("gs1_prefix")
