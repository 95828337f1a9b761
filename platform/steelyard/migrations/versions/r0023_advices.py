"""Advices of goods to come, receipts in progress, and the decisions on those that stopped."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None


def _ref(name: str, table: str, *, null: bool = False, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, BigInt, sa.ForeignKey(f"{table}.id"), nullable=null, index=index or None)


def upgrade() -> None:
    """Create the tables and add the columns."""
    _advices()
    _stops()
    op.add_column("receipt", sa.Column("status", sa.String(24), nullable=False, server_default="posted"))
    op.add_column("receipt_line", sa.Column("state", sa.String(24), nullable=False, server_default="available"))


def _advices() -> None:
    op.create_table(
        "stock_advice",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("number", sa.String(80), nullable=False, index=True),
        _ref("warehouse_id", "warehouse", null=True, index=True),
        _ref("owner_id", "organisation"),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("plate", sa.String(24)),
        sa.Column("tolerance_permille", sa.Integer, nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        _ref("created_by", "user_account", null=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("owner_id", "number"),
        sa.CheckConstraint("tolerance_permille >= 0", name="tolerance"),
    )
    op.create_table(
        "stock_advice_line",
        sa.Column("id", BigInt, primary_key=True),
        _ref("advice_id", "stock_advice", index=True),
        sa.Column("tag", sa.String(60)),
        sa.Column("goods", sa.String(240)),
        _ref("product_id", "product", null=True),
        sa.Column("heat_number", sa.String(80)),
        sa.Column("mill_name", sa.String(120)),
        sa.Column("certificate_number", sa.String(80)),
        sa.Column("bundles", sa.Integer),
        sa.Column("pieces", sa.Integer),
        sa.Column("piece_length_mm", sa.Integer),
        sa.Column("mass_g", BigInt),
        sa.UniqueConstraint("advice_id", "tag"),
        sa.CheckConstraint("tag IS NULL OR bundles = 1", name="bundle_of_tag"),
        sa.CheckConstraint("bundles > 0 AND pieces > 0 AND piece_length_mm > 0 AND mass_g > 0", name="quantities"),
    )
    op.create_table(
        "stock_advice_arrival",
        sa.Column("bundle_id", BigInt, sa.ForeignKey("bundle.id"), primary_key=True),
        _ref("advice_line_id", "stock_advice_line", index=True),
    )


def _stops() -> None:
    op.create_table(
        "receipt_stop",
        sa.Column("id", BigInt, primary_key=True),
        _ref("receipt_id", "receipt"),
        sa.Column("findings", JsonText, nullable=False),
        sa.Column("stopped_at", UtcDateTime, nullable=False),
        _ref("stopped_by", "user_account"),
        sa.Column("decision", sa.String(24)),
        sa.Column("because", sa.String(400)),
        sa.Column("decided_at", UtcDateTime),
        _ref("decided_by", "user_account", null=True),
        sa.CheckConstraint("decided_by <> stopped_by", name="four_eyes"),
        sa.CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided"),
    )
    op.create_index("ix_receipt_stop_receipt", "receipt_stop", ["receipt_id", "id"])


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("receipt_line", "state")
    op.drop_column("receipt", "status")
    for table in ("receipt_stop", "stock_advice_arrival", "stock_advice_line", "stock_advice"):
        op.drop_table(table)
