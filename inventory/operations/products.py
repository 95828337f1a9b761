"""Which product comes out of a process."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import errors
from inventory.making import Output
from inventory.models import Product
from inventory.operations import setting_up
from inventory.states import LengthKind, ProcessKind, ProductKind
from steelyard.core.actors import Actor

if TYPE_CHECKING:
    from inventory.operations.processing import Taken

KEEPS_PRODUCT = frozenset({ProcessKind.SPLIT, ProcessKind.MERGE, ProcessKind.RETAG})


def product_for(
    session: Session, actor: Actor, kind: ProcessKind, first: "Taken", output: Output, piece_length_mm: int
) -> Product:
    """The product that was said, if the work can give it; else the input's, or its like in random lengths.

    Raises ``ProductUnknown`` and ``ProductsDiffer``.
    """
    product = first.product
    if output.product_id is not None and output.product_id != product.id:
        said = session.get(Product, output.product_id)
        if said is None:
            raise errors.ProductUnknown(product_id=output.product_id)
        if kind in KEEPS_PRODUCT or _steel(said) != _steel(product):
            raise errors.ProductsDiffer(tag=first.bundle.tag)
        product = said
    if product.length_mm is None or product.length_mm == piece_length_mm or kind in KEEPS_PRODUCT:
        return product
    return _in_random_lengths(session, actor, product)


def _steel(product: Product) -> tuple[object, ...]:
    """What no work in a yard changes: the grade is the melt's, the section the rolling mill's."""
    return product.kind, product.grade, product.od_mm_x100, product.wall_mm_x100, product.density_kg_per_m3


def _in_random_lengths(session: Session, actor: Actor, product: Product) -> Product:
    spec = setting_up.ProductSpec(
        ProductKind(product.kind), product.standard, product.grade, replace(product.size, length_mm=None),
        LengthKind.RANDOM, product.density_kg_per_m3,
    )  # fmt: skip
    found = session.scalars(select(Product).where(Product.key == spec.key)).one_or_none()
    return found or setting_up.add_product(session, actor, spec)
