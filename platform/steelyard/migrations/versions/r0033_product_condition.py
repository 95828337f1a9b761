"""Products have a condition of delivery: hot-rolled and normalised pipe of one size are two products."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision: str | None = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is in the catalogue already says nothing of its condition."""
    op.add_column("product", sa.Column("condition", sa.String(24)))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("product", "condition")
