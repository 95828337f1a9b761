"""The recall list as a table for spreadsheet programs."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from inventory import words
from inventory.queries import Record
from inventory.states import PlaceKind, State
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Column, Kind, Scaled, Table

COLUMNS = (
    (N_("Tag"), Kind.TEXT),
    (N_("Yard"), Kind.TEXT),
    (N_("Heat"), Kind.TEXT),
    (N_("Mill"), Kind.TEXT),
    (N_("Several heats"), Kind.TEXT),
    (N_("Size"), Kind.TEXT),
    (N_("Grade"), Kind.TEXT),
    (N_("Standard"), Kind.TEXT),
    (N_("Where it is"), Kind.TEXT),
    (N_("Place"), Kind.TEXT),
    (N_("State"), Kind.TEXT),
    (N_("On hold"), Kind.TEXT),
    (N_("Owner"), Kind.TEXT),
    (N_("Waybill"), Kind.TEXT),
    (N_("Number plate"), Kind.TEXT),
    (N_("Issue"), Kind.TEXT),
    (N_("Left"), Kind.MOMENT),
    (N_("Pieces"), Kind.INTEGER),
    (N_("Length, m"), Kind.DECIMAL),
    (N_("Mass, t"), Kind.DECIMAL),
)


def table(records: Iterable[Record]) -> Table:
    """The list with its headings in the reader's language."""
    return Table("recall", [Column(_(title), kind) for title, kind in COLUMNS], _rows(records))


def _rows(records: Iterable[Record]) -> Iterator[tuple[Cell, ...]]:
    for one in records:
        here = one["place_kind"] == PlaceKind.REAL
        yield (
            one["tag"], one["warehouse_code"], one["heat_number"], one["mill_name"], _yes(one["mixed_heats"]),
            one["size"], one["grade"], one["standard"],
            _("In the yard") if here else _(words.PLACES[PlaceKind(one["place_kind"])]),
            one["place"] if here else None, _(words.STATES[State(one["state"])]) if here else None,
            _yes(one["encumbered"]), one["owner_name"], one["waybill_number"], one["plate"], one["issue_number"],
            one["left_at"], one["pieces"], Scaled(one["length_mm"], 3), Scaled(one["mass_g"], 6),
        )  # fmt: skip


def _yes(value: bool) -> str | None:
    return _("yes") if value else None
