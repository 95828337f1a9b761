"""How far a lorry's mass may be from the advised and from the theoretical one. Imports neither flask nor sqlalchemy.

The contract's tolerance is that of two weighbridges, some ‰. Theory knows nominal walls only: the standards of
delivery allow a pipe to differ from it by several per cent, and each is given its own band.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inventory.states import StopKind

CUSTOM_PERMILLE = 3
"""The custom of the trade where a contract says nothing: ±3‰ of the weighbridge."""
MOST_PERMILLE = 200
DEFAULT_BAND = (-100, 100)
"""±10%, as wide as the widest that a standard states: for what is not named below, and for what states no mass."""
BANDS: dict[str, tuple[int, int]] = {
    "GB/T 8162": (-100, 100),  # GB/T 8162, mass: ±10% for one pipe (±7.5% for a lot of 10 t and more)
    "GB/T 8163": (-100, 100),  # GB/T 8163, mass: as GB/T 8162
    "GB/T 3087": (-100, 100),  # GB/T 3087, mass: as GB/T 8162
    "GB/T 5310": (-100, 100),  # GB/T 5310, mass, where the contract agrees on one: as GB/T 8162
    "GB/T 6479": (-100, 100),  # GB/T 6479, mass, where the contract agrees on one: as GB/T 8162
    "GB/T 9948": (-100, 100),  # GB/T 9948, mass, where the contract agrees on one: as GB/T 8162
    "API 5L": (-35, 100),  # API 5L, tolerances for mass: +10% −3.5% for one length
    "API 5CT": (-35, 65),  # API 5CT, tolerance on mass: +6.5% −3.5% for one length
    "ASTM A106": (-35, 100),  # ASTM A106, permissible variations in weight: +10% −3.5% for one length
    "ASTM A53": (-100, 100),  # ASTM A53, permissible variations in weight: ±10%
    # What follows bounds diameter and wall, no mass that we know of: the default, so named that nobody looks for more.
    "GB/T 9808": DEFAULT_BAND,
    "GB/T 17396": DEFAULT_BAND,
    "GB/T 699": DEFAULT_BAND,
    "GB/T 1591": DEFAULT_BAND,
    "GB/T 3274": DEFAULT_BAND,
    "YB/T 4149": DEFAULT_BAND,
    "YB/T 5222": DEFAULT_BAND,
}
"""Least and most difference from theory in ‰, by the standard's name without its year; ``GB`` is ``GB/T``.

The figures are those that the trade quotes. They are the trade's and no more: the clauses on mass of GB/T 8162-2018,
GB/T 8163-2018, GB/T 3087-2022, GB/T 17395-2008 and of GB/T 17395-2024, which took its place on 2025-04-01, could not be
cited from a public text. What can be is the wall, of which most of the mass is made: for hot rolled tube of GB/T 3087
±12.5% to ±15% (https://pipemfg.com/product/carbonsteelpipes/GB-3087-20-GB-T-3087.html); one pipe may so differ by more
than the band, a lorry of many, whose walls differ both ways, hardly does. The bands decide when a person is asked,
never what is booked.
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a lorry brought, in grams: weighed on the bridge, as the papers say, by theory within ``band``.

    ``least_g`` and ``most_g`` are the bounds that the standards of its bundles set together.
    """

    net_g: int | None
    advised_g: int | None
    theory_g: int
    least_g: int
    most_g: int
    extra: tuple[str, ...] = ()


def band_of(standard: str) -> tuple[int, int]:
    """Least and most difference from theory in ‰ for goods of a standard, with or without its year."""
    name = _MANDATORY.sub(r"GB/T \1", " ".join(standard.upper().replace("／", "/").split()))
    return next((band for known, band in BANDS.items() if _is_edition(name, known)), DEFAULT_BAND)


_MANDATORY = re.compile(r"^GB(?:/?T)? ?(\d)")
"""Older editions of the boiler standards were mandatory, ``GB 5310``; people leave out stroke and space, too."""


def _is_edition(name: str, known: str) -> bool:
    return name == known or name.startswith((f"{known}-", f"{known}/", f"{known} "))


def bounds(bundles: Iterable[tuple[str, int]]) -> tuple[int, int]:
    """Least and most mass in grams of bundles, each given by its standard and its theoretical mass."""
    least = most = 0
    for standard, theory_g in bundles:
        low, high = band_of(standard)
        least += theory_g * (1000 + low) // 1000
        most += -(-theory_g * (1000 + high) // 1000)
    return least, most


def findings(load: Load, tolerance_permille: int) -> list[dict[str, Any]]:
    """What stops the receipt of ``load``, each with its figures; nothing where all is within its tolerance."""
    found: list[dict[str, Any]] = []
    if load.net_g is not None and load.advised_g is not None:
        difference = load.net_g - load.advised_g
        if abs(difference) * 1000 > tolerance_permille * load.advised_g:
            found.append(
                {
                    "kind": StopKind.WEIGHT, "net_g": load.net_g, "advised_g": load.advised_g,
                    "difference_g": difference, "tolerance_permille": tolerance_permille,
                }
            )  # fmt: skip
    mass = load.net_g if load.net_g is not None else load.advised_g
    if mass is not None and not load.least_g <= mass <= load.most_g:
        found.append(
            {
                "kind": StopKind.THEORY, "mass_g": mass, "theory_g": load.theory_g,
                "least_g": load.least_g, "most_g": load.most_g,
            }
        )  # fmt: skip
    if load.extra:
        found.append({"kind": StopKind.EXTRA, "tags": list(load.extra)})
    return found
