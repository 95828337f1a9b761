"""Trace over genealogy and moves: descendants, ancestors, the recall list, the balance of a heat."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inventory import labelling, queries, tracing
from inventory.certificates import issuing
from inventory.descent_schemas import GenealogyOut
from inventory.making import Line, Loss, Output
from inventory.operations import owning, unmaking
from inventory.operations.deliveries import OrderedLine
from inventory.states import LossKind, ProcessKind
from tests.support.clients import ApiClient, Browser
from tests.support.epcis import official

from . import orders
from .conftest import PLACES, Yard
from .test_ledger import THEORY_G
from .test_processing import merge, order, split, work

ApiAs = Callable[..., ApiClient]


def heat_id(yard: Yard, api: ApiClient, number: str = "H1") -> int:
    return int(api.get("/heats", heat_number=number).json["items"][0]["id"])


@pytest.fixture
def worked(yard: Yard) -> Yard:
    """T1 and T2 of two heats: T1 split, half of it merged with T2 into M, M cut into C and R, C on a lorry."""
    yard.receive("T1")
    yard.receive("T2", heat_number="H2", certificate_number="ZB-2")
    split(yard, "T1", 5, 5, tags=["A", "B"])
    merge(yard, "B", "T2", tag="M")
    kerf = [Loss(LossKind.KERF, length_mm=150)]
    work(yard, ProcessKind.CUT, Line(["M"], [Output(30, "C", 2900), Output(15, "R", 190)], kerf))
    yard.issue("C")
    return yard


def tags(rows: list[dict[str, Any]]) -> list[str]:
    return [row["tag"] for row in rows]


def test_forward_and_backward_through_a_mixture(worked: Yard, api_as: ApiAs) -> None:
    api = api_as(worked.owner)
    heat = heat_id(worked, api)
    below = api.get(f"/warehouse/heats/{heat}/descendants").json
    assert (tags(below["items"]), below["next"]) == (["T1", "A", "B", "M", "C", "R"], None)
    merged = next(row for row in below["items"] if row["tag"] == "M")
    assert (tags(merged["parents"]), merged["mixed_heats"]) == (["B", "T2"], True)
    (cut,) = worked.bundle_ids(["C"])
    above = api.get(f"/warehouse/bundles/{cut}/ancestors").json["items"]
    assert sorted(tags(above)) == ["B", "C", "M", "T1", "T2"]
    (first,) = worked.bundle_ids(["T2"])
    assert tags(api.get(f"/warehouse/bundles/{first}/descendants").json["items"]) == ["T2", "M", "C", "R"]


def test_pages_follow_each_other_without_gap_or_repeat(worked: Yard, api_as: ApiAs) -> None:
    api = api_as(worked.owner)
    address, found, after = f"/warehouse/heats/{heat_id(worked, api)}/descendants?limit=2", [], ""
    for _ in range(3):
        page = api.get(address + after).json
        found += tags(page["items"])
        after = f"&after={page['next']}"
    assert (found, page["next"]) == (["T1", "A", "B", "M", "C", "R"], None)


def test_the_recall_list_says_where_each_piece_is(worked: Yard, api_as: ApiAs) -> None:
    api = api_as(worked.owner)
    heat = heat_id(worked, api)
    rows = api.get(f"/warehouse/heats/{heat}/recall").json["items"]
    assert [(row["tag"], row["place_kind"], row["waybill_number"]) for row in rows] == [
        ("A", "real", None), ("C", "customer", "YD-20260901-0001"), ("R", "real", None),
    ]  # fmt: skip
    text = api.get(f"/warehouse/heats/{heat}/recall.csv").data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["Tag"], line["Where it is"], line["Number plate"]) for line in lines] == [
        ("A", "In the yard", ""), ("C", "Customer", "鲁P12345"), ("R", "In the yard", ""),
    ]  # fmt: skip
    assert {line["Several heats"] for line in lines} == {"", "yes"}
    assert api.get(f"/warehouse/heats/{heat}/recall.xlsx").data[:2] == b"PK"


def test_the_balance_of_a_heat_names_what_joined_and_what_was_lost(worked: Yard, api_as: ApiAs) -> None:
    api = api_as(worked.owner)
    found = api.get(f"/warehouse/heats/{heat_id(worked, api)}/balance").json
    incoming = {line["what"]: line["mass_g"] for line in found["incoming"]}
    outgoing = {line["what"]: line["length_mm"] for line in found["outgoing"]}
    assert incoming == {"received": THEORY_G, "joined": THEORY_G}
    assert outgoing == {"in_stock": 30_000 + 2_850, "issued": 87_000, "kerf": 150}
    assert found["holds"] is True


def test_the_genealogy_of_a_heat_is_a_graph(worked: Yard, api_as: ApiAs) -> None:
    api = api_as(worked.owner)
    found = api.get(f"/warehouse/heats/{heat_id(worked, api)}/genealogy").json
    assert GenealogyOut().validate(found) == {}
    tag_of = {node["bundle_id"]: node["tag"] for node in found["nodes"]}
    assert sorted((tag_of[edge["parent_id"]], tag_of[edge["child_id"]]) for edge in found["edges"]) == [
        ("B", "M"), ("M", "C"), ("M", "R"), ("T1", "A"), ("T1", "B"),
    ]  # fmt: skip
    assert {node["tag"]: node["place_kind"] for node in found["nodes"] if node["place_kind"] != "processing"} == {
        "A": "real", "C": "customer", "R": "real",
    }  # fmt: skip


def test_a_genealogy_with_odd_tags_is_sound_json(yard: Yard, api_as: ApiAs) -> None:
    yard.receive('捆"1\\2')
    (bundle,) = yard.bundle_ids(['捆"1\\2'])
    found = api_as(yard.keeper).get(f"/warehouse/bundles/{bundle}/genealogy").json
    assert found["nodes"][0]["tag"] == '捆"1\\2'
    assert GenealogyOut().validate(found) == {}


@pytest.mark.parametrize("bound", ["MOST_STEPS", "MOST_TRACED"])
def test_a_trace_is_bounded_and_says_so(
    worked: Yard, api_as: ApiAs, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    api = api_as(worked.owner)
    assert api.get(f"/heats/{heat_id(worked, api)}/trace").status_code == 200
    monkeypatch.setattr(tracing, bound, 2)
    answer = api.get(f"/heats/{heat_id(worked, api)}/trace")
    assert (answer.status_code, answer.json["code"]) == (409, "trace_too_long")


def test_what_was_undone_is_in_no_trace(worked: Yard, api_as: ApiAs) -> None:
    api = api_as(worked.owner)
    process = split(worked, "A", 2, 3)
    with worked.db.write() as session:
        unmaking.reverse(session, worked.keeper, process.id, "a slip")
    (bundle,) = worked.bundle_ids(["A"])
    assert tags(api.get(f"/warehouse/bundles/{bundle}/descendants").json["items"]) == ["A"]
    assert len(api.get(f"/warehouse/bundles/{bundle}/genealogy").json["nodes"]) == 1
    assert api.get(f"/warehouse/heats/{heat_id(worked, api)}/balance").json["holds"] is True


def test_a_buyer_reads_what_his_goods_were_made_of_and_nothing_more(worked: Yard, api_as: ApiAs) -> None:
    transfer = order(worked, "R")
    with worked.db.write() as session:
        owning.confirm(session, worked.keeper, transfer.id)
    buyer = api_as(worked.other_owner)
    (remnant,) = worked.bundle_ids(["R"])
    above = buyer.get(f"/warehouse/bundles/{remnant}/ancestors").json["items"]
    assert {row["tag"]: row["shown"] for row in above} == {
        "T1": False, "T2": False, "B": False, "M": False, "R": True,
    }  # fmt: skip
    below = buyer.get(f"/warehouse/heats/{above[0]['heat_id']}/descendants").json["items"]
    assert tags(below) == ["R"]
    for path in ("descendants", "ancestors", "recall"):
        assert buyer.get(f"/warehouse/bundles/{worked.bundle_ids(['A'])[0]}/{path}").status_code == 404
    assert api_as("trader", "seller").get(f"/warehouse/heats/{above[0]['heat_id']}/balance").status_code == 404


def test_the_pages_draw_it(worked: Yard, browse_as: Callable[..., Browser], api_as: ApiAs) -> None:
    browser = browse_as(worked.owner)
    heat = heat_id(worked, api_as(worked.owner))
    page = browser.get(f"/stock/heats/{heat}/descent").text
    assert "shown above" not in page
    assert "Cut to length" in page
    assert "balanced" in page
    (cut,) = worked.bundle_ids(["C"])
    page = browser.get(f"/stock/bundles/{cut}/descent").text
    for text in ("What it was made of", "<svg", "T2", "YD-20260901-0001"):
        assert text in page
    trace = browser.get("/stock/trace?heat_number=H1").text
    assert f"/stock/heats/{heat}/descent" in trace
    assert "several heats" in trace


def test_a_bundle_of_several_heats_says_so_wherever_it_is_shown(
    worked: Yard, browse_as: Callable[..., Browser], api_as: ApiAs
) -> None:
    """In lists, papers, the device's data and what partners read."""
    keeper, page = api_as(worked.keeper), browse_as(worked.keeper)
    issue = keeper.get("/issues").json["items"][0]["id"]
    assert keeper.get(f"/issues/{issue}").json["lines"][0]["mixed_heats"] is True
    kit = keeper.get(f"/warehouses/{worked.warehouse.id}/kit").json["items"]
    assert {row["tag"]: row["mixed_heats"] for row in kit} == {"A": False, "R": True}
    title = order(worked, "R")
    placed = orders.order(worked, OrderedLine(tag="R"))
    orders.allocate(worked, placed)
    for path in (
        f"/warehouse/issues/{issue}", f"/warehouse/title-transfers/{title.id}", f"/warehouse/delivery-orders/{placed}",
        "/warehouse/processing/3", "/stock",
    ):  # fmt: skip
        assert "several heats" in page.get(path).text, path
    table = keeper.get("/stock.csv").get_data(as_text=True)
    assert "H1+H2,Mill One,yes," in table
    goods = keeper.get(f"/warehouse/delivery-orders/{placed}/goods.csv").get_data(as_text=True)
    assert "多炉 several heats" in goods
    (remnant,) = worked.bundle_ids(["R"])
    with worked.db.read() as session:
        found = queries.bundle(session, worked.keeper, remnant)
    assert labelling.label_of(found, None, 1).heat == "H1+H2（多炉 several heats）"
    events = keeper.get(f"/bundles/{remnant}/epcis").get_json()["epcisBody"]["eventList"]
    melts = [event["ilmd"] for event in events if event["type"] == "TransformationEvent" and "ilmd" in event]
    assert melts == [{"sy:heat": "H1 (Mill One) + H2 (Mill One)", "sy:severalHeats": "(2)"}] * 2


