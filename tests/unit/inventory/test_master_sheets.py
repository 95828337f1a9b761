"""Sheets of master data: what each row says, and why it cannot be taken."""

import io

import pytest
import xlsxwriter

from inventory.masters import errors, rows, sheets
from inventory.masters.sheets import MasterKind
from inventory.states import LengthKind

HEADING = "编码,名称,上级,容量（吨）,最长（毫米）,封闭,行走顺序"


def judged(text: str, kind: MasterKind = MasterKind.PLACES) -> list[rows.Judged]:
    return rows.judge(sheets.read(text.encode(), kind), kind)


def workbook(*lines: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                sheet.write(row, column, value)
    return out.getvalue()


def test_a_row_says_what_a_place_takes() -> None:
    (one,) = judged(f"{HEADING}\nA-01,一架,A,12.5,12.5m,是,7")
    assert one.values == {
        "key": "A-01", "code": "A-01", "name": "一架", "parent": "A", "capacity_g": 12_500_000, "capacity_mm": 12_500,
        "is_blocked": True, "walking_order": 7,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_any_encoding_of_china_and_any_order_of_columns_is_read(encoding: str) -> None:
    found = rows.judge(sheets.read("名称;库位\r\n一架;A-01\r\n".encode(encoding), MasterKind.PLACES), MasterKind.PLACES)
    assert [(one.row, one.values and one.values["code"]) for one in found] == [(2, "A-01")]


WRONG = [
    pytest.param("@MILL,钢厂,,,,,", sheets.FORMULA, id="a-cell-that-a-program-would-run"),
    pytest.param("=1+1,钢厂,,,,,", sheets.FORMULA, id="a-formula-as-text"),
    pytest.param("A 01,一架,,,,,", rows.BAD_CODE, id="a-blank-in-the-code"),
    pytest.param(",一架,,,,,", rows.MISSING, id="no-code"),
    pytest.param("A,,,,,,", rows.MISSING, id="no-name"),
    pytest.param("A,a,,-5,,,", rows.BAD_VALUE, id="a-capacity-below-zero"),
    pytest.param("A,a,,1e400,,,", rows.BAD_VALUE, id="a-capacity-beyond-reason"),
    pytest.param("A,a,,,wide,,", rows.BAD_VALUE, id="a-length-in-words"),
    pytest.param("A,a,,,,maybe,", rows.BAD_VALUE, id="blocked-perhaps"),
    pytest.param("A,a,,,,,7.5", rows.BAD_VALUE, id="half-an-order"),
    pytest.param(f"A,{'n' * 121},,,,,", rows.TOO_LONG, id="a-name-too-long"),
]


@pytest.mark.parametrize(("line", "reason"), WRONG)
def test_a_row_that_cannot_be_taken_says_why(line: str, reason: str) -> None:
    good, wrong = judged(f"{HEADING}\nB,b,,,,,\n{line}")
    assert good.reason is None
    assert (wrong.row, wrong.values, wrong.reason) == (3, None, reason)


def test_products_are_read_in_the_words_of_the_trade() -> None:
    text = (
        "品类,标准,牌号,规格,定尺\n钢管,GB/T 8163,20,219*6,\n圆管坯,YB/T 4149,45,φ110×6000,\n"
        "钢管,GB/T 8163,20,219×6,不定尺\n钢管,GB/T 8163,20,φ50,"
    )
    pipe, billet, again, solid = judged(text, MasterKind.PRODUCTS)
    assert pipe.values is not None
    assert billet.values is not None
    assert (pipe.values["spec"].length_kind, billet.values["spec"].length_kind) == (LengthKind.RANDOM, LengthKind.FIXED)
    assert (again.reason, again.params) == (rows.TWICE, {"row": 2})
    assert solid.reason == rows.CONTRADICTORY


def test_the_condition_of_a_product_is_read_too() -> None:
    text = "品类,标准,牌号,规格,交货状态\n管,API 5L,X52,219*6,调质\n管,API 5L,X52,219*6,\n管,API 5L,X52,219*6,绿的"
    tempered, plain, wrong = judged(text, MasterKind.PRODUCTS)
    assert [one.values and one.values["spec"].condition for one in (tempered, plain)] == ["quenched_tempered", None]
    assert (wrong.reason, wrong.params) == (rows.BAD_VALUE, {"text": "绿的", "column": "交货状态"})


def test_a_formula_in_a_workbook_is_refused_with_its_row() -> None:
    content = workbook(("编码", "名称", "容量"), ("A", "a", 12.5), ("B", "b", "=1+1"), ("C", "=A2", 3))
    found = rows.judge(sheets.read(content, MasterKind.PLACES), MasterKind.PLACES)
    assert [(one.row, one.reason) for one in found] == [(2, None), (3, sheets.FORMULA), (4, sheets.FORMULA)]
    assert found[0].values is not None
    assert found[0].values["capacity_g"] == 12_500_000


UNREADABLE = [
    pytest.param(b"", errors.MasterSheetEmpty, id="nothing"),
    pytest.param(HEADING.encode(), errors.MasterSheetEmpty, id="a-heading-alone"),
    pytest.param(b"MZ\x90\x00", errors.MasterSheetIsProgram, id="a-program"),
    pytest.param(b"%PDF-1.7", errors.MasterSheetUnreadable, id="a-pdf"),
    pytest.param(b"PK\x03\x04cut", errors.MasterSheetUnreadable, id="a-workbook-cut-off"),
    pytest.param("编码,名称,颜色\nA,a,b".encode(), errors.MasterColumnsMissing, id="a-column-nobody-knows"),
    pytest.param("编码\nA".encode(), errors.MasterColumnsMissing, id="a-column-missing"),
    pytest.param("编码,code,名称\nA,B,a".encode(), errors.MasterColumnsMissing, id="a-column-twice"),
    pytest.param(b"x" * (sheets.MOST_BYTES + 1), errors.MasterSheetTooLarge, id="too-many-bytes"),
    pytest.param(b"code,name\n" + b"A,b\n" * 100_001, errors.MasterSheetTooLarge, id="too-many-rows"),
]


def test_a_heading_that_does_not_fit_is_told_column_by_column() -> None:
    with pytest.raises(errors.MasterColumnsMissing) as refused:
        sheets.read("编码,code,颜色\nA,B,a".encode(), MasterKind.PLACES)
    assert refused.value.params == {"strange": "颜色", "missing": "名称", "twice": "编码"}


@pytest.mark.parametrize(("content", "fault"), UNREADABLE)
def test_what_is_no_sheet_has_a_refusal_of_its_own(content: bytes, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        sheets.read(content, MasterKind.PLACES)
