"""Freight documents as each reader may see them; the schemas and the pages show nothing else."""

from typing import Any

from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor
from steelyard.logistics.lorries import LorryClass, needs_permission
from steelyard.logistics.models import (
    FreightDemand,
    FreightLeftOver,
    FreightLoad,
    FreightRound,
    FreightSupply,
    Waybill,
)
from steelyard.logistics.queries import may_see_all_of
from steelyard.logistics.states import LoadState, Side

_DEMAND_OPEN = [
    "id",
    "number",
    "state",
    "version",
    "posted_at",
    "origin",
    "destination",
    "mass_g",
    "pieces",
    "longest_mm",
    "pickup_from",
    "pickup_until",
    "delivery_from",
    "delivery_until",
    "needs",
]
_DEMAND_PRIVATE = ["ceiling_fen", "order_reference", "loading_warehouse_org_id", "receiver_org_id"]
_SUPPLY_OPEN = [
    "id",
    "number",
    "state",
    "version",
    "posted_at",
    "lorry_class",
    "bed_length_mm",
    "usable_payload_g",
    "equipment",
    "position",
    "home",
    "free_from",
    "free_until",
]
_SUPPLY_PRIVATE = ["plate", "payload_g", "tare_g", "ask_fen_per_km", "fixed_fen"]
_LOAD_OPEN = [
    "id",
    "number",
    "state",
    "version",
    "round_id",
    "demand_id",
    "supply_id",
    "shipper_org_id",
    "carrier_org_id",
    "warehouse_org_id",
    "empty_m",
    "loaded_m",
    "distance_source",
    "pickup_at",
    "delivery_at",
    "expires_at",
    "shipper_accepted_at",
    "carrier_accepted_at",
    "closed_at",
    "declined_side",
    "decline_reason",
]
_WAYBILL_OPEN = [
    "id",
    "number",
    "state",
    "version",
    "load_id",
    "shipper_org_id",
    "carrier_org_id",
    "warehouse_org_id",
    "receiver_org_id",
    "plate",
    "issued_at",
    "loaded_at",
    "delivered_at",
    "received_mass_g",
    "remark",
]
_ROUND_OPEN = ["id", "held_at", "offers_until", "demands", "supplies", "matched", "empty_m", "loaded_m"]


def _pick(row: object, names: list[str], *, hidden: bool = False) -> dict[str, Any]:
    return {name: None if hidden else getattr(row, name) for name in names}


def _name(organisation: Organisation | None) -> str | None:
    return organisation.name if organisation else None


def demand_view(demand: FreightDemand, actor: Actor) -> dict[str, Any]:
    """A demand: in full for its owner and the operator, in summary for the rest of the market."""
    hidden = not may_see_all_of(actor, demand)
    return {
        **_pick(demand, _DEMAND_OPEN),
        **_pick(demand, _DEMAND_PRIVATE, hidden=hidden),
        "mine": demand.org_id == actor.org_id,
        "org_name": None if hidden else demand.org.name,
        "loading_warehouse_name": None if hidden else _name(demand.loading_warehouse),
        "receiver_name": None if hidden else _name(demand.receiver),
    }


def supply_view(supply: FreightSupply, actor: Actor) -> dict[str, Any]:
    """A supply: in full for its owner and the operator, in summary for the rest of the market."""
    hidden = not may_see_all_of(actor, supply)
    return {
        **_pick(supply, _SUPPLY_OPEN),
        **_pick(supply, _SUPPLY_PRIVATE, hidden=hidden),
        "mine": supply.org_id == actor.org_id,
        "org_name": None if hidden else supply.org.name,
        "over_length": needs_permission(LorryClass(supply.lorry_class)),
    }