def test_an_auditor_rebuilds_the_yard_from_the_moves(worked: Yard, api_as: ApiAs) -> None:
    """With nothing but the ledger as a file, and gets the stock as the yard tells it."""
    yard = worked
    yard.receive("X1", owner=yard.other_owner)
    yard.scan(yard.operation("move", "A", place="B-01"))
    auditor = api_as(yard.world.actor("warehouse", "auditor", org=yard.keeper, locale="en"))

    def table(name: str) -> list[dict[str, str]]:
        text = auditor.get(f"/{name}.csv").data.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    amounts: Counter[tuple[str, ...]] = Counter()
    grams: Counter[tuple[str, ...]] = Counter()
    for move in table("moves"):
        for sign, side in ((-1, "before"), (1, "after")):
            key = (move["Tag"], *(move[f"{what} {side}"] for what in ("Place", "Owner", "State")))
            amounts[key] += sign * int(move["Pieces"])
            grams[key] += sign * round(1_000_000 * float(move["Mass, t"]))
    assert sum(amounts.values()) == sum(grams.values()) == 0
    rebuilt = {key: (pieces, grams[key]) for key, pieces in amounts.items() if pieces and key[1] in PLACES}
    assert rebuilt == {
        (row["Tag"], row["Place"], row["Owner"], row["State"]): (
            int(row["Pieces"]), round(1_000_000 * float(row["Mass, t"])),
        )
        for row in table("stock")
    }  # fmt: skip
    assert len(rebuilt) == 3


