"""Dispositions that undo another, and holds that were passed on to the parts of a bundle."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt

revision = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

COLUMNS = (("quality_disposition", "reverses_id"), ("quality_hold", "origin_id"))


def upgrade() -> None:
    """Add what names the former document, and see that a disposition is undone once."""
    for table, name in COLUMNS:
        op.add_column(table, sa.Column(name, BigInt, nullable=True))
    where = sa.text("status <> 'rejected'")
    op.create_index(
        "uq_quality_disposition_reverses", "quality_disposition", ["reverses_id"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
    standing = sa.text("lifted_at IS NULL")
    op.create_index(
        "ix_quality_hold_origin", "quality_hold", ["origin_id"], sqlite_where=standing, postgresql_where=standing
    )


def downgrade() -> None:
    """Take it out again."""
    op.drop_index("ix_quality_hold_origin", "quality_hold")
    op.drop_index("uq_quality_disposition_reverses", "quality_disposition")
    for table, name in reversed(COLUMNS):
        op.drop_column(table, name)
