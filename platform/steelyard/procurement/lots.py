"""Integer programmes over whole lots, solved by HiGHS step by step and checked in integers."""

import math
import time
from collections.abc import Sequence
from typing import Any

LARGEST_EXACT = 2**50
"""Objectives stay below this, so that the solver's doubles tell neighbouring integers apart."""
_HALF = 0.5
"""Slack of rows and gap between integral values: less than 1, so it admits no other integer value."""
_BLUR = 0.1
"""How far a relaxation's bound may be off by rounding: sums of lots far below a million at 10⁻⁷ each."""


class NotProven(RuntimeError):
    """The solver ended without a proof that its answer is the best."""


class Budget:
    """Seconds of solving that all models of one decision share."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def run(self, solver: Any) -> None:
        """Let HiGHS work for at most what is left. Raises ``NotProven`` where nothing is."""
        if self.left <= 0:
            raise NotProven("the time for solving is used up")
        solver.setOptionValue("time_limit", self.left)
        began = time.monotonic()
        solver.run()
        self.left -= time.monotonic() - began


class LotModel:
    """Whole numbers of lots for cells that belong to owners, under linear limits.

    ``most`` bounds each cell, ``owners`` names whose cell it is; an owner with a cell above 0 counts as used.
    Its relaxation, the same model in fractions of lots, is kept beside it: its bound holds for whole lots too,
    so where it meets a whole answer it proves that one at a small part of the cost.
    """

    def __init__(self, most: Sequence[int], owners: Sequence[int], budget: Budget) -> None:
        self._most, self._owners, self._budget = list(most), list(owners), budget
        self._uses = list(dict.fromkeys(owners))
        self._limits: list[tuple[list[int], int]] = []
        self._settled: list[tuple[list[int], int]] = []
        upper = [*most, *(1 for _ in self._uses)]
        self._whole, self._relaxed = _solver(upper, whole=True), _solver(upper, whole=False)
        for cell, owner in enumerate(self._owners):
            column = len(most) + self._uses.index(owner)
            self._row([int(i == cell) - most[cell] * (i == column) for i in range(len(upper))], 0.0)

    def limit(self, weights: Sequence[int], at_most: int, owner: int | None = None) -> None:
        """Require Σ weight × lots ≤ ``at_most``; where all the cells are one owner's, 0 unless he is used."""
        unit = math.gcd(*weights) or 1
        scaled, bound = [weight // unit for weight in weights], at_most // unit
        self._limits.append((scaled, bound))
        if owner in self._uses:
            uses = [-bound * (own == owner) for own in self._uses]
            self._row([*scaled, *uses], 0.0)
        else:
            self._row(scaled, float(bound))

    def most(self, masses: Sequence[int], *, then_least: Sequence[int]) -> list[int]:
        """Return the lots of each cell: greatest mass, then least cost, then fewest owners, then earlier
        cells first.

        Raises ``NotProven``.
        """
        best = self._settle([-mass for mass in masses], None)
        best = self._settle(list(then_least), best)
        best = self._settle([0] * len(masses), best, [1] * len(self._uses))
        return self._earliest(best)

    def _settle(self, cells: list[int], best: list[int] | None, uses: list[int] | None = None) -> list[int]:
        """Minimise one objective and hold its value for the steps that follow; ``best`` is one of the answers
        so far.
        """
        weights = [*cells, *(uses or [0] * len(self._uses))]
        unit = math.gcd(*weights) or 1
        weights = [weight // unit for weight in weights]
        best = self._best(weights, best)
        value = self._value(weights, best)
        self._settled.append((weights, value))
        self._row(weights, float(value), _HALF)
        return best

    def _earliest(self, best: list[int]) -> list[int]:
        """Read cell by cell, give each as much as the answers so far allow, and hold it.

        Cells that are empty one after the other are asked for together: none can have a lot if their sum has none.
        """
        cell, stride = 0, 4
        while cell < len(best):
            asked = self._alike(best, cell, stride)
            weights = [-int(column in asked) for column in range(len(best) + len(self._uses))]
            better = best if best[cell] == self._most[cell] else self._by_relaxation(weights, best)
            if len(asked) > 1 and better is not best:
                stride = len(asked) // 2
                continue
            best = better or self._solved(weights, best)
            for held in asked:
                self._hold(held, best[held])
            cell, stride = cell + len(asked), 2 * stride
        return best

    def _alike(self, best: Sequence[int], cell: int, most: int) -> range:
        """``cell`` and, where it is empty, the empty ones that follow it; at most ``most`` of them."""
        end = cell + 1
        while best[cell] == 0 and end < min(cell + most, len(best)) and best[end] == 0:
            end += 1
        return range(cell, end)

    def _hold(self, cell: int, amount: int) -> None:
        for solver in (self._whole, self._relaxed):
            solver.changeColBounds(cell, float(amount), float(amount))

    def _best(self, weights: list[int], known: list[int] | None) -> list[int]:
        """Return ``known`` if nothing has a lower value, else an answer with the lowest one."""
        if known is not None and sum(abs(weight) for weight in weights) <= len(weights):
            proven = self._by_relaxation(weights, known)
            if proven is not None:
                return proven
        return self._solved(weights, known)

    def _by_relaxation(self, weights: list[int], known: list[int]) -> list[int] | None:
        """Return ``known`` or the relaxation's own answer where that is whole and at the bound."""
        import highspy

        _price(self._relaxed, weights)
        self._budget.run(self._relaxed)
        if self._relaxed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        bound = self._relaxed.getInfo().objective_function_value
        if self._value(weights, known) - bound < 1 - _BLUR:
            return known
        rounded = [round(value) for value in self._relaxed.getSolution().col_value[: len(self._most)]]
        reached = self._value(weights, rounded) - bound < 1 - _BLUR
        return rounded if reached and self._holds(rounded) else None

    def _solved(self, weights: Sequence[int], start: list[int] | None) -> list[int]:
        """Solve, round to integers, check the limits exactly and the value against the proven bound."""
        import highspy

        _price(self._whole, weights)
        if start is not None:
            known = highspy.HighsSolution()
            known.col_value = [float(amount) for amount in self._with_uses(start)]
            self._whole.setSolution(known)
        self._budget.run(self._whole)
        status = self._whole.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NotProven(f"the solver ended with {status.name}")
        amounts = [round(value) for value in self._whole.getSolution().col_value[: len(self._most)]]
        if not self._holds(amounts):
            raise NotProven("the solver's answer breaks a limit once it is rounded to whole lots")
        value, bound = self._value(weights, amounts), self._whole.getInfo().mip_dual_bound
        if abs(value) >= LARGEST_EXACT or value - bound >= 1:
            raise NotProven(f"value {value} is not proven by the bound {bound}")
        return amounts

    def _holds(self, amounts: Sequence[int]) -> bool:
        """Whether the amounts keep, in integers, every bound, limit and value that was settled."""
        inside = all(0 <= amount <= most for amount, most in zip(amounts, self._most, strict=True))
        limits = all(
            sum(weight * amount for weight, amount in zip(weights, amounts, strict=True)) <= at_most
            for weights, at_most in self._limits
        )
        return inside and limits and all(self._value(weights, amounts) <= value for weights, value in self._settled)

    def _value(self, weights: Sequence[int], amounts: Sequence[int]) -> int:
        return sum(weight * amount for weight, amount in zip(weights, self._with_uses(amounts), strict=True))

    def _with_uses(self, amounts: Sequence[int]) -> list[int]:
        used = {owner for owner, amount in zip(self._owners, amounts, strict=True) if amount}
        return [*amounts, *(int(owner in used) for owner in self._uses)]

    def _row(self, weights: Sequence[int], at_most: float, slack: float = 0.0) -> None:
        import highspy

        entries = {column: float(weight) for column, weight in enumerate(weights) if weight}
        for solver, bound in ((self._whole, at_most + slack), (self._relaxed, at_most)):
            solver.addRow(-highspy.kHighsInf, bound, len(entries), list(entries), list(entries.values()))


def _price(solver: Any, weights: Sequence[int]) -> None:
    """Let the solver minimise Σ weight × column."""
    solver.changeColsCost(len(weights), list(range(len(weights))), [float(weight) for weight in weights])


def _solver(upper: Sequence[int], *, whole: bool) -> Any:
    """A silent HiGHS with columns from 0 to ``upper`` that stops only at a proof."""
    import highspy

    maker: Any = highspy.Highs  # the package leaves its constructor untyped
    solver = maker()
    for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", _HALF)):
        solver.setOptionValue(option, value)
    solver.addVars(len(upper), [0.0] * len(upper), [float(bound) for bound in upper])
    if whole:
        kinds = [highspy.HighsVarType.kInteger] * len(upper)
        solver.changeColsIntegrality(len(upper), list(range(len(upper))), kinds)
    return solver
