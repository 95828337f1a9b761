"""Freight postings, rounds, loads and waybills."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("freight_round", "freight_left_over", "waybill_loading")
_TAKEN = sa.text("state IN ('offered', 'accepted')")
_ACTIVE = sa.text("state IN ('open', 'offered')")


def upgrade() -> None:
    """Create the tables."""
    _demands()
    _supplies()
    _rounds()
    _loads()
    _waybills()
    for table in _APPEND_ONLY:
        immutable.protect(op, table)


def downgrade() -> None:
    """Drop the tables."""
    for table in _APPEND_ONLY:
        immutable.unprotect(op, table)
    for table in (
        "waybill_loading",
        "waybill",
        "freight_load",
        "freight_left_over",
        "freight_round",
        "freight_supply",
        "freight_demand",
    ):
        op.drop_table(table)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, BigInt, nullable=nullable)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, BigInt, sa.ForeignKey(target), nullable=nullable)


def _posting_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("number", sa.String(24), nullable=False, unique=True),
        _link("org_id", "organisation.id"),
        _link("posted_by", "user_account.id"),
        _moment("posted_at"),
        sa.Column("state", sa.String(12), nullable=False),
    ]


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _demands() -> None:
    op.create_table(
        "freight_demand",
        *_posting_columns(),
        sa.Column("origin", sa.String(6), nullable=False),
        sa.Column("destination", sa.String(6), nullable=False),
        _number("mass_g"),
        _number("pieces"),
        _number("longest_mm"),
        _moment("pickup_from"),
        _moment("pickup_until"),
        _moment("delivery_from"),
        _moment("delivery_until"),
        _number("ceiling_fen"),
        sa.Column("needs", JsonText, nullable=False),
        sa.Column("order_reference", sa.String(80)),
        _link("loading_warehouse_org_id", "organisation.id", nullable=True),
        _link("receiver_org_id", "organisation.id", nullable=True),
        sa.CheckConstraint("mass_g > 0 AND pieces > 0 AND longest_mm > 0 AND ceiling_fen > 0", name="amounts"),
        sa.CheckConstraint("pickup_from < pickup_until AND delivery_from < delivery_until", name="windows"),
    )
    _indexes("freight_demand", "org_id", "state")


def _supplies() -> None:
    op.create_table(
        "freight_supply",
        *_posting_columns(),
        sa.Column("plate", sa.String(16), nullable=False),
        sa.Column("lorry_class", sa.String(16), nullable=False),
        _number("bed_length_mm"),
        _number("payload_g"),
        _number("tare_g", nullable=True),
        sa.Column("equipment", JsonText, nullable=False),
        sa.Column("position", sa.String(6), nullable=False),
        sa.Column("home", sa.String(6)),
        _moment("free_from"),
        _moment("free_until", nullable=True),
        _number("ask_fen_per_km"),
        _number("fixed_fen"),
        sa.CheckConstraint("payload_g > 0 AND bed_length_mm > 0", name="amounts"),
        sa.CheckConstraint("ask_fen_per_km >= 0 AND fixed_fen >= 0", name="asks"),
        sa.CheckConstraint("free_until IS NULL OR free_from < free_until", name="window"),
    )
    _indexes("freight_supply", "org_id", "state")
    op.create_index(
        "uq_freight_supply_active_plate",
        "freight_supply",
        ["org_id", "plate"],
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )


def _rounds() -> None:
    op.create_table(
        "freight_round",
        sa.Column("id", BigInt, primary_key=True),
        _moment("held_at"),
        _link("held_by", "user_account.id"),
        _moment("offers_until"),
        sa.Column("demands", sa.Integer, nullable=False),
        sa.Column("supplies", sa.Integer, nullable=False),
        sa.Column("matched", sa.Integer, nullable=False),
        _number("empty_m"),
        _number("loaded_m"),
        _number("surplus_fen"),
    )
    op.create_table(
        "freight_left_over",
        sa.Column("id", BigInt, primary_key=True),
        _link("round_id", "freight_round.id"),
        _link("demand_id", "freight_demand.id", nullable=True),
        _link("supply_id", "freight_supply.id", nullable=True),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.CheckConstraint("(demand_id IS NULL) <> (supply_id IS NULL)", name="one_posting"),
    )
    _indexes("freight_left_over", "round_id", "demand_id", "supply_id")


def _loads() -> None:
    op.create_table(
        "freight_load",
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("number", sa.String(24), nullable=False, unique=True),
        _link("round_id", "freight_round.id"),
        _link("demand_id", "freight_demand.id"),
        _link("supply_id", "freight_supply.id"),
        _link("shipper_org_id", "organisation.id"),
        _link("carrier_org_id", "organisation.id"),
        _link("warehouse_org_id", "organisation.id", nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        _number("empty_m"),
        _number("loaded_m"),
        sa.Column("distance_source", sa.String(32), nullable=False),
        _moment("pickup_at"),
        _moment("delivery_at"),
        _number("cost_fen"),
        _number("shipper_pays_fen"),
        _number("carrier_receives_fen"),
        _moment("expires_at"),
        _moment("shipper_accepted_at", nullable=True),
        _link("shipper_accepted_by", "user_account.id", nullable=True),
        _moment("carrier_accepted_at", nullable=True),
        _link("carrier_accepted_by", "user_account.id", nullable=True),
        _moment("closed_at", nullable=True),
        sa.Column("declined_side", sa.String(12)),
        sa.Column("decline_reason", sa.String(400)),
        sa.CheckConstraint("carrier_receives_fen >= cost_fen", name="carrier_covered"),
        sa.CheckConstraint("shipper_pays_fen = carrier_receives_fen", name="balanced"),
    )
    _indexes("freight_load", "round_id", "shipper_org_id", "carrier_org_id", "warehouse_org_id", "state", "expires_at")
    for column in ("demand", "supply"):
        op.create_index(
            f"uq_freight_load_{column}",
            "freight_load",
            [f"{column}_id"],
            unique=True,
            sqlite_where=_TAKEN,
            postgresql_where=_TAKEN,
        )


def _waybills() -> None:
    op.create_table(
        "waybill",
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("number", sa.String(24), nullable=False, unique=True),
        sa.Column("load_id", BigInt, sa.ForeignKey("freight_load.id"), nullable=False, unique=True),
        _link("shipper_org_id", "organisation.id"),
        _link("carrier_org_id", "organisation.id"),
        _link("warehouse_org_id", "organisation.id", nullable=True),
        _link("receiver_org_id", "organisation.id", nullable=True),
        sa.Column("plate", sa.String(16), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        _moment("issued_at"),
        _moment("loaded_at", nullable=True),
        _moment("delivered_at", nullable=True),
        _link("delivered_by", "user_account.id", nullable=True),
        _number("received_mass_g", nullable=True),
        sa.Column("remark", sa.String(400)),
    )
    _indexes("waybill", "shipper_org_id", "carrier_org_id", "warehouse_org_id", "receiver_org_id")
    op.create_table(
        "waybill_loading",
        sa.Column("id", BigInt, primary_key=True),
        _link("waybill_id", "waybill.id"),
        sa.Column("issue_number", sa.String(24), nullable=False),
        sa.Column("plate", sa.String(24)),
        _number("mass_g"),
        sa.Column("bundles", JsonText, nullable=False),
        _moment("loaded_at"),
        sa.UniqueConstraint("waybill_id", "issue_number"),
    )
