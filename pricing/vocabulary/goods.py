"""Goods as statistics print them: 无缝钢管（219*6，20#）is a product and its specification."""

import re
from dataclasses import dataclass

from pricing.vocabulary.products import Product, product
from pricing.vocabulary.specs import Spec, spec
from pricing.vocabulary.text import Reason, folded

_NAME = re.compile(r"([^()]+)(?:\((.+)\))?")


@dataclass(frozen=True, slots=True)
class Good:
    """A printed name taken apart."""

    raw: str
    product: Product
    spec: Spec


def split_name(name: str) -> tuple[str, str | None]:
    """The words before the brackets and those within, both in half-width form without blanks."""
    plain = folded(name).replace(" ", "")
    match = _NAME.fullmatch(plain)
    return (match[1], match[2]) if match else (plain, None)


def good(name: str) -> Good:
    """Product and specification of a printed name."""
    words, within = split_name(name)
    found = product(words)
    return Good(name, found, spec(within, words) if within else Spec("", None, Reason.EMPTY))
