"""The terms of a sheet's prices, read from its footnote: 过磅或理计, 现款含税, 仓库自提, 定尺.

A clause may name products, and then it speaks of them alone. What is said in two ways is left open for people.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from pricing.sources.figures import fold
from pricing.sources.traits import Weighing


class Payment(StrEnum):
    """How is paid: at once (现款) or by a bank's acceptance (承兑)."""

    CASH = "cash"
    ACCEPTANCE = "acceptance"


class Delivery(StrEnum):
    """Where the goods change hands: at a warehouse, with or without its loading fee; at the mill; at the buyer's."""

    EX_WAREHOUSE = "ex_warehouse"
    EX_WAREHOUSE_PLUS_FEE = "ex_warehouse_plus_fee"
    EX_WORKS = "ex_works"
    DELIVERED = "delivered"


LONGEST_LENGTH_TERMS = 60
MOST_CLAUSES = 6
MOST_PRODUCTS = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a price holds; None is not stated."""

    weighing: Weighing | None = None
    payment: Payment | None = None
    tax_included: bool | None = None
    delivery: Delivery | None = None
    length: str | None = None

    def over(self, general: "Terms") -> "Terms":
        """These terms, with the general ones where these say nothing."""
        mine, theirs = asdict(self), asdict(general)
        return Terms(**{name: theirs[name] if mine[name] is None else mine[name] for name in mine})

    @property
    def is_empty(self) -> bool:
        """Whether nothing is stated."""
        return all(getattr(self, one.name) is None for one in fields(self))


@dataclass(frozen=True, slots=True)
class Clause:
    """Terms and the products that they are said of; without products, of all."""

    products: tuple[str, ...]
    terms: Terms


def terms_of(clauses: Iterable[Clause], product: str) -> Terms:
    """The terms of one product: what is said of it, over what is said of all."""
    general, special = Terms(), Terms()
    name = fold(product)
    for clause in clauses:
        if not clause.products:
            general = clause.terms.over(general)
        elif any(fold(word) == name for word in clause.products):
            special = clause.terms.over(special)
    return special.over(general)


def read_terms(footnote: Sequence[str], products: Iterable[str]) -> tuple[Clause, ...]:
    """The clauses in a footnote, those of all products first; `products` are the sheet's own."""
    names = sorted({fold(name) for name in products if name}, key=lambda name: (-len(name), name))
    found: dict[tuple[str, ...], Terms] = {}
    for text in _clauses(footnote):
        terms = _terms(text)
        if not terms.is_empty:
            named = tuple(sorted(_named(text, names)))[:MOST_PRODUCTS]
            found[named] = found.get(named, Terms()).over(terms)
    ordered = sorted(found.items(), key=lambda item: (bool(item[0]), item[0]))
    return tuple(Clause(named, terms) for named, terms in ordered)[:MOST_CLAUSES]


def _clauses(footnote: Iterable[str]) -> list[str]:
    """The footnote cut where a clause ends: at a semicolon, a full stop or the number of the next one."""
    texts = [piece for text in footnote for piece in re.split(r"[;；。\n]|(?<!\d)\d{1,2}[、.](?!\d)", text)]
    return [folded for folded in map(fold, texts) if folded]


def _named(text: str, names: Iterable[str]) -> list[str]:
    """The products that a clause names; a name within a longer one that was found is not named again."""
    found: list[str] = []
    for name in names:
        if name in text:
            found.append(name)
            text = text.replace(name, "\0")
    return found


def _terms(text: str) -> Terms:
    return Terms(
        weighing=_one(text, {Weighing.ACTUAL: r"过磅|磅计|检斤|过泵", Weighing.THEORETICAL: r"理计|理算|理论"}),
        payment=_payment(text),
        tax_included=_tax(text),
        delivery=_delivery(text),
        length=_length(text),
    )


def _one(text: str, patterns: dict[Any, str]) -> Any:
    found = [value for value, pattern in patterns.items() if re.search(pattern, text)]
    return found[0] if len(found) == 1 else None


def _payment(text: str) -> Payment | None:
    """Cash, also where the surcharge for an acceptance is told beside it."""
    cash = re.search(r"现款|现金|现汇|电汇|款到", text)
    surcharge = re.search(r"(?:承兑|银承|汇票)[^,，]{0,8}(?:加|另|\+|上浮)", text)
    if cash and surcharge:
        return Payment.CASH
    both = {Payment.CASH: r"现款|现金|现汇|电汇|款到", Payment.ACCEPTANCE: r"承兑|银承|汇票"}
    found: Payment | None = _one(text, both)
    return None if surcharge else found


def _tax(text: str) -> bool | None:
    without = r"不含税|裸价|未税|不带票|不开票|无票|去税"
    bare = re.search(without, text) is not None
    taxed = re.search(r"含税|带票|含票|含\d+%?(?:增值)?税|含增值税|开票", re.sub(without, "", text)) is not None
    return None if bare == taxed else taxed


def _delivery(text: str) -> Delivery | None:
    if re.search(r"到厂|到货|送到|到站|含运费|到库价", text):
        return None if re.search(r"自提|出厂|厂提", text) else Delivery.DELIVERED
    if re.search(r"出厂|厂提|钢厂自提|厂内自提|工厂自提", text):
        return Delivery.EX_WORKS
    if re.search(r"自提|库提|仓库交货", text):
        plus = re.search(r"不含(?:出库|吊装|装车|吊)", text)
        return Delivery.EX_WAREHOUSE_PLUS_FEE if plus else Delivery.EX_WAREHOUSE
    return None


def _length(text: str) -> str | None:
    """Lengths and their surcharges in one spelling: 9米定尺，12米加价50元/吨 gives 9m; 12m+50."""
    if re.search(r"不定尺|非定尺|乱尺|非尺", text):
        return "不定尺"
    parts = [f"{metres}m" for metres in re.findall(r"(\d{1,2}(?:\.\d{1,2})?)(?:米|m)(?:定尺|尺)", text)]
    parts += [f"定尺{bounds}m" for bounds in re.findall(r"(?<![米m])定尺[为:]?(\d{1,2}(?:[-~]\d{1,2})?)(?:米|m)", text)]
    for metres, sign, yuan in re.findall(r"(\d{1,2})(?:米|m)(加价|加|上浮|\+|减|下浮|-)(\d{1,4})(?!\d*[米m])", text):
        parts.append(f"{metres}m{'-' if sign in ('减', '下浮', '-') else '+'}{yuan}")
    return "; ".join(dict.fromkeys(parts))[:LONGEST_LENGTH_TERMS] or None


def as_document(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """Clauses as a JSON document."""
    return [{"products": list(clause.products), **asdict(clause.terms)} for clause in clauses]


def from_document(document: Iterable[dict[str, Any]]) -> tuple[Clause, ...]:
    """Clauses from a JSON document; raises ValueError, KeyError or TypeError for one that holds none."""
    return tuple(
        Clause(
            tuple(str(name) for name in one["products"]),
            Terms(
                weighing=None if one.get("weighing") is None else Weighing(one["weighing"]),
                payment=None if one.get("payment") is None else Payment(one["payment"]),
                tax_included=None if one.get("tax_included") is None else bool(one["tax_included"]),
                delivery=None if one.get("delivery") is None else Delivery(one["delivery"]),
                length=None if one.get("length") is None else str(one["length"]),
            ),
        )
        for one in document
    )
