"""Masses of a bundle: theoretical, certified and weighed, and which of them the ledger moves.

Imports neither flask nor sqlalchemy.
"""

from dataclasses import dataclass

from steelyard.core.units import STEEL_DENSITY_KG_PER_M3, Size, piece_mass_g

PLAUSIBLE_LEAST_PERMILLE = 500
PLAUSIBLE_MOST_PERMILLE = 2000
"""A given mass under half or over double the theoretical one is a slip of the pen, not a tolerance of the mill."""


@dataclass(frozen=True, slots=True)
class Masses:
    """The three masses of a bundle in grams (理计、质保书、过磅); all are kept, none is computed away."""

    theoretical_g: int
    certificate_g: int | None = None
    weighed_g: int | None = None

    @property
    def ledger_g(self) -> int:
        """What the ledger moves: the weighed mass, else the certificate's, else the theoretical one."""
        return self.weighed_g or self.certificate_g or self.theoretical_g

    @property
    def is_plausible(self) -> bool:
        """Whether each given mass lies within half and double the theoretical one."""
        return all(
            PLAUSIBLE_LEAST_PERMILLE * self.theoretical_g
            <= given * 1000
            <= PLAUSIBLE_MOST_PERMILLE * self.theoretical_g
            for given in (self.certificate_g, self.weighed_g)
            if given is not None
        )


def theoretical_mass_g(
    size: Size, pieces: int, piece_length_mm: int, density_kg_per_m3: int = STEEL_DENSITY_KG_PER_M3
) -> int:
    """Mass in grams of ``pieces`` pieces by GB/T 17395, rounded once for all together."""
    return piece_mass_g(size, pieces * piece_length_mm, density_kg_per_m3)
