"""Pages of the trace over the genealogy: a tree, a picture, a timeline, the recall list, the balance."""

from dataclasses import asdict
from typing import Any

from flask import url_for
from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory import descent, lineage, process_words, queries, recalling, rules, tracing, words
from inventory.pages.slice import LATEST, after, pages
from inventory.queries import Record
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.actors import Actor

MOST_DRAWN = 200
"""Most bundles in the tree and in the picture of one page; the lists below them page on."""
MOST_STEPS = 200


@pages.view("/stock/bundles/<id:bundle_id>/descent", rule=rules.SEE)
def bundle_descent(call: Call, bundle_id: int) -> str:
    """What a bundle was made of, and what was made of it."""
    bundle = queries.bundle(call.session, call.actor, bundle_id)
    ancestors, more = recalling.ancestors(call.session, call.actor, bundle_id, {"limit": MOST_DRAWN})
    seeds = recalling.seeds_of_bundle(call.session, call.actor, bundle_id)
    return render(
        "inventory/descent.html",
        bundle=bundle,
        ancestors=[one for one in ancestors if one["bundle_id"] != bundle_id],
        ancestors_cut=MOST_DRAWN if more else None,
        exports=("inventory.export_bundle_recall_csv", "inventory.export_bundle_recall_xlsx", {"bundle_id": bundle_id}),
        **_drawn(call.session, call.actor, seeds, ancestors),
        **_listed(call, seeds, "inventory_pages.bundle_descent", {"bundle_id": bundle_id}),
    )


@pages.view("/stock/heats/<id:heat_id>/descent", rule=rules.SEE)
def heat_descent(call: Call, heat_id: int) -> str:
    """What became of a heat."""
    heat = recalling.heat(call.session, call.actor, heat_id)
    seeds = lineage.of_heat(heat_id)
    return render(
        "inventory/descent.html",
        heat=heat,
        ancestors=[],
        ancestors_cut=None,
        exports=("inventory.export_heat_recall_csv", "inventory.export_heat_recall_xlsx", {"heat_id": heat_id}),
        **_drawn(call.session, call.actor, seeds, []),
        **_listed(call, seeds, "inventory_pages.heat_descent", {"heat_id": heat_id}),
    )


def _drawn(session: Session, actor: Actor, seeds: Select[Any], ancestors: list[Record]) -> dict[str, Any]:
    """The tree, the picture and the timeline of a descent, bounded, with what is above a bundle before it."""
    below, more = recalling.descendants(session, actor, seeds, {"limit": MOST_DRAWN})
    named = {one["bundle_id"]: one for one in (*ancestors, *below)}
    edges = [(parent["bundle_id"], id_) for id_, one in named.items() for parent in one["parents"]]
    edges = [edge for edge in edges if edge[0] in named]
    steps = tracing.steps(session, [one["bundle_id"] for one in below], MOST_STEPS + 1)
    return {
        "named": named,
        "tree": [asdict(branch) for branch in descent.tree(named, edges)],
        "picture": descent.picture(named, edges),
        "box": {"width": descent.WIDTH, "height": descent.HEIGHT},
        "cut": MOST_DRAWN if more else None,
        "steps": steps[-MOST_STEPS:],
        "steps_cut": MOST_STEPS if len(steps) > MOST_STEPS else None,
        "shown": {one["bundle_id"] for one in below} | {one["bundle_id"] for one in ancestors if one["shown"]},
        "kinds": process_words,
        "words": words,
    }


def _listed(call: Call, seeds: Select[Any], endpoint: str, address: dict[str, Any]) -> dict[str, Any]:
    """The recall list from where the address asks for it, and the balance."""
    rows, next_ = recalling.recall(call.session, call.actor, seeds, {"after": after(), "limit": LATEST})
    return {
        "rows": rows,
        "following": url_for(endpoint, **address, after=next_) if next_ else None,
        "balance": recalling.mass_balance(call.session, call.actor, seeds),
    }
