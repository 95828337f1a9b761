"""Counters, the outbox, the audit trail, seals, replayed answers, proofs of jobs done."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "document_counter",
        sa.Column("series", sa.String(24), primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    epoch = op.create_table(
        "feed_epoch",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
    )
    op.bulk_insert(epoch, [{"id": 1, "epoch": 1}])
    _outbox()
    _audit()
    _seals()
    op.create_table(
        "idempotency_key",
        sa.Column("user_id", BigInt, primary_key=True),
        sa.Column("org_id", BigInt, primary_key=True),
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", JsonText),
        sa.Column("body", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"])
    _jobs()


def _outbox() -> None:
    op.create_table(
        "outbox_event",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("txid", BigInt, nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("occurred_at", UtcDateTime, nullable=False),
        sa.Column("data", JsonText, nullable=False),
    )
    op.create_index("ix_outbox_event_feed", "outbox_event", ["epoch", "txid", "id"])
    op.create_table(
        "outbox_audience",
        sa.Column("org_id", BigInt, primary_key=True),
        sa.Column("event_id", BigInt, sa.ForeignKey("outbox_event.id"), primary_key=True),
    )
    op.create_index("ix_outbox_audience_event_id", "outbox_audience", ["event_id"])
    op.create_table(
        "outbox_subscriber",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("epoch", BigInt, nullable=False),
        sa.Column("txid", BigInt, nullable=False),
        sa.Column("event_id", BigInt, nullable=False),
    )
    immutable.protect(op, "outbox_event")
    immutable.protect(op, "outbox_audience")


def _audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("txid", BigInt, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("user_id", BigInt),
        sa.Column("org_id", BigInt),
        sa.Column("action", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("detail", JsonText, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_entry_feed", "audit_entry", ["epoch", "txid", "id"])
    op.create_index("ix_audit_entry_org_id", "audit_entry", ["org_id"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    immutable.protect(op, "audit_entry")


def _seals() -> None:
    op.create_table(
        "seal_block",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("stream", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("merkle_root", sa.String(64), nullable=False),
        sa.Column("first_cursor", sa.String(88), nullable=False),
        sa.Column("last_cursor", sa.String(88), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("sealed_at", UtcDateTime, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("stream", "number", name="uq_seal_block_stream_number"),
    )
    immutable.protect(op, "seal_block")


def _jobs() -> None:
    op.create_table(
        "job_run",
        sa.Column("order_id", sa.String(255), primary_key=True),
        sa.Column("job", sa.String(80), nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_job_run_finished_at", "job_run", ["finished_at"])
    op.create_table(
        "outbox_failure",
        sa.Column("subscriber", sa.String(80), primary_key=True),
        sa.Column("event_id", BigInt, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("failed_at", UtcDateTime, nullable=False),
        sa.Column("retry_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("seal_block", "audit_entry", "outbox_audience", "outbox_event"):
        immutable.unprotect(op, table)
    for table in (
        "outbox_failure", "job_run", "idempotency_key", "seal_block", "audit_entry", "outbox_subscriber",
        "outbox_audience", "outbox_event", "feed_epoch", "document_counter",
    ):  # fmt: skip
        op.drop_table(table)
