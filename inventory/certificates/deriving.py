"""Our own certificate for a bundle (派生质量证明书): the mill's values, named as such, and the bundle's ancestors.

It certifies nothing new: it says of which heats a bundle is, through which bundles it came about, and what the mills'
certificates say of those heats. Imports neither flask nor sqlalchemy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.certificates.judging import Family
from inventory.certificates.metals import SCHEMA_URL, Figure

NOT_STATED = "not stated"
NO_COUNTRY = "ZZ"
"""What the schema wants of a party and we do not know; ZZ is reserved by ISO 3166 for an unknown country."""
CHANGING = ("heat-treated", "reworked")
"""Ways to the next bundle after which the mill's mechanical values need not hold any more."""
TREATED = "The steel was heat-treated or reworked since: the mechanical values are those of the state before."
TITLE = "Derived certificate – not a mill test certificate"


@dataclass(frozen=True, slots=True)
class MillPaper:
    """A mill's certificate on which ours stands, with the heat that it is of."""

    number: str
    mill_name: str
    heat_number: str
    issued_on: date
    values: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A bundle of which ours was made, and how: split, cut, heat treatment …"""

    tag: str
    how: str
    heat_number: str


@dataclass(frozen=True, slots=True)
class Derived:
    """What our certificate says. ``mass_g`` in grams, sizes in hundredths and lengths in millimetres."""

    tag: str
    warehouse_code: str
    issuer: str
    signer: str
    owner: str
    product: str
    grade: str
    standard: str
    is_pipe: bool
    od_mm_x100: int
    wall_mm_x100: int | None
    pieces: int
    piece_length_mm: int
    mass_g: int
    order: str | None
    issued_on: date
    heats: tuple[tuple[str, str], ...]
    papers: tuple[MillPaper, ...]
    ancestors: tuple[Ancestor, ...] = ()

    @property
    def heats_without_paper(self) -> list[str]:
        """The heats of the bundle of which no mill's certificate is on file."""
        known = {paper.heat_number for paper in self.papers}
        return [number for number, _ in self.heats if number not in known]

    @property
    def is_treated(self) -> bool:
        """Whether the steel was heated or worked on again after the mill measured it."""
        return any(one.how in CHANGING for one in self.ancestors)

    @property
    def number(self) -> str:
        """The number of our certificate: the yard and the bundle."""
        return f"DC-{self.warehouse_code}-{self.tag}"

    def statements(self) -> list[str]:
        """Return what the certificate says of itself, sentence by sentence."""
        heats = ", ".join(f"{number} ({mill})" for number, mill in self.heats)
        papers = "; ".join(f"{one.number} of {one.mill_name}, {one.issued_on.isoformat()}" for one in self.papers)
        made = "; ".join(f"{one.tag} ({one.how}, heat {one.heat_number})" for one in self.ancestors)
        several = len(self.heats) > 1
        lacking = [f"No mill's certificate is on file for heat {one}." for one in self.heats_without_paper]
        return [
            f"{TITLE}.",
            f"Issued by {self.issuer} for bundle {self.tag} of yard {self.warehouse_code}.",
            f"{'The bundle holds several heats' if several else 'Heat'}: {heats}.",
            f"Derived from the mill's certificates: {papers}. Their values were not measured again.",
            *lacking,
            *([TREATED] if self.is_treated else []),
            f"Ancestors of the bundle: {made}." if made else "The bundle was not split or processed in this yard.",
        ]


