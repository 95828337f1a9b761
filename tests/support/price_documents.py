"""Documents of price publishers for tests: the shipped ones, and whole ones made to measure."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

from pricing.sources.base import RawDocument
from pricing.sources.catalogue import SOURCES

FETCHED = datetime(2026, 9, 8, 1, 0, tzinfo=UTC)

NBS_PAGE = "nbs_t20260821_1965093.html"
SHFE_FILE = "shfe_kx20260907.json"
TRANSCRIPT = "nbs_ferrous_2026.csv"
CONTINUOUS_RB = "continuous_rb_2022_2023.csv"
CONTINUOUS_HC = "continuous_hc_2022_2023.csv"
PINK_SHEET = "worldbank_monthly_2016_07.xlsx"


def shipped(name: str) -> bytes:
    """The bytes of a document that comes with the package."""
    return (files("pricing") / "fixtures" / name).read_bytes()


def specimens() -> dict[str, bytes]:
    """One whole document of every source, by the source's code; what it states may be cut short for speed."""
    return {
        "nbs.ten_day": shipped(NBS_PAGE),
        "nbs.ten_day.transcript": shipped(TRANSCRIPT),
        "shfe.daily": shipped(SHFE_FILE),
        "continuous.recorded": b"".join(shipped(CONTINUOUS_RB).splitlines(keepends=True)[:40]),
        "worldbank.pinksheet": shipped(PINK_SHEET),
        "sina.quotes": sina_lines(),
        "sina.history": sina_history(),
        "dce.daily": dce_answer(),
        "dce.night": dce_answer(night=True),
        "ppi100.basis": basis_page(),
        "ppi100.basis.printed": basis_print(),
        "history": history_file({"billet": ["2026-01-05,release,3050", "2026-01-06,15:00,,withdrawn"]}),
    }


ADDRESSES = {
    "sina.history": "https://example.org/getDailyKLine?symbol=RB0",
    "dce.daily": "http://example.org/dayQuotes#lang=zh&tradeDate=20251014&tradeType=1&varietyId=all",
    "dce.night": "http://example.org/tiNightQuotes#lang=zh&tradeDate=20251014&tradeType=1&variety=all",
    "ppi100.basis.printed": "https://example.org/basis/20240430",
}
"""Addresses of sources that read something in them: a symbol, or the day that was asked for."""
CONTRACTS = tuple(
    f"{product}{month}" for product in ("rb", "wr", "hc", "ss") for month in (*range(2609, 2613), *range(2701, 2709))
)
"""The contracts of a whole daily file."""


def document(source: str, content: bytes, *, minutes: int = 0, **traits: object) -> RawDocument:
    """A fetched document, `minutes` after `FETCHED`."""
    moment = FETCHED + timedelta(minutes=minutes)
    url = str(traits.pop("url", ADDRESSES.get(source, f"https://example.org/{source}")))
    known = SOURCES.get(source)
    if known is not None and source in ADDRESSES:
        traits = {"requested_day": known.day_of_url(url)} | traits
    return RawDocument(source, url, moment, content, **traits)  # type: ignore[arg-type]  # passed on as given


def history_file(series: dict[str, list[str]], **traits: str) -> bytes:
    """A history of some series, each with its rows as ``day,edition,value`` with the status behind where it has one."""
    usual = {"kind": "spot", "commodity": "billet", "category": "steel", "market": "Tangshan", "value_field": "average"}
    lines = [json.dumps({"steelyard": "price history", "version": 1})]
    for number, (word, rows) in enumerate(series.items()):
        told = {"series": word, "name": word, "frequency": "daily", "unit": "CNY/t"} | usual | traits
        lines += [json.dumps(told), *(f"{number},{row}" for row in rows)]
    return "\n".join(lines).encode()


def shfe_file(settlements: dict[str, int | str], day: date = date(2026, 9, 8), *, previous: int = 3000) -> bytes:
    """A whole daily file of 48 contracts; `settlements` replaces single ones, as ``{"rb2610": 3111}``, or adds some."""
    usual = {contract: 3000 + int(contract[-2:]) for contract in CONTRACTS}
    entries = [
        {
            "PRODUCTID": f"{contract[:-4]}_f",
            "PRODUCTCLASS": "1",
            "DELIVERYMONTH": contract[-4:],
            "SETTLEMENTPRICE": value,
            "PRESETTLEMENTPRICE": previous,
        }
        for contract, value in (usual | settlements).items()
    ]
    return json.dumps({"report_date": day.strftime("%Y%m%d"), "o_curinstrument": entries}).encode()


def sina_lines(*lines: str) -> bytes:
    """An answer of Sina's quotes with the lines given, else of rebar in the afternoon and of coil in the night."""
    given = lines or (
        sina_line("RB0", "2026-09-30", "150000"),
        sina_line("HC0", "2026-08-28", "223000", settled=False),
    )
    return "\n".join((*given, "")).encode("gb18030")


