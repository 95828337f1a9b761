"""Walks from the home page through every link that a person finds there, as a program reads pages."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

import requests
from lxml import html

_NUMBER = re.compile(r"/[0-9][^/]*|/[A-Z]{2}-[0-9]{8}-[0-9]+")
_FILE = re.compile(r"\.(csv|json|pdf|png|svg|txt|webmanifest|xlsx|zip|zpl|js)$")
_JUDGED = {"id", "class", "role", "type", "lang", "scope", "tabindex", "disabled", "href"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was answered."""

    path: str
    tree: Any

    def parts(self) -> set[str]:
        """How its elements are built: each with the two that it stands in, without words and names.

        It tells what axe judges elements by. What reaches further across a page, names of controls and
        identifiers, :meth:`faults` looks at.
        """
        return {_built(element) for element in self.tree.find("body").iter() if isinstance(element.tag, str)}

    def faults(self) -> list[str]:
        """Controls without a name and identifiers given twice, which no other page of the same build tells of."""
        given = Counter(self.tree.xpath("//@id"))
        twice = [f"{self.path}: two elements are #{name}" for name, count in given.items() if count > 1]
        labelled = set(self.tree.xpath("//label/@for"))
        nameless = [
            f"{self.path}: no label: {html.tostring(one, encoding='unicode')[:120]}"
            for one in self.tree.xpath("//select | //textarea | //input[not(@type='hidden' or @type='submit')]")
            if not (one.get("aria-label") or one.get("aria-labelledby") or one.get("id") in labelled)
            and not any(above.tag == "label" for above in one.iterancestors())
        ]
        return twice + nameless

    def texts(self) -> set[str]:
        """What is written on it but for code and what is marked as English."""
        found = self.tree.find("body").iter()
        texts = set[str]()
        for one in found:
            if isinstance(one.tag, str):
                if not _foreign(one):
                    texts.add((one.text or "").strip())
                if (above := one.getparent()) is not None and not _foreign(above):
                    texts.add((one.tail or "").strip())
        return texts - {""}


def pages_from(root: str, cookies: Mapping[str, str], start: str = "/") -> Iterator[Seen]:
    """Read ``start`` and, one of each kind of address, every page that is linked from there on; yield them."""
    met, waiting = {_shape(start)}, [start]
    with requests.Session() as visitor:
        visitor.cookies.update(cookies)
        while waiting:
            path = waiting.pop(0)
            answer = visitor.get(root + path, timeout=30)
            assert answer.status_code == 200, f"{path} answered {answer.status_code}"
            page = Seen(path, html.document_fromstring(answer.content))
            page.tree.make_links_absolute(answer.url)
            yield page
            for link in page.tree.xpath("//a[@href]/@href"):
                target = urlsplit(link)
                if target.netloc != urlsplit(root).netloc or not _is_page(target.path):
                    continue
                if _shape(target.path) not in met:
                    met.add(_shape(target.path))
                    waiting.append(target.path)


def _is_page(path: str) -> bool:
    """Whether a link leads to a page, not to a file for printing or to the API's documents."""
    return not path.startswith(("/api/v1", "/static")) and _FILE.search(path) is None


def _shape(path: str) -> str:
    """Two campaigns are one kind of page."""
    return _NUMBER.sub("/…", path)


def _built(element: Any) -> str:
    return "<".join(_own(one) for one in islice(chain([element], element.iterancestors()), 3))


def _own(element: Any) -> str:
    judged = (
        name + value if name == "class" else name
        for name, value in sorted(element.items())
        if name in _JUDGED or name.startswith("aria-")
    )
    return f"{element.tag}[{','.join(judged)}]"


def _foreign(element: Any) -> bool:
    return any(one.get("lang") == "en" or one.tag in ("script", "code") for one in (element, *element.iterancestors()))
