"""What a bundle is that comes in: by the line of the advice that it fits, its code, and what was typed.

Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from inventory import arrival_errors as errors
from inventory import code_errors, codes
from inventory.conditions import CONDITIONS
from inventory.quantities import MOST_PIECES
from inventory.states import ArrivalState
from inventory.weights import Masses, theoretical_mass_g
from steelyard.core.units import Size, UnitError, parse_length_mm, parse_mass_g, parse_size


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a bundle that comes in, typed or by its code; ``None`` where nothing is said.

    ``mass_g`` is the mass that its tag states; ``extra`` says that it was not announced and is received nevertheless.
    """

    product_id: int | None = None
    heat_number: str | None = None
    mill_name: str | None = None
    certificate_number: str | None = None
    pieces: int | None = None
    piece_length_mm: int | None = None
    mass_g: int | None = None
    state: ArrivalState = ArrivalState.AVAILABLE
    extra: bool = False
    size: Size | None = None
    grade: str | None = None
    standard: str | None = None
    bare_mass: str | None = None
    condition: str | None = None

    def parts(self) -> tuple[str, ...]:
        """What was typed, as far as anything was, for the fingerprint of the operation."""
        names = ("product_id", "heat_number", "mill_name", "certificate_number", "piece_length_mm", "mass_g")
        typed = [f"{name}={getattr(self, name)}" for name in names if getattr(self, name) is not None]
        return (*typed, f"state={self.state}", f"extra={self.extra}")


@dataclass(frozen=True, slots=True)
class Goods:
    """A product of the catalogue."""

    id: int
    standard: str
    grade: str
    size: Size
    density_kg_per_m3: int
    condition: str | None = None


@dataclass(slots=True)
class Expected:
    """A line of an advice, and how many bundles of it have come."""

    line_id: int
    tag: str | None = None
    product_id: int | None = None
    heat_number: str | None = None
    mill_name: str | None = None
    certificate_number: str | None = None
    bundles: int | None = None
    pieces: int | None = None
    piece_length_mm: int | None = None
    mass_g: int | None = None
    came: int = 0

    @property
    def missing(self) -> int:
        """How many bundles are still to come; none where their number was not said."""
        return max(0, (self.bundles or 0) - self.came)

    @property
    def bundle_mass_g(self) -> int | None:
        """What one bundle of the line weighs on average, in grams."""
        return None if self.mass_g is None or self.bundles is None else max(1, self.mass_g // self.bundles)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A bundle as it came in, with its masses in grams."""

    tag: str
    goods: Goods
    heat_number: str
    mill_name: str
    certificate_number: str | None
    pieces: int
    piece_length_mm: int
    masses: Masses
    state: ArrivalState
    line_id: int | None
    advised_pieces: int | None


def with_code(said: Said, heat: str | None, goods: Mapping[str, str]) -> Said:
    """What was typed, and behind it what the scanned code says; what cannot be read there is as if it was not said."""
    found: dict[str, Any] = {
        "heat_number": heat, "certificate_number": goods.get("certificate"), "mill_name": goods.get("mill"),
        "grade": goods.get("grade"), "standard": goods.get("standard"), "bare_mass": goods.get("mass"),
        "pieces": _pieces(goods.get("pieces")), "piece_length_mm": _read(parse_length_mm, goods.get("length")),
        "size": _size(goods.get("size")), "condition": CONDITIONS.get((goods.get("condition") or "").lower()),
    }  # fmt: skip
    return replace(said, **{name: value for name, value in found.items() if value and getattr(said, name) is None})


def _pieces(text: str | None) -> int | None:
    digits = (text or "").rstrip("支根 pcsPCS")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST_PIECES)) else 0
    return number if 0 < number <= MOST_PIECES else None


def _read(parse: Any, text: str | None) -> Any:
    try:
        return parse(text) if text else None
    except UnitError:
        return None


def _size(text: str | None) -> Size | None:
    """The size, also where a grade stands behind it: ``219*6,20#``."""
    found: Size | None = _read(parse_size, (text or "").replace("，", ",").partition(",")[0])
    return found


