"""Stocktakes by owner, product and plan, with recounts, tolerance, late counts and reasons."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt

revision = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

COLUMNS = (
    ("stocktake", "owner_id", BigInt, None),
    ("stocktake", "product_id", BigInt, None),
    ("stocktake", "is_cycle", sa.Boolean, sa.false()),
    ("stocktake", "tolerance_pieces", sa.Integer, "0"),
    ("stocktake", "round", sa.Integer, "1"),
    ("stocktake", "judged_count_id", BigInt, None),
    ("stocktake_count", "round", sa.Integer, "1"),
    ("stocktake_line", "reason", sa.String(24), None),
    ("stocktake_line", "remark", sa.String(200), None),
)
"""Tables, columns, their types, and what rows that are there already get; what has no such value may be null."""


def upgrade() -> None:
    """Add the columns."""
    for table, name, type_, value in COLUMNS:
        op.add_column(table, sa.Column(name, type_, nullable=value is None, server_default=value))


def downgrade() -> None:
    """Drop them."""
    for table, name, _type, _value in reversed(COLUMNS):
        op.drop_column(table, name)
