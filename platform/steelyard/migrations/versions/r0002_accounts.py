"""Organisations, users, memberships, sessions, tokens, invitations."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "sign_in_attempt", "invitation", "api_token", "browser_session", "membership", "user_account", "organisation",
)  # fmt: skip


def _id() -> sa.Column[int]:
    return sa.Column("id", BigInt, primary_key=True)


def _ref(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, BigInt, sa.ForeignKey(f"{table}.id"), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "organisation",
        _id(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False, unique=True),
        sa.Column("active", sa.Boolean, nullable=False),
        _moment("created_at"),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_organisation_kind", "organisation", ["kind"])
    op.create_table(
        "user_account",
        _id(),
        sa.Column("login", sa.String(80), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        _moment("created_at"),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "membership",
        _id(),
        _ref("user_id", "user_account"),
        _ref("org_id", "organisation"),
        sa.Column("roles", JsonText, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        _moment("created_at"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("user_id", "org_id"),
    )
    op.create_index("ix_membership_org_id", "membership", ["org_id"])
    _proofs()


def _proofs() -> None:
    op.create_table(
        "browser_session",
        _id(),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _ref("membership_id", "membership"),
        _moment("created_at"),
        _moment("expires_at"),
    )
    op.create_index("ix_browser_session_membership_id", "browser_session", ["membership_id"])
    op.create_index("ix_browser_session_expires_at", "browser_session", ["expires_at"])
    op.create_table(
        "api_token",
        _id(),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _ref("membership_id", "membership"),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("scopes", JsonText, nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("revoked_at", nullable=True),
    )
    op.create_index("ix_api_token_membership_id", "api_token", ["membership_id"])
    op.create_table(
        "invitation",
        _id(),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _ref("org_id", "organisation"),
        sa.Column("roles", JsonText, nullable=False),
        _ref("invited_by", "user_account"),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("accepted_at", nullable=True),
    )
    op.create_index("ix_invitation_org_id", "invitation", ["org_id"])
    op.create_table(
        "sign_in_attempt",
        _id(),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        _moment("at"),
    )
    op.create_index("ix_sign_in_attempt_at", "sign_in_attempt", ["at"])
    op.create_index("ix_sign_in_attempt_account_at", "sign_in_attempt", ["account", "at"])
    op.create_index("ix_sign_in_attempt_address_at", "sign_in_attempt", ["address", "at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)
