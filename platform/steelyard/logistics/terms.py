"""What a posting says, checked as a whole: windows against each other and the clock, places, figures, lorries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from steelyard.logistics import rules
from steelyard.logistics.cities import find_city
from steelyard.logistics.errors import (
    BedNotOfClass,
    DeliveryBeforePickup,
    FigureOutOfRange,
    NoPayload,
    PlaceUnknown,
    PlateUnreadable,
    SamePlace,
    WindowOutOfReach,
    WindowReversed,
)
from steelyard.logistics.lorries import LIMITS, Equipment, LorryClass, Need, bed_fits_class, usable_payload_g

_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,6}[\u4e00-\u9fff]?")
_FILLING = str.maketrans("", "", " ·-．.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandTerms:
    """What a shipper posts: mass in grams, longest pipe in millimetres, ceiling in fen, windows in UTC."""

    origin: str
    destination: str
    mass_g: int
    pieces: int
    longest_mm: int
    pickup_from: datetime
    pickup_until: datetime
    delivery_from: datetime
    delivery_until: datetime
    ceiling_fen: int
    needs: Sequence[Need] = ()
    order_reference: str | None = None
    loading_warehouse_org_id: int | None = None
    receiver_org_id: int | None = None

    def check(self, now: datetime) -> None:
        """Raise the refusal that fits best where the terms cannot be carried out from ``now`` on."""
        _places(self.origin, self.destination)
        if self.origin == self.destination:
            raise SamePlace
        _within(self.mass_g, 1, rules.MOST_MASS_G)
        _within(self.pieces, 1, rules.MOST_PIECES)
        _within(self.longest_mm, 1, rules.MOST_LENGTH_MM)
        _within(self.ceiling_fen, 1, rules.MOST_CEILING_FEN)
        _window(self.pickup_from, self.pickup_until, now)
        _window(self.delivery_from, self.delivery_until, now)
        if self.delivery_until <= self.pickup_from:
            raise DeliveryBeforePickup


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyTerms:
    """What a carrier posts: payload by licence and unladen mass in grams, ask in fen per kilometre, times in UTC."""

    plate: str
    lorry_class: LorryClass
    bed_length_mm: int
    payload_g: int
    position: str
    free_from: datetime
    ask_fen_per_km: int
    fixed_fen: int
    tare_g: int | None = None
    equipment: Sequence[Equipment] = ()
    home: str | None = None
    free_until: datetime | None = None

    def check(self, now: datetime) -> None:
        """Raise the refusal that fits best where no journey can be made of the terms from ``now`` on."""
        _places(self.position, *([self.home] if self.home else []))
        _within(self.payload_g, 1, rules.MOST_MASS_G)
        _within(1 if self.tare_g is None else self.tare_g, 1, rules.MOST_MASS_G)
        _within(self.ask_fen_per_km, 0, rules.MOST_ASK_FEN_PER_KM)
        _within(self.fixed_fen, 0, rules.MOST_FIXED_FEN)
        if not bed_fits_class(self.lorry_class, self.bed_length_mm):
            limits = LIMITS[self.lorry_class]
            raise BedNotOfClass(least=limits.min_bed_mm, most=limits.max_bed_mm)
        if usable_payload_g(self.lorry_class, self.payload_g, self.tare_g) <= 0:
            raise NoPayload
        if self.free_until is not None:
            _window(self.free_from, self.free_until, now)
        elif abs(self.free_from - now) > rules.REACH:
            raise WindowOutOfReach


def read_plate(text: str) -> str:
    """A number plate without dots, spaces and dashes, in capitals; raises PlateUnreadable for anything else."""
    plate = text.translate(_FILLING).upper()
    if not _PLATE.fullmatch(plate):
        raise PlateUnreadable(plate=text)
    return plate


def same_plate(first: str | None, second: str | None) -> bool:
    """Whether two texts name the same lorry, however they were typed."""
    if first is None or second is None:
        return False
    return first.translate(_FILLING).upper() == second.translate(_FILLING).upper()


def _places(*adcodes: str) -> None:
    for adcode in adcodes:
        if find_city(adcode) is None:
            raise PlaceUnknown(adcode=adcode)


def _within(value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise FigureOutOfRange


def _window(opens: datetime, closes: datetime, now: datetime) -> None:
    if closes <= opens:
        raise WindowReversed
    if closes <= now or closes > now + rules.REACH or opens < now - rules.REACH:
        raise WindowOutOfReach
