"""The scenes in which other programs lost stock, against two server processes over HTTP, by eight clients at once.

Theirs: eight clients took one piece each again and again, 68 times were confirmed and 22 pieces were gone; eight
brought 60 of 100 to another place and 220 of 100 were there; in 20 rounds eight took 5 of 5 and 160 were confirmed
where 20 were right; what was sent twice was deducted twice; 8 of 5 took 5 without a word.
"""

import http.client
import itertools
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from inventory.operations.deliveries import OrderedLine
from steelyard.jobs.queue import create_tables
from tests.integration.cli.conftest import PATIENCE_S, Installation
from tests.support.databases import Databases
from tests.support.world import World

from .conftest import Yard, make_yard
from .orders import CODE, PLATE, allocate, order
from .orders import read as read_order

CLIENTS = 8
_ids = itertools.count()


@dataclass
class Client:
    """Who asks one of the server's processes, on a connection of its own each time."""

    port: int
    token: str

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        """Status and answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = key or f"scene-{next(_ids):016}"
        sent = None if body is None else json.dumps(body)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)) as line:
            line.request(method, f"/api/v1{path}", body=sent, headers=headers)
            answer = line.getresponse()
            told = json.loads(answer.read())
        told.pop("request_id", None)
        return answer.status, told


@dataclass
class Served:
    """A yard behind a server of two processes, and what its people may do there."""

    yard: Yard
    port: int
    tokens: dict[str, str]

    def client(self, who: str = "keeper") -> Client:
        return Client(self.port, self.tokens[who])

    def lying(self) -> dict[str, tuple[str, int]]:
        """Place and pieces of each bundle in the yard, as the API tells."""
        status, page = self.client().call("GET", "/stock?limit=200")
        assert (status, page["next"]) == (200, None)
        return {row["tag"]: (row["place"], row["pieces"]) for row in page["items"]}

    def split(self, client: Client, tag: str, *parts: tuple[int, str | None], key: str | None = None) -> int:
        body = {
            "warehouse_id": self.yard.warehouse.id, "tag": tag,
            "parts": [{"pieces": pieces, **({"tag": part} if part else {})} for pieces, part in parts],
        }  # fmt: skip
        return client.call("POST", "/warehouse/splits", body, key)[0]

    def issue(self, client: Client, tag: str, key: str | None = None) -> tuple[int, Any]:
        body = {
            "warehouse_id": self.yard.warehouse.id, "owner_org_id": self.yard.owner.org_id, "waybill_number": "YD-1",
            "plate": PLATE, "tags": [tag],
        }  # fmt: skip
        return client.call("POST", "/issues", body, key)


@pytest.fixture
def served(databases: Databases, dialect: str, tmp_path: Path) -> Iterator[Served]:
    """A yard, and two web processes on its database."""
    db = databases.open(dialect)
    yard = make_yard(db, World(db))
    inspector = yard.world.actor("warehouse", "inspector", org=yard.keeper)
    tokens = {"keeper": yard.world.token(yard.keeper), "inspector": yard.world.token(inspector)}
    create_tables(db)
    installation = Installation(tmp_path, db.url.render_as_string(hide_password=False))
    with installation.web("--workers", "2", "--threads", "4") as server:
        server.wait_until_it_answers()
        yield Served(yard, server.port, tokens)
        assert server.interrupt() == 0


def at_once(served: Served, act: Any) -> list[Any]:
    """What eight clients that begin together get."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(act, range(CLIENTS), [served.client() for _ in range(CLIENTS)]))


