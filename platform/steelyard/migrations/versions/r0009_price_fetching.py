"""Fetches, their outcomes and the state of each source."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("price_fetch", "price_fetch_outcome")


def upgrade() -> None:
    """Create the tables."""
    _fetches()
    _outcomes()
    _targets()
    _sources()
    _secrets()
    _hosts()
    for table in APPEND_ONLY:
        immutable.protect(op, table)


def _fetches() -> None:
    op.create_table(
        "price_fetch",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("target", sa.String(500), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.Column("http_status", sa.Integer),
        sa.Column("headers", JsonText, nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("trouble", sa.String(24)),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_fetch"),
        sa.ForeignKeyConstraint(
            ["sha256"], ["price_raw_content.sha256"], name="fk_price_fetch_sha256_price_raw_content"
        ),
    )
    op.create_index("ix_price_fetch_source_id", "price_fetch", ["source", "id"])


def _outcomes() -> None:
    op.create_table(
        "price_fetch_outcome",
        sa.Column("fetch_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("fault", sa.String(24)),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("dropped", JsonText, nullable=False),
        sa.Column("document_id", BigInt),
        sa.Column("concluded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("fetch_id", name="pk_price_fetch_outcome"),
        sa.ForeignKeyConstraint(["fetch_id"], ["price_fetch.id"], name="fk_price_fetch_outcome_fetch_id_price_fetch"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["price_document.id"], name="fk_price_fetch_outcome_document_id_price_document"
        ),
    )


def _targets() -> None:
    op.create_table(
        "price_fetch_target",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("target", sa.String(500), nullable=False),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("outcome", sa.String(24)),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("asked_at", UtcDateTime),
        sa.Column("next_at", UtcDateTime),
        sa.Column("etag", sa.String(200)),
        sa.Column("last_modified", sa.String(200)),
        sa.Column("sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("source", "target", name="pk_price_fetch_target"),
    )


def _sources() -> None:
    op.create_table(
        "price_source",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("switched_on", sa.Boolean),
        sa.Column("lease_holder", sa.String(64)),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("resume_at", UtcDateTime),
        sa.Column("outcome", sa.String(24)),
        sa.Column("asked_at", UtcDateTime),
        sa.Column("succeeded_at", UtcDateTime),
        sa.Column("kept", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("alarm", sa.String(24)),
        sa.Column("alarm_detail", sa.String(200)),
        sa.Column("alarm_at", UtcDateTime),
        sa.Column("next_at", UtcDateTime),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("calendar_until", sa.Date),
        sa.PrimaryKeyConstraint("source", name="pk_price_source"),
    )


def _secrets() -> None:
    op.create_table(
        "price_source_secret",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("set_by", BigInt),
        sa.Column("expires_at", UtcDateTime),
        sa.PrimaryKeyConstraint("source", "name", name="pk_price_source_secret"),
    )


def _hosts() -> None:
    op.create_table(
        "price_host",
        sa.Column("host", sa.String(120), nullable=False),
        sa.Column("breaker", sa.String(24), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("successes", sa.Integer, nullable=False),
        sa.Column("opened_at", UtcDateTime),
        sa.Column("bucket", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_price_host"),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in APPEND_ONLY:
        immutable.unprotect(op, table)
    for table in (
        "price_host",
        "price_source_secret",
        "price_source",
        "price_fetch_target",
        "price_fetch_outcome",
        "price_fetch",
    ):
        op.drop_table(table)
