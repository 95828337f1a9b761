"""Forms of the pages of delivery orders: they take what people type."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from inventory import delivery_errors, errors
from inventory.delivery_schemas import LONGEST_CODE, MOST_LINES, MOST_PIECES, SHORTEST_CODE
from inventory.forms import tags_of
from inventory.operations.deliveries import OrderedLine
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from inventory.states import Condition, Rest
from inventory.tolerances import MOST_PERMILLE
from steelyard.api.fields import ListOf
from steelyard.api.form_fields import (
    FormChoice,
    FormDateTime,
    FormFlag,
    FormInt,
    FormLength,
    FormMass,
    FormSchema,
    FormText,
)
from steelyard.core.units import UnitError, parse_mass_g

ROWS = 5
"""Rows of goods that the form offers; whoever orders more uses the API or a second order."""


def _rows(longest: int = 40) -> ListOf:
    return ListOf(FormText(max=longest, min=0), max=ROWS, load_default=list)


class DeliveryForm(FormSchema):
    """An owner's order: who comes, what he is given, by which rules."""

    warehouse_id = FormInt(min=1, required=True)
    order_number = FormText(max=80, required=True)
    plate = FormText(max=24, required=True)
    driver = FormText(max=80)
    waybill_number = FormText(max=80)
    pass_code = FormText(min=SHORTEST_CODE, max=LONGEST_CODE, required=True)
    valid_until = FormDateTime(required=True)
    size = _rows(60)
    grade = _rows()
    standard = _rows()
    condition = ListOf(FormText(max=24, min=0), max=ROWS, load_default=list)
    pieces = _rows(10)
    mass = _rows()
    tags = FormText(max=4000, multiline=True)
    tolerance = FormInt(max=MOST_PERMILLE)
    min_length = FormLength()
    max_length = FormLength()
    one_heat = FormFlag(load_default=False)
    certified = FormFlag(load_default=False)
    may_split = FormFlag(load_default=False)


class DeliveryChangeForm(FormSchema):
    """Another lorry, driver, waybill or validity."""

    plate = FormText(max=24, required=True)
    driver = FormText(max=80, load_default=None)
    waybill_number = FormText(max=80, load_default=None)
    valid_until = FormDateTime(required=True)


class PassCodeForm(FormSchema):
    """Another pick-up code."""

    pass_code = FormText(min=SHORTEST_CODE, max=LONGEST_CODE, required=True)


class GiveBackForm(FormSchema):
    """Bundles that go back into stock, one tag to a line."""

    tags = FormText(max=4000, multiline=True, required=True)
    reason = FormText(max=200, required=True)
    place = FormText(max=40)


class PartForm(FormSchema):
    """A bundle of which a part was ordered."""

    tag = FormText(max=60, required=True)
    part_tag = FormText(max=60)
    rest_tag = FormText(max=60)


class LeavingForm(FormSchema):
    """A lorry that leaves; the weighbridge's ticket as far as there is one."""

    ticket_number = FormText(max=80)
    gross = FormMass()
    tare = FormMass()
    weighbridge_ticket_id = FormInt(min=1)
    second_weight = FormMass()
    difference_reason = FormText(max=200)


class GateForm(LeavingForm):
    """A lorry at the gate."""

    plate = FormText(max=24, required=True)
    pass_code = FormText(max=LONGEST_CODE, required=True)
    rest = FormChoice(Rest, required=True)


def lines_of(form: Mapping[str, Any]) -> list[OrderedLine]:
    """The lines of an order form: its rows of goods, then a line for each tag. Raises ``LineUnreadable``."""
    rules = {
        "min_piece_mm": form.get("min_length"), "max_piece_mm": form.get("max_length"), "one_heat": form["one_heat"],
        "certified": form["certified"],
    }  # fmt: skip
    found = [OrderedLine(**goods, **rules, whole_bundles=not form["may_split"]) for goods in _goods(form)]
    found += [OrderedLine(tag=tag, certified=form["certified"]) for tag in tags_of(form.get("tags"))]
    if not 1 <= len(found) <= MOST_LINES:
        raise errors.LineUnreadable(row=1)
    return found


def _goods(form: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    columns = (form["size"], form["grade"], form["standard"], form["condition"], form["pieces"], form["mass"])
    for row, (size, grade, standard, condition, pieces, mass) in enumerate(zip_longest(*columns, fillvalue=""), 1):
        if any((size, grade, standard, condition, pieces, mass)):
            described = {"size": size or None, "grade": grade or None, "standard": standard or None}
            described |= {"condition": _condition(row, condition)}
            yield {**described, "pieces": _pieces(row, pieces), "mass_g": _mass(row, mass)}


def _condition(row: int, text: str) -> Condition | None:
    if text and text not in set(Condition):
        raise errors.LineUnreadable(row=row)
    return Condition(text) if text else None


def _pieces(row: int, text: str) -> int | None:
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= MOST_PIECES:
        raise errors.LineUnreadable(row=row)
    return number


def _mass(row: int, text: str) -> int | None:
    try:
        found = parse_mass_g(text, assume="t") if text else None
    except UnitError:
        raise errors.LineUnreadable(row=row) from None
    if found is not None and not 0 < found <= 10**10:
        raise errors.LineUnreadable(row=row)
    return found


def second_of(form: Mapping[str, Any]) -> SecondWeight | None:
    """The weight with the goods of a lorry that was weighed empty, or ``None``. Raises ``TicketIncomplete``."""
    ticket_id, mass_g = form.get("weighbridge_ticket_id"), form.get("second_weight")
    if ticket_id is None and mass_g is None:
        return None
    if ticket_id is None or mass_g is None:
        raise delivery_errors.TicketIncomplete
    return SecondWeight(ticket_id, mass_g)


def ticket_of(form: Mapping[str, Any]) -> Ticket | None:
    """The weighbridge's ticket, or ``None`` where nothing of it was typed. Raises ``TicketIncomplete``."""
    given = [form.get(name) for name in ("ticket_number", "gross", "tare")]
    if not any(given):
        return None
    number, gross, tare = given
    if number is None or gross is None or tare is None:
        raise delivery_errors.TicketIncomplete
    return Ticket(number, form["plate"], gross, tare)
