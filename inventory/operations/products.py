"""Which product comes out of a process."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import conditions, errors
from inventory.making import Order, Output
from inventory.models import Product
from inventory.operations import setting_up
from inventory.states import Condition, LengthKind, ProcessKind, ProductKind, Treatment
from steelyard.core.actors import Actor

if TYPE_CHECKING:
    from inventory.operations.processing import Taken

KEEPS_PRODUCT = frozenset({ProcessKind.SPLIT, ProcessKind.MERGE, ProcessKind.RETAG})


def product_for(
    session: Session, actor: Actor, order: Order, first: "Taken", output: Output, piece_length_mm: int
) -> Product:
    """The product that was said, if the work can give it; else the input's, or its like as the work leaves it.

    Heat treatment gives it another condition, another length makes it one of random lengths. Raises
    ``ProductUnknown`` and ``ProductsDiffer``.
    """
    product, kind = first.product, order.kind
    if output.product_id is not None and output.product_id != product.id:
        said = session.get(Product, output.product_id)
        if said is None:
            raise errors.ProductUnknown(product_id=output.product_id)
        if kind in KEEPS_PRODUCT or _steel(said) != _steel(product):
            raise errors.ProductsDiffer(tag=first.bundle.tag)
        return _as_it_is(session, actor, said, said.condition, piece_length_mm)
    if kind in KEEPS_PRODUCT:
        return product
    treatments = [Treatment(heating["treatment"]) for heating in order.parameters.get("heatings") or ()]
    return _as_it_is(session, actor, product, conditions.after(product.condition, treatments), piece_length_mm)


def _steel(product: Product) -> tuple[object, ...]:
    """What no work in a yard changes: the grade is the melt's, the section the rolling mill's."""
    return product.kind, product.grade, product.od_mm_x100, product.wall_mm_x100, product.density_kg_per_m3


def _as_it_is(session: Session, actor: Actor, product: Product, condition: str | None, piece_length_mm: int) -> Product:
    """The product with a condition and with its length, where pieces are of that length still; added if it is new."""
    keeps_length = product.length_mm in (None, piece_length_mm)
    if keeps_length and condition == product.condition:
        return product
    spec = setting_up.ProductSpec(
        ProductKind(product.kind), product.standard, product.grade,
        product.size if keeps_length else replace(product.size, length_mm=None),
        LengthKind(product.length_kind) if keeps_length else LengthKind.RANDOM, product.density_kg_per_m3,
        None if condition is None else Condition(condition),
    )  # fmt: skip
    found = session.scalars(select(Product).where(Product.key == spec.key)).one_or_none()
    return found or setting_up.add_product(session, actor, spec)
