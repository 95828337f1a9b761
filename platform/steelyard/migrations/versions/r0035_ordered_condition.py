"""A line of a delivery order may ask for a condition of delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision: str | None = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; lines that were ordered before take any condition."""
    op.add_column("delivery_line", sa.Column("condition", sa.String(24)))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("delivery_line", "condition")
