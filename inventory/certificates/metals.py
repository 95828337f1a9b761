"""Certificates as JSON of the Metals schema v0.1.1: checked against the official schema, read exactly.

Imports neither flask nor sqlalchemy.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from inventory.certificates.exact import Exact
from inventory.certificates.judging import Family
from inventory.certificates.limits import Direction
from steelyard.api.json_body import parse_json
from steelyard.core.errors import Fields, SteelyardError
from steelyard.core.i18n import N_

MOST_BYTES = 4 << 20
MOST_VALUES = 2000
MOST_FAULTS = 20
SCHEMA_URL = "https://schemas.materialidentity.org/metals-schemas/v0.1.1/schema.json"
_FAMILIES = {
    "MechanicalProperties": Family.MECHANICAL, "PhysicalProperties": Family.PHYSICAL,
    "SupplementaryTests": Family.SUPPLEMENTARY,
}  # fmt: skip
_DIRECTIONS = {"L": Direction.LONGITUDINAL, "T": Direction.TRANSVERSE, "C": Direction.TRANSVERSE}
_TO_UM = {"mm": 1000, "m": 1_000_000, "in": 25_400, "ft": 304_800}


class CertificateInvalid(SteelyardError):
    """The document is no certificate of the schema; ``fields`` says where."""

    code = "certificate_invalid"
    status = 422
    message = N_("This is no certificate of the Metals schema v0.1.1: %(where)s: %(what)s")

    @classmethod
    def of(cls, fields: Fields) -> "CertificateInvalid":
        """Return the error for what is wrong, by field."""
        where = next(iter(fields))
        return cls(fields=fields, where=where, what=fields[where][0])


@dataclass(frozen=True, slots=True)
class Figure:
    """One value as it stands on a certificate, with the limits that the certificate itself prints."""

    family: Family
    symbol: str
    figure: Exact | None
    text: str | None = None
    operator: str = "="
    name: str | None = None
    part: str | None = None
    unit: str | None = None
    method: str | None = None
    circumstances: str | None = None
    direction: Direction | None = None
    low: Exact | None = None
    high: Exact | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What a certificate says, whether it came as a document or was typed."""

    number: str
    mill_name: str
    issued_on: date
    values: tuple[Figure, ...]
    revision: str = ""
    heat_number: str | None = None
    batch: str | None = None
    product: str | None = None
    grade: str | None = None
    standard: str | None = None
    condition: str | None = None
    thickness_um: int | None = None


