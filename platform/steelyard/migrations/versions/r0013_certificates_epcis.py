"""Mill certificates and EPCIS events."""

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "certificate_file", "certificate_heat", "certificate_value", "mill_certificate",
    "partner_event_term", "partner_event", "epcis_capture_job",
)  # fmt: skip


def _id() -> sa.Column[int]:
    return sa.Column("id", BigInt, primary_key=True)


def _ref(name: str, table: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigInt, sa.ForeignKey(f"{table}.id"), nullable=False, primary_key=primary_key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _word(name: str, length: int, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable, primary_key=primary_key)


def _small(name: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable, primary_key=primary_key)


def upgrade() -> None:
    """Create the tables."""
    _events()
    _certificates()
    _certified()
    for table in TABLES:
        immutable.protect(op, table)


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        immutable.unprotect(op, table)
        op.drop_table(table)


def _events() -> None:
    op.create_table(
        "epcis_capture_job",
        _id(),
        sa.Column("capture_id", sa.String(40), nullable=False, unique=True),
        _ref("org_id", "organisation"),
        _word("behaviour", 12),
        sa.Column("success", sa.Boolean, nullable=False),
        sa.Column("errors", JsonText, nullable=False),
        _small("captured"),
        _moment("created_at"),
        _moment("finished_at"),
        _ref("captured_by", "user_account"),
    )
    op.create_index("ix_epcis_capture_job_org", "epcis_capture_job", ["org_id", "id"])
    op.create_table(
        "partner_event",
        _id(),
        _ref("org_id", "organisation"),
        _word("event_id", 500),
        sa.Column("is_declaration", sa.Boolean, nullable=False),
        _word("fingerprint", 64),
        _word("type", 500),
        _moment("event_at"),
        _moment("recorded_at"),
        _word("action", 8, nullable=True),
        _word("biz_step", 500, nullable=True),
        _word("disposition", 500, nullable=True),
        _word("read_point", 500, nullable=True),
        _word("biz_location", 500, nullable=True),
        _moment("declared_at", nullable=True),
        _word("error_reason", 500, nullable=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("contexts", sa.Text, nullable=False),
        sa.UniqueConstraint("org_id", "event_id", "fingerprint"),
    )
    op.create_index("ix_partner_event_time", "partner_event", ["org_id", "event_at", "id"])
    where = sa.text("NOT is_declaration")
    op.create_index(
        "uq_partner_event_one_body", "partner_event", ["org_id", "event_id"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
    op.create_table(
        "partner_event_term",
        _ref("row_id", "partner_event", primary_key=True),
        _word("kind", 500, primary_key=True),
        _word("value", 500, primary_key=True),
    )
    op.create_index("ix_partner_event_term_value", "partner_event_term", ["value", "row_id"])


def _certificates() -> None:
    op.create_table(
        "mill_certificate",
        _id(),
        _ref("org_id", "organisation"),
        _word("number", 80),
        _word("revision", 24),
        _word("source", 12),
        _word("mill_name", 120),
        _word("heat_number", 80, nullable=True),
        _word("batch", 80, nullable=True),
        _word("product", 200, nullable=True),
        _word("grade", 80, nullable=True),
        _word("standard", 80, nullable=True),
        _word("condition", 120, nullable=True),
        _small("thickness_um", nullable=True),
        sa.Column("issued_on", sa.Date, nullable=False),
        _word("digest", 64, nullable=True),
        _moment("recorded_at"),
        _ref("recorded_by", "user_account"),
        sa.UniqueConstraint("org_id", "number", "mill_name", "revision"),
    )
    op.create_index("ix_mill_certificate_number", "mill_certificate", ["number"])
    op.create_index("ix_mill_certificate_heat_number", "mill_certificate", ["heat_number"])


def _certified() -> None:
    op.create_table(
        "certificate_value",
        _ref("certificate_id", "mill_certificate", primary_key=True),
        _small("position", primary_key=True),
        _word("family", 16),
        _word("symbol", 24),
        _word("name", 200, nullable=True),
        _word("part", 80, nullable=True),
        _word("unit", 24, nullable=True),
        _word("method", 200, nullable=True),
        _word("circumstances", 200, nullable=True),
        _word("direction", 8, nullable=True),
        _word("operator", 2),
        sa.Column("mantissa", BigInt),
        _small("scale", nullable=True),
        _word("text", 200, nullable=True),
        sa.Column("low_mantissa", BigInt),
        _small("low_scale", nullable=True),
        sa.Column("high_mantissa", BigInt),
        _small("high_scale", nullable=True),
        sa.CheckConstraint("(mantissa IS NULL) = (scale IS NULL)", name="whole_figure"),
        sa.CheckConstraint("mantissa IS NOT NULL OR text IS NOT NULL", name="some_value"),
    )
    op.create_table(
        "certificate_heat",
        _ref("certificate_id", "mill_certificate", primary_key=True),
        _ref("heat_id", "heat", primary_key=True),
        _moment("linked_at"),
        _ref("linked_by", "user_account"),
    )
    op.create_index("ix_certificate_heat_heat", "certificate_heat", ["heat_id"])
    op.create_table(
        "certificate_file",
        _id(),
        _ref("certificate_id", "mill_certificate"),
        _word("digest", 64),
        _word("name", 120),
        _small("bytes"),
        _moment("recorded_at"),
        _ref("recorded_by", "user_account"),
        sa.UniqueConstraint("certificate_id", "digest"),
    )