def sina_line(symbol: str, day: str, clock: str, *, settled: bool = True) -> str:
    """One line of Sina's quotes in its short form of 18 fields."""
    done = ("3112.000", "3116.000") if settled else ("0.000", "0.000")
    prices = f"3111.000,3131.000,3108.000,{done[0]},3112.000,3113.000,3112.000,{done[1]},3109.000"
    return f'var hq_str_nf_{symbol}="连续,{clock},{prices},407,60,1592266.000,638932,沪,钢,{day}";'


def sina_history(days: Sequence[dict[str, str]] | None = None) -> bytes:
    """Sina's history of one symbol; without `days` two of them, the first from before settlements were told."""
    given = days or (
        {"d": "2009-03-27", "o": "3550.0", "h": "3663.0", "l": "3513.0", "c": "3561.0", "v": "351590", "p": "54570"},
        {"d": "2023-12-29", "o": "3990", "h": "4014", "l": "3976", "c": "4002", "v": "1202060", "p": "1398474"},
    )
    script = "/*<script>location.href='//sina.com';</script>*/"
    return f"{script}\nvar _X=({json.dumps(list(given))});".encode("gb18030")


def dce_entry(contract: str, *, night: bool = False, **other: object) -> dict[str, object]:
    """One row of Dalian's API."""
    head = {"open": "788", "high": "799.5", "low": "781", "lastClear": "790", "diff": "3", "volumn": 105525}
    more: dict[str, object] = {"openInterest": 137560, "diffI": 951, "turnover": "417896.18"}
    if night:
        return head | more | {"variety": "铁矿石", "delivMonth": contract, "lastPrice": "793.5"} | other
    return head | more | {"variety": "铁矿石", "contractId": contract, "close": "795", "clearPrice": "793.5"} | other


def dce_answer(*more: dict[str, object], night: bool = False, code: int = 200) -> bytes:
    """A whole answer of Dalian's API: twelve months of three products, and more rows."""
    months = (*range(2511, 2513), *range(2601, 2611))
    rows = [dce_entry(f"{product}{month}", night=night) for product in ("i", "j", "jm") for month in months]
    body = {"success": code == 200, "code": code, "msg": "操作成功", "requestId": "x", "data": [*rows, *more]}
    return json.dumps(body, ensure_ascii=False).encode()


def basis_page(
    rows: Sequence[tuple[str, str, str, str]] = (), *, day: str = "2024年04月30日", old: bool = False
) -> bytes:
    """A page of 100ppi with its nested tables: name, spot, price of the chief contract, basis; `old` is /sf2/."""
    given = rows or (
        ("螺纹钢", "3586.22", "3670", "-83.78"),
        ("热轧卷板", "3896.00", "3818", "78.00"),
        ("线材", "3845.20", "3615", "230.20"),
        ("不锈钢", "14267.50", "14325", "-57.50"),
        ("铁矿石", "892.11", "873", "19.11"),
        ("硅铁", "6464.29", "7110", "-645.71"),
        ("锰硅", "5955.00", "7808", "-1853.00"),
        ("黄金", "547.64", "552.8", "-5.16"),
        ("玻璃", "18.65", "1551", "-59.00"),
    )
    near = "" if old else "<td>2405</td><td>3524</td><td><table><tr><td>62.22</td><td>1.73%</td></tr></table></td>"
    tail = "<td>113.89</td><td>-143.78</td><td>-14.75</td>" if old else ""
    lines = "".join(
        f"<tr><td>{name}&nbsp;</td><td>{spot}</td>{near}<td>2410</td><td>{futures}</td>"
        f"<td><table><tr><td>{basis}</td><td>-2.31%</td></tr></table></td>{tail}</tr>"
        for name, spot, futures, basis in given
    )
    head = "<tr><th>商品</th><th>现货</th></tr><tr><td colspan=8>上海期货交易所</td></tr>"
    page = f'<html><body><h1>{day} 现期表</h1><table id="fdata">{head}{lines}</table></body></html>'
    return page.encode()


def basis_print() -> bytes:
    """A table of percentages as the documentation prints it, cut to the goods that are followed and gold."""
    lines = (
        "       商品     现货价格 主力合约代码  主力合约价格  ...  主力合约变动百分比 180日内主力基差最高",
        "1     螺纹钢  3586.22   2410    3670  ...      -2.31      113.89",
        "4      黄金   547.64   2408   552.8  ...      -0.91        5.92",
        "5      线材   3845.2   2405    3615  ...       5.98      230.20",
        "11   热轧卷板     3896   2410    3818  ...       2.00      132.00",
        "15    不锈钢  14267.5   2409   14325  ...      -0.40      690.00",
        "29     硅铁  6464.29   2409    7110  ...      -9.98       44.29",
        "30     锰硅     5955   2409    7808  ...     -31.12      -31.67",
        "41    铁矿石   892.11   2409     873  ...       2.13       93.28",
        "[8 rows x 7 columns]",
    )
    return "\n".join(lines).encode()


def unsettled_shfe_file(day: date = date(2026, 9, 8)) -> bytes:
    """The same file as the exchange serves it during the session."""
    return shfe_file(dict.fromkeys(CONTRACTS, ""), day)
