"""The tables of procurement."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, UtcDateTime

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "sealed_bid", "bid", "bid_line", "award_total", "award_line", "allocation", "delivery_receipt",
)  # fmt: skip
TABLES = (
    "campaign", "campaign_line", "campaign_officer", "pledge", "sealed_bid", "bid", "bid_line", "award",
    "award_total", "award_line", "allocation", "delivery", "delivery_receipt",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables."""
    _campaigns()
    _pledges()
    _bids()
    _awards()
    _award_rows()
    _deliveries()
    for table in APPEND_ONLY:
        immutable.protect(op, table)


def _campaigns() -> None:
    op.create_table(
        "campaign",
        _id(),
        sa.Column("number", sa.String(24), nullable=False, unique=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _moment("opens_at"),
        _moment("pledge_deadline"),
        _moment("bid_deadline"),
        _moment("published_at", nullable=True),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("receipts_root", sa.String(64)),
        sa.Column("tie_seed", sa.String(64)),
        sa.Column("ended_reason", sa.String(500)),
        _moment("created_at"),
        _ref("created_by", "user_account"),
        _version(),
        sa.CheckConstraint("opens_at < pledge_deadline AND pledge_deadline < bid_deadline", name="deadlines"),
    )
    op.create_index("ix_campaign_state", "campaign", ["state"])
    op.create_table(
        "campaign_line",
        _id(),
        _ref("campaign_id", "campaign"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("grade", sa.String(40), nullable=False),
        sa.Column("size", sa.String(40), nullable=False),
        sa.Column("standard", sa.String(60), nullable=False),
        _count("lot_g"),
        sa.Column("delivery_from", sa.Date, nullable=False),
        sa.Column("delivery_to", sa.Date, nullable=False),
        sa.UniqueConstraint("campaign_id", "position"),
        sa.CheckConstraint("lot_g > 0", name="lot"),
        sa.CheckConstraint("delivery_from <= delivery_to", name="window"),
    )
    op.create_table(
        "campaign_officer",
        _id(),
        _ref("campaign_id", "campaign"),
        _ref("user_id", "user_account"),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed_share", sa.LargeBinary),
        sa.Column("held_share", sa.LargeBinary),
        _moment("approved_at", nullable=True),
        sa.UniqueConstraint("campaign_id", "user_id"),
    )


def _pledges() -> None:
    op.create_table(
        "pledge",
        _id(),
        _ref("campaign_id", "campaign"),
        _ref("line_id", "campaign_line"),
        _ref("org_id", "organisation"),
        _count("mass_g"),
        _count("ceiling_fen_per_t"),
        _ref("pledged_by", "user_account"),
        _moment("pledged_at"),
        _moment("withdrawn_at", nullable=True),
        _version(),
        sa.CheckConstraint("mass_g > 0", name="mass"),
        sa.CheckConstraint("ceiling_fen_per_t > 0", name="ceiling"),
    )
    op.create_index("ix_pledge_campaign_id", "pledge", ["campaign_id"])
    op.create_index("ix_pledge_org_id", "pledge", ["org_id"])
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_pledge_standing",
        "pledge",
        ["line_id", "org_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _bids() -> None:
    op.create_table(
        "sealed_bid",
        _id(),
        _ref("campaign_id", "campaign"),
        _ref("org_id", "organisation"),
        _ref("user_id", "user_account"),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("receipt", sa.String(64), nullable=False),
        _moment("received_at"),
    )
    op.create_index("ix_sealed_bid_campaign_id_org_id", "sealed_bid", ["campaign_id", "org_id"])
    op.create_table(
        "bid",
        _id(),
        _ref("campaign_id", "campaign"),
        sa.Column("number", sa.String(24), nullable=False, unique=True),
        _ref("org_id", "organisation"),
        sa.Column("sealed_bid_id", BigInt, sa.ForeignKey("sealed_bid.id"), nullable=False, unique=True),
        sa.Column("receipt", sa.String(64), nullable=False),
        _moment("received_at"),
        sa.Column("capacity_g", BigInt),
        sa.UniqueConstraint("campaign_id", "org_id"),
    )
    op.create_table(
        "bid_line",
        _id(),
        _ref("bid_id", "bid"),
        _ref("line_id", "campaign_line"),
        _count("price_fen_per_t"),
        _count("capacity_g"),
        sa.UniqueConstraint("bid_id", "line_id"),
    )


def _awards() -> None:
    op.create_table(
        "award",
        _id(),
        _ref("campaign_id", "campaign"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500)),
        _ref("proposed_by", "user_account"),
        _moment("proposed_at"),
        sa.Column("decided_by", BigInt, sa.ForeignKey("user_account.id")),
        _moment("decided_at", nullable=True),
        _version(),
        sa.CheckConstraint("decided_by <> proposed_by", name="two_officers"),
    )
    op.create_index("ix_award_campaign_id", "award", ["campaign_id"])


def _award_rows() -> None:
    op.create_table(
        "award_total",
        _id(),
        _ref("award_id", "award"),
        _ref("line_id", "campaign_line"),
        _count("pledged_g"),
        _count("won_g"),
        sa.Column("price_fen_per_t", BigInt),
        _count("leftover_fen"),
        sa.UniqueConstraint("award_id", "line_id"),
    )
    op.create_table(
        "award_line",
        _id(),
        _ref("award_id", "award"),
        _ref("bid_id", "bid"),
        _ref("org_id", "organisation"),
        _ref("line_id", "campaign_line"),
        _count("mass_g"),
        _count("price_fen_per_t"),
        _count("amount_fen"),
        sa.UniqueConstraint("award_id", "bid_id", "line_id"),
    )
    op.create_table(
        "allocation",
        _id(),
        _ref("award_id", "award"),
        _ref("pledge_id", "pledge"),
        _ref("org_id", "organisation"),
        _ref("line_id", "campaign_line"),
        _count("pledged_g"),
        _count("mass_g"),
        sa.Column("price_fen_per_t", BigInt),
        _count("amount_fen"),
        sa.Column("over_ceiling", sa.Boolean, nullable=False),
        sa.UniqueConstraint("award_id", "pledge_id"),
        sa.CheckConstraint("mass_g >= 0 AND mass_g <= pledged_g", name="within_pledge"),
    )
    op.create_index("ix_allocation_org_id", "allocation", ["org_id"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        _id(),
        sa.Column("number", sa.String(24), nullable=False, unique=True),
        _ref("campaign_id", "campaign"),
        _ref("award_id", "award"),
        _ref("line_id", "campaign_line"),
        _ref("mill_org_id", "organisation"),
        _ref("member_org_id", "organisation"),
        _count("mass_g"),
        _count("received_g"),
        sa.Column("state", sa.String(16), nullable=False),
        _version(),
        sa.UniqueConstraint("award_id", "mill_org_id", "member_org_id", "line_id"),
        sa.CheckConstraint("mass_g > 0", name="mass"),
    )
    for column in ("campaign_id", "mill_org_id", "member_org_id"):
        op.create_index(f"ix_delivery_{column}", "delivery", [column])
    op.create_table(
        "delivery_receipt",
        _id(),
        _ref("delivery_id", "delivery"),
        sa.Column("receipt_number", sa.String(24), nullable=False, unique=True),
        _count("mass_g"),
        _moment("posted_at"),
    )
    op.create_index("ix_delivery_receipt_delivery_id", "delivery_receipt", ["delivery_id"])


def _id() -> sa.Column[int]:
    return sa.Column("id", BigInt, primary_key=True)


def _ref(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, BigInt, sa.ForeignKey(f"{table}.id"), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, BigInt, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[UtcDateTime]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False)


def downgrade() -> None:
    """Drop the tables."""
    for table in APPEND_ONLY:
        immutable.unprotect(op, table)
    for table in reversed(TABLES):
        op.drop_table(table)