def line_for(expected: Sequence[Expected], tag: str, said: Said, number: str) -> Expected | None:
    """The line of advice ``number`` that announces the bundle, ``None`` for an extra.

    Raises ``HeatDiffers``, ``BundleNotAdvised`` and ``AdviceExceeded``.
    """
    named = next((line for line in expected if line.tag == tag), None)
    if named is not None:
        if said.heat_number and named.heat_number and said.heat_number != named.heat_number:
            raise code_errors.HeatDiffers(said=codes.shown(said.heat_number), tag=tag, known=named.heat_number)
        return named
    alike = [line for line in expected if line.tag is None and _fits(line, said)]
    room = [line for line in alike if line.bundles is None or line.came < line.bundles]
    if room:
        return room[0]
    if said.extra:
        return None
    if alike:
        raise errors.AdviceExceeded(tag=tag, number=number, bundles=sum(line.bundles or 0 for line in alike))
    raise errors.BundleNotAdvised(tag=tag, number=number)


def _fits(line: Expected, said: Said) -> bool:
    pairs = ((line.heat_number, said.heat_number), (line.product_id, said.product_id))
    return all(announced is None or told is None or announced == told for announced, told in pairs)


def product_of(catalogue: Iterable[Goods], said: Said, line: Expected | None) -> Goods | None:
    """The product that was chosen, announced, or the only one of the size and grade that the code names."""
    known = {goods.id: goods for goods in catalogue}
    chosen = said.product_id or (line.product_id if line else None)
    if chosen is not None:
        return known.get(chosen)
    if said.size is None:
        return None
    alike = [goods for goods in known.values() if _is_of(goods, said, said.size)]
    return alike[0] if len(alike) == 1 else None


def _is_of(goods: Goods, said: Said, size: Size) -> bool:
    if (goods.size.od_mm_x100, goods.size.wall_mm_x100) != (size.od_mm_x100, size.wall_mm_x100):
        return False
    if goods.size.length_mm and size.length_mm and goods.size.length_mm != size.length_mm:
        return False
    grade_fits = said.grade is None or goods.grade.rstrip("#") == said.grade.strip().rstrip("#")
    condition_fits = said.condition is None or goods.condition == said.condition
    return grade_fits and condition_fits and (said.standard is None or goods.standard == said.standard.strip())


def arrived(tag: str, said: Said, line: Expected | None, goods: Goods | None) -> Arrived:
    """The bundle as it is received; raises ``GoodsUnknown``, ``GoodsIncomplete``, ``MassStated``."""
    like = line or Expected(0)
    heat, mill = said.heat_number or like.heat_number, said.mill_name or like.mill_name
    pieces = said.pieces or like.pieces
    length = said.piece_length_mm or like.piece_length_mm or (goods.size.length_mm if goods else None)
    if length is None and said.size is not None:
        length = said.size.length_mm
    if goods is None or heat is None or mill is None or pieces is None or length is None:
        known = {"product": goods, "heat": heat, "mill": mill, "pieces": pieces, "length": length}
        lacking = [name for name, value in known.items() if value is None]
        if len(lacking) == len(known):
            raise errors.GoodsUnknown(tag=tag)
        raise errors.GoodsIncomplete(tag=tag, lacking=",".join(lacking))
    theory = theoretical_mass_g(goods.size, pieces, length, goods.density_kg_per_m3)
    masses = Masses(theory, said.mass_g or _bare(said.bare_mass, theory) or like.bundle_mass_g)
    if not masses.is_plausible:
        stated, by_theory = kilograms(masses.certificate_g or 0), kilograms(theory)
        raise errors.MassStated(tag=tag, stated_kg=stated, pieces=pieces, theory_kg=by_theory)
    return Arrived(
        tag, goods, heat, mill, said.certificate_number or like.certificate_number, pieces, length, masses,
        said.state, line.line_id if line else None, like.pieces,
    )  # fmt: skip


def _bare(text: str | None, theory_g: int) -> int | None:
    """A mass of a mill's code: with its unit, else in the one of kg and t in which it comes nearer to theory."""
    if not text:
        return None
    if text.endswith(" mg"):
        return int(text.removesuffix(" mg")) // 1000
    found = [mass for unit in ("kg", "t") if (mass := _read(lambda t, u=unit: parse_mass_g(t, assume=u), text))]
    return min(found, key=lambda mass: abs(mass - theory_g), default=None)


def kilograms(mass_g: int) -> str:
    """A mass as a sentence to a keeper gives it: ``689.2``."""
    tenths = (mass_g + 50) // 100
    return f"{tenths // 10:,}.{tenths % 10}"
