"""Reading the codes of scans, before and after the bundles that they name are found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from inventory import code_errors, codes, errors
from inventory.label_models import BundleSscc
from inventory.models import Bundle, Warehouse
from inventory.operations import parts
from inventory.operations.gathering import Gathered
from inventory.operations.parts import Query, Rows, Wanted
from inventory.scanning import Operation
from inventory.states import OperationKind
from steelyard.core.actors import Actor
from steelyard.core.errors import Refused
from steelyard.core.prepared import one_of


def read(operations: Iterable[Operation]) -> tuple[list[Operation], dict[str, str]]:
    """The operations with the tags that their codes name, or with why a code could not be read.

    Besides them the SSCCs by the ids of the operations whose codes bear one: whose they are the database knows.
    """
    numbers: dict[str, str] = {}
    return [_read(operation, numbers) for operation in operations], numbers


def wanted(actor: Actor, numbers: Mapping[str, str]) -> Wanted:
    """Whose the SSCCs are, as a part of a larger question; nothing where no code bears one."""
    return {_numbered: {"ssccs": numbers.values(), "org_ids": [actor.org_id]}} if numbers else {}


def known(operations: list[Operation], numbers: Mapping[str, str], rows: Rows) -> list[Operation]:
    """The operations, those with the tag and the yard of their bundle whose code bears its SSCC."""
    if not numbers:
        return operations
    bearing = {sscc: (tag, yard) for sscc, tag, yard in rows.get("sscc", ())}
    return [_known(operation, bearing.get(numbers.get(operation.client_op_id, ""))) for operation in operations]


def _read(operation: Operation, numbers: dict[str, str]) -> Operation:
    if operation.tag:
        return operation if operation.code is None else replace(operation, code=None)
    if operation.code is None:
        return replace(operation, unread=errors.OperationIncomplete(field="tag"))
    try:
        found = codes.read(operation.code)
    except Refused as refusal:
        return replace(operation, unread=refusal)
    if found.sscc is not None:
        numbers[operation.client_op_id] = found.sscc
    return replace(operation, tag=found.tag, yard=found.yard, heat=found.heat, goods=found.goods)


def _numbered(dialect: str) -> Iterator[Query]:
    """Tag and yard of the bundles that bear the ``ssccs``, in yards of the actor's own organisation."""
    query = (
        select(BundleSscc)
        .join(Bundle, Bundle.id == BundleSscc.bundle_id)
        .join(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .where(one_of(dialect, BundleSscc.sscc, "ssccs"), one_of(dialect, Warehouse.org_id, "org_ids"))
        .where(Bundle.voided == 0)
    )
    yield parts.part(dialect, "sscc", query, BundleSscc.sscc, Bundle.tag, Warehouse.code)


def _known(operation: Operation, named: tuple[str, str] | None) -> Operation:
    return operation if named is None else replace(operation, tag=named[0], yard=named[1])


def compared(operations: Sequence[Operation], found: Gathered) -> list[Operation]:
    """The operations, those refused whose code is of another yard or names another heat than the books."""
    if all(operation.yard is None and operation.heat is None for operation in operations):
        return list(operations)
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
