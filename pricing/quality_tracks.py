"""Screening of figures in the order of their days, vectorised over many tracks at once; pure.

A *track* is one edition of one series. Tracks lie one behind the other in columns of whole numbers, so that a
thousand short ones cost what one long one costs. What is found of a figure depends on at most `BACK` figures
before it and on none after it; an absurd level is remembered for `REMEMBERED` figures.

The outlier test is the median absolute deviation of the moves before (Hampel's identifier): the move is set
against their median in units of 1.4826 × MAD, which is the standard deviation where moves are normal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pricing.quality import Code, Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

WINDOW = 20
"""How many moves make up what is usual."""
OUTLIER_MULTIPLE = 8
"""How many times the usual spread. Moves have heavy tails: of ten years of rebar 8 leaves a handful of days."""
LEAST_MAD_BP = 10
"""A price that stood still for weeks may move a little."""
ABSURD_FACTOR = 3
REMEMBERED = 10
"""For how many figures the level before an absurd jump is remembered: so long a mistaken unit stays held."""
ROLL_RATIO = (3, 2)
"""Open interest that grows by half in a day: in ten years of rebar and coil only where the contract changed."""
THIN_RATIO = (1, 5)
"""Open interest that falls below a fifth in a day: a row of another contract."""
BACK = WINDOW + 5 + 2 * REMEMBERED
"""Figures before one on which what is found of it depends, the memory of a jump aside."""
AHEAD = BACK + REMEMBERED
"""Figures behind a changed one of which something else may be found."""
_LARGEST = 9 * 10**14
"""Beyond this products with basis points would not fit into 64 bits; what is larger is cut and absurd anyway."""


@dataclass(frozen=True, slots=True)
class Tracks:
    """Columns: `value` at one scale within a track, `first` true where a track begins, the limits of the series
    in basis points, what is plausible at all (0 for no bound), and `lots`, the open interest of the same day (0
    where unknown). `born` is true where a track begins with the very first figure of its series.
    """

    value: "Integers"
    first: "Mask"
    born: "Mask"
    least: "Integers"
    most: "Integers"
    limit_bp: "Integers"
    floor_bp: "Integers"
    lots: "Integers"


@dataclass(frozen=True, slots=True)
class Screened:
    """What was found of each figure, as masks, with the moves; `level` is the place of the figure that counts as
    the one before.
    """

    limit: "Mask"
    outlier: "Mask"
    absurd: "Mask"
    implausible: "Mask"
    roll: "Mask"
    thin: "Mask"
    change_bp: "Integers"
    spread_bp: "Integers"
    level: "Integers"

    def suspects(self) -> "Integers":
        """The places of the figures of which anything was found."""
        found = self.limit | self.outlier | self.absurd | self.implausible | self.roll | self.thin
        return found.nonzero()[0]


def screen(tracks: Tracks) -> Screened:
    """Judge every figure of every track."""
    import numpy as np

    count = len(tracks.value)
    place = np.arange(count)
    position = place - np.maximum.accumulate(np.where(tracks.first, place, 0))
    value = np.clip(tracks.value, 0, _LARGEST)
    before = _lagged(value, position, 1)
    moved = np.where(before > 0, value - before, 0)
    change = np.where(before > 0, moved * 10_000 // np.maximum(before, 1), 0)
    limit = np.abs(moved) * 10_000 > tracks.limit_bp * before
    jump = (before > 0) & ((value > ABSURD_FACTOR * before) | (ABSURD_FACTOR * value < before))
    outlier, spread = _outliers(change, position, tracks.floor_bp)
    back = _returns(jump, value, position, tracks.limit_bp)
    jump &= ~back
    raised = _unless_back((limit | jump | outlier) & ~back, value, position, tracks.limit_bp)
    lots, lots_before = tracks.lots, _lagged(tracks.lots, position, 1)
    known = raised & ~jump & (lots > 0) & (lots_before > 0)
    roll = known & (lots * ROLL_RATIO[1] >= lots_before * ROLL_RATIO[0])
    thin = known & (lots * THIN_RATIO[1] <= lots_before * THIN_RATIO[0])
    absurd, level = _absurd(value, position, raised & jump)
    implausible = _implausible(tracks, position) & ~absurd
    plain = raised & ~roll & ~thin & ~absurd & ~implausible
    outlying = plain & outlier & ~limit
    return Screened(plain & limit, outlying, absurd, implausible, roll, thin, change, spread, level)


def _lagged(column: "Integers", position: "Integers", by: int) -> "Integers":
    """The column moved on within its tracks; 0 where a track has no figure so far back."""
    import numpy as np

    moved = np.zeros_like(column)
    moved[by:] = column[:-by]
    return np.where(position >= by, moved, 0)


def _outliers(change: "Integers", position: "Integers", floor_bp: "Integers") -> "tuple[Mask, Integers]":
    """Moves far outside of what the `WINDOW` moves before were; the spread is 1.4826 × MAD in basis points."""
    import numpy as np

    found, spread = np.zeros(len(change), dtype=bool), np.zeros_like(change)
    asked = ((np.abs(change) > floor_bp) & (position > WINDOW)).nonzero()[0]
    if not len(asked):
        return found, spread
    usual = np.sort(change[asked[:, None] - np.arange(1, WINDOW + 1)], axis=1)
    middle = WINDOW // 2
    twice_median = usual[:, middle - 1] + usual[:, middle]
    away = np.sort(np.abs(2 * usual - twice_median[:, None]), axis=1)
    four_mad = np.maximum(away[:, middle - 1] + away[:, middle], 4 * LEAST_MAD_BP)
    distance = np.abs(2 * change[asked] - twice_median)
    found[asked] = distance * 20_000 > OUTLIER_MULTIPLE * 14_826 * four_mad
    spread[asked] = four_mad * 14_826 // 40_000
    return found, spread


def _unless_back(raised: "Mask", value: "Integers", position: "Integers", limit_bp: "Integers") -> "Mask":
    """Leave out a move that only takes back the one before: then the figure between was the wrong one."""
    import numpy as np

    earlier = _lagged(value, position, 2)
    close = (earlier > 0) & (np.abs(value - earlier) * 10_000 <= limit_bp * earlier)
    taken_back = raised & _shifted(raised, position) & close
    kept: Mask = raised & ~(taken_back & ~_shifted(taken_back, position))
    return kept


def _returns(jump: "Mask", value: "Integers", position: "Integers", limit_bp: "Integers") -> "Mask":
    """Jumps to the level before an earlier jump that is still remembered: the wrong figures have ended."""
    import numpy as np

    place = jump.nonzero()[0]
    earlier = place[:, None] - np.arange(1, REMEMBERED)
    within = (position[place][:, None] - np.arange(1, REMEMBERED)) > 0
    earlier = np.where(within, earlier, 1)
    old = value[earlier - 1]
    close = np.abs(value[place][:, None] - old) * 10_000 <= limit_bp[place][:, None] * old
    candidates = within & jump[earlier] & close
    takes_back = np.zeros_like(jump)
    takes_back[place] = candidates.any(axis=1)
    returns = np.zeros_like(jump)
    returns[place] = (candidates & ~takes_back[earlier]).any(axis=1)
    return returns


def _shifted(mask: "Mask", position: "Integers") -> "Mask":
    import numpy as np

    moved = np.zeros_like(mask)
    moved[1:] = mask[:-1]
    shifted: Mask = moved & (position >= 1)
    return shifted


def _absurd(value: "Integers", position: "Integers", jump: "Mask") -> "tuple[Mask, Integers]":
    """Figures three times or a third of the level before a jump, while it is remembered; no figure is below 1."""
    import numpy as np

    absurd, level = value <= 0, np.maximum(np.arange(len(value)) - 1, 0)
    start = jump.nonzero()[0]
    for step in reversed(range(REMEMBERED)):
        place = start + step
        within = place < len(value)
        place, old = place[within], start[within] - 1
        old = old[same := position[place] - position[old] == place - old]
        place = place[same]
        far = (value[place] > ABSURD_FACTOR * value[old]) | (ABSURD_FACTOR * value[place] < value[old])
        absurd[place[far]] = True
        level[place[far]] = old[far]
    return absurd, level


def _implausible(tracks: Tracks, position: "Integers") -> "Mask":
    """The first figures of a series that begins outside of what is plausible, as long as they stay there."""
    import numpy as np

    outside = (tracks.most > 0) & ((tracks.value < tracks.least) | (tracks.value > tracks.most))
    start = np.arange(len(position)) - position
    begun: Mask = outside & (position < REMEMBERED) & (outside & tracks.born)[start]
    return begun


def findings(tracks: Tracks, screened: Screened, days: Sequence[date], scales: Sequence[int]) -> dict[int, Finding]:
    """The findings by place, each with its evidence; one for a figure, the gravest."""
    codes = (
        (Code.ABSURD, screened.absurd),
        (Code.IMPLAUSIBLE, screened.implausible),
        (Code.THIN_CONTRACT, screened.thin),
        (Code.ROLL, screened.roll),
        (Code.LIMIT_MOVE, screened.limit),
        (Code.OUTLIER, screened.outlier),
    )
    found: dict[int, Finding] = {}
    for place in screened.suspects().tolist():
        code = next(code for code, mask in codes if mask[place])
        found[place] = Finding(code, _evidence(code, tracks, screened, place, days) | {"scale": scales[place]})
    return found


def _evidence(code: Code, tracks: Tracks, screened: Screened, place: int, days: Sequence[date]) -> dict[str, Any]:
    if code is Code.IMPLAUSIBLE:
        return {"least_mantissa": int(tracks.least[place]), "most_mantissa": int(tracks.most[place])}
    old = int(screened.level[place])
    change = int(screened.change_bp[place])
    if code in (Code.ROLL, Code.THIN_CONTRACT):
        return {"change_bp": change, "lots": int(tracks.lots[place]), "lots_before": int(tracks.lots[place - 1])}
    evidence = {"day": days[old].isoformat(), "before_mantissa": int(tracks.value[old]), "change_bp": change}
    if code is Code.LIMIT_MOVE:
        evidence["limit_bp"] = int(tracks.limit_bp[place])
    if code is Code.OUTLIER:
        evidence["spread_bp"] = int(screened.spread_bp[place])
    return evidence
