"""Reading the codes of scans, before and after the bundles that they name are found."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from inventory import code_errors, codes, errors
from inventory.operations.gathering import Gathered
from inventory.scanning import Operation
from inventory.states import OperationKind
from steelyard.core.errors import Refused


def read(operations: Iterable[Operation]) -> list[Operation]:
    """The operations with the tags that their codes name, or with why a code could not be read."""
    return [_read(operation) for operation in operations]


def _read(operation: Operation) -> Operation:
    if operation.tag:
        return replace(operation, code=None)
    if operation.code is None:
        return replace(operation, unread=errors.OperationIncomplete(field="tag"))
    try:
        found = codes.read(operation.code)
    except Refused as refusal:
        return replace(operation, unread=refusal)
    return replace(operation, tag=found.tag, yard=found.yard, heat=found.heat)


def compared(operations: Sequence[Operation], found: Gathered) -> list[Operation]:
    """The operations, those refused whose code is of another yard or names another heat than the books."""
    heats = {label.tag: label.heat_number for label in found.labels.values()}
    return [_compared(operation, found.ground.code, heats) for operation in operations]


def _compared(operation: Operation, yard: str, heats: dict[str, str]) -> Operation:
    if operation.yard is not None and operation.yard != yard:
        refusal: Refused = code_errors.TagOfAnotherYard(tag=operation.tag, yard=operation.yard)
        return replace(operation, unread=refusal)
    if operation.heat is None or operation.kind is OperationKind.COUNT:
        return operation  # a blind counter is not told what the books say
    heat = heats.get(operation.tag)
    # The heat of mixed goods is written as its melts with a plus between them.
    if heat is not None and operation.heat not in (heat, *heat.split("+")):
        refusal = code_errors.HeatDiffers(said=codes.shown(operation.heat), tag=operation.tag, known=heat)
        return replace(operation, unread=refusal)
    return operation
