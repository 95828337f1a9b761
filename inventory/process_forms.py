"""Forms of the pages of processing and of title transfers: they take what people type."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inventory import errors
from inventory.forms import tags_of
from inventory.making import Line, Loss, Order, Output
from inventory.process_schemas import HOTTEST_C, LONGEST_MIN
from inventory.quantities import MOST_PIECES
from inventory.states import LossKind, Medium, ProcessKind, Treatment, WorkKind
from steelyard.api.fields import ListOf
from steelyard.api.form_fields import FormChoice, FormInt, FormSchema, FormText
from steelyard.core.units import UnitError, parse_length_mm, parse_mass_g

ROWS = 6
"""Rows of bundles that come out; whoever makes more of one bundle uses the API or a second document."""
HEATINGS = 3


def _rows(count: int, longest: int = 40) -> ListOf:
    return ListOf(FormText(max=longest, min=0), max=count, load_default=list)


class SplitForm(FormSchema):
    """A bundle and the parts that are all of it."""

    warehouse_id = FormInt(min=1, required=True)
    tag = FormText(max=60, required=True)
    pieces = _rows(ROWS)
    new_tag = _rows(ROWS, 60)
    reason = FormText(max=200)


class MergeForm(FormSchema):
    """Bundles that become one; the tags one to a line."""

    warehouse_id = FormInt(min=1, required=True)
    tags = FormText(max=4000, multiline=True, required=True)
    merged_tag = FormText(max=60)
    reason = FormText(max=200)


class RetagForm(FormSchema):
    """A bundle and its new tag."""

    warehouse_id = FormInt(min=1, required=True)
    tag = FormText(max=60, required=True)
    merged_tag = FormText(max=60)
    reason = FormText(max=200)


class WorkForm(FormSchema):
    """Work on the steel: what goes in, what comes out, what is lost, and the furnace."""

    warehouse_id = FormInt(min=1, required=True)
    kind = FormChoice(WorkKind, required=True)
    tags = FormText(max=4000, multiline=True, required=True)
    pieces = _rows(ROWS)
    length = _rows(ROWS)
    weighed = _rows(ROWS)
    new_tag = _rows(ROWS, 60)
    loss_pieces = _rows(len(LossKind))
    loss_length = _rows(len(LossKind))
    loss_mass = _rows(len(LossKind))
    added_mass = FormText(max=40)
    furnace_charge = FormText(max=80)
    treatment = _rows(HEATINGS)
    temperature_c = _rows(HEATINGS)
    holding_min = _rows(HEATINGS)
    medium = _rows(HEATINGS)
    standard = FormText(max=40)
    reason = FormText(max=200)


class ReasonForm(FormSchema):
    """Why something is undone or refused."""

    reason = FormText(max=200, required=True)


class TitleForm(FormSchema):
    """The order of an owner; the new owner by his full name, as he is registered."""

    warehouse_id = FormInt(min=1, required=True)
    to_owner = FormText(max=120, required=True)
    order_number = FormText(max=80, required=True)
    tags = FormText(max=4000, multiline=True, required=True)


def parts_of(form: Mapping[str, Any]) -> list[Output]:
    """The parts of a split; rows without pieces are left out. Raises ``LineUnreadable``."""
    found = [
        Output(_whole(row, pieces, MOST_PIECES), tag or None)
        for row, (pieces, tag) in _filled(form["pieces"], form["new_tag"])
    ]
    return _some(found)


def order_of(form: Mapping[str, Any]) -> Order:
    """The order that a form of work is; raises ``LineUnreadable``."""
    rows = _filled(form["pieces"], form["length"], form["weighed"], form["new_tag"])
    outputs = [
        Output(
            _whole(row, pieces, MOST_PIECES),
            tag or None,
            _length(row, length),
            _mass(row, mass),
        )
        for row, (pieces, length, mass, tag) in rows
    ]
    losses = [
        Loss(
            list(LossKind)[row - 1],
            _whole(row, pieces, MOST_PIECES) if pieces else 0,
            _length(row, length) or 0,
            _mass(row, mass),
        )
        for row, (pieces, length, mass) in _filled(form["loss_pieces"], form["loss_length"], form["loss_mass"])
    ]
    added = _mass(1, form.get("added_mass", "")) or 0
    parameters = {"heatings": _heatings(form), "standard": form.get("standard")}
    return Order(
        ProcessKind(form["kind"]), [Line(tags_of(form["tags"]), _some(outputs), losses, added)], form.get("reason"),
        form.get("furnace_charge"), {name: value for name, value in parameters.items() if value},
    )  # fmt: skip


def _heatings(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    columns = (form["treatment"], form["temperature_c"], form["holding_min"], form["medium"])
    for row, (treatment, temperature, minutes, medium) in _filled(*columns):
        try:
            how = {"treatment": Treatment(treatment), "medium": Medium(medium)}
        except ValueError:
            raise errors.LineUnreadable(row=row) from None
        degrees, held = _whole(row, temperature, HOTTEST_C), _whole(row, minutes, LONGEST_MIN)
        found.append({**how, "temperature_c": degrees, "holding_min": held})
    return found


def _filled(*columns: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows in which something is typed, with their numbers from 1."""
    longest = max(map(len, columns))
    padded = [[*column, *[""] * (longest - len(column))] for column in columns]
    for number, row in enumerate(zip(*padded, strict=True), 1):
        if any(row):
            yield number, row


def _some(outputs: list[Output]) -> list[Output]:
    if not outputs:
        raise errors.LineUnreadable(row=1)
    return outputs


def _whole(row: int, text: str, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= most:
        raise errors.LineUnreadable(row=row)
    return number


def _length(row: int, text: str) -> int | None:
    try:
        found = parse_length_mm(text) if text else None
    except UnitError:
        raise errors.LineUnreadable(row=row) from None
    return _within(row, found, 10**8)


def _mass(row: int, text: str) -> int | None:
    try:
        found = parse_mass_g(text, assume="kg") if text else None
    except UnitError:
        raise errors.LineUnreadable(row=row) from None
    return _within(row, found, 10**12)


def _within(row: int, found: int | None, most: int) -> int | None:
    if found is not None and not 0 < found <= most:
        raise errors.LineUnreadable(row=row)
    return found
