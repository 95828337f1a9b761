"""Stock, moves and figures as tables for spreadsheet programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import Session, aliased

from inventory import documents, queries, words
from inventory.figures import Amount
from inventory.models import Bundle, Heat, Place, Product, StockMove
from inventory.queries import Record
from inventory.states import Condition, PlaceKind, ProductKind, State
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Column, Kind, Scaled, Table

AT_ONCE = 1000
Columns = tuple[tuple[str, Kind], ...]
_GOODS: Columns = (
    (N_("Kind"), Kind.TEXT), (N_("Standard"), Kind.TEXT), (N_("Grade"), Kind.TEXT), (N_("Size"), Kind.TEXT),
    (N_("Delivery condition"), Kind.TEXT),
)  # fmt: skip
STOCK: Columns = (
    (N_("Tag"), Kind.TEXT), (N_("Yard"), Kind.TEXT), (N_("Place"), Kind.TEXT), (N_("Owner"), Kind.TEXT), *_GOODS,
    (N_("Heat"), Kind.TEXT), (N_("Mill"), Kind.TEXT), (N_("Several heats"), Kind.TEXT), (N_("Certificate"), Kind.TEXT),
    (N_("State"), Kind.TEXT), (N_("On hold"), Kind.TEXT), (N_("Pieces"), Kind.INTEGER),
    (N_("Piece length, mm"), Kind.INTEGER),
    (N_("Mass, t"), Kind.DECIMAL), (N_("Theoretical mass, t"), Kind.DECIMAL), (N_("Weighed mass, t"), Kind.DECIMAL),
    (N_("Certificate mass, t"), Kind.DECIMAL), (N_("Came"), Kind.MOMENT), (N_("Age, days"), Kind.INTEGER),
)  # fmt: skip
MOVES: Columns = (
    (N_("Move"), Kind.INTEGER), (N_("Recorded"), Kind.MOMENT), (N_("When"), Kind.MOMENT), (N_("Tag"), Kind.TEXT),
    *_GOODS, (N_("Heat"), Kind.TEXT), (N_("Place before"), Kind.TEXT), (N_("Owner before"), Kind.TEXT),
    (N_("State before"), Kind.TEXT), (N_("Place after"), Kind.TEXT), (N_("Owner after"), Kind.TEXT),
    (N_("State after"), Kind.TEXT), (N_("Pieces"), Kind.INTEGER), (N_("Length, m"), Kind.DECIMAL),
    (N_("Mass, t"), Kind.DECIMAL), (N_("Document"), Kind.TEXT), (N_("Undoes move"), Kind.INTEGER),
)  # fmt: skip
SHARES = {
    "on_hand": N_("On hand"), "available": N_("Available"), "reserved": N_("Reserved"), "held": N_("Held"),
    "arriving": N_("Being received"),
    "in_processing": N_("In processing"),
}  # fmt: skip
FIGURES: Columns = (
    *_GOODS, (N_("Owner"), Kind.TEXT), (N_("Bundles"), Kind.INTEGER), (N_("Pieces"), Kind.INTEGER),
    *((SHARES[share], Kind.DECIMAL) for share in SHARES),
)  # fmt: skip


def table(name: str, columns: Columns, rows: Iterable[Sequence[Cell]]) -> Table:
    """A table with its headings in the reader's language."""
    return Table(name, [Column(_(title), kind) for title, kind in columns], rows)


def tonnes(grams: int | None) -> Cell:
    """A mass as a cell, in tonnes to the gram."""
    return None if grams is None else Scaled(grams, 6)


def goods(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    """The cells that tell of what a row is made."""
    kind, made = _(words.KINDS[ProductKind(one["kind"])]), condition(one["condition"])
    return kind, one["standard"], one["grade"], one["size"], made


def condition(value: str | None) -> Cell:
    """The cell of a condition of delivery."""
    return None if value is None else _(words.CONDITIONS[Condition(value)])


def stock(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """What lies in the yards, by the filters of the search; raises ``SizeUnreadable``."""
    query = queries.in_stock(session, actor, wanted).order_by(Bundle.id)
    return table(_("Stock"), STOCK, _stock(session, query, wanted))


def _stock(session: Session, query: Select[Any], wanted: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    for part in session.execute(query).partitions(AT_ONCE):
        for one in queries.dated(session, [queries.record(row) for row in part], wanted.get("as_of")):
            yield (
                one["tag"], one["warehouse_code"], one["place"], one["owner_name"], *goods(one), one["heat_number"],
                one["mill_name"], _("yes") if one["mixed_heats"] else None, one["certificate_number"],
                _(words.STATES[State(one["state"])]),
                _("yes") if one["encumbered"] else None, one["pieces"], one["piece_length_mm"],
                *(tonnes(one[name]) for name in _MASSES), one["arrived_at"], one["age_days"],
            )  # fmt: skip


_MASSES = ("mass_g", "theoretical_mass_g", "weighed_mass_g", "certificate_mass_g")


def moves(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """The ledger, by the filters of the moves."""
    return table(_("Moves"), MOVES, _moves(session, documents.moves(actor, wanted)))


def _moves(session: Session, seen: Select[Any]) -> Iterator[Sequence[Cell]]:
    places, owners = (aliased(Place), aliased(Place)), (aliased(Organisation), aliased(Organisation))
    query = (
        seen.join(Bundle, Bundle.id == StockMove.bundle_id)
        .join(Product, Product.id == Bundle.product_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .join(places[0], places[0].id == StockMove.from_place_id)
        .join(places[1], places[1].id == StockMove.to_place_id)
        .join(owners[0], owners[0].id == StockMove.from_owner_id)
        .join(owners[1], owners[1].id == StockMove.to_owner_id)
        .add_columns(Bundle.tag, Product, Heat.heat_number, *places, *(owner.name for owner in owners))
        .order_by(StockMove.id)
    )
    for part in session.execute(query).partitions(AT_ONCE):
        for move, tag, product, heat, before, after, owner_before, owner_after in part:
            yield (
                move.id, move.recorded_at, move.event_at, tag, _(words.KINDS[ProductKind(product.kind)]),
                product.standard, product.grade, product.size_text, condition(product.condition), heat,
                _place(before), owner_before, _(words.STATES[State(move.from_state)]),
                _place(after), owner_after, _(words.STATES[State(move.to_state)]),
                move.pieces, Scaled(move.length_mm, 3), tonnes(move.mass_g),
                move.document_number, move.reverses_id,
            )  # fmt: skip


def _place(place: Place) -> str:
    return place.code if place.is_real else str(_(words.PLACES[PlaceKind(place.kind)]))


def figures(records: Iterable[Record]) -> Table:
    """The figures by product and owner, masses in tonnes."""
    rows = ((one, owner) for one in records for owner in one["owners"])
    return table(_("Figures of the stock"), FIGURES, (_figures(*row) for row in rows))


def _figures(product: Record, owner: Record) -> Sequence[Cell]:
    on_hand: Amount = owner["on_hand"]
    masses = (tonnes(owner[share].mass_g) for share in SHARES)
    return *goods(product), owner["owner_name"], on_hand.bundles, on_hand.pieces, *masses
