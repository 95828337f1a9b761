"""How prices are stored at scale, and what a series says of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

_TRAITS: tuple[tuple[str, int], ...] = (
    ("spec_raw", 120),
    ("standard", 120),
    ("city", 120),
    ("mill", 120),
    ("weighing", 24),
    ("payment", 120),
    ("delivery_basis", 120),
    ("length_terms", 120),
    ("counting", 120),
    ("source", 120),
    ("methodology", 120),
    ("instrument", 120),
    ("predecessor", 160),
)
"""What a series may say of itself, and the longest that each may be."""
_SETTLED = (("adjustment", "raw"), ("currency", "CNY"))
"""What every series says, and what those said that were there before."""
_LOOKED_UP = ("instrument", "predecessor")


def upgrade() -> None:
    """Let series say all that the model knows of them."""
    for name, length in _TRAITS:
        op.add_column("price_series", sa.Column(name, sa.String(length)))
    for name, value in _SETTLED:
        op.add_column("price_series", sa.Column(name, sa.String(24), nullable=False, server_default=value))
    for name in _LOOKED_UP:
        op.create_index(f"ix_price_series_{name}", "price_series", [name])
    op.add_column("price_current", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget it again."""
    op.drop_column("price_current", "held")
    for name in _LOOKED_UP:
        op.drop_index(f"ix_price_series_{name}", "price_series")
    for name, _ in (*_SETTLED, *_TRAITS):
        op.drop_column("price_series", name)
