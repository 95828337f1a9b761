"""What a row of master data says, or why it says nothing that can be taken; pure reading of texts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inventory import reasons
from inventory.conditions import CONDITIONS
from inventory.masters.sheets import FORMULA, HEADINGS, MasterKind, Row, Sheet
from inventory.operations.setting_up import ProductSpec
from inventory.reasons import USES, ReasonUse
from inventory.schemas import CODE, MOST_CAPACITY_G, MOST_WALKING
from inventory.states import LengthKind, ProductKind
from steelyard.core.actors import OrgKind
from steelyard.core.errors import Refused
from steelyard.core.i18n import N_
from steelyard.core.sizes import DENSITY_LEAST, DENSITY_MOST
from steelyard.core.units import STEEL_DENSITY_KG_PER_M3, UnitError, parse_length_mm, parse_mass_g, parse_size

LONGEST_NAME, LONGEST_WORD, LONGEST_PIECE_MM = 120, 40, 100_000
YES = frozenset({"是", "y", "yes", "true", "1", "封闭"})
NO = frozenset({"", "否", "n", "no", "false", "0"})
KINDS = {"钢管": ProductKind.PIPE, "管": ProductKind.PIPE, "pipe": ProductKind.PIPE, "圆管坯": ProductKind.BILLET,
         "管坯": ProductKind.BILLET, "圆钢": ProductKind.BILLET, "billet": ProductKind.BILLET}  # fmt: skip
LENGTHS = {"": None, "定尺": LengthKind.FIXED, "fixed": LengthKind.FIXED, "倍尺": LengthKind.MULTIPLE,
           "multiple": LengthKind.MULTIPLE, "不定尺": LengthKind.RANDOM, "random": LengthKind.RANDOM}  # fmt: skip
OWNERS = {"钢管企业": OrgKind.PIPE_MAKER, "pipe_maker": OrgKind.PIPE_MAKER, "贸易商": OrgKind.TRADER,
          "trader": OrgKind.TRADER}  # fmt: skip
REASON_USES = {
    word: use
    for use, chinese in {
        ReasonUse.VARIANCE: "盘点差异", ReasonUse.DEFECT: "不良", ReasonUse.SWAP: "拣货换捆",
        ReasonUse.OVERFILL: "超容存放", ReasonUse.GIVE_UP: "放弃扫描", ReasonUse.CORRECTION: "冲销更正",
        ReasonUse.DIFFERENCE: "出门磅差", ReasonUse.PROCESS: "加工", ReasonUse.RETURN: "退回库存",
        ReasonUse.CANCELLATION: "取消提货单", ReasonUse.REFUSAL: "拒绝过户", ReasonUse.REPRINT: "补打标签",
    }.items()
    for word in (chinese, USES[use], use.value)
}  # fmt: skip
"""A use by its Chinese word, which is what the pages call it, its English one, and its code."""


class Wrong(Exception):
    """Why a row cannot be taken: a message id and its parameters."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason, self.params = reason, params


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what becomes of it: ``values`` where it can be taken, else why not. A known one changes nothing."""

    row: int
    name: str
    values: Mapping[str, Any] | None
    reason: str | None = None
    params: Mapping[str, object] | None = None
    is_known: bool = False


MISSING = N_("The column %(column)s is empty.")
TOO_LONG = N_("The column %(column)s holds more than %(most)s characters.")
BAD_CODE = N_("“%(text)s” is no code: letters, digits, Chinese characters, points and dashes, at most 40.")
BAD_REASON_CODE = N_("“%(text)s” is no code of a reason: letters, digits, points and dashes, at most 24.")
BAD_VALUE = N_("“%(text)s” cannot be read in the column %(column)s.")
CONTRADICTORY = N_("Kind, size and kind of length contradict each other.")
TWICE = N_("The row says the same as row %(row)s.")


def judge(sheet: Sheet, kind: MasterKind) -> list[Judged]:
    """Read every row; what stands twice is refused the second time."""
    found: list[Judged] = []
    first: dict[str, int] = {}
    words: dict[object, object] = {one.field: one.words[0] for one in HEADINGS[kind]}
    for number in sorted(sheet.rows):
        row = sheet.rows[number]
        name = _name(row, kind)
        try:
            if number in sheet.formulas:
                raise Wrong(FORMULA, column=sheet.formulas[number])
            values = _READERS[kind](row)
            key = str(values["key"])
            if first.setdefault(key, number) != number:
                raise Wrong(TWICE, row=first[key])
            found.append(Judged(number, name, values))
        except Wrong as wrong:
            params = {key: words.get(value, value) for key, value in wrong.params.items()}
            found.append(Judged(number, name, None, wrong.reason, params))
    return found


def _name(row: Row, kind: MasterKind) -> str:
    """By what a row is called in the trial."""
    fields = {MasterKind.PLACES: ("code",), MasterKind.PRODUCTS: ("standard", "grade", "size")}.get(kind, ("name",))
    return " ".join(row.get(name, "") for name in fields).strip()[:LONGEST_NAME]


def _text(row: Row, column: str, most: int) -> str:
    text = row.get(column, "")
    if not text:
        raise Wrong(MISSING, column=column)
    if len(text) > most:
        raise Wrong(TOO_LONG, column=column, most=most)
    if not text.isprintable():
        raise Wrong(BAD_VALUE, text=text[:LONGEST_WORD], column=column)
    return text


def _code(text: str) -> str:
    if not re.fullmatch(CODE, text):
        raise Wrong(BAD_CODE, text=text[:LONGEST_WORD])
    return text


def _quantity(row: Row, column: str, parse: Callable[[str], int], least: int, most: int) -> int | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        value = parse(text)
    except (UnitError, ValueError):
        raise Wrong(BAD_VALUE, text=text[:LONGEST_WORD], column=column) from None
    if not least <= value <= most:
        raise Wrong(BAD_VALUE, text=text[:LONGEST_WORD], column=column)
    return value


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}(\.0+)?", text, re.ASCII):
        raise ValueError(text)
    return int(text.partition(".")[0])


def _one_of(row: Row, column: str, words: Mapping[str, Any]) -> Any:
    text = row.get(column, "")
    if text.lower() not in words:
        raise Wrong(BAD_VALUE, text=text[:LONGEST_WORD], column=column)
    return words[text.lower()]


def _place(row: Row) -> dict[str, Any]:
    code = _code(_text(row, "code", LONGEST_WORD))
    parent = row.get("parent") or None
    return {
        "key": code, "code": code, "name": _text(row, "name", LONGEST_NAME),
        "parent": None if parent is None else _code(parent),
        "capacity_g": _quantity(row, "capacity", lambda text: parse_mass_g(text, assume="t"), 1, MOST_CAPACITY_G),
        "capacity_mm": _quantity(row, "longest", parse_length_mm, 1, LONGEST_PIECE_MM),
        "is_blocked": _one_of(row, "blocked", dict.fromkeys(YES, True) | dict.fromkeys(NO, False)),
        "walking_order": _quantity(row, "walking_order", _whole, 0, MOST_WALKING),
    }  # fmt: skip


def _product(row: Row) -> dict[str, Any]:
    kind = _one_of(row, "kind", KINDS)
    try:
        size = parse_size(_text(row, "size", 60))
    except UnitError:
        raise Wrong(BAD_VALUE, text=row["size"][:LONGEST_WORD], column="size") from None
    said = _one_of(row, "length_kind", LENGTHS)
    density = _quantity(row, "density", _whole, DENSITY_LEAST, DENSITY_MOST) or STEEL_DENSITY_KG_PER_M3
    spec = ProductSpec(
        kind, _text(row, "standard", LONGEST_WORD), _text(row, "grade", LONGEST_WORD), size,
        said or (LengthKind.RANDOM if size.length_mm is None else LengthKind.FIXED), density,
        _one_of(row, "condition", {"": None, **CONDITIONS}),
    )  # fmt: skip
    try:
        spec.check()
    except Refused:
        raise Wrong(CONTRADICTORY) from None
    return {"key": spec.key, "spec": spec}


def _owner(row: Row) -> dict[str, Any]:
    name = _text(row, "name", LONGEST_NAME)
    return {"key": name, "name": name, "kind": _one_of(row, "kind", OWNERS)}


def _reason(row: Row) -> dict[str, Any]:
    use, code = _one_of(row, "use", REASON_USES), _text(row, "code", reasons.LONGEST_CODE)
    if not re.fullmatch(reasons.CODE, code):
        raise Wrong(BAD_REASON_CODE, text=code)
    name = _text(row, "name", reasons.LONGEST_NAME)
    english = _text(row, "name_en", reasons.LONGEST_NAME) if row.get("name_en") else name
    retired = _one_of(row, "retired", dict.fromkeys(YES, True) | dict.fromkeys(NO, False))
    return {
        "key": f"{use}/{code}", "use": use, "code": code, "name_zh": name, "name_en": english, "is_retired": retired,
    }  # fmt: skip


_READERS: dict[MasterKind, Callable[[Row], dict[str, Any]]] = {
    MasterKind.PLACES: _place, MasterKind.PRODUCTS: _product, MasterKind.OWNERS: _owner, MasterKind.REASONS: _reason,
}  # fmt: skip
