"""The API of the trace over the genealogy: descendants, ancestors, recall lists, the balance of a heat."""

from typing import Any

from inventory import descent_schemas as schemas
from inventory import genealogies, recall_files, recalling, rules
from inventory.api.slice import Body, Record, blp
from steelyard.api.calls import Call, Written
from steelyard.api.schemas import PageQuery
from steelyard.core.spreadsheets import Table


@blp.list_("/warehouse/bundles/<id:bundle_id>/descendants", rule=rules.SEE, returns=schemas.DescendantOut)
def list_bundle_descendants(call: Call, query: Body, bundle_id: int) -> Any:
    """The bundle and all that was made of it."""
    seeds = recalling.seeds_of_bundle(call.session, call.actor, bundle_id)
    return recalling.descendants(call.session, call.actor, seeds, query)


@blp.list_("/warehouse/bundles/<id:bundle_id>/ancestors", rule=rules.SEE, query=PageQuery, returns=schemas.AncestorOut)
def list_bundle_ancestors(call: Call, query: Body, bundle_id: int) -> Any:
    """The bundle and all that it was made of."""
    return recalling.ancestors(call.session, call.actor, bundle_id, query)


@blp.list_("/warehouse/bundles/<id:bundle_id>/recall", rule=rules.SEE, returns=schemas.RecallOut)
def list_bundle_recall(call: Call, query: Body, bundle_id: int) -> Any:
    """Where everything made of a bundle lies or went."""
    seeds = recalling.seeds_of_bundle(call.session, call.actor, bundle_id)
    return recalling.recall(call.session, call.actor, seeds, query)


@blp.spreadsheet("/warehouse/bundles/<id:bundle_id>/recall", rule=rules.SEE)
def export_bundle_recall(call: Call, bundle_id: int) -> Table:
    """The recall list of a bundle as a table."""
    seeds = recalling.seeds_of_bundle(call.session, call.actor, bundle_id)
    return recall_files.table(recalling.whole_recall(call.session, call.actor, seeds))


@blp.list_("/warehouse/heats/<id:heat_id>/descendants", rule=rules.SEE, returns=schemas.DescendantOut)
def list_heat_descendants(call: Call, query: Body, heat_id: int) -> Any:
    """The bundles of a heat and all that was made of them, mixtures too."""
    seeds = recalling.seeds_of_heat(call.session, call.actor, heat_id)
    return recalling.descendants(call.session, call.actor, seeds, query)


@blp.list_("/warehouse/heats/<id:heat_id>/recall", rule=rules.SEE, returns=schemas.RecallOut)
def list_heat_recall(call: Call, query: Body, heat_id: int) -> Any:
    """Where every piece of a heat lies or went."""
    seeds = recalling.seeds_of_heat(call.session, call.actor, heat_id)
    return recalling.recall(call.session, call.actor, seeds, query)


@blp.spreadsheet("/warehouse/heats/<id:heat_id>/recall", rule=rules.SEE)
def export_heat_recall(call: Call, heat_id: int) -> Table:
    """The recall list of a heat as a table."""
    seeds = recalling.seeds_of_heat(call.session, call.actor, heat_id)
    return recall_files.table(recalling.whole_recall(call.session, call.actor, seeds))


@blp.get("/warehouse/heats/<id:heat_id>/balance", rule=rules.SEE, returns=schemas.MassBalanceOut)
def get_heat_balance(call: Call, heat_id: int) -> Record:
    """What came in of a heat, what is in stock, what went out and what was lost."""
    seeds = recalling.seeds_of_heat(call.session, call.actor, heat_id)
    return recalling.mass_balance(call.session, call.actor, seeds)


@blp.get("/warehouse/heats/<id:heat_id>/genealogy", rule=rules.SEE, returns=schemas.GenealogyOut)
def get_heat_genealogy(call: Call, heat_id: int) -> Written:
    """All bundles of a heat and what was made of them, as nodes and edges."""
    seeds = recalling.seeds_of_heat(call.session, call.actor, heat_id)
    return genealogies.genealogy(call.session, call.actor, seeds)


@blp.get("/warehouse/bundles/<id:bundle_id>/genealogy", rule=rules.SEE, returns=schemas.GenealogyOut)
def get_bundle_genealogy(call: Call, bundle_id: int) -> Written:
    """A bundle and all that was made of it, as nodes and edges."""
    seeds = recalling.seeds_of_bundle(call.session, call.actor, bundle_id)
    return genealogies.genealogy(call.session, call.actor, seeds)
