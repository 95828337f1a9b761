"""What becomes of bundles: splits, merges, processing, who descends from whom, and changes of owner."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

APPEND_ONLY = ("stock_process", "bundle_edge", "process_loss", "heat_part")
TABLES = ("title_transfer_line", "title_transfer", "heat_part", "process_loss", "bundle_edge", "stock_process")


def _id() -> sa.Column[int]:
    return sa.Column("id", BigInt, primary_key=True)


def _ref(
    name: str, table: str, *, nullable: bool = False, unique: bool = False, primary_key: bool = False
) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, BigInt, key, nullable=nullable, unique=unique, primary_key=primary_key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _word(name: str, length: int, *, nullable: bool = False, unique: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable, unique=unique)


def _amounts() -> list[sa.Column[int]]:
    return [sa.Column(name, BigInt, nullable=False) for name in ("pieces", "length_mm", "mass_g")]


def upgrade() -> None:
    """Create the tables."""
    _processes()
    _titles()
    for table in APPEND_ONLY:
        immutable.protect(op, table)


def downgrade() -> None:
    """Drop them again."""
    for table in APPEND_ONLY:
        immutable.unprotect(op, table)
    for table in TABLES:
        op.drop_table(table)


def _processes() -> None:
    op.create_table(
        "stock_process",
        _id(),
        _word("number", 24, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("owner_id", "organisation"),
        _word("kind", 24),
        _word("reason", 200, nullable=True),
        _word("furnace_charge", 80, nullable=True),
        sa.Column("parameters", JsonText, nullable=False),
        _ref("reverses_id", "stock_process", nullable=True, unique=True),
        _moment("event_at"),
        _moment("recorded_at"),
        _ref("posted_by", "user_account"),
    )
    op.create_index("ix_stock_process_warehouse_id", "stock_process", ["warehouse_id"])
    op.create_index("ix_stock_process_owner_id", "stock_process", ["owner_id"])
    op.create_table(
        "bundle_edge",
        _ref("warehouse_id", "warehouse"),
        _ref("process_id", "stock_process"),
        sa.Column("line", sa.Integer, nullable=False),
        _ref("parent_id", "bundle"),
        _ref("child_id", "bundle"),
        *_amounts(),
        _id(),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("txid", BigInt, nullable=False),
        sa.UniqueConstraint("parent_id", "child_id", "process_id"),
        sa.CheckConstraint(
            "pieces >= 0 AND length_mm >= 0 AND mass_g >= 0 AND parent_id <> child_id", name="quantities"
        ),
    )
    op.create_index("ix_bundle_edge_child", "bundle_edge", ["child_id", "parent_id"])
    op.create_index("ix_bundle_edge_process", "bundle_edge", ["process_id"])
    op.create_index("ix_bundle_edge_feed", "bundle_edge", ["warehouse_id", "epoch", "txid", "id"])
    op.create_table(
        "process_loss",
        _id(),
        _ref("process_id", "stock_process"),
        sa.Column("line", sa.Integer, nullable=False),
        _ref("parent_id", "bundle"),
        _word("kind", 24),
        *_amounts(),
        sa.CheckConstraint(
            "pieces >= 0 AND length_mm >= 0 AND mass_g >= 0 AND pieces + length_mm + mass_g > 0", name="quantities"
        ),
    )
    op.create_index("ix_process_loss_process_id", "process_loss", ["process_id"])
    op.create_index("ix_process_loss_parent_id", "process_loss", ["parent_id"])
    op.create_table("heat_part", _ref("heat_id", "heat", primary_key=True), _ref("part_id", "heat", primary_key=True))
    op.create_index("ix_heat_part_part_id", "heat_part", ["part_id"])


def _titles() -> None:
    op.create_table(
        "title_transfer",
        _id(),
        _word("number", 24, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("from_owner_id", "organisation"),
        _ref("to_owner_id", "organisation"),
        _word("order_number", 80),
        _word("status", 24),
        _word("reason", 200, nullable=True),
        _moment("requested_at"),
        _ref("requested_by", "user_account"),
        _moment("decided_at", nullable=True),
        _ref("decided_by", "user_account", nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    for column in ("warehouse_id", "from_owner_id", "to_owner_id"):
        op.create_index(f"ix_title_transfer_{column}", "title_transfer", [column])
    where = sa.text("status <> 'refused'")
    op.create_index(
        "uq_title_transfer_order", "title_transfer", ["from_owner_id", "order_number"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
    op.create_table(
        "title_transfer_line",
        _ref("transfer_id", "title_transfer", primary_key=True),
        _ref("bundle_id", "bundle", primary_key=True),
    )
    op.create_index("ix_title_transfer_line_bundle_id", "title_transfer_line", ["bundle_id"])
