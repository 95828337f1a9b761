"""What the trade calls its goods: one name each, with the form that tells how its sizes are read."""

from dataclasses import dataclass
from enum import StrEnum

from pricing.vocabulary.text import Reason, folded, refused


class Form(StrEnum):
    """What the figures of a size measure."""

    TUBE = "tube"
    WELDED_TUBE = "welded_tube"
    ROUND = "round"
    FLAT = "flat"
    SECTION = "section"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Product:
    """A product (品名): the name of the trade, or None with the reason."""

    raw: str
    text: str | None
    reason: Reason | None = None


_NAMES: dict[Form, dict[str, tuple[str, ...]]] = {
    Form.TUBE: {
        "无缝钢管": ("无缝管", "热轧无缝管", "热轧无缝钢管", "普通无缝管"),
        "不锈钢无缝管": ("不锈无缝管",),
        "合金无缝管": ("合金无缝钢管",),
        "锅炉管": ("锅炉用无缝管", "高压锅炉管"),
    },
    Form.WELDED_TUBE: {
        "焊管": ("焊接钢管", "直缝焊管", "高频焊管", "直缝管", "焊接管"),
        "螺旋管": ("螺旋焊管", "螺旋缝焊管"),
        "镀锌管": ("热镀锌管", "镀锌钢管", "热镀锌钢管"),
    },
    Form.ROUND: {
        "螺纹钢": ("螺纹", "三级螺纹钢", "三级螺纹", "抗震螺纹钢", "带肋钢筋", "热轧带肋钢筋"),
        "盘螺": ("三级盘螺", "抗震盘螺"),
        "线材": ("普线",),
        "高线": ("高速线材",),
        "圆钢": ("普碳圆钢", "普圆"),
        "碳结圆钢": ("优碳圆钢",),
        "合结圆钢": ("合金结构圆钢",),
        "Cr合结钢": (),
        "齿轮钢": ("齿轮圆钢",),
        "轴承圆钢": (),
        "弹簧圆钢": (),
        "工模具钢": ("模具钢",),
        "圆管坯": ("管坯", "圆坯"),
        "热轧管坯": ("热轧圆管坯", "轧制管坯"),
        "连铸圆管坯": ("连铸管坯", "连铸圆坯"),
        "拉丝材": (),
        "硬线": (),
    },
    Form.FLAT: {
        "热轧板卷": ("热卷", "热轧卷板", "热轧普通板卷", "热轧卷", "热板卷"),
        "热轧薄板": ("热轧普通薄板",),
        "冷轧板卷": ("冷轧卷板", "冷卷", "冷轧卷"),
        "中厚板": ("中板", "普通中板", "普中板"),
        "热轧带钢": ("带钢", "窄带", "窄带钢"),
        "镀锌板卷": ("镀锌卷板", "镀锌卷"),
        "彩涂板卷": ("彩涂卷",),
        "造船板": ("船板",),
        "碳结板": (),
        "硅钢": (),
        "不锈钢": (),
    },
    Form.SECTION: {
        "角钢": ("等边角钢",),
        "槽钢": ("普槽",),
        "工字钢": ("普工",),
        "H型钢": (),
        "钢坯": (),
        "方坯": ("普碳方坯", "普方坯", "连铸方坯", "方钢坯"),
    },
    Form.OTHER: {"铁矿石": ("铁矿", "铁矿砂"), "焦炭": (), "焦煤": (), "废钢": (), "锰硅": (), "硅铁": ()},
}
_NAME_OF: dict[str, str] = {}
_FORM_OF: dict[str, Form] = {}
for _form, _products in _NAMES.items():
    for _name, _others in _products.items():
        _FORM_OF[_name] = _form
        for _word in (_name, *_others):
            _NAME_OF[_word.casefold()] = _name


def product(raw: str) -> Product:
    """The trade's name of a product: 无缝管 and 热轧无缝管 are 无缝钢管."""
    why = refused(raw)
    if why is not None:
        return Product(raw, None, why)
    name = _NAME_OF.get(folded(raw).replace(" ", "").casefold())
    return Product(raw, name, None if name else Reason.UNKNOWN)


def form_of(name: str | None) -> Form | None:
    """What the figures of a product's sizes measure; None for a product that is not known."""
    return _FORM_OF.get(name or "")
