"""Defects and quality holds."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, UtcDateTime

revision = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "quality_claim", "quality_product_change", "quality_disposition_bundle", "quality_disposition", "quality_hold",
    "quality_photo", "quality_defect",
)  # fmt: skip
APPEND_ONLY = {"quality_product_change", "quality_disposition_bundle", "quality_photo"}


def _id() -> sa.Column[Any]:
    return sa.Column("id", BigInt, primary_key=True)


def _ref(name: str, table: str, *, null: bool = False, key: bool = False, index: bool = False) -> sa.Column[Any]:
    return sa.Column(
        name, BigInt, sa.ForeignKey(f"{table}.id"), nullable=null, primary_key=key, index=index or None
    )  # fmt: skip


def _who(name: str, *, null: bool = False) -> sa.Column[Any]:
    return _ref(name, "user_account", null=null)


def _moment(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime, nullable=null)


def _text(name: str, length: int, *, null: bool = False, unique: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=null, unique=unique or None)


def upgrade() -> None:
    """Create the tables."""
    _defects()
    _holds()
    _dispositions()
    _claims()
    for table in sorted(APPEND_ONLY):
        immutable.protect(op, table)


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        if table in APPEND_ONLY:
            immutable.unprotect(op, table)
        op.drop_table(table)


def _defects() -> None:
    op.create_table(
        "quality_defect",
        _id(),
        _text("number", 24, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("heat_id", "heat", index=True),
        _ref("bundle_id", "bundle", null=True, index=True),
        _text("kind", 24),
        _text("severity", 24),
        sa.Column("pieces", sa.Integer),
        _text("place", 40, null=True),
        _text("remark", 1000, null=True),
        _text("status", 24),
        _moment("event_at"),
        _moment("reported_at"),
        _who("reported_by"),
        _moment("settled_at", null=True),
        _who("settled_by", null=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("(bundle_id IS NULL) = (pieces IS NULL)", name="pieces_of_bundle"),
        sa.CheckConstraint("pieces > 0", name="pieces"),
    )
    op.create_index("ix_quality_defect_warehouse", "quality_defect", ["warehouse_id", "id"])
    op.create_table(
        "quality_photo",
        _id(),
        _ref("defect_id", "quality_defect", index=True),
        _text("digest", 64),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        _moment("taken_at"),
        _who("taken_by"),
    )


def _holds() -> None:
    op.create_table(
        "quality_hold",
        _id(),
        _text("number", 24, unique=True),
        _ref("org_id", "organisation"),
        _ref("heat_id", "heat"),
        _ref("bundle_id", "bundle", null=True),
        _ref("defect_id", "quality_defect", null=True, index=True),
        _text("reason", 1000),
        _moment("placed_at"),
        _who("placed_by"),
        _moment("lifted_at", null=True),
        _who("lifted_by", null=True),
        _text("lifted_because", 1000, null=True),
        sa.CheckConstraint("lifted_by <> placed_by", name="four_eyes"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
    )
    op.create_index("ix_quality_hold_org", "quality_hold", ["org_id", "id"])
    standing = sa.text("lifted_at IS NULL")
    op.create_index(
        "ix_quality_hold_standing", "quality_hold", ["heat_id"], sqlite_where=standing, postgresql_where=standing
    )


def _dispositions() -> None:
    op.create_table(
        "quality_disposition",
        _id(),
        _text("number", 24, unique=True),
        _ref("defect_id", "quality_defect", index=True),
        _text("kind", 24),
        _text("status", 24),
        _text("remark", 1000),
        sa.Column("cost_fen", BigInt, nullable=False),
        _ref("product_id", "product", null=True),
        _text("consent", 200, null=True),
        _moment("proposed_at"),
        _who("proposed_by"),
        _moment("decided_at", null=True),
        _who("decided_by", null=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        sa.CheckConstraint("cost_fen >= 0", name="cost"),
    )
    op.create_table(
        "quality_disposition_bundle",
        _ref("disposition_id", "quality_disposition", key=True),
        _ref("bundle_id", "bundle", key=True, index=True),
    )
    op.create_table(
        "quality_product_change",
        _id(),
        _ref("bundle_id", "bundle", index=True),
        _ref("disposition_id", "quality_disposition"),
        _ref("from_product_id", "product"),
        _ref("to_product_id", "product"),
        _moment("changed_at"),
    )


def _claims() -> None:
    op.create_table(
        "quality_claim",
        _id(),
        _text("number", 24, unique=True),
        _ref("defect_id", "quality_defect", index=True),
        _text("status", 24),
        _text("demand", 1000),
        sa.Column("amount_fen", BigInt, nullable=False),
        _moment("sent_at"),
        _who("sent_by"),
        _text("answer", 1000, null=True),
        _moment("answered_at", null=True),
        _who("answered_by", null=True),
        sa.Column("settled_fen", BigInt),
        _moment("settled_at", null=True),
        _who("settled_by", null=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("amount_fen >= 0 AND settled_fen >= 0", name="amounts"),
    )
