"""How long one waits: for the command line, and for the web server's first answer."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benches.harness import Bench, Outcome, alternate, ratio_of
from benches.servers import STEELYARD, free_port, installation, running

HELP_GOAL = 1.5
ANSWER_GOAL = 4.0
ROUNDS = 9
REFERENCE = [sys.executable, "-c", "import flask, sqlalchemy, marshmallow"]


def _seconds_of(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _seconds_to_answer(environment: dict[str, str]) -> float:
    port = free_port()
    began = time.perf_counter()
    with running([STEELYARD, "web", "--port", str(port)], environment, port, "/healthz"):
        seconds = time.perf_counter() - began
    return seconds


def _run() -> Outcome:
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder:
        environment = installation(Path(folder))
        _seconds_to_answer(environment)
        found = alternate(
            ROUNDS,
            reference=lambda: _seconds_of(REFERENCE, dict(os.environ)),
            help=lambda: _seconds_of([STEELYARD, "--help"], environment),
            first_answer=lambda: _seconds_to_answer(environment),
        )
    helped = ratio_of(found["help"], found["reference"])
    answered = ratio_of(found["first_answer"], found["reference"])
    figures = {f"{side}_ms": round(median(times) * 1000) for side, times in found.items()}
    ratios = {"help_ratio": round(helped, 3), "first_answer_ratio": round(answered, 3)}
    nearer = max((helped / HELP_GOAL, helped), (answered / ANSWER_GOAL, answered))[1]
    return Outcome(figures | ratios, nearer, helped <= HELP_GOAL and answered <= ANSWER_GOAL)


BENCH = Bench(
    "`steelyard --help` and the web server's first answer against importing the three libraries alone.",
    f"help at most {HELP_GOAL}, first answer at most {ANSWER_GOAL}; ratio is the one nearer to its limit",
    _run,
)
