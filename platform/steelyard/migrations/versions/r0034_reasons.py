"""Reasons are each yard's own; the fixed ones are what every yard begins with."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt

revision = "0034"
down_revision: str | None = "0033"
branch_labels = None
depends_on = None

BEGINNING = (
    ("variance", "miscounted", "清点有误", "miscounted"),
    ("variance", "wrong_place", "放错库位", "put at a wrong place"),
    ("variance", "tag_lost", "吊牌丢失或损坏", "tag lost or damaged"),
    ("variance", "issue_not_booked", "出库未记账", "issue not booked"),
    ("variance", "receipt_not_booked", "入库未记账", "receipt not booked"),
    ("variance", "work_not_booked", "切割或拆捆未记账", "cut or split without booking"),
    ("variance", "damaged", "损坏", "damaged"),
    ("variance", "stolen", "被盗", "stolen"),
    ("variance", "other", "其他原因", "another reason"),
    ("defect", "crack", "裂纹", "crack"),
    ("defect", "fold", "折叠", "fold"),
    ("defect", "lamination", "分层", "lamination"),
    ("defect", "scab", "结疤", "scab"),
    ("defect", "pit", "凹坑", "pit"),
    ("defect", "wall_uneven", "壁厚不均", "uneven wall"),
    ("defect", "out_of_round", "椭圆", "out of round"),
    ("defect", "bent", "弯曲", "bent"),
    ("defect", "dimension", "外径或壁厚超差", "diameter or wall out of tolerance"),
    ("defect", "length", "长度超差", "length out of tolerance"),
    ("defect", "end_damage", "端部损伤", "damaged end"),
    ("defect", "thread_damage", "螺纹损伤", "damaged thread"),
    ("defect", "rust", "锈蚀", "rust"),
    ("defect", "scratch", "划伤", "scratch"),
    ("defect", "dent", "压痕", "dent"),
    ("defect", "coating", "涂层损伤", "damaged coating"),
    ("defect", "chemistry", "化学成分不合格", "chemical composition"),
    ("defect", "properties", "力学性能不合格", "mechanical properties"),
    ("defect", "mixed_heats", "混炉", "mixed heats"),
    ("defect", "marking", "标识错误或缺失", "wrong or missing marking"),
    ("defect", "other", "其他缺陷", "another defect"),
    ("swap", "nearer", "更近或压在上面", "Lies nearer or on top"),
    ("swap", "damaged", "原配的捆有损坏", "The other one is damaged"),
    ("swap", "missing", "原配的捆找不到", "The other one is not to be found"),
    ("overfill", "short", "只是临时存放", "For a short time only"),
    ("overfill", "checked", "已核对货架承重", "The rack was checked"),
    ("give_up", "mistake", "误扫", "Scanned by mistake"),
    ("give_up", "recorded", "已登记过", "Already recorded"),
    ("give_up", "paper", "已用纸单处理", "Settled on paper"),
)
"""Use, code, Chinese and English name of the reasons that were fixed until now."""


def upgrade() -> None:
    """Create the table, and give the yards that are there what they used until now."""
    op.create_table(
        "reason",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("warehouse_id", BigInt, sa.ForeignKey("warehouse.id"), nullable=False),
        sa.Column("use", sa.String(24), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("is_retired", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("warehouse_id", "use", "code"),
    )
    insert = sa.text(
        "INSERT INTO reason (warehouse_id, use, code, name_zh, name_en, is_retired, version) "
        "SELECT id, :use, :code, :name_zh, :name_en, false, 1 FROM warehouse ORDER BY id"
    )
    for use, code, chinese, english in BEGINNING:
        op.execute(insert.bindparams(use=use, code=code, name_zh=chinese, name_en=english))


def downgrade() -> None:
    """Drop the table; documents keep the codes of the reasons that were added meanwhile."""
    op.drop_table("reason")
