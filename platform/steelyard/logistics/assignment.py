"""An exact assignment by linear programming, proved in integers.

The constraint matrix of an assignment is totally unimodular: a vertex of the linear programme is integral,
and with integer weights its duals are integers too (Schrijver, Theory of Linear and Integer Programming,
chapter 19). The duals, rounded, are therefore a certificate that is checked exactly; the solver's floating
point is never trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Edge = tuple[int, int]
"""A left and a right id that may be assigned to each other."""

Node = tuple[str, int]
"""A side, `left` or `right`, and an id."""


class CertificateError(ArithmeticError):
    """The solver's answer is not proved best by its own duals; nothing may be built on it."""


@dataclass(frozen=True, slots=True)
class _Answer:
    chosen: list[Edge]
    duals: dict[Node, int]


def assign(weights: Mapping[Edge, int], burdens: Mapping[Edge, int]) -> list[Edge]:
    """The edges of greatest total weight, each id at most once, in the order of their ids.

    Among equally heavy choices it takes one with the most edges, and among these one with the least total
    burden. Weights and burdens are integers of 0 or more. Raises CertificateError where the solver cannot
    prove its answer.
    """
    if not weights:
        return []
    best = _solve(weights, frozenset())
    optimum = _certified(weights, best)
    tight = {edge: None for edge, weight in weights.items() if _price(best.duals, edge) == weight}
    paid = frozenset(node for node, dual in best.duals.items() if dual > 0)
    most = (min(len({edge[side] for edge in tight}) for side in (0, 1)) + 1) * (max(burdens.values()) + 1)
    choice = _solve({edge: most - burdens[edge] for edge in tight}, paid)
    if sum(weights[edge] for edge in choice.chosen) != optimum:
        raise CertificateError(f"the tie-break left {optimum}")
    return choice.chosen


def _nodes(edge: Edge) -> tuple[Node, Node]:
    return ("left", edge[0]), ("right", edge[1])


def _price(duals: Mapping[Node, int], edge: Edge) -> int:
    return sum(duals[node] for node in _nodes(edge))


def _certified(weights: Mapping[Edge, int], answer: _Answer) -> int:
    """The total weight, after checking in integers that no assignment can be heavier (weak duality)."""
    total = sum(weights[edge] for edge in answer.chosen)
    covered = all(_price(answer.duals, edge) >= weight for edge, weight in weights.items())
    if not covered or min(answer.duals.values()) < 0 or sum(answer.duals.values()) != total:
        raise CertificateError(f"{total} is not proved best")
    return total


def _solve(weights: Mapping[Edge, int], forced: frozenset[Node]) -> _Answer:
    """A vertex of the assignment polytope of greatest weight; each forced node is used exactly once.

    Edges enter sorted and one thread works with a fixed seed, so that the same edges give the same answer.
    """
    import highspy
    import numpy

    edges = sorted(weights)
    nodes = sorted({node for edge in edges for node in _nodes(edge)})
    row_of = {node: row for row, node in enumerate(nodes)}
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(edges), len(nodes)
    model.col_cost_ = numpy.array([-weights[edge] for edge in edges], dtype=numpy.float64)
    model.col_lower_ = numpy.zeros(len(edges))
    model.col_upper_ = numpy.full(len(edges), highspy.kHighsInf)
    model.row_lower_ = numpy.array([1.0 if node in forced else -highspy.kHighsInf for node in nodes])
    model.row_upper_ = numpy.ones(len(nodes))
    model.a_matrix_.start_ = numpy.arange(0, 2 * len(edges) + 1, 2, dtype=numpy.int32)
    model.a_matrix_.index_ = numpy.array([row_of[n] for edge in edges for n in _nodes(edge)], dtype=numpy.int32)
    model.a_matrix_.value_ = numpy.ones(2 * len(edges))
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor carries no annotation
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("solver", "simplex")):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise CertificateError(solver.modelStatusToString(solver.getModelStatus()))
    solution = solver.getSolution()
    chosen = [edge for edge, value in zip(edges, solution.col_value, strict=True) if value > 0.5]
    duals = {node: round(-dual) for node, dual in zip(nodes, solution.row_dual, strict=True)}
    if any(len({edge[side] for edge in chosen}) != len(chosen) for side in (0, 1)):
        raise CertificateError("an id was assigned twice")
    return _Answer(chosen, duals)