def load_view(load: FreightLoad, actor: Actor) -> dict[str, Any]:
    """A load: each side sees the price and its own limit, the warehouse sees no money.

    The other side's limit is not shown, but follows from the two (:func:`steelyard.logistics.matching._split`).
    """
    demand, supply = load.demand, load.supply
    is_shipper, is_carrier = load.shipper_org_id == actor.org_id, load.carrier_org_id == actor.org_id
    side = Side.SHIPPER if is_shipper else Side.CARRIER if is_carrier else None
    prices_hidden = not (actor.is_operator or side)
    return {
        **_pick(load, _LOAD_OPEN),
        **_pick(load, ["shipper_pays_fen", "carrier_receives_fen"], hidden=prices_hidden),
        "cost_fen": load.cost_fen if actor.is_operator or is_carrier else None,
        "ceiling_fen": demand.ceiling_fen if actor.is_operator or is_shipper else None,
        **_pick(demand, ["origin", "destination", "mass_g", "pieces", "longest_mm", "needs"]),
        **_pick(supply, ["plate", "lorry_class", "bed_length_mm", "position", "usable_payload_g"]),
        "demand_number": demand.number,
        "supply_number": supply.number,
        "shipper_name": load.shipper.name,
        "carrier_name": load.carrier.name,
        "side": side,
        "awaits_me": _awaits(load, side),
        "over_length": needs_permission(LorryClass(supply.lorry_class)),
        "load_permille": load_permille(load),
        "waybill_id": load.waybill.id if load.waybill else None,
        "waybill_number": load.waybill.number if load.waybill else None,
    }


def _awaits(load: FreightLoad, side: Side | None) -> bool:
    if load.state != LoadState.OFFERED or side is None:
        return False
    return (load.shipper_accepted_at if side is Side.SHIPPER else load.carrier_accepted_at) is None


def load_permille(load: FreightLoad) -> int:
    """How full the lorry is by mass, in thousandths of its usable payload, rounded down."""
    return load.demand.mass_g * 1000 // load.supply.usable_payload_g


def waybill_view(waybill: Waybill) -> dict[str, Any]:
    """A waybill with what was loaded; it holds no money, so that it can travel with the lorry."""
    load = waybill.load
    return {
        **_pick(waybill, _WAYBILL_OPEN),
        **_pick(load.demand, ["origin", "destination", "mass_g", "pieces", "longest_mm", "order_reference"]),
        **_pick(load, ["loaded_m", "distance_source", "pickup_at", "delivery_at"]),
        "load_number": load.number,
        "shipper_name": waybill.shipper.name,
        "carrier_name": waybill.carrier.name,
        "warehouse_name": _name(waybill.warehouse),
        "receiver_name": _name(waybill.receiver),
        "lorry_class": load.supply.lorry_class,
        "over_length": needs_permission(LorryClass(load.supply.lorry_class)),
        "loaded_mass_g": sum(loading.mass_g for loading in waybill.loadings) if waybill.loadings else None,
        "loadings": [
            _pick(loading, ["issue_number", "plate", "mass_g", "loaded_at"])
            | {"bundles": [_bundle(bundle) for bundle in loading.bundles]}
            for loading in waybill.loadings
        ],
    }


_BUNDLE = ("tag", "heat_number", "certificate_number", "pieces", "mass_g")


def _bundle(bundle: dict[str, Any]) -> dict[str, Any]:
    return {name: bundle.get(name) for name in _BUNDLE}


def round_figures(held: FreightRound, actor: Actor) -> dict[str, Any]:
    """A round's figures for the market, and its surplus for the operator."""
    return {**_pick(held, _ROUND_OPEN), "surplus_fen": held.surplus_fen if actor.is_operator else None}


def round_view(held: FreightRound, actor: Actor, left: list[FreightLeftOver]) -> dict[str, Any]:
    """A round with the reader's postings left over."""
    return {
        **round_figures(held, actor),
        "left_over": [
            {
                "demand_id": item.demand_id,
                "supply_id": item.supply_id,
                "number": item.demand.number if item.demand else item.supply.number if item.supply else "",
                "reason": item.reason,
            }
            for item in left
        ],
    }
