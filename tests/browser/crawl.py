"""Walks from the home page through every link that a person finds there."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page

_NUMBER = re.compile(r"/[0-9][^/]*|/[A-Z]{2}-[0-9]{8}-[0-9]+")
_LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"


def pages_from(page: Page, start: str = "/", *, seen: set[str] | None = None) -> Iterator[str]:
    """Open ``start`` and, one of each kind of address, every page that is linked from there on; yield the paths.

    Kinds of address in ``seen`` are passed over, but for those that ``start`` itself leads to; all found are added.
    """
    met = {_shape(start)}
    deep = met if seen is None else seen
    waiting = [start]
    while waiting:
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        yield path
        for link in page.evaluate(_LINKS):
            target = urlsplit(link)
            if target.netloc != urlsplit(page.url).netloc or not _is_page(target.path):
                continue
            if _shape(target.path) not in (met if path == start else met | deep):
                met.add(_shape(target.path))
                waiting.append(target.path)
    deep |= met


def _is_page(path: str) -> bool:
    """Whether a link leads to a page, not to a file for printing or to the API's documents."""
    return not path.startswith(("/api/v1", "/static")) and "." not in path.rpartition("/")[2]


def _shape(path: str) -> str:
    """Two campaigns are one kind of page."""
    return _NUMBER.sub("/…", path)
