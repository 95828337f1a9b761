"""Quarantined prices, their release, and calendars."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _holds()
    _events()
    _overrides()
    _alarms()
    immutable.protect(op, "price_hold_event")


def _figure() -> list[sa.Column[object]]:
    """The columns that say which figure is meant and what is thought of it."""
    return [
        sa.Column("id", BigInt, nullable=False),
        sa.Column("series_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("edition", sa.String(24), nullable=False),
        sa.Column("mantissa", BigInt, nullable=False),
        sa.Column("scale", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("findings", JsonText, nullable=False),
    ]


def _keys(table: str, *people: str) -> list[sa.Constraint]:
    """The primary key, the series and the people."""
    return [
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["series_id"], ["price_series.id"], name=f"fk_{table}_series_id_price_series"),
        *(sa.ForeignKeyConstraint([who], ["user_account.id"], name=f"fk_{table}_{who}_user_account") for who in people),
    ]


def _holds() -> None:
    op.create_table(
        "price_hold",
        *_figure(),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("proposed_verdict", sa.String(24)),
        sa.Column("proposed_reason", sa.String(500)),
        sa.Column("proposed_by", BigInt),
        sa.Column("proposed_at", UtcDateTime),
        sa.Column("version", sa.Integer, nullable=False),
        *_keys("price_hold", "proposed_by"),
        sa.UniqueConstraint("series_id", "day", "edition", name="uq_price_hold_series_id_day_edition"),
    )
    op.create_index("ix_price_hold_state_id", "price_hold", ["state", "id"])


def _events() -> None:
    op.create_table(
        "price_hold_event",
        *_figure(),
        sa.Column("known_from", UtcDateTime, nullable=False),
        sa.Column("proposed_by", BigInt),
        sa.Column("confirmed_by", BigInt),
        sa.Column("reason", sa.String(500)),
        *_keys("price_hold_event", "proposed_by", "confirmed_by"),
    )
    op.create_index(
        "ix_price_hold_event_series_id_day_edition", "price_hold_event", ["series_id", "day", "edition"]
    )  # fmt: skip


def _overrides() -> None:
    op.create_table(
        "price_calendar_override",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("calendar", sa.String(60), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("set_by", BigInt, nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_calendar_override"),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"], name="fk_price_calendar_override_set_by_user_account"),
        sa.UniqueConstraint("calendar", "day", name="uq_price_calendar_override_calendar_day"),
    )


def _alarms() -> None:
    op.create_table(
        "price_alarm",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("series_id", BigInt),
        sa.Column("detail", JsonText, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_price_alarm"),
        sa.ForeignKeyConstraint(["series_id"], ["price_series.id"], name="fk_price_alarm_series_id_price_series"),
    )
    op.create_index(
        "uq_price_alarm_open",
        "price_alarm",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them again."""
    immutable.unprotect(op, "price_hold_event")
    for table in ("price_alarm", "price_calendar_override", "price_hold_event", "price_hold"):
        op.drop_table(table)
