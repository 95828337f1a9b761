"""The pages of imports without scripts: step by step, back and forth, nothing twice."""

import io
import re
from collections.abc import Callable

import pytest
from lxml.html import fromstring
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from pricing.import_models import PriceImport
from pricing.importing import sheets
from pricing.models import RawDocument
from steelyard.core.database import Database
from tests.support.clients import SITE, Browser, find_form
from tests.support.price_sheets import HEADER, PASTED, workbook

pytestmark = pytest.mark.either_database

Browse = Callable[..., Browser]
TOLD = {"provider": "聊城钢管城", "permission": "口头同意", "then": "check"}


@pytest.fixture
def buyer(browse_as: Browse) -> Browser:
    return browse_as("operator", "buyer")


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def bring(buyer: Browser, text: str = PASTED) -> str:
    """The path of the sheet that was pasted."""
    answer = buyer.submit("/prices/import", "/prices/import", follow=False, text=text.replace("\n", "\r\n"))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def send(buyer: Browser, path: str, **values: str) -> str:
    """Send the form of a sheet's columns with all its fields, several of which have one name; the page it leads to."""
    (form,) = (form for form in fromstring(buyer.get(path).text).forms if form.action == path)
    fields = [(name, value) for name, value in form.form_values() if name not in values]
    answer = buyer.client.post(
        path,
        data=MultiDict([*fields, *values.items()]),
        base_url=SITE,
        headers={"Referer": SITE + path, "Accept-Language": "en"},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    return answer.text


def test_step_by_step_to_the_report(buyer: Browser, db: Database, monkeypatch: pytest.MonkeyPatch):
    path = bring(buyer)
    page = buyer.get(path).text
    assert 'value="2026-09-09"' in page
    assert '<option value="actual" selected>' in page
    tried = text_of(send(buyer, path, **TOLD))
    assert "5 A range, not a price" in tried
    assert "7 No price is quoted" in tried
    assert "Publish 3 prices" in tried
    assert "聊城 圆管坯 φ90-130 20# 西王 new series 2026-09-09 3,620 yuan/t" in tried
    monkeypatch.setattr(sheets, "parse", None)  # the sheet was read before the transaction of writing began
    report = text_of(buyer.submit(f"{path}/check", f"{path}/confirm").text)
    assert "The prices of “粘贴” are published." in report
    document = text_of(buyer.get("/prices/documents/1").text)
    assert "Sheet 粘贴 · Download as brought By what permission 口头同意" in document
    for earlier in (path, f"{path}/check"):
        assert buyer.get(earlier, follow=True).request.path == f"{path}/report"
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(RawDocument)) == 1


def test_what_has_not_been_said_is_named_and_nothing_can_be_published(buyer: Browser):
    path = bring(buyer, "品名\t规格\t价格\n圆管坯\tΦ90\t3620\n圆管坯\tΦ130\t3650")
    tried = send(buyer, path, then="check")
    for words in ("whose sheet it is", "of which day it speaks", "whether its prices include tax"):
        assert words in tried
    assert "/confirm" not in tried


def test_another_heading_is_read_anew_and_what_was_said_stays(buyer: Browser, db: Database):
    path = bring(buyer)
    page = send(buyer, path, **(TOLD | {"then": "again", "header": "0"}))
    assert "Column 1" in page
    assert 'value="聊城钢管城"' in page
    with db.read() as session:
        assert session.scalars(select(PriceImport)).one().recipe["header"] == -1


def test_terms_of_single_products_are_kept(buyer: Browser, db: Database):
    path = bring(buyer, PASTED + "；圆管坯为6米定尺")
    send(buyer, path, **TOLD)
    with db.read() as session:
        clauses = session.scalars(select(PriceImport)).one().recipe["terms"]
    assert [(clause["products"], clause["length"], clause["weighing"]) for clause in clauses] == [
        ([], None, "actual"),
        (["圆管坯"], "6m", None),
    ]


def test_two_files_from_one_page_are_two_sheets(buyer: Browser, db: Database):
    page = find_form(buyer.get("/prices/import").text, "/prices/import")
    for size in (90, 130):
        file = workbook([HEADER, ("圆管坯", f"Φ{size}", "20#", "西王", 3620, "", "")])
        answer = buyer.client.post(
            "/prices/import",
            data=page.fields | {"sheet": (io.BytesIO(file), "管坯.xlsx")},
            base_url=SITE,
            headers={"Referer": f"{SITE}/prices/import"},
        )
        assert answer.status_code == 303
    with db.read() as session:
        assert [draft.file_name for draft in session.scalars(select(PriceImport))] == ["管坯.xlsx"] * 2


def test_what_cannot_be_read_is_told_on_the_page(buyer: Browser):
    for text, words in (("", "Bring either a file or a pasted table."), ("MZ\x90", "This file is a program")):
        answer = buyer.submit("/prices/import", "/prices/import", text=text)
        assert answer.request.path == "/prices/import"
        assert words in answer.text


def test_a_sheet_that_is_not_wanted_is_put_away(buyer: Browser):
    path = bring(buyer)
    page = buyer.submit(path, f"{path}/discard").text
    assert "was put away; nothing was published." in page
    assert "nothing was published" in text_of(buyer.get(path, follow=True).text)


def test_pages_are_for_the_operators_buyers(browse_as: Browse):
    assert browse_as("pipe_maker", "buyer").get("/prices/import").status_code == 403
