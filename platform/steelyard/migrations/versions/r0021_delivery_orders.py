"""Owners' delivery orders, what is allocated to them, pick-up codes tried, gate passes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, UtcDateTime

revision = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None


def _id() -> sa.Column[Any]:
    return sa.Column("id", BigInt, primary_key=True)


def _ref(name: str, table: str, *, null: bool = False, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, BigInt, sa.ForeignKey(f"{table}.id"), nullable=null, index=index or None)


def _who(name: str, *, null: bool = False) -> sa.Column[Any]:
    return _ref(name, "user_account", null=null)


def _moment(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime, nullable=null)


def _text(name: str, length: int, *, null: bool = False, unique: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=null, unique=unique or None)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False)


def upgrade() -> None:
    """Create the tables."""
    _orders()
    _lines()
    _allocations()
    _gate()
    immutable.protect(op, "gate_pass")


def downgrade() -> None:
    """Drop them again."""
    immutable.unprotect(op, "gate_pass")
    for table in ("gate_pass", "pickup_attempt", "stock_allocation", "delivery_line", "delivery_order"):
        op.drop_table(table)


def _orders() -> None:
    op.create_table(
        "delivery_order",
        _id(),
        _text("number", 24, unique=True),
        _text("order_number", 80),
        _ref("warehouse_id", "warehouse", index=True),
        _ref("owner_id", "organisation", index=True),
        _text("plate", 24),
        _text("driver", 80, null=True),
        _text("waybill_number", 80, null=True),
        _text("pass_hash", 200),
        _text("remark", 200, null=True),
        _text("status", 24),
        _moment("valid_until"),
        _moment("placed_at"),
        _who("placed_by"),
        _moment("ended_at", null=True),
        _who("ended_by", null=True),
        _text("reason", 200, null=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    stands = sa.text("status <> 'cancelled'")
    op.create_index(
        "uq_delivery_order_owner", "delivery_order", ["owner_id", "order_number"],
        unique=True, sqlite_where=stands, postgresql_where=stands,
    )  # fmt: skip


def _lines() -> None:
    op.create_table(
        "delivery_line",
        _id(),
        _ref("order_id", "delivery_order"),
        sa.Column("position", sa.Integer, nullable=False),
        _ref("bundle_id", "bundle", null=True),
        _ref("product_id", "product", null=True),
        sa.Column("od_mm_x100", sa.Integer),
        sa.Column("wall_mm_x100", sa.Integer),
        _text("grade", 40, null=True),
        _text("standard", 40, null=True),
        sa.Column("pieces", sa.Integer),
        sa.Column("mass_g", BigInt),
        sa.Column("min_piece_mm", sa.Integer),
        sa.Column("max_piece_mm", sa.Integer),
        _flag("one_heat"),
        _flag("certified"),
        _flag("whole_bundles"),
        sa.UniqueConstraint("order_id", "position"),
        sa.CheckConstraint("bundle_id IS NULL OR (pieces IS NULL AND mass_g IS NULL)", name="named_whole"),
        sa.CheckConstraint("bundle_id IS NOT NULL OR (pieces IS NULL) <> (mass_g IS NULL)", name="one_measure"),
        sa.CheckConstraint("(pieces IS NULL OR pieces > 0) AND (mass_g IS NULL OR mass_g > 0)", name="quantities"),
    )


def _allocations() -> None:
    op.create_table(
        "stock_allocation",
        _id(),
        _ref("order_id", "delivery_order", index=True),
        _ref("line_id", "delivery_line"),
        _ref("bundle_id", "bundle"),
        _text("state", 24),
        _flag("is_part"),
        sa.Column("pieces", BigInt, nullable=False),
        sa.Column("mass_g", BigInt, nullable=False),
        _moment("allocated_at"),
        _who("allocated_by"),
        _moment("picked_at", null=True),
        _who("picked_by", null=True),
        _moment("ended_at", null=True),
        _who("ended_by", null=True),
        _text("reason", 200, null=True),
        sa.CheckConstraint("pieces > 0 AND mass_g > 0", name="quantities"),
    )
    kept = sa.text("state IN ('reserved', 'picked')")
    op.create_index(
        "uq_stock_allocation_open", "stock_allocation", ["bundle_id"],
        unique=True, sqlite_where=kept, postgresql_where=kept,
    )  # fmt: skip


def _gate() -> None:
    op.create_table(
        "pickup_attempt",
        _id(),
        _ref("order_id", "delivery_order", index=True),
        _moment("made_at"),
        _who("made_by"),
        _flag("is_right"),
    )
    op.create_table(
        "gate_pass",
        _id(),
        _text("number", 24, unique=True),
        _ref("order_id", "delivery_order", index=True),
        _ref("issue_id", "stock_issue"),
        _moment("passed_at"),
        _who("passed_by"),
        _text("difference_reason", 200, null=True),
        sa.UniqueConstraint("issue_id"),
    )
