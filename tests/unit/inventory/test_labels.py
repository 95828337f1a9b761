"""The bundle's tag as PDF: it is rendered and decoded again, and its Chinese text is read back."""

from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from inventory import labels
from inventory.labels import Label, bundle_uri, parse_bundle_uri, render

LABEL = Label(
    warehouse_code="LC01", tag="K-26-0815-001", heat="26-0815", grade="Q355B", standard="GB/T 8163",
    size="108×4.5×6000", pieces=10, length="60 米", mass="0.689 吨", certificate="ZB-26-0815",
    owner="聊城鲁西无缝钢管有限公司",
)  # fmt: skip


@pytest.mark.parametrize(
    "label",
    [
        pytest.param(LABEL, id="common"),
        pytest.param(replace(LABEL, tag="捆/7 号", warehouse_code="甲库"), id="chinese-tag-with-slash"),
        pytest.param(replace(LABEL, tag="X" * 60), id="longest-tag"),
    ],
)
def test_a_printed_label_is_decoded_again(label: Label) -> None:
    page = pypdfium2.PdfDocument(render([label]))[0]
    image = page.render(scale=300 / 72, grayscale=True).to_numpy()
    (code,) = zxingcpp.read_barcodes(image)
    assert parse_bundle_uri(code.text) == (label.warehouse_code, label.tag)


def test_people_read_the_same_in_chinese() -> None:
    document = pypdfium2.PdfDocument(render([LABEL]))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    for words in ("捆号 K-26-0815-001", "炉号", "26-0815", "牌号", "Q355B", "108×4.5×6000", "支数", "60 米",
                  "0.689 吨", "质保书", "聊城鲁西无缝钢管有限公司"):  # fmt: skip
        assert words in text


def test_a_long_owner_stays_on_the_label() -> None:
    page = pypdfium2.PdfDocument(render([replace(LABEL, owner="很长的名字" * 24)]))[0]
    text_page = page.get_textpage()
    width, _ = page.get_size()
    rights = [text_page.get_charbox(index)[2] for index in range(text_page.count_chars())]
    assert max(rights) <= width


def test_the_same_bundle_gives_the_same_file() -> None:
    assert render([LABEL]) == render([LABEL])


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=40))
def test_any_tag_survives_the_uri(tag: str, code: str) -> None:
    assert parse_bundle_uri(bundle_uri(code, tag)) == (code, tag)


@pytest.mark.parametrize(
    "text", ["", "https://example.org/x", "steelyard:bundle:", "steelyard:bundle:a", "steelyard:bundle:a/b/c"]
)
def test_a_foreign_code_is_not_taken_for_ours(text: str) -> None:
    assert parse_bundle_uri(text) is None


def test_a_missing_font_is_said_with_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "FONT_FILE", "web/static/vendor/fonts/absent.ttf")
    labels.register_font.cache_clear()
    with pytest.raises(labels.LabelFontMissing, match=r"\./scripts/assets") as refusal:
        render([LABEL])
    assert refusal.value.status == 503
    labels.register_font.cache_clear()
