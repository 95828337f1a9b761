"""Calendars as they were known, and how long records of fetches stay."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, UtcDateTime

revision = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

DAYS = 365
LASTING = {
    "price_fetch_outcome": (f"OLD.document_id IS NOT NULL OR {immutable.YOUNGER}", "concluded_at"),
    "price_fetch": (immutable.YOUNGER, "asked_at"),
}
"""When a row may not be deleted. What brought a document stays for ever, and by its foreign key the fetch with it."""


def upgrade() -> None:
    """Create the table; let old records of fetches without a document go."""
    op.create_table(
        "price_calendar_past",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("calendar", sa.String(60), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("taken_back_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_calendar_past"),
    )
    op.create_index("ix_price_calendar_past_calendar", "price_calendar_past", ["calendar"])
    immutable.protect(op, "price_calendar_past")
    for table, (stays, column) in LASTING.items():
        immutable.let_go(op, table, stays, column, DAYS)


def downgrade() -> None:
    """Drop the table; let records of fetches stay for ever again."""
    for table in LASTING:
        immutable.keep(op, table)
    op.drop_table("price_calendar_past")
