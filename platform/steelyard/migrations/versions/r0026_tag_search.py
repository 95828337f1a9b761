"""The index by which bundles are found whose tags begin with what was typed, in letters of either case."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index on PostgreSQL; SQLite reads the tags of a yard as quickly as an index of them."""
    if op.get_bind().dialect.name == "postgresql":
        begins = sa.func.lower(sa.column("tag")).label("begins")
        op.create_index("ix_bundle_tag_begins", "bundle", [begins], postgresql_ops={"begins": "text_pattern_ops"})


def downgrade() -> None:
    """Drop it."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_bundle_tag_begins", "bundle")
