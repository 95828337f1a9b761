"""Tariffs of storage and handling, and the index by which the stock of a past moment is found.

The moves are appended in the order of their recording, so that a block range index finds those since a moment and
costs the writers next to nothing; SQLite gets a plain index.
"""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, UtcDateTime

revision = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the index."""
    op.create_table(
        "storage_tariff",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("warehouse_id", BigInt, sa.ForeignKey("warehouse.id"), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("storage_fen_per_t_day", BigInt, nullable=False),
        sa.Column("free_days", sa.Integer, nullable=False),
        sa.Column("in_fen_per_t", BigInt, nullable=False),
        sa.Column("out_fen_per_t", BigInt, nullable=False),
        sa.Column("minimum_fen", BigInt, nullable=False),
        sa.Column("remark", sa.String(200)),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("set_by", BigInt, sa.ForeignKey("user_account.id"), nullable=False),
        sa.CheckConstraint(
            "storage_fen_per_t_day >= 0 AND free_days >= 0 AND in_fen_per_t >= 0 AND out_fen_per_t >= 0 "
            "AND minimum_fen >= 0",
            name="amounts",
        ),
        sa.CheckConstraint("valid_to >= valid_from", name="validity"),
    )
    op.create_index("ix_storage_tariff_warehouse", "storage_tariff", ["warehouse_id", "id"])
    immutable.protect(op, "storage_tariff")
    op.create_index("ix_stock_move_recorded", "stock_move", ["recorded_at"], postgresql_using="brin")


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_stock_move_recorded", "stock_move")
    immutable.unprotect(op, "storage_tariff")
    op.drop_table("storage_tariff")
