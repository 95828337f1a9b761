"""The trade's wild strings come to one form, keep their raw text, and nothing unknown is guessed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.vocabulary import Reason, folded, good, grade, product, spec, standard

SPECS = {
    ("无缝管", "219*6(8163)"): "219×6 GB/T 8163",
    ("无缝管", "108*4.5（8162）"): "108×4.5 GB/T 8162",
    ("无缝管", "219*6,20#"): "219×6 20#",
    ("无缝钢管", "219 × 6.0"): "219×6",
    ("无缝钢管", "219X6"): "219×6",
    ("无缝钢管", "Ф219×6×12m"): "219×6×12000",
    ("无缝钢管", "219*6 GB8163-2008"): "219×6 GB/T 8163-2008",
    ("焊管", "4寸*3.75"): "DN100×3.75",
    ("焊管", "1.5寸*3.25"): "DN40×3.25",
    ("焊管", '1/2"*2.75'): "DN15×2.75",
    ("焊管", "1½”"): "DN40",
    ("焊管", "6分"): "DN20",
    ("镀锌管", "DN100*4.0"): "DN100×4",
    ("热轧管坯", "∮50-130mm"): "φ50-130",
    ("螺纹钢", "Φ18-25"): "φ18-25",
    ("螺纹钢", "Φ16－25 HRB400"): "φ16-25 HRB400",
    ("螺纹钢", "HRB400 20MM"): "φ20 HRB400",
    ("线材", "6高线HPB300"): "φ6 高线 HPB300",
    ("线材", "8.0高线HPB300"): "φ8 高线 HPB300",
    ("拉丝材", "Ф6.5"): "φ6.5",
    ("齿轮钢", "35/42CrMoΦ50"): "φ50 35CrMo/42CrMo",
    ("硬线", "45-70#"): "45#-70#",
    ("工模具钢", "H13(电炉)"): "电炉 H13",
    ("中厚板", "低合金20mm"): "20mm 低合金",
    ("热轧板卷", "4.75—11.5mm，Q235"): "4.75-11.5mm Q235",
    ("热轧板卷", "2.0*1250*C"): "2×1250×C",
    ("热轧带钢", "3.5mm*685"): "3.5×685",
    ("槽钢", "16#"): "16#",
    ("角钢", "∠50*5"): "50×5",
    ("H型钢", "588*300"): "588×300",
}


@pytest.mark.parametrize(("words", "text"), SPECS.items(), ids=[" ".join(words) for words in SPECS])
def test_specification_has_one_form(words: tuple[str, str], text: str):
    name, raw = words
    found = spec(raw, name)
    assert (found.text, found.reason, found.raw) == (text, None, raw)


UNREAD = {
    "a bare number may measure anything": ("20", None, Reason.AMBIGUOUS),
    "16# is a grade or a section": ("16#", None, Reason.AMBIGUOUS),
    "two sizes": ("Φ20 Φ22", "螺纹钢", Reason.AMBIGUOUS),
    "no bore": ("219*120", "无缝钢管", Reason.IMPOSSIBLE),
    "a range that falls": ("Φ25-16", "螺纹钢", Reason.IMPOSSIBLE),
    "a word is left over": ("219*6 特价", "无缝钢管", Reason.UNKNOWN),
    "no nominal size": ("7寸*3", "焊管", Reason.UNKNOWN),
    "a superscript is no figure": ("6²", "线材", Reason.UNKNOWN),
    "nothing": (" \u3000", None, Reason.EMPTY),
    "a novel": ("长" * 81, None, Reason.TOO_LONG),
}


@pytest.mark.parametrize(("raw", "name", "reason"), UNREAD.values(), ids=UNREAD)
def test_what_is_not_known_stays_raw_with_its_reason(raw: str, name: str | None, reason: Reason):
    found = spec(raw, name)
    assert (found.raw, found.text, found.reason) == (raw, None, reason)


def test_catalogue_strings_are_read_but_for_two_words_about_zinc(shared_data: Path):
    catalogue = json.loads((shared_data / "prices/specs/mysteel_public_chart_spec_strings.json").read_text("utf-8"))
    found = [(name, spec(raw, name)) for name, raws in catalogue.items() for raw in raws]
    assert len(found) == 57
    assert [(one.raw, one.reason) for _, one in found if one.text is None] == [
        ("铸造", Reason.UNKNOWN),
        ("热镀", Reason.UNKNOWN),
    ]
    assert all(spec(one.text, name).text == one.text for name, one in found if one.text)
    assert {name for name in catalogue if product(name).text is None} == {"锌合金"}


@pytest.mark.parametrize(
    ("name", "commodity", "text", "steel"),
    [
        ("螺纹钢（Φ20mm，HRB400E）", "螺纹钢", "φ20 HRB400E", "HRB400E"),
        ("线材（Φ8—10mm，HPB300）", "线材", "φ8-10 HPB300", "HPB300"),
        ("普通中板（20mm，Q235）", "中厚板", "20mm Q235", "Q235"),
        ("热轧普通板卷（4.75—11.5mm，Q235）", "热轧板卷", "4.75-11.5mm Q235", "Q235"),
        ("无缝钢管（219*6，20#）", "无缝钢管", "219×6 20#", "20#"),
        ("角钢（5#）", "角钢", "5#", None),
        ("硫酸（98%）", None, None, None),
        ("焦炭", "焦炭", None, None),
    ],
)
def test_names_of_the_statistics_come_apart(name: str, commodity: str | None, text: str | None, steel: str | None):
    found = good(name)
    assert (found.product.text, found.spec.text, found.spec.grade) == (commodity, text, steel)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("8163", "GB/T 8163"),
        ("（8163）", "GB/T 8163"),
        ("GB8163-2008", "GB/T 8163-2008"),
        ("GB/T 8163—2018", "GB/T 8163-2018"),
        ("ＧＢ／Ｔ８１６３", "GB/T 8163"),
        ("gb/t 1499.2-2018", "GB/T 1499.2-2018"),
        ("ASTM A106", "ASTM A106"),
        ("API 5L", "API 5L"),
        ("EN 10216-2", "EN 10216-2"),
        ("JIS G3454", "JIS G 3454"),
        ("8164", None),
        ("219", None),
    ],
)
def test_standard_has_one_form_with_and_without_year(raw: str, text: str | None):
    assert standard(raw).text == text


def test_editions_of_a_standard_share_its_key():
    assert {standard(raw).key for raw in ("8163", "GB8163-2008", "GB/T 8163-2018")} == {"GB/T 8163"}
    assert standard("GB/T 8163-2018").year == 2018


@pytest.mark.parametrize(
    ("raw", "text", "renamed"),
    [
        ("20#", "20#", None),
        ("20", "20#", None),
        ("20号钢", "20#", None),
        ("q355b", "Q355B", None),
        ("Q345B", "Q345B", "Q355B"),
        ("Q345A", "Q345A", None),
        ("HRB400E", "HRB400E", None),
        ("12cr1movg", "12Cr1MoVG", None),
        ("Q235B/SS400", "Q235B/SS400", None),
        ("X60", "X60", None),
        ("99#", None, None),
        ("优质", None, None),
    ],
)
def test_grade_has_one_form_and_names_its_successor(raw: str, text: str | None, renamed: str | None):
    found = grade(raw)
    assert (found.raw, found.text, found.renamed_to) == (raw, text, renamed)


signs = st.sampled_from(
    [*'0123456789.*×xX-—~Φφ∮#"寸分mM米C/ ,（）普', "mm", "20#", "8163", "GB/T ", "Q355B", "HRB400E", "CrMo"]
)
wild = st.lists(signs, max_size=12).map("".join) | st.text(max_size=20)
names = st.sampled_from([None, "无缝管", "焊管", "螺纹钢", "热轧板卷", "角钢", "焦炭", "没有"])


@given(raw=wild, name=names)
def test_to_normalise_twice_is_to_normalise_once(raw: str, name: str | None):
    assert folded(folded(raw)) == folded(raw)
    found = spec(raw, name)
    assert found.raw == raw
    assert (found.text is None) == (found.reason is not None)
    if found.text is not None and len(found.text) <= 80:
        assert spec(found.text, name).text == found.text
    for read in (grade, standard, product):
        text = read(raw).text
        assert text is None or read(text).text == text
