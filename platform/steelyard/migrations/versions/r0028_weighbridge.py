"""Tickets between their two weights, and tolerances as fields: of yard, advice, delivery order and group purchase."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, UtcDateTime

revision = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

COLUMNS = (
    ("warehouse", "tolerance_permille", sa.Integer, "3"),
    ("stock_advice", "tolerance_agreed", sa.Boolean, sa.true()),
    ("delivery_order", "tolerance_permille", sa.Integer, None),
    ("campaign", "tolerance_permille", sa.Integer, None),
)
"""Tables, columns, their types, and what rows that are there already get; what has no such value may be null."""


def upgrade() -> None:
    """Create the tables and add the columns."""
    op.create_table(
        "weighbridge_ticket",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("warehouse_id", BigInt, sa.ForeignKey("warehouse.id"), nullable=False),
        sa.Column("ticket_number", sa.String(80), nullable=False),
        sa.Column("plate", sa.String(24), nullable=False),
        sa.Column("direction", sa.String(24), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("opened_by", BigInt, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("closed_by", BigInt, sa.ForeignKey("user_account.id")),
        sa.Column("reason", sa.String(200)),
        sa.Column("weighing_id", BigInt, sa.ForeignKey("weighing.id")),
        sa.Column("voided", BigInt, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("warehouse_id", "ticket_number", "voided"),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
    )
    op.create_table(
        "weighbridge_reading",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("ticket_id", BigInt, sa.ForeignKey("weighbridge_ticket.id"), nullable=False),
        sa.Column("mass_g", BigInt, nullable=False),
        sa.Column("weighed_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("weighed_by", BigInt, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("corrects_id", BigInt, sa.ForeignKey("weighbridge_reading.id"), unique=True),
        sa.Column("reason", sa.String(200)),
        sa.CheckConstraint("mass_g > 0", name="mass"),
    )
    op.create_index("ix_weighbridge_reading_ticket_id", "weighbridge_reading", ["ticket_id"])
    immutable.protect(op, "weighbridge_reading")
    for table, name, type_, value in COLUMNS:
        op.add_column(table, sa.Column(name, type_, nullable=value is None, server_default=value))


def downgrade() -> None:
    """Drop them."""
    for table, name, _type, _value in reversed(COLUMNS):
        op.drop_column(table, name)
    immutable.unprotect(op, "weighbridge_reading")
    op.drop_table("weighbridge_reading")
    op.drop_table("weighbridge_ticket")
