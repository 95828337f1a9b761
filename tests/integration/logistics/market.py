"""A freight market of two shippers, two carriers, a yard and the operator, and the papers they send."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from steelyard.core.actors import Actor, OrgKind
from steelyard.core.clock import utc_now
from tests.support.clients import ApiClient
from tests.support.world import World

ApiAs = Callable[..., ApiClient]
NOBODY = 10**15


def hours(count: float) -> str:
    """A moment so many hours from now, as the API takes it."""
    return (utc_now() + timedelta(hours=count)).isoformat()


def demand_body(**changes: Any) -> dict[str, Any]:
    """28 t of 12 m pipe from 聊城 to 天津 within two days, for at most 5,200 yuan."""
    return {
        "origin": "371500",
        "destination": "120000",
        "mass_g": 28_000_000,
        "pieces": 74,
        "longest_mm": 12_000,
        "pickup_from": hours(0),
        "pickup_until": hours(24),
        "delivery_from": hours(1),
        "delivery_until": hours(48),
        "ceiling_fen": 520_000,
    } | changes


def supply_body(plate: str = "鲁P12345", **changes: Any) -> dict[str, Any]:
    """A 13 m semi-trailer at 茌平, 32 t, 6.50 yuan a kilometre and 400 yuan fixed."""
    return {
        "plate": plate,
        "lorry_class": "semi_13",
        "bed_length_mm": 13_000,
        "payload_g": 32_000_000,
        "position": "371523",
        "free_from": hours(0),
        "ask_fen_per_km": 650,
        "fixed_fen": 40_000,
    } | changes


@dataclass
class Market:
    """The people of the market and their API clients."""

    world: World
    api_as: ApiAs

    def __post_init__(self) -> None:
        """Let everybody in."""
        self.people: dict[str, Actor] = {
            name: self.world.actor(kind)
            for name, kind in (
                ("shipper", OrgKind.PIPE_MAKER),
                ("trader", OrgKind.TRADER),
                ("carrier", OrgKind.CARRIER),
                ("rival", OrgKind.CARRIER),
                ("yard", OrgKind.WAREHOUSE),
                ("operator", OrgKind.OPERATOR),
            )
        }
        self.clients = {name: self.api_as(actor) for name, actor in self.people.items()}

    def __getattr__(self, name: str) -> ApiClient:
        """The client of a person by name: ``market.shipper``."""
        try:
            return self.clients[name]
        except KeyError:
            raise AttributeError(name) from None

    def made(self, who: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a paper that is taken."""
        answer = self.clients[who].post(path, body)
        assert answer.status_code in {200, 201}, answer.text
        document: dict[str, Any] = answer.json
        return document

    def demand(self, who: str = "shipper", **changes: Any) -> dict[str, Any]:
        """Post a demand."""
        return self.made(who, "/freight/demands", demand_body(**changes))

    def supply(self, who: str = "carrier", plate: str = "鲁P12345", **changes: Any) -> dict[str, Any]:
        """Post a supply."""
        return self.made(who, "/freight/supplies", supply_body(plate, **changes))

    def round(self, **body: Any) -> dict[str, Any]:
        """Hold a round."""
        return self.made("operator", "/freight/rounds", body)

    def loads(self, who: str = "operator") -> list[dict[str, Any]]:
        """The loads that somebody sees."""
        items: list[dict[str, Any]] = self.clients[who].get("/freight/loads").json["items"]
        return items

    def offer(self, **changes: Any) -> dict[str, Any]:
        """Post a demand and a supply, hold a round, and return the offered load."""
        self.demand(**changes)
        self.supply()
        self.round()
        return self.loads()[-1]

    def journey(self, **changes: Any) -> dict[str, Any]:
        """Have an offer accepted by both sides, and return the load with its waybill."""
        load = self.offer(**changes)
        self.made("shipper", f"/freight/loads/{load['id']}/accept", {})
        return self.made("carrier", f"/freight/loads/{load['id']}/accept", {})
