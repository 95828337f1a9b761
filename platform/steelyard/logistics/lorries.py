"""Classes of lorries, what the law lets them carry, and what a consignment may ask of them."""

from dataclasses import dataclass
from enum import StrEnum

from steelyard.core.i18n import N_


class LorryClass(StrEnum):
    """A class of flatbed lorry (车型) as the pipe trade names it by bed length."""

    RIGID_9_6 = "rigid_9_6"
    SEMI_13 = "semi_13"
    FLATBED_17_5 = "flatbed_17_5"


class Need(StrEnum):
    """What a consignment asks of the lorry (用车要求)."""

    TARPAULIN = "tarpaulin"
    LORRY_CRANE = "lorry_crane"
    NO_MIXING = "no_mixing"
    LONG_FLATBED = "long_flatbed"


class Equipment(StrEnum):
    """What a lorry brings along (随车设备)."""

    TARPAULIN = "tarpaulin"
    LORRY_CRANE = "lorry_crane"


@dataclass(frozen=True, slots=True)
class ClassLimits:
    """Limits of a lorry class: bed in millimetres, gross and usual unladen mass in grams.

    The gross limits are those of GB 1589 (31 t on a four-axle rigid, 49 t on six axles); the unladen mass is
    what leaves the usual payload of the class (18, 32 and 33 t), and stands in where the posting does not
    give its own.
    """

    min_bed_mm: int
    max_bed_mm: int
    gross_g: int
    usual_tare_g: int


LIMITS: dict[LorryClass, ClassLimits] = {
    LorryClass.RIGID_9_6: ClassLimits(4_000, 9_600, 31_000_000, 13_000_000),
    LorryClass.SEMI_13: ClassLimits(9_601, 13_750, 49_000_000, 17_000_000),
    LorryClass.FLATBED_17_5: ClassLimits(13_751, 17_500, 49_000_000, 16_000_000),
}

CLASS_LABELS: dict[str, str] = {
    LorryClass.RIGID_9_6: N_("9.6 m rigid lorry"),
    LorryClass.SEMI_13: N_("13 m semi-trailer"),
    LorryClass.FLATBED_17_5: N_("17.5 m flatbed"),
}
NEED_LABELS: dict[str, str] = {
    Need.TARPAULIN: N_("Tarpaulin"),
    Need.LORRY_CRANE: N_("Lorry-mounted crane"),
    Need.NO_MIXING: N_("No mixing with other goods"),
    Need.LONG_FLATBED: N_("17.5 m flatbed allowed"),
}
EQUIPMENT_LABELS: dict[str, str] = {
    Equipment.TARPAULIN: N_("Tarpaulin"),
    Equipment.LORRY_CRANE: N_("Lorry-mounted crane"),
}

NEEDED_EQUIPMENT: dict[Need, Equipment] = {
    Need.TARPAULIN: Equipment.TARPAULIN,
    Need.LORRY_CRANE: Equipment.LORRY_CRANE,
}
"""The needs that only equipment can meet; one consignment a lorry meets `no_mixing` by itself."""


def bed_fits_class(lorry_class: LorryClass, bed_length_mm: int) -> bool:
    """Whether a bed of this length may call itself a lorry of this class."""
    limits = LIMITS[lorry_class]
    return limits.min_bed_mm <= bed_length_mm <= limits.max_bed_mm


def usable_payload_g(lorry_class: LorryClass, licence_g: int, tare_g: int | None) -> int:
    """Grams that may be loaded: the licence's payload, or what the class limit leaves above the unladen mass.

    The result is 0 or less where the unladen mass alone passes the limit.
    """
    limits = LIMITS[lorry_class]
    return min(licence_g, limits.gross_g - (limits.usual_tare_g if tare_g is None else tare_g))


def needs_permission(lorry_class: LorryClass) -> bool:
    """Whether it is longer than GB 1589 allows (13.75 m): matched only when asked for, always with a warning."""
    return lorry_class is LorryClass.FLATBED_17_5
