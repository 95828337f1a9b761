"""The bureau's list of releases: which of them are ten-day prices, and since when they are there."""

import re
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urljoin

from pricing.fetching.plans import FetchPlan, Link, Listed

_HOME = "https://www.stats.gov.cn/sj/zxfb/"
_TITLE = "流通领域重要生产资料市场价格变动情况"
_DAY = re.compile(r"(20\d{2})[-/年](\d{1,2})[-/月](\d{1,2})")
_ENTRIES = ("li", "tr", "dd", "p")
_NEAR = 4
"""How many elements around a link are searched for its entry."""


def _page(number: int) -> str:
    return _HOME + ("index.html" if number == 0 else f"index_{number}.html")


def links(content: bytes, url: str) -> tuple[Link, ...]:
    """The ten-day releases that a list names, each with the date printed beside it; none where it is no list."""
    from lxml import etree, html

    try:
        root = html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return ()
    found: dict[str, Link] = {}
    for anchor in root.iter("a"):
        title = (anchor.get("title") or _text(anchor)).strip()
        address = urljoin(url, anchor.get("href") or "") if _fits(anchor.get("href")) else ""
        if _TITLE in title and address:
            found.setdefault(address, Link(address, _printed_day(anchor), title[:120]))
    return tuple(found.values())


def _text(element: Any) -> str:
    return "".join(map(str, element.itertext()))


def _fits(href: str | None) -> bool:
    """Whether a reference is one that can be put together with an address."""
    return href is not None and re.fullmatch(r"[!-~]{1,300}", href) is not None and "[" not in href


def _printed_day(anchor: Any) -> date | None:
    """The date in the entry that a link stands in."""
    element = anchor
    for _step in range(_NEAR):
        element = element.getparent()
        if element is None:
            return None
        if element.tag in _ENTRIES:
            match = _DAY.search(_text(element))
            return _day(*match.groups()) if match else None
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


PLAN = FetchPlan(
    hosts=frozenset({"www.stats.gov.cn"}),
    calendar="nbs.ten_day",
    times=(time(9, 35),),
    how=Listed(_page, links),
    retry=timedelta(minutes=30),
    catch_up_days=60,
)
"""On release days from 09:35 on until the list names the new release; older lists for what was missed."""
