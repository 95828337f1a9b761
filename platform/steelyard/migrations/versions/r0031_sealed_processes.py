"""Processes and their losses in the order of commits, so that they can be sealed like moves and edges."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt

revision = "0031"
down_revision: str | None = "0030"
branch_labels = None
depends_on = None

FEEDS = {"stock_process": ("warehouse_id", "epoch", "txid", "id"), "process_loss": ("epoch", "txid", "id")}
"""The tables with the columns of the index by which what is new is read."""


def upgrade() -> None:
    """Add the columns; rows that are there already come before all others and are sealed first."""
    for table, columns in FEEDS.items():
        op.add_column(table, sa.Column("epoch", sa.Integer, nullable=False, server_default="0"))
        op.add_column(table, sa.Column("txid", BigInt, nullable=False, server_default="0"))
        op.create_index(f"ix_{table}_feed", table, list(columns))


def downgrade() -> None:
    """Take them away."""
    for table in FEEDS:
        op.drop_index(f"ix_{table}_feed", table)
        op.drop_column(table, "txid")
        op.drop_column(table, "epoch")
