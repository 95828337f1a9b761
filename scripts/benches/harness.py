"""What every bench shares: how it is found, run, and reported."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from platform import python_version
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a bench found: named ``figures`` with their unit in the name, and ours divided by the reference's."""

    figures: dict[str, Any]
    ratio: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Bench:
    """A question with a goal: ``summary`` says what is compared, ``goal`` when it holds."""

    summary: str
    goal: str
    run: Callable[[], Outcome]


class BenchError(Exception):
    """The bench could not be run; the message says why in one sentence."""


def benches() -> dict[str, Bench]:
    """Return every bench by its name, in the order of the alphabet."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]))
    modules = {name: import_module(f"benches.{name}") for name in names}
    return {name.replace("_", "-"): module.BENCH for name, module in modules.items() if hasattr(module, "BENCH")}


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; 0 where the goal holds, 1 where not, 2 for a question nobody knows."""
    known = benches()
    if arguments == ["--list"]:
        for name, bench in known.items():
            print(f"{name:<14} {bench.summary} Goal: {bench.goal}.")
        return 0
    if len(arguments) != 1 or arguments[0] not in known:
        print(f"usage: scripts/bench --list | {' | '.join(known)}", file=sys.stderr)
        return 2
    bench = known[arguments[0]]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # both sides keep their compiled modules, as an installation does
    load = machine()
    try:
        outcome = bench.run()
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    report = {
        "bench": arguments[0],
        "figures": outcome.figures,
        "ratio": round(outcome.ratio, 3),
        "goal": bench.goal,
        "holds": outcome.holds,
        "load": load,
    }
    print(json.dumps(report, ensure_ascii=False))
    return 0 if outcome.holds else 1


def machine() -> dict[str, Any]:
    """Return what else the machine was doing before the bench began."""
    return {
        "cores": os.cpu_count(),
        "loadavg": [round(value, 2) for value in os.getloadavg()],
        "python": python_version(),
    }


def alternate(rounds: int, **sides: Callable[[], float]) -> dict[str, list[float]]:
    """Measure the sides in turn, so that a disturbance of the machine meets both."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            found[name].append(measure())
    return found


def ratio_of(ours: list[float], reference: list[float]) -> float:
    """Return the median over the rounds of ours divided by the reference's of the same round."""
    return median(one / other for one, other in zip(ours, reference, strict=True))
