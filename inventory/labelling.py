"""Filling in a bundle's label from the books."""

from sqlalchemy.orm import Session

from inventory import labels, queries
from steelyard.core.actors import Actor
from steelyard.core.units import format_length, format_mass


def label(session: Session, actor: Actor, bundle_id: int) -> bytes:
    """The label of a bundle as PDF; raises ``NotFound`` and ``LabelFontMissing``."""
    found = queries.bundle(session, actor, bundle_id)
    return labels.render(
        labels.Label(
            warehouse_code=found["warehouse_code"],
            tag=found["tag"],
            heat=found["heat_number"],
            grade=found["grade"],
            standard=found["standard"],
            size=found["size"],
            pieces=found["pieces"],
            length=format_length(found["length_mm"]),
            mass=format_mass(found["mass_g"]),
            certificate=found["certificate_number"] or "—",
            owner=found["owner_name"],
        )
    )
