"""Moves are sealed warehouse by warehouse: the feed's index begins with the warehouse."""

from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the warehouse before the place in the feed."""
    op.drop_index("ix_stock_move_feed", "stock_move")
    op.create_index("ix_stock_move_feed", "stock_move", ["warehouse_id", "epoch", "txid", "id"])


def downgrade() -> None:
    """Take it out again."""
    op.drop_index("ix_stock_move_feed", "stock_move")
    op.create_index("ix_stock_move_feed", "stock_move", ["epoch", "txid", "id"])