def test_the_history_tells_each_process_once_as_a_transformation(
    worked: Yard, api_as: ApiAs, shared_data: Path
) -> None:
    api = api_as(worked.owner)
    (cut,) = worked.bundle_ids(["C"])
    document = api.get(f"/bundles/{cut}/epcis").get_json()
    schema = official(shared_data / "epcis" / "schema" / "EPCIS-JSON-Schema.json")
    assert [str(error) for error in schema.iter_errors(document)] == []
    history = document["epcisBody"]["eventList"]
    made = [event for event in history if event["type"] == "TransformationEvent"]
    assert [(len(event["inputEPCList"]), len(event["outputEPCList"])) for event in made] == [(1, 2), (2, 1), (1, 2)]
    assert len({event["eventID"] for event in history}) == len(history)
    of_heat = api.get(f"/heats/{heat_id(worked, api)}/epcis").get_json()["epcisBody"]["eventList"]
    assert {event["eventID"] for event in made} <= {event["eventID"] for event in of_heat}


def test_an_undone_process_is_declared_not_to_have_occurred(worked: Yard, api_as: ApiAs) -> None:
    process = split(worked, "A", 2, 3)
    with worked.db.write() as session:
        unmaking.reverse(session, worked.keeper, process.id, "a slip")
    (bundle,) = worked.bundle_ids(["A"])
    events = api_as(worked.keeper).get(f"/bundles/{bundle}/epcis").get_json()["epcisBody"]["eventList"]
    told = [event for event in events if event["type"] == "TransformationEvent"][-2:]
    assert told[0]["eventID"] == told[1]["eventID"]
    assert ["errorDeclaration" in event for event in told] == [False, True]


