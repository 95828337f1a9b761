"""The footnote of a sheet tells the terms of its prices, of all goods or of some."""

import pytest

from pricing.importing import terms
from pricing.importing.terms import Clause, Delivery, Payment, Terms, read_terms, terms_of
from pricing.sources.traits import Weighing

GOODS = ("螺纹钢", "盘螺", "无缝管", "热轧无缝管", "高线")
CITY = "1.以上螺纹钢、盘螺均为过磅；2.以上价格为现款含税仓库自提价格，不含出库费；3.螺纹钢为9米定尺，12米加价50元/吨。"


def test_a_city_sheets_footnote():
    clauses = read_terms([CITY], GOODS)
    general = Terms(None, Payment.CASH, True, Delivery.EX_WAREHOUSE_PLUS_FEE, None)
    assert terms_of(clauses, "高线") == general
    assert terms_of(clauses, "盘螺") == Terms(Weighing.ACTUAL).over(general)
    assert terms_of(clauses, "螺纹钢") == Terms(Weighing.ACTUAL, length="9m; 12m+50").over(general)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("以上均为理计价格", Terms(Weighing.THEORETICAL)),
        ("过磅、理计均可", Terms()),
        ("现款现货，承兑加价30", Terms(payment=Payment.CASH)),
        ("六个月承兑", Terms(payment=Payment.ACCEPTANCE)),
        ("现款或承兑", Terms()),
        ("裸价，不含税", Terms(tax_included=False)),
        ("含13%增值税", Terms(tax_included=True)),
        ("含税价3600，不含税价3200", Terms()),
        ("出厂价", Terms(delivery=Delivery.EX_WORKS)),
        ("钢厂自提", Terms(delivery=Delivery.EX_WORKS)),
        ("送到聊城", Terms(delivery=Delivery.DELIVERED)),
        ("仓库自提，含出库费", Terms(delivery=Delivery.EX_WAREHOUSE)),
        ("9米定尺 12米+50", Terms(length="9m; 12m+50")),
        ("定尺6-12米", Terms(length="定尺6-12m")),
        ("不定尺", Terms(length="不定尺")),
        ("祝商祺", Terms()),
    ],
)
def test_what_a_clause_says(text: str, said: Terms):
    assert terms_of(read_terms([text], GOODS), "高线") == said


def test_a_name_within_a_longer_one_is_not_named():
    (clause,) = read_terms(["热轧无缝管为过磅"], GOODS)
    assert clause == Clause(("热轧无缝管",), Terms(Weighing.ACTUAL))


def test_clauses_come_back_from_their_document():
    clauses = read_terms([CITY], GOODS)
    assert terms.from_document(terms.as_document(clauses)) == clauses
