"""Partitions are made by a function with the rights of the tables' owner, for roles that own no table."""

from alembic import op

from steelyard.core import partitions

revision = "0036"
down_revision: str | None = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Define the function; databases that begin now have it since there are partitions."""
    if op.get_bind().dialect.name == "postgresql":
        partitions.define(op.get_bind())


def downgrade() -> None:
    """Leave it, as databases have it that began with it."""
