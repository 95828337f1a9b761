"""Warehouses, places, products, heats and bundles; the ledger of moves and balances; documents."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("stock_move", "stocktake_count", "scan_answer")
TABLES = (
    "scan_answer", "encumbrance", "stocktake_line", "stocktake_count", "stocktake_place", "stocktake",
    "stock_transfer", "stock_issue", "receipt_line", "receipt", "stock_balance", "stock_move",
    "bundle", "heat", "product", "place", "warehouse",
)  # fmt: skip


def _id() -> sa.Column[int]:
    return sa.Column("id", BigInt, primary_key=True)


def _ref(
    name: str, table: str, *, nullable: bool = False, unique: bool = False, primary_key: bool = False
) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, BigInt, key, nullable=nullable, unique=unique, primary_key=primary_key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _word(
    name: str, length: int, *, nullable: bool = False, unique: bool = False, primary_key: bool = False
) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable, unique=unique, primary_key=primary_key)


def _count(name: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigInt, nullable=nullable, primary_key=primary_key)


def _small(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def upgrade() -> None:
    """Create the tables."""
    _master_data()
    _goods()
    _ledger()
    _documents()
    _stocktakes()
    _holds_and_answers()
    for table in APPEND_ONLY:
        immutable.protect(op, table)


def downgrade() -> None:
    """Drop the tables."""
    for table in APPEND_ONLY:
        immutable.unprotect(op, table)
    for table in TABLES:
        op.drop_table(table)


def _master_data() -> None:
    op.create_table(
        "warehouse",
        _id(),
        _ref("org_id", "organisation"),
        _word("code", 40, unique=True),
        _word("name", 120),
        _small("version"),
    )
    op.create_index("ix_warehouse_org_id", "warehouse", ["org_id"])
    op.create_table(
        "place",
        _id(),
        _ref("warehouse_id", "warehouse"),
        _ref("parent_id", "place", nullable=True),
        _word("code", 40),
        _word("name", 120),
        _word("kind", 24),
        sa.Column("is_real", sa.Boolean, nullable=False),
        sa.UniqueConstraint("id", "is_real"),
        sa.UniqueConstraint("warehouse_id", "code"),
    )
    op.create_index("ix_place_parent_id", "place", ["parent_id"])
    op.create_table(
        "product",
        _id(),
        _word("key", 240, unique=True),
        _word("kind", 24),
        _word("standard", 40),
        _word("grade", 40),
        _small("od_mm_x100"),
        _small("wall_mm_x100", nullable=True),
        _small("length_mm", nullable=True),
        _word("length_kind", 24),
        _small("density_kg_per_m3"),
    )
    op.create_index("ix_product_grade", "product", ["grade"])
    op.create_index("ix_product_size", "product", ["od_mm_x100", "wall_mm_x100"])


def _goods() -> None:
    op.create_table(
        "heat",
        _id(),
        _word("heat_number", 80),
        _word("mill_name", 120),
        _ref("mill_org_id", "organisation", nullable=True),
        sa.UniqueConstraint("heat_number", "mill_name"),
    )
    op.create_index("ix_heat_mill_org_id", "heat", ["mill_org_id"])
    op.create_table(
        "bundle",
        _id(),
        _ref("warehouse_id", "warehouse"),
        _word("tag", 60),
        _count("voided"),
        _ref("product_id", "product"),
        _ref("heat_id", "heat"),
        _ref("owner_id", "organisation"),
        _word("certificate_number", 80, nullable=True),
        _small("pieces"),
        _small("piece_length_mm"),
        _count("theoretical_mass_g"),
        _count("certificate_mass_g", nullable=True),
        _count("weighed_mass_g", nullable=True),
        sa.CheckConstraint(
            "pieces > 0 AND piece_length_mm > 0 AND theoretical_mass_g > 0",
            name="quantities",
        ),
        sa.UniqueConstraint("warehouse_id", "tag", "voided"),
    )
    op.create_index("ix_bundle_heat_id", "bundle", ["heat_id"])
    op.create_index("ix_bundle_owner_id", "bundle", ["owner_id"])
    op.create_index("ix_bundle_product_id", "bundle", ["product_id"])


def _ledger() -> None:
    op.create_table(
        "stock_move",
        _ref("warehouse_id", "warehouse"),
        _ref("bundle_id", "bundle"),
        _count("pieces"),
        _count("length_mm"),
        _count("mass_g"),
        _ref("from_place_id", "place"),
        _ref("from_owner_id", "organisation"),
        _word("from_state", 24),
        _ref("to_place_id", "place"),
        _ref("to_owner_id", "organisation"),
        _word("to_state", 24),
        _word("document_kind", 24),
        _word("document_number", 24, nullable=True),
        _ref("reverses_id", "stock_move", nullable=True, unique=True),
        _moment("event_at"),
        _moment("recorded_at"),
        _word("client_op_id", 80, nullable=True),
        _ref("actor_id", "user_account"),
        _id(),
        _small("epoch"),
        _count("txid"),
        sa.CheckConstraint(
            "pieces >= 0 AND length_mm >= 0 AND mass_g >= 0 AND pieces + length_mm + mass_g > 0",
            name="quantities",
        ),
    )
    op.create_index("ix_stock_move_bundle", "stock_move", ["bundle_id", "id"])
    op.create_index("ix_stock_move_document", "stock_move", ["document_number"])
    op.create_index("ix_stock_move_feed", "stock_move", ["epoch", "txid", "id"])
    op.create_table(
        "stock_balance",
        _ref("bundle_id", "bundle", primary_key=True),
        _count("place_id", primary_key=True),
        _ref("owner_id", "organisation", primary_key=True),
        _word("state", 24, primary_key=True),
        sa.Column("is_real", sa.Boolean, nullable=False),
        _count("pieces"),
        _count("length_mm"),
        _count("mass_g"),
        sa.CheckConstraint(
            "NOT is_real OR (pieces >= 0 AND length_mm >= 0 AND mass_g >= 0)",
            name="real_not_negative",
        ),
        sa.ForeignKeyConstraint(["place_id", "is_real"], ["place.id", "place.is_real"]),
    )
    op.create_index("ix_stock_balance_owner", "stock_balance", ["owner_id", "bundle_id"])
    op.create_index("ix_stock_balance_place", "stock_balance", ["place_id", "bundle_id"])
    where = sa.text("is_real AND pieces > 0")
    op.create_index(
        "uq_stock_balance_one_place", "stock_balance", ["bundle_id"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def _documents() -> None:
    op.create_table(
        "receipt",
        _id(),
        _word("number", 24, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("owner_id", "organisation"),
        _word("source", 24),
        _word("advice_number", 80, nullable=True),
        _word("plate", 24, nullable=True),
        _moment("event_at"),
        _moment("recorded_at"),
        _ref("received_by", "user_account"),
        _small("version"),
    )
    op.create_index("ix_receipt_advice_number", "receipt", ["advice_number"])
    op.create_index("ix_receipt_owner_id", "receipt", ["owner_id"])
    op.create_index("ix_receipt_warehouse_id", "receipt", ["warehouse_id"])
    op.create_table(
        "receipt_line",
        _ref("receipt_id", "receipt", primary_key=True),
        _ref("bundle_id", "bundle", unique=True, primary_key=True),
        _ref("place_id", "place"),
    )
    op.create_table(
        "stock_issue",
        _id(),
        _word("number", 24, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("owner_id", "organisation"),
        _word("waybill_number", 80),
        _word("plate", 24),
        _word("status", 24),
        _moment("opened_at"),
        _moment("posted_at", nullable=True),
        _ref("opened_by", "user_account"),
        _ref("posted_by", "user_account", nullable=True),
        _small("version"),
    )
    op.create_index("ix_stock_issue_owner_id", "stock_issue", ["owner_id"])
    op.create_index("ix_stock_issue_warehouse_id", "stock_issue", ["warehouse_id"])
    op.create_index("ix_stock_issue_waybill_number", "stock_issue", ["waybill_number"])
    op.create_table(
        "stock_transfer",
        _id(),
        _word("number", 24, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("place_id", "place"),
        _word("reason", 200),
        _moment("recorded_at"),
        _ref("moved_by", "user_account"),
    )
    op.create_index("ix_stock_transfer_warehouse_id", "stock_transfer", ["warehouse_id"])


def _stocktakes() -> None:
    op.create_table(
        "stocktake",
        _id(),
        _word("number", 24, unique=True),
        _ref("warehouse_id", "warehouse"),
        _ref("place_id", "place", nullable=True),
        _word("status", 24),
        _moment("opened_at"),
        _ref("opened_by", "user_account"),
        _moment("closed_at", nullable=True),
        _ref("closed_by", "user_account", nullable=True),
        _moment("decided_at", nullable=True),
        _ref("decided_by", "user_account", nullable=True),
        _small("version"),
    )
    op.create_index("ix_stocktake_warehouse_id", "stocktake", ["warehouse_id"])
    op.create_table(
        "stocktake_place",
        _ref("stocktake_id", "stocktake", primary_key=True),
        _ref("place_id", "place", primary_key=True),
    )
    op.create_table(
        "stocktake_count",
        _id(),
        _ref("stocktake_id", "stocktake"),
        _word("tag", 60),
        _ref("bundle_id", "bundle", nullable=True),
        _ref("place_id", "place"),
        _small("pieces", nullable=True),
        _moment("event_at"),
        _moment("recorded_at"),
        _word("client_op_id", 80),
        _ref("counted_by", "user_account"),
    )
    op.create_index("ix_stocktake_count_stocktake", "stocktake_count", ["stocktake_id", "tag", "id"])
    op.create_table(
        "stocktake_line",
        _id(),
        _ref("stocktake_id", "stocktake"),
        _word("tag", 60),
        _ref("bundle_id", "bundle", nullable=True),
        _word("finding", 24),
        _ref("booked_place_id", "place", nullable=True),
        _small("booked_pieces", nullable=True),
        _ref("counted_place_id", "place", nullable=True),
        _small("counted_pieces", nullable=True),
        _word("resolution", 24, nullable=True),
        sa.UniqueConstraint("stocktake_id", "tag"),
    )


def _holds_and_answers() -> None:
    op.create_table(
        "encumbrance",
        _id(),
        _ref("bundle_id", "bundle"),
        _word("kind", 24),
        _word("reference", 80),
        _moment("placed_at"),
        _ref("placed_by", "user_account"),
        _moment("lifted_at", nullable=True),
        _ref("lifted_by", "user_account", nullable=True),
    )
    where = sa.text("lifted_at IS NULL")
    op.create_index(
        "ix_encumbrance_standing", "encumbrance", ["bundle_id"],
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
    op.create_table(
        "scan_answer",
        _ref("warehouse_id", "warehouse", primary_key=True),
        _word("client_op_id", 80, primary_key=True),
        _word("fingerprint", 64),
        sa.Column("answer", JsonText, nullable=False),
        _moment("recorded_at"),
        _ref("actor_id", "user_account"),
    )
