"""Derived series, the index of the platform's own deals, and price formulas."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None

TABLES = ("price_contract", "price_quote", "price_index", "price_index_release", "price_deal")


def upgrade() -> None:
    """Create the tables."""
    _contracts()
    _quotes()
    _indexes()
    _releases()
    _deals()
    for table in TABLES:
        immutable.protect(op, table)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")


def _contracts() -> None:
    table = "price_contract"
    op.create_table(
        table,
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("org_id", BigInt, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("counterparty", sa.String(120)),
        sa.Column("formula", sa.String(3000), nullable=False),
        sa.Column("typed", sa.String(3000), nullable=False),
        sa.Column("language", sa.Integer, nullable=False),
        sa.Column("methodology", sa.String(24), nullable=False),
        sa.Column("series", JsonText, nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_contract"),
        sa.UniqueConstraint("number", name="uq_price_contract_number"),
        _foreign(table, "org_id", "organisation"),
        _foreign(table, "created_by", "user_account"),
    )
    op.create_index("ix_price_contract_org_id_id", table, ["org_id", "id"])


def _quotes() -> None:
    table = "price_quote"
    op.create_table(
        table,
        sa.Column("id", BigInt, nullable=False),
        sa.Column("contract_id", BigInt, nullable=False),
        sa.Column("org_id", BigInt, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.Column("month", sa.String(7)),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("fen", BigInt, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("answer", JsonText, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("made_by", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_quote"),
        _foreign(table, "contract_id", "price_contract"),
        _foreign(table, "org_id", "organisation"),
        _foreign(table, "made_by", "user_account"),
    )
    op.create_index("ix_price_quote_org_id_id", table, ["org_id", "id"])
    op.create_index("ix_price_quote_contract_id_id", table, ["contract_id", "id"])


def _indexes() -> None:
    op.create_table(
        "price_index",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("methodology", sa.String(24), nullable=False),
        sa.Column("least_contributors", sa.Integer, nullable=False),
        sa.Column("most_share_bp", sa.Integer, nullable=False),
        sa.Column("base_day", sa.Date, nullable=False),
        sa.Column("members", JsonText, nullable=False),
        sa.Column("defined_at", UtcDateTime, nullable=False),
        sa.Column("defined_by", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_index"),
        sa.UniqueConstraint("code", "version", name="uq_price_index_code_version"),
        _foreign("price_index", "defined_by", "user_account"),
        sa.CheckConstraint("least_contributors >= 3", name=op.f("ck_price_index_enough_contributors")),
        sa.CheckConstraint("most_share_bp BETWEEN 1000 AND 5000", name=op.f("ck_price_index_no_contributor_rules")),
    )


def _releases() -> None:
    table = "price_index_release"
    op.create_table(
        table,
        sa.Column("id", BigInt, nullable=False),
        sa.Column("index_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.Column("mantissa", BigInt),
        sa.Column("scale", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(24)),
        sa.Column("contributors", sa.Integer, nullable=False),
        sa.Column("sheet", JsonText, nullable=False),
        sa.Column("remark", sa.String(500)),
        sa.Column("signed_at", UtcDateTime, nullable=False),
        sa.Column("signed_by", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_index_release"),
        sa.UniqueConstraint("index_id", "day", "revision", name="uq_price_index_release_index_id_day_revision"),
        _foreign(table, "index_id", "price_index"),
        _foreign(table, "signed_by", "user_account"),
        sa.CheckConstraint(
            "(mantissa IS NULL) = (reason IS NOT NULL)", name=op.f("ck_price_index_release_value_or_reason")
        ),
    )


def _deals() -> None:
    op.create_table(
        "price_deal",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("event_id", BigInt, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("evidence", sa.String(24), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("material", sa.String(60), nullable=False),
        sa.Column("grade", sa.String(60), nullable=False),
        sa.Column("price_fen_per_t", BigInt, nullable=False),
        sa.Column("mass_g", BigInt, nullable=False),
        sa.Column("contributor", BigInt, nullable=False),
        sa.Column("known_from", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_deal"),
        sa.UniqueConstraint("event_id", "position", name="uq_price_deal_event_id_position"),
        sa.CheckConstraint("price_fen_per_t > 0 AND mass_g > 0", name=op.f("ck_price_deal_positive")),
    )
    op.create_index("ix_price_deal_material_grade_day", "price_deal", ["material", "grade", "day"])


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        immutable.unprotect(op, table)
    for table in reversed(TABLES):
        op.drop_table(table)
