"""The index of what lies in the yards, in the words in which SQLite is asked for it.

It takes a condition for that of a partial index only where both are written alike, and of a truth it is asked whether
it is 1: it read all balances that there had ever been.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write it anew on SQLite."""
    _write_anew("is_real = 1 AND pieces > 0")


def downgrade() -> None:
    """Write it as it was."""
    _write_anew("is_real AND pieces > 0")


def _write_anew(where: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        name = "uq_stock_balance_one_place"
        op.drop_index(name, "stock_balance")
        op.create_index(name, "stock_balance", ["bundle_id"], unique=True, sqlite_where=sa.text(where))
