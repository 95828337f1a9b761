"""What is announced, what comes, how far its mass may be off, and where it is put."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from inventory import advice_sheets, tolerances
from inventory.arrival_errors import AdviceColumns, AdviceExceeded, AdviceLineUnreadable, BundleNotAdvised, MassStated
from inventory.codes import read
from inventory.matching import Expected, Goods, Said, arrived, line_for, product_of, with_code
from inventory.putting_away import Load, Shelf, suggest
from steelyard.core.units import parse_size

TRADED = (
    "GB/T 8162", "GB/T 8163", "GB/T 3087", "GB/T 5310", "GB/T 6479", "GB/T 9948", "GB/T 9808", "GB/T 17396", "API 5L",
    "API 5CT", "ASTM A106", "ASTM A53", "GB/T 699", "GB/T 1591", "YB/T 4149", "YB/T 5222",
)  # fmt: skip
PIPE = Goods(1, "GB/T 8163", "20", parse_size("108*4.5"), 7850)
LONG = Goods(2, "GB/T 8163", "20", parse_size("108*4.5*9000"), 7850)


def test_a_mills_list_is_read_by_its_headings() -> None:
    table = "捆号;炉号;规格;支数;长度(m);重量(吨);备注\nK1;H1;108*4.5;10支;6;0.690;x\n\nK2;;219*6;3;6;;\n"
    assert advice_sheets.read(table) == [
        {"tag": "K1", "heat_number": "H1", "size": "108*4.5", "pieces": 10, "piece_length_mm": 6000, "mass_g": 690_000},
        {"tag": "K2", "size": "219*6", "pieces": 3, "piece_length_mm": 6000},
    ]
    assert advice_sheets.read("捆数,重量\n4,2760\n") == [{"bundles": 4, "mass_g": 2_760_000}]


def test_a_list_comes_as_a_workbook_without_formulas() -> None:
    import xlsxwriter

    def book(tag: str) -> bytes:
        file = BytesIO()
        with xlsxwriter.Workbook(file) as made:
            sheet = made.add_worksheet()
            sheet.write_row(0, 0, ["捆号", "支数", "重量(吨)"])
            sheet.write_row(1, 0, [tag, 10, 0.69])
        return file.getvalue()

    row = {"tag": "K1", "pieces": 10, "mass_g": 690_000}
    assert advice_sheets.read(advice_sheets.text_of(book("K1"))) == [row]
    assert advice_sheets.read(advice_sheets.text_of("捆号,支数\nK1,10\n".encode("gb18030")))[0]["pieces"] == 10
    with pytest.raises(AdviceLineUnreadable):
        advice_sheets.read(advice_sheets.text_of(book("=A2")))
    for renamed in (b"MZ\x90\x00\xff", b"PK\x03\x04nothing"):
        with pytest.raises(AdviceColumns):
            advice_sheets.read(advice_sheets.text_of(renamed))


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ("x,y\n1,2", AdviceColumns),
        ("捆号,重量\nK1,=1+1", AdviceLineUnreadable),
        ("捆号,支数\n,3", AdviceLineUnreadable),
        ("捆号,长度\nK1,99 m", AdviceLineUnreadable),
    ],
    ids=["no-heading", "formula", "no-tag", "too-long"],
)
def test_a_list_that_cannot_be_read_is_refused(table: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        advice_sheets.read(table)


def test_a_code_that_names_the_condition_tells_two_products_apart() -> None:
    said = with_code(Said(), None, read("捆号:M2;规格:108*4.5;交货状态:正火").goods)
    twin = replace(PIPE, id=PIPE.id + 1, condition="normalised")
    assert product_of([PIPE, twin], said, None) == twin
    assert product_of([PIPE, twin], replace(said, condition=None), None) is None


@pytest.mark.parametrize("text", ["99999", "0", "-7", "10001"], ids=["five-digits", "none", "below", "one-too-many"])
def test_a_code_with_pieces_that_no_bundle_has_says_nothing_of_them(text: str) -> None:
    assert with_code(Said(), None, {"pieces": text}).pieces is None


def test_a_code_tells_what_the_bundle_is() -> None:
    found = read("炉号:H5;捆号:M1;规格:108*4.5,20#;材质:20#;支数:10支;重量:0.690;长度:6m")
    said = with_code(Said(pieces=9), found.heat, found.goods)
    assert (said.heat_number, said.pieces, said.piece_length_mm, said.grade) == ("H5", 9, 6000, "20#")
    assert product_of([PIPE, LONG], said, None) is None  # two products have this size: the keeper chooses
    assert product_of([PIPE], said, None) == PIPE
    bundle = arrived("M1", with_code(Said(mill_name="Mill"), found.heat, found.goods), None, PIPE)
    assert (bundle.masses.certificate_g, bundle.masses.theoretical_g) == (690_000, 689_166)
    gs1 = read("010952123454321310H1\x1d21K-7\x1d3103000689\x1d3710")
    assert with_code(Said(), gs1.heat, gs1.goods).pieces == 10
    tenfold = Said(1, "H1", "Mill", pieces=10, piece_length_mm=6000, mass_g=6_900_000)
    with pytest.raises(MassStated):
        arrived("M1", tenfold, None, PIPE)


def test_the_line_of_an_advice() -> None:
    named, alike = Expected(1, tag="K1"), Expected(2, heat_number="H2", bundles=1)
    lines = [named, alike]
    assert line_for(lines, "K1", Said(), "A") is named
    assert line_for(lines, "X", Said(heat_number="H2"), "A") is alike
    with pytest.raises(BundleNotAdvised):
        line_for(lines, "X", Said(heat_number="H3"), "A")
    alike.came = 1
    with pytest.raises(AdviceExceeded):
        line_for(lines, "Y", Said(heat_number="H2"), "A")
    assert line_for(lines, "Y", Said(heat_number="H2", extra=True), "A") is None


@pytest.mark.parametrize(
    ("net_g", "advised_g", "kinds"),
    [
        pytest.param(None, None, [], id="nothing-weighed"),
        pytest.param(100_300, 100_000, [], id="at-the-tolerance"),
        pytest.param(100_301, 100_000, ["weight"], id="a-gram-beyond"),
        pytest.param(99_699, 100_000, ["weight"], id="a-gram-below"),
        pytest.param(110_001, None, ["theory"], id="beyond-theory"),
        pytest.param(None, 80_000, ["theory"], id="papers-beyond-theory"),
        pytest.param(120_000, 100_000, ["weight", "theory"], id="both"),
    ],
)
def test_findings_to_the_gram(net_g: int | None, advised_g: int | None, kinds: list[str]) -> None:
    least, most = tolerances.bounds([("GB/T 8163-2018", 100_000)])
    load = tolerances.Load(net_g, advised_g, 100_000, least, most)
    assert [one["kind"] for one in tolerances.findings(load, 3)] == kinds


def test_each_standard_has_its_band() -> None:
    assert tolerances.band_of("api 5l") == tolerances.band_of("API 5L-2018") == (-35, 100)
    assert tolerances.band_of("API 5LX") == tolerances.DEFAULT_BAND
    assert tolerances.band_of("API 5CT") == (-35, 65)


@pytest.mark.parametrize("standard", TRADED)
def test_the_band_of_each_traded_standard_is_named(standard: str) -> None:
    """Nothing that the yards store falls to the default unseen, with its year or without, in any way of writing."""
    spellings = (standard, f"{standard}-2018", standard.lower(), standard.replace("GB/T ", "GB "))
    assert {tolerances.band_of(one) for one in spellings} == {tolerances.BANDS[standard]}


SHELVES: list[tuple[dict[str, Any], str | None]] = [
    ({"code": "A", "kinds": {(1, 7)}, "load_g": 9, "capacity_g": 10}, None),
    ({"code": "B", "is_blocked": True}, None),
    ({"code": "C", "capacity_mm": 5999}, None),
    ({"code": "D", "kinds": {(1, 8)}}, "D"),
    ({"code": "E", "kinds": {(2, 7)}}, "E"),
    ({"code": "F", "walking_order": 9}, "F"),
    ({"code": "G", "walking_order": 2}, "G"),
    ({"code": "H", "kinds": {(1, 7)}, "capacity_g": 3}, "H"),
]


def shelf(made: dict[str, Any]) -> Shelf:
    return Shelf(**{**made, "kinds": set(made.get("kinds", ()))})


def test_the_like_is_put_with_the_like_where_there_is_room() -> None:
    """Each shelf that is added is better than those before it, until it cannot take the bundle."""
    one = Load(1, 7, 6000, 3)
    best = None
    for count in range(1, len(SHELVES) + 1):
        best = SHELVES[count - 1][1] or best
        assert suggest([one], [shelf(made) for made, _ in SHELVES[:count]]) == [best]
    assert suggest([one, one], [shelf(made) for made, _ in SHELVES]) == ["H", "G"]
