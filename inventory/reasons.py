"""Reasons (原因): for which work a yard keeps them, and those that it begins with.

Where a reason is chosen, a document keeps its code; where it is written freely, the yard's reasons are offered and the
document keeps the words. Imports neither flask nor sqlalchemy.
"""

from enum import StrEnum

from steelyard.core.i18n import N_

LONGEST_CODE, LONGEST_NAME = 24, 80
CODE = r"[A-Za-z0-9][A-Za-z0-9_.-]*"


class ReasonUse(StrEnum):
    """The work for which a reason is given (用途)."""

    VARIANCE = "variance"
    DEFECT = "defect"
    SWAP = "swap"
    OVERFILL = "overfill"
    GIVE_UP = "give_up"
    CORRECTION = "correction"
    DIFFERENCE = "difference"
    PROCESS = "process"
    RETURN = "return"
    CANCELLATION = "cancellation"
    REFUSAL = "refusal"
    REPRINT = "reprint"


USES = {
    ReasonUse.VARIANCE: N_("variance of a stocktake"),
    ReasonUse.DEFECT: N_("defect"),
    ReasonUse.SWAP: N_("swap while picking"),
    ReasonUse.OVERFILL: N_("place filled beyond what it takes"),
    ReasonUse.GIVE_UP: N_("scan given up"),
    ReasonUse.CORRECTION: N_("reversal or correction"),
    ReasonUse.DIFFERENCE: N_("difference of masses at the gate"),
    ReasonUse.PROCESS: N_("processing"),
    ReasonUse.RETURN: N_("goods given back to stock"),
    ReasonUse.CANCELLATION: N_("delivery order cancelled"),
    ReasonUse.REFUSAL: N_("title transfer refused"),
    ReasonUse.REPRINT: N_("label printed again"),
}
CHOSEN = frozenset(
    {ReasonUse.VARIANCE, ReasonUse.DEFECT, ReasonUse.SWAP, ReasonUse.OVERFILL, ReasonUse.GIVE_UP}
)  # fmt: skip
"""Here a reason is chosen from the list, so that the list never becomes empty."""
ON_DEVICE = CHOSEN - {ReasonUse.VARIANCE}
"""What a scanning device takes along."""
BEGINNING: dict[ReasonUse, tuple[tuple[str, str, str], ...]] = {
    ReasonUse.VARIANCE: (
        ("miscounted", "清点有误", "miscounted"),
        ("wrong_place", "放错库位", "put at a wrong place"),
        ("tag_lost", "吊牌丢失或损坏", "tag lost or damaged"),
        ("issue_not_booked", "出库未记账", "issue not booked"),
        ("receipt_not_booked", "入库未记账", "receipt not booked"),
        ("work_not_booked", "切割或拆捆未记账", "cut or split without booking"),
        ("damaged", "损坏", "damaged"),
        ("stolen", "被盗", "stolen"),
        ("other", "其他原因", "another reason"),
    ),
    ReasonUse.DEFECT: (
        ("crack", "裂纹", "crack"),
        ("fold", "折叠", "fold"),
        ("lamination", "分层", "lamination"),
        ("scab", "结疤", "scab"),
        ("pit", "凹坑", "pit"),
        ("wall_uneven", "壁厚不均", "uneven wall"),
        ("out_of_round", "椭圆", "out of round"),
        ("bent", "弯曲", "bent"),
        ("dimension", "外径或壁厚超差", "diameter or wall out of tolerance"),
        ("length", "长度超差", "length out of tolerance"),
        ("end_damage", "端部损伤", "damaged end"),
        ("thread_damage", "螺纹损伤", "damaged thread"),
        ("rust", "锈蚀", "rust"),
        ("scratch", "划伤", "scratch"),
        ("dent", "压痕", "dent"),
        ("coating", "涂层损伤", "damaged coating"),
        ("chemistry", "化学成分不合格", "chemical composition"),
        ("properties", "力学性能不合格", "mechanical properties"),
        ("mixed_heats", "混炉", "mixed heats"),
        ("marking", "标识错误或缺失", "wrong or missing marking"),
        ("other", "其他缺陷", "another defect"),
    ),
    ReasonUse.SWAP: (
        ("nearer", "更近或压在上面", "Lies nearer or on top"),
        ("damaged", "原配的捆有损坏", "The other one is damaged"),
        ("missing", "原配的捆找不到", "The other one is not to be found"),
    ),
    ReasonUse.OVERFILL: (
        ("short", "只是临时存放", "For a short time only"),
        ("checked", "已核对货架承重", "The rack was checked"),
    ),
    ReasonUse.GIVE_UP: (
        ("mistake", "误扫", "Scanned by mistake"),
        ("recorded", "已登记过", "Already recorded"),
        ("paper", "已用纸单处理", "Settled on paper"),
    ),
}
"""Code, Chinese and English name of the reasons with which every yard begins."""