def big(yard: Yard, tag: str, pieces: int) -> None:
    """A bundle of so many pieces: merged of some of ten, split to size."""
    from inventory.making import Output
    from inventory.operations import merging, splitting

    tens = [f"{tag}-{number}" for number in range(-(-pieces // 10))]
    yard.receive(*tens, heat_number=f"H-{tag}")
    with yard.db.write() as session:
        if len(tens) > 1:
            merging.merge(session, yard.keeper, yard.warehouse.id, tens, tag)
        else:
            parts = [Output(pieces, tag), *([Output(10 - pieces, f"{tag}-rest")] if pieces < 10 else [])]
            splitting.split(session, yard.keeper, yard.warehouse.id, tens[0], parts)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_the_scenes_in_which_others_lost_stock(served: Served) -> None:
    one_each(served)
    sixty_of_a_hundred(served)
    five_of_five(served)
    held_from_its_commit_on(served)
    served.yard.assert_sound()


def one_each(served: Served) -> None:
    """As many pieces are gone as were confirmed: 68 were, and 22 pieces were gone."""
    big(served.yard, "LOT", 30)

    def take(number: int, client: Client) -> int:
        taken = 0
        for turn in range(4):
            rest = max((one for one in served.lying().items() if one[0].startswith("LOT")), key=lambda one: one[1][1])
            name, left = f"ONE-{number}-{turn}", f"LOT-{number}-{turn}"
            taken += served.split(client, rest[0], (1, name), (rest[1][1] - 1, left)) == 201
        return taken

    confirmed = sum(at_once(served, take))
    lying = served.lying()
    assert 0 < confirmed == len([tag for tag in lying if tag.startswith("ONE-")])
    assert max(pieces for tag, (_, pieces) in lying.items() if tag.startswith("LOT")) == 30 - confirmed


def sixty_of_a_hundred(served: Served) -> None:
    """One brings 60 of 100 to another place: 220 were there."""
    big(served.yard, "HUNDRED", 100)

    def bring(number: int, client: Client) -> int:
        part = f"SIXTY-{number}"
        done = served.split(client, "HUNDRED", (60, part), (40, f"FORTY-{number}")) == 201
        body = {"warehouse_id": served.yard.warehouse.id, "place": "B-01", "tags": [part], "reason": "room"}
        status, _ = client.call("POST", "/transfers", body)
        assert (status == 201) is done
        return int(done)

    assert sum(at_once(served, bring)) == 1
    there = [where for tag, where in served.lying().items() if tag.startswith(("SIXTY", "FORTY", "HUNDRED"))]
    assert sorted(there) == [("A-01", 40), ("B-01", 60)]


def five_of_five(served: Served) -> None:
    """In 20 rounds 20 are confirmed: 160 were. Sent again, they change nothing; 8 of 5 is refused, not cut down."""
    yard = served.yard
    tags = [f"FIVE-{number}" for number in range(20)]
    for tag in tags:
        big(yard, tag, 5)
    status = served.split(served.client(), "FIVE-0", (8, "EIGHT"))
    assert (status, served.lying()["FIVE-0"]) == (409, ("A-01", 5))

    def take(number: int, client: Client) -> list[tuple[str, int, Any]]:
        return [(tag, *served.issue(client, tag, f"five-{number}-{tag:>10}".replace(" ", "0"))) for tag in tags]

    first = at_once(served, take)
    assert sorted(tag for found in first for tag, code, _ in found if code == 201) == sorted(tags)
    assert {answer["code"] for found in first for _, code, answer in found if code != 201} == {"already_issued"}
    assert at_once(served, take) == first
    assert not set(served.lying()) & set(tags)


def held_from_its_commit_on(served: Served) -> None:
    """Picks of a heat that begin after its hold was answered are refused, all of them, and so is the gate."""
    yard = served.yard
    tags = [f"Q-{number}" for number in range(24)]
    yard.receive(*tags, heat_number="H-Q")
    orders = [order(yard, *(OrderedLine(tag=tag) for tag in tags[part::2]), number=f"Q{part}") for part in (0, 1)]
    for one in orders:
        allocate(yard, one)
    number_of = {tag: read_order(yard, orders[index % 2]).number for index, tag in enumerate(tags)}
    heat_id = served.client().call("GET", "/heats?heat_number=H-Q")[1]["items"][0]["id"]

    def pick(client: Client, tag: str) -> tuple[float, str]:
        began = time.monotonic()
        operation = {
            "client_op_id": f"q-{next(_ids)}", "kind": "pick", "tag": tag, "delivery_number": number_of[tag],
            "event_at": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        body = {"warehouse_id": yard.warehouse.id, "operations": [operation]}
        return began, client.call("POST", "/warehouse/operations", body)[1]["answers"][0]["code"]

    def pick_some(number: int) -> list[tuple[float, str]]:
        client = served.client()
        return [pick(client, tag) for tag in tags[number::4]]

    with ThreadPoolExecutor(5) as pool:
        picking = [pool.submit(pick_some, number) for number in range(4)]
        body = {"heat_id": heat_id, "reason": "cracks"}
        status, _ = pool.submit(served.client("inspector").call, "POST", "/quality-holds", body).result()
        held_at = time.monotonic()
        outcomes = [one for job in picking for one in job.result()]
    assert status == 201
    outcomes += [pick(served.client(), tag) for tag in tags]
    assert {code for began, code in outcomes if began > held_at} == {"bundle_quarantined"}
    assert {code for _, code in outcomes} <= {"picked", "bundle_quarantined"}
    for one in orders:
        leaving = {"plate": PLATE, "pass_code": CODE, "rest": "keep"}
        passed, answer = served.client().call("POST", f"/warehouse/delivery-orders/{one}/gate-passes", leaving)
        assert (passed, answer["code"]) in {(409, "bundle_quarantined"), (409, "nothing_picked")}
