"""The API of scanning: operations of a device, each with its own answer."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from inventory import rules, schemas
from inventory.answers import all_told
from inventory.api.slice import Record, blp
from inventory.matching import Said
from inventory.operations import scans
from inventory.scanning import Operation
from inventory.setting_aside import Fault
from inventory.states import OperationKind
from steelyard.api.calls import Call
from steelyard.core.errors import Forbidden

_SAID = frozenset(one.name for one in fields(Said)) - {"pieces"}
_APART = _SAID | {"defect"}
_MAY = {OperationKind.COUNT: rules.COUNT, OperationKind.DEFECT: rules.REPORT}
"""Who may do what by scanning; the rest is the keeper's."""


@blp.act(
    "/warehouse/operations", rule=rules.REPORT, body=schemas.OperationsIn, returns=schemas.AnswersOut, keeps_answer=True
)
def operate(call: Call, body: Mapping[str, Any]) -> Record:
    """One to a thousand scans, each with its own answer; a repeat gets the first answer again.

    Counters count and report defects, inspectors report.
    """
    operations = [_operation(given) for given in body["operations"]]
    if not all(_MAY.get(kind, rules.KEEP).allows(call.actor) for kind in {op.kind for op in operations}):
        raise Forbidden
    answers = scans.perform(call.session, call.actor, body["warehouse_id"], operations, call.once)
    return {"answers": all_told(answers)}


def _operation(given: Mapping[str, Any]) -> Operation:
    """The operation of a body; what it says of a bundle that comes in is kept together."""
    more: dict[str, Any] = {}
    if given["kind"] is OperationKind.RECEIVE:
        more["said"] = Said(**{name: given[name] for name in given if name in _SAID or name == "pieces"})
    if (fault := given.get("defect")) is not None:
        more["fault"] = Fault(**fault)
    common = given if _APART.isdisjoint(given) else {name: given[name] for name in given.keys() - _APART}
    return Operation(**{"tag": "", **common, **more})