@cache
def _validator() -> Any:
    import jsonschema_rs

    text = (files("inventory.certificates") / "schema" / "metals-v0.1.1.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft201909Validator(json.loads(text), validate_formats=True)


def faults(document: Any) -> Fields:
    """Return what the official schema finds wrong, by field path; nothing for a sound certificate."""
    found: Fields = {}
    for error in _validator().iter_errors(document):
        path = ".".join(str(part) for part in error.instance_path) or "document"
        found.setdefault(path, []).append(str(error.message)[:200])
        if len(found) >= MOST_FAULTS:
            break
    reference = document.get("RefSchemaUrl") if isinstance(document, Mapping) else None
    if not found and reference is not None and reference != SCHEMA_URL:
        found["RefSchemaUrl"] = ["names another version of the schema than v0.1.1"]
    if not found and "DigitalMaterialPassport" not in document:
        found["DigitalMaterialPassport"] = ["is missing"]
    return found


def read(raw: bytes) -> Paper:
    """Return what a document says; raises ``BadRequest`` for what is no JSON and ``CertificateInvalid``."""
    found = faults(parse_json(raw))
    if found:
        raise CertificateInvalid.of(found)
    try:
        return _paper(parse_json(raw, exact=True)["DigitalMaterialPassport"])
    except ValueError as error:
        raise CertificateInvalid.of({"DigitalMaterialPassport": [str(error)]}) from None


def _paper(passport: Mapping[str, Any]) -> Paper:
    product, chemistry = passport["Product"], passport.get("ChemicalAnalysis", {})
    values = [*_values(Family.CHEMICAL, chemistry.get("Elements", ()))]
    for name, family in _FAMILIES.items():
        values += _values(family, passport.get(name, ()))
    if len(values) > MOST_VALUES:
        raise ValueError(f"holds more than {MOST_VALUES} values")
    norms = [*product.get("ProductNorms", ()), *product.get("MaterialNorms", ())]
    names = [one["Name"]["Value"] for one in product.get("MaterialDesignations", ()) if "Name" in one]
    condition = product.get("DeliveryCondition", {})
    return Paper(
        number=_cut(passport["Id"], 80) or "—",
        mill_name=_cut(passport["TransactionData"]["Parties"]["Manufacturer"]["Name"], 120) or "—",
        issued_on=date.fromisoformat(passport["IssueDate"]),
        values=tuple(values),
        revision=_cut(passport["Version"], 24) or "",
        heat_number=_cut(chemistry.get("HeatNumber"), 80),
        batch=_cut(product["BatchId"], 80),
        product=_cut(product["Name"], 200),
        grade=_cut(names[0], 80) if names else None,
        standard=_cut(norms[0]["Standard"], 80) if norms else None,
        condition=_cut(condition.get("Description") or condition.get("Code"), 120),
        thickness_um=_thickness(product.get("Shape", {})),
    )


def _thickness(shape: Mapping[str, Any]) -> int | None:
    for name in ("WallThickness", "Thickness"):
        if name in shape:
            microns = Decimal(shape[name]) * _TO_UM[shape["Unit"]]
            return int(microns) if 0 < microns < 10**9 else None
    return None


def _values(family: Family, entries: Any) -> Iterator[Figure]:
    for entry in entries:
        specimen = entry.get("SpecimenSpecification", {})
        common: dict[str, Any] = {
            "family": family,
            "symbol": _cut(entry.get("PropertySymbol") or entry.get("PropertyName") or entry.get("PropertyId"), 24)
            or "—",
            "name": _cut(entry.get("PropertyName"), 200),
            "unit": _cut(entry.get("Unit"), 24),
            "method": _cut(entry.get("Method"), 200),
            "circumstances": _cut(entry.get("TestConditions"), 200),
            "direction": _DIRECTIONS.get(specimen.get("Orientation", "")),
        }
        low, high = _bound(entry.get("Minimum")), _bound(entry.get("Maximum"))
        for part, figure, operator, text, own_low, own_high in _results(entry["Actual"]):
            where = part or entry.get("SampleRef") or specimen.get("Location")
            yield Figure(
                figure=figure, text=text, operator=operator, part=_cut(where, 80), low=own_low or low,
                high=own_high or high, **common,
            )  # fmt: skip


Result = tuple[str | None, Exact | None, str, str | None, Exact | None, Exact | None]


def _results(actual: Mapping[str, Any]) -> Iterator[Result]:
    """Each single value of a result: one, those of several specimens, those along a line."""
    kind = actual["ResultType"]
    if kind == "numeric":
        yield None, Exact.of(actual["Value"]), actual.get("Operator", "="), None, None, None
    elif kind == "multiValue":
        for number, one in enumerate(actual["Values"], 1):
            yield str(number), Exact.of(one["Value"]), one.get("Operator", "="), None, None, None
    elif kind == "array":
        name, unit = actual.get("ParameterName", ""), actual.get("ParameterUnit", "")
        for point in actual["Data"]:
            part = f"{name} {point['Parameter']} {unit}".strip()
            one = point["Value"]
            bounds = _bound(point.get("Minimum")), _bound(point.get("Maximum"))
            yield part, Exact.of(one["Value"]), one.get("Operator", "="), None, *bounds
    elif kind == "range":
        yield None, None, "=", f"{actual['Minimum']} – {actual['Maximum']}", None, None
    else:
        value = actual["Value"]
        yield None, None, "=", {True: "yes", False: "no"}.get(value, str(value)[:200] or "—"), None, None


def _bound(result: Mapping[str, Any] | None) -> Exact | None:
    return Exact.of(result["Value"]) if result and result["ResultType"] == "numeric" else None


def _cut(text: str | None, most: int) -> str | None:
    """Return a text on one line, shortened to what is stored; the original keeps all of it."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split()) if text else ""
    return plain[:most] or None
