"""Why a lorry that left on a waybill alone weighed other than the books say."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("stock_issue", sa.Column("difference_reason", sa.String(200)))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("stock_issue", "difference_reason")
