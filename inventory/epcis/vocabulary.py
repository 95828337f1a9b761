"""The words of the Core Business Vocabulary 2.0 that events use. Imports neither flask nor sqlalchemy."""

from collections.abc import Mapping, Sequence
from typing import Any

EVENT_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})
BIZ_STEPS = frozenset(
    [
        "accepting",
        "arriving",
        "assembling",
        "collecting",
        "commissioning",
        "consigning",
        "creating_class_instance",
        "cycle_counting",
        "decommissioning",
        "departing",
        "destroying",
        "disassembling",
        "dispensing",
        "encoding",
        "entering_exiting",
        "holding",
        "inspecting",
        "installing",
        "killing",
        "loading",
        "other",
        "packing",
        "picking",
        "receiving",
        "removing",
        "repackaging",
        "repairing",
        "replacing",
        "reserving",
        "retail_selling",
        "sampling",
        "sensor_reporting",
        "shipping",
        "staging_outbound",
        "stock_taking",
        "stocking",
        "storing",
        "transporting",
        "unloading",
        "unpacking",
        "void_shipping",
    ]
)
DISPOSITIONS = frozenset(
    [
        "active",
        "available",
        "completeness_inferred",
        "completeness_verified",
        "conformant",
        "container_closed",
        "container_open",
        "damaged",
        "destroyed",
        "dispensed",
        "disposed",
        "encoded",
        "expired",
        "in_progress",
        "in_transit",
        "inactive",
        "mismatch_class",
        "mismatch_instance",
        "mismatch_quantity",
        "needs_replacement",
        "no_pedigree_match",
        "non_conformant",
        "non_sellable_other",
        "partially_dispensed",
        "recalled",
        "reserved",
        "retail_sold",
        "returned",
        "sellable_accessible",
        "sellable_not_accessible",
        "stolen",
        "unavailable",
        "unknown",
    ]
)
BIZ_TRANSACTIONS = frozenset({
    "bol", "cert", "desadv", "inv", "pedigree", "po", "poc", "prodorder", "recadv", "rma", "testprd", "testres",
    "upevt",
})  # fmt: skip
PARTIES = frozenset({"owning_party", "possessing_party", "location"})
ERROR_REASONS = frozenset({"did_not_occur", "incorrect_data"})
COMPONENTS = frozenset(
    [
        "x",
        "y",
        "z",
        "axial_distance",
        "azimuth",
        "height",
        "spherical_radius",
        "polar_angle",
        "elevation_angle",
        "easting",
        "northing",
        "latitude",
        "longitude",
        "altitude",
    ]
)
_PREFIXES = (
    "urn:epcglobal:cbv:bizstep:", "urn:epcglobal:cbv:disp:", "urn:epcglobal:cbv:btt:", "urn:epcglobal:cbv:sdt:",
    "urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/BizStep-", "https://ref.gs1.org/cbv/Disp-",
    "https://ref.gs1.org/cbv/BTT-", "https://ref.gs1.org/cbv/SDT-", "https://ref.gs1.org/cbv/ER-",
    "cbv:BizStep-", "cbv:Disp-", "cbv:BTT-", "cbv:SDT-", "cbv:ER-",
)  # fmt: skip


def bare(word: str, prefixes: Mapping[str, str] | None = None) -> str:
    """Return a word of the vocabulary in its short form, however it was written; another URI in full.

    ``prefixes`` are those of the event's contexts: ``example:cut`` becomes the URI that it stands for.
    """
    for prefix in _PREFIXES:
        if word.startswith(prefix):
            return word.removeprefix(prefix)
    name, colon, rest = word.partition(":")
    if colon and prefixes and name in prefixes and not rest.startswith("//"):
        return prefixes[name] + rest
    return word


def prefixes_of(contexts: Sequence[Any]) -> dict[str, str]:
    """Return the prefixes that contexts define; contexts that are only named are not fetched."""
    return {
        name: value
        for context in contexts
        if isinstance(context, Mapping)
        for name, value in context.items()
        if isinstance(value, str) and not name.startswith("@")
    }
