"""Watch lists, alerts and what was sent."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

TABLES = (
    "price_digest",
    "price_sending",
    "price_channel_follower",
    "price_channel",
    "price_inbox",
    "price_alert_firing",
    "price_alert",
    "price_watch",
)
"""In the order in which they can be dropped."""


def upgrade() -> None:
    """Create the tables."""
    _watches()
    _alerts()
    _inbox()
    _channels()
    _sendings()
    _digests()
    immutable.protect(op, "price_alert_firing")


def _id() -> sa.Column[object]:
    return sa.Column("id", BigInt, nullable=False)


def _person() -> list[sa.Column[object]]:
    return [sa.Column("user_id", BigInt, nullable=False), sa.Column("org_id", BigInt, nullable=False)]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")


def _of_person(table: str) -> list[sa.ForeignKeyConstraint]:
    return [_to(table, "user_id", "user_account"), _to(table, "org_id", "organisation")]


def _watches() -> None:
    op.create_table(
        "price_watch",
        _id(),
        *_person(),
        sa.Column("series_id", BigInt, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_watch"),
        sa.UniqueConstraint("user_id", "org_id", "series_id", name="uq_price_watch_user_id_org_id_series_id"),
        *_of_person("price_watch"),
        _to("price_watch", "series_id", "price_series"),
    )


def _alerts() -> None:
    op.create_table(
        "price_alert",
        _id(),
        *_person(),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("series_id", BigInt, nullable=False),
        sa.Column("other_id", BigInt),
        sa.Column("measure", sa.String(24), nullable=False),
        sa.Column("direction", sa.String(24), nullable=False),
        sa.Column("threshold_mantissa", BigInt, nullable=False),
        sa.Column("threshold_scale", sa.SmallInteger, nullable=False),
        sa.Column("armed", sa.Boolean, nullable=False),
        sa.Column("fired_day", sa.Date),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_alert"),
        *_of_person("price_alert"),
        _to("price_alert", "series_id", "price_series"),
        _to("price_alert", "other_id", "price_series"),
        sa.CheckConstraint("(measure = 'basis') = (other_id IS NOT NULL)", name=op.f("ck_price_alert_basis_has_two")),
    )
    for columns in (["series_id"], ["other_id"], ["org_id", "user_id"]):
        op.create_index(f"ix_price_alert_{'_'.join(columns)}", "price_alert", columns)
    op.create_table(
        "price_alert_firing",
        _id(),
        sa.Column("alert_id", BigInt, nullable=False),
        sa.Column("observation_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("fired_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_alert_firing"),
        sa.UniqueConstraint("alert_id", "observation_id", name="uq_price_alert_firing_alert_id_observation_id"),
        _to("price_alert_firing", "alert_id", "price_alert"),
    )


def _inbox() -> None:
    op.create_table(
        "price_inbox",
        _id(),
        *_person(),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("read_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_price_inbox"),
        *_of_person("price_inbox"),
    )
    op.create_index("ix_price_inbox_user_id_org_id_read_at", "price_inbox", ["user_id", "org_id", "read_at"])


def _channels() -> None:
    op.create_table(
        "price_channel",
        _id(),
        sa.Column("org_id", BigInt, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_by", BigInt, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_channel"),
        _to("price_channel", "org_id", "organisation"),
        _to("price_channel", "created_by", "user_account"),
    )
    op.create_index("ix_price_channel_org_id", "price_channel", ["org_id"])
    op.create_table(
        "price_channel_follower",
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("alerts", sa.Boolean, nullable=False),
        sa.Column("digest", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "user_id", name="pk_price_channel_follower"),
        _to("price_channel_follower", "channel_id", "price_channel"),
        _to("price_channel_follower", "user_id", "user_account"),
    )


def _sendings() -> None:
    op.create_table(
        "price_sending",
        _id(),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.String(4000), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.String(300)),
        sa.Column("next_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_price_sending"),
        sa.UniqueConstraint("key", name="uq_price_sending_key"),
        _to("price_sending", "channel_id", "price_channel"),
    )
    op.create_index("ix_price_sending_channel_id", "price_sending", ["channel_id"])
    op.create_index("ix_price_sending_next_at", "price_sending", ["next_at"])


def _digests() -> None:
    op.create_table(
        "price_digest",
        *_person(),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "org_id", "day", name="pk_price_digest"),
        *_of_person("price_digest"),
    )


def downgrade() -> None:
    """Drop the tables."""
    immutable.unprotect(op, "price_alert_firing")
    for table in TABLES:
        op.drop_table(table)
