"""The tables of pricing."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("price_raw_content", "price_document", "price_observation")


def upgrade() -> None:
    """Create the tables."""
    _series()
    _documents()
    _observations()
    _current()
    for table in APPEND_ONLY:
        immutable.protect(op, table)


def _series() -> None:
    op.create_table(
        "price_series",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("code", sa.String(160), nullable=False),
        sa.Column("family", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("commodity", sa.String(120), nullable=False),
        sa.Column("category", sa.String(120), nullable=False),
        sa.Column("specification", sa.String(120)),
        sa.Column("grade", sa.String(24)),
        sa.Column("market", sa.String(120), nullable=False),
        sa.Column("contract", sa.String(24)),
        sa.Column("value_field", sa.String(24), nullable=False),
        sa.Column("frequency", sa.String(24), nullable=False),
        sa.Column("unit", sa.String(24), nullable=False),
        sa.Column("tax_included", sa.Boolean, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("predecessor_id", BigInt),
        sa.PrimaryKeyConstraint("id", name="pk_price_series"),
        sa.UniqueConstraint("code", name="uq_price_series_code"),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["price_series.id"], name="fk_price_series_predecessor_id_price_series"
        ),
    )
    op.create_index("ix_price_series_family_position", "price_series", ["family", "position"])


def _documents() -> None:
    op.create_table(
        "price_raw_content",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_price_raw_content"),
    )
    op.create_table(
        "price_document",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("family", sa.String(60), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.Column("known_from", UtcDateTime, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("appended", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("dropped", JsonText, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_document"),
        sa.UniqueConstraint("source", "sha256", "fetched_at", name="uq_price_document_source_sha256_fetched_at"),
        sa.ForeignKeyConstraint(
            ["sha256"], ["price_raw_content.sha256"], name="fk_price_document_sha256_price_raw_content"
        ),
        sa.CheckConstraint("kept = appended + unchanged", name=op.f("ck_price_document_kept_adds_up")),
    )
    op.create_index("ix_price_document_family_fetched_at", "price_document", ["family", "fetched_at"])


def _value() -> list[sa.Column[object]]:
    """The columns of a value, the same in both tables."""
    return [
        sa.Column("mantissa", BigInt, nullable=False),
        sa.Column("scale", sa.SmallInteger, nullable=False),
        sa.Column("change_mantissa", BigInt),
        sa.Column("status", sa.String(24), nullable=False),
    ]


def _observations() -> None:
    op.create_table(
        "price_observation",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("series_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("edition", sa.String(24), nullable=False),
        *_value(),
        sa.Column("published_at", UtcDateTime),
        sa.Column("known_from", UtcDateTime, nullable=False),
        sa.Column("document_id", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_observation"),
        sa.UniqueConstraint(
            "series_id", "day", "edition", "document_id",
            name="uq_price_observation_series_id_day_edition_document_id",
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["price_series.id"], name="fk_price_observation_series_id_price_series"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["price_document.id"], name="fk_price_observation_document_id_price_document"
        ),
        sa.CheckConstraint("mantissa > 0", name=op.f("ck_price_observation_mantissa_positive")),
        sa.CheckConstraint("scale BETWEEN 0 AND 6", name=op.f("ck_price_observation_scale_range")),
    )  # fmt: skip
    op.create_index("ix_price_observation_document_id", "price_observation", ["document_id"])


def _current() -> None:
    op.create_table(
        "price_current",
        sa.Column("series_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("edition", sa.String(24), nullable=False),
        *_value(),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("observation_id", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "day", "edition", name="pk_price_current"),
        sa.ForeignKeyConstraint(
            ["series_id"], ["price_series.id"], name="fk_price_current_series_id_price_series"
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["price_observation.id"],
            name="fk_price_current_observation_id_price_observation",
        ),
    )  # fmt: skip
    op.create_index("ix_price_current_observation_id", "price_current", ["observation_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in APPEND_ONLY:
        immutable.unprotect(op, table)
    for table in ("price_current", "price_observation", "price_document", "price_raw_content", "price_series"):
        op.drop_table(table)
