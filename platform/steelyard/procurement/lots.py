"""Integer programmes over whole lots, solved by HiGHS step by step and checked in integers."""

import math
from collections.abc import Sequence
from typing import Any

LARGEST_EXACT = 2**50
"""Objectives stay below this, so that the solver's doubles tell neighbouring integers apart."""
SECONDS_PER_STEP = 30.0
_HALF = 0.5
"""Slack of rows and gap between integral values: less than 1, so it admits no other integer value."""


class NotProven(RuntimeError):
    """The solver ended without a proof that its answer is the best."""


class LotModel:
    """Whole numbers of lots for cells that belong to owners, under linear limits.

    ``most`` bounds each cell, ``owners`` names whose cell it is; an owner with a cell above 0 counts as used.
    """

    def __init__(self, most: Sequence[int], owners: Sequence[int]) -> None:
        import highspy

        self._most, self._owners = list(most), list(owners)
        self._uses = list(dict.fromkeys(owners))
        self._limits: list[tuple[list[int], int]] = []
        maker: Any = highspy.Highs  # the package leaves its constructor untyped
        self._solver = maker()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", _HALF),
            ("time_limit", SECONDS_PER_STEP),
        ):
            self._solver.setOptionValue(option, value)
        upper = [*most, *(1 for _ in self._uses)]
        self._solver.addVars(len(upper), [0.0] * len(upper), [float(bound) for bound in upper])
        for column in range(len(upper)):
            self._solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        for cell, owner in enumerate(self._owners):
            self._row({cell: 1, len(most) + self._uses.index(owner): -most[cell]}, 0.0)

    def limit(self, weights: Sequence[int], at_most: int) -> None:
        """Require Σ weight × lots ≤ ``at_most``."""
        unit = math.gcd(*weights) or 1
        scaled, bound = [weight // unit for weight in weights], at_most // unit
        self._limits.append((scaled, bound))
        self._row(dict(enumerate(scaled)), float(bound))

    def most(self, masses: Sequence[int], *, then_least: Sequence[int]) -> list[int]:
        """Return the lots of each cell: greatest mass, then least cost, then fewest owners, then earlier
        cells first.

        Raises ``NotProven``.
        """
        best = self._settle([-mass for mass in masses])
        best = self._settle(list(then_least)) or best
        best = self._settle([0] * len(masses), [1] * len(self._uses)) or best
        for cell, most in enumerate(self._most):
            if best[cell] < most:
                self._objective([-int(other == cell) for other in range(len(masses))])
                best = self._solved()
            self._solver.changeColBounds(cell, float(best[cell]), float(best[cell]))
        return best

    def _settle(self, cells: list[int], uses: list[int] | None = None) -> list[int]:
        """Minimise one objective and hold its value for the steps that follow."""
        weights = [*cells, *(uses or [0] * len(self._uses))]
        unit = math.gcd(*weights) or 1
        self._objective([weight // unit for weight in weights])
        best = self._solved()
        value = sum(weight // unit * amount for weight, amount in zip(weights, self._with_uses(best), strict=True))
        self._row({column: weight // unit for column, weight in enumerate(weights)}, value + _HALF)
        return best

    def _objective(self, weights: Sequence[int]) -> None:
        self._weights = [*weights, *([0] * (len(self._most) + len(self._uses) - len(weights)))]
        for column, weight in enumerate(self._weights):
            self._solver.changeColCost(column, float(weight))

    def _solved(self) -> list[int]:
        """Solve, round to integers, check the limits exactly and the value against the proven bound."""
        import highspy

        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NotProven(f"the solver ended with {self._solver.getModelStatus().name}")
        raw = self._solver.getSolution().col_value
        amounts = [round(value) for value in raw[: len(self._most)]]
        self._check(amounts)
        info: Any = self._solver.getInfo()
        value = sum(weight * amount for weight, amount in zip(self._weights, self._with_uses(amounts), strict=True))
        if abs(value) >= LARGEST_EXACT or value - info.mip_dual_bound >= 1:
            raise NotProven(f"value {value} is not proven by the bound {info.mip_dual_bound}")
        return amounts

    def _check(self, amounts: Sequence[int]) -> None:
        inside = all(0 <= amount <= most for amount, most in zip(amounts, self._most, strict=True))
        held = all(
            sum(weight * amount for weight, amount in zip(weights, amounts, strict=True)) <= at_most
            for weights, at_most in self._limits
        )
        if not inside or not held:
            raise NotProven("the solver's answer breaks a limit once it is rounded to whole lots")

    def _with_uses(self, amounts: Sequence[int]) -> list[int]:
        used = {owner for owner, amount in zip(self._owners, amounts, strict=True) if amount}
        return [*amounts, *(int(owner in used) for owner in self._uses)]

    def _row(self, weights: dict[int, int], at_most: float) -> None:
        import highspy

        entries = {column: weight for column, weight in weights.items() if weight}
        self._solver.addRow(
            -highspy.kHighsInf, at_most, len(entries), list(entries), [float(w) for w in entries.values()]
        )