def test_our_certificate_names_the_heats_and_the_ancestors(worked: Yard) -> None:
    (cut,) = worked.bundle_ids(["C"])
    with worked.db.read() as session:
        heats, ancestors = issuing.lineage(session, queries.bundle(session, worked.owner, cut))
    assert sorted(number for number, _ in heats.values()) == ["H1", "H2"]
    assert [(one.tag, one.how, one.heat_number) for one in ancestors] == [
        ("M", "cut to length", "H1+H2"), ("B", "merged", "H1"), ("T2", "merged", "H2"), ("T1", "split", "H1"),
    ]  # fmt: skip
    furnace = {"heatings": [{"treatment": "normalise", "temperature_c": 900, "holding_min": 30, "medium": "air"}]}
    line = Line(["R"], [Output(15, "N")], [Loss(LossKind.SCALE, mass_g=200)])
    work(worked, ProcessKind.HEAT_TREATMENT, line, furnace_charge="L-1", parameters=furnace)
    (normalised,) = worked.bundle_ids(["N"])
    with worked.db.read() as session:
        _, ancestors = issuing.lineage(session, queries.bundle(session, worked.owner, normalised))
    assert [(one.tag, one.how) for one in ancestors] == [
        ("R", "heat-treated"), ("M", "cut to length"), ("B", "merged"), ("T2", "merged"), ("T1", "split"),
    ]  # fmt: skip