def metals_document(derived: Derived) -> dict[str, Any]:
    """Return our certificate as JSON of the Metals schema v0.1.1."""
    passport: dict[str, Any] = {
        "Languages": ["EN"],
        "Id": derived.number,
        "Version": "1.0.0",
        "IssueDate": derived.issued_on.isoformat(),
        "TransactionData": _transaction(derived),
        "Product": _product(derived),
    }
    elements = [_element(paper, one) for paper, one in _values(derived, Family.CHEMICAL)]
    if elements:
        heat = " / ".join(number for number, _ in derived.heats)
        passport["ChemicalAnalysis"] = {"HeatNumber": heat, "Elements": elements}
    for name, family in (
        ("MechanicalProperties", Family.MECHANICAL),
        ("PhysicalProperties", Family.PHYSICAL),
        ("SupplementaryTests", Family.SUPPLEMENTARY),
    ):
        if found := [_measurement(paper, one) for paper, one in _values(derived, family)]:
            passport[name] = found
    passport["Validation"] = {
        "ValidationStatement": {"Statement": " ".join(derived.statements())},
        "ValidationDate": derived.issued_on.isoformat(),
        "Validators": [{"Name": derived.signer, "Title": f"for {derived.issuer}"}],
        "Disclaimer": TITLE,
    }
    return {"RefSchemaUrl": SCHEMA_URL, "DigitalMaterialPassport": passport}


def _values(derived: Derived, family: Family) -> Sequence[tuple[MillPaper, Figure]]:
    return [(paper, value) for paper in derived.papers for value in paper.values if value.family is family]


def _party(name: str) -> dict[str, Any]:
    return {
        "Name": name, "Street": [NOT_STATED], "ZipCode": NOT_STATED, "City": NOT_STATED, "Country": NO_COUNTRY,
    }  # fmt: skip


def _transaction(derived: Derived) -> dict[str, Any]:
    mills = " / ".join(dict.fromkeys(mill for _, mill in derived.heats))
    delivery = {"Id": derived.tag, "Quantity": _kilograms(derived.mass_g), "QuantityUnit": "kg"}
    return {
        "Parties": {"Manufacturer": _party(mills), "Customer": _party(derived.owner)},
        "BusinessTransaction": {"Order": {"Id": derived.order or NOT_STATED}, "Delivery": delivery},
    }


def _kilograms(mass_g: int) -> Decimal:
    return Decimal(mass_g) / 1000


def _product(derived: Derived) -> dict[str, Any]:
    shape: dict[str, Any] = {"Form": "Pipe" if derived.is_pipe else "RoundBar", "Unit": "mm"}
    shape["Length"] = derived.piece_length_mm
    shape["OuterDiameter" if derived.is_pipe else "Diameter"] = Decimal(derived.od_mm_x100) / 100
    if derived.wall_mm_x100 is not None:
        shape["WallThickness"] = Decimal(derived.wall_mm_x100) / 100
    return {
        "Name": derived.product,
        "ProductNorms": [{"Standard": derived.standard}],
        "MaterialDesignations": [{"Name": {"Value": derived.grade}}],
        "Shape": shape,
        "BatchId": derived.tag,
        "Quantity": derived.pieces,
        "Weight": _kilograms(derived.mass_g),
        "WeightUnit": "kg",
    }


def _actual(value: Figure) -> dict[str, Any]:
    if value.figure is None:
        return {"ResultType": "string", "Value": value.text or ""}
    actual: dict[str, Any] = {"ResultType": "numeric", "Value": value.figure.decimal}
    return actual if value.operator == "=" else {**actual, "Operator": value.operator}


def _named(value: Figure) -> dict[str, Any]:
    fields = {
        "PropertySymbol": value.symbol, "PropertyName": value.name, "Method": value.method, "Unit": value.unit,
    }  # fmt: skip
    return {name: text for name, text in fields.items() if text}


def _element(paper: MillPaper, value: Figure) -> dict[str, Any]:
    return {**_named(value), "Actual": _actual(value), "SampleRef": paper.heat_number}


def _measurement(paper: MillPaper, value: Figure) -> dict[str, Any]:
    told = [value.circumstances, value.part and f"value {value.part}", f"heat {paper.heat_number}"]
    found = {**_named(value), "TestConditions": "; ".join(text for text in told if text), "Actual": _actual(value)}
    if value.direction:
        found["SpecimenSpecification"] = {"Orientation": value.direction.value}
    return found
