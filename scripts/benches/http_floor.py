"""What our middleware costs: a bare Flask route against a route of ours that needs no database."""

import tempfile
from pathlib import Path
from statistics import median

from benches.harness import Bench, Outcome, alternate, ratio_of
from benches.load import rate
from benches.servers import bare, installation, ours

GOAL = 0.60
ROUNDS = 25
SECONDS = 0.6
OURS = "/api/v1/ping"
BARE = "/ping"


def _run() -> Outcome:
    with (
        tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder,
        bare("benches.bare_app:app", BARE) as bare_port,
        ours(installation(Path(folder)), OURS) as our_port,
    ):
        for port, path in ((bare_port, BARE), (our_port, OURS)):
            rate(port, path, seconds=0.5)
        found = alternate(
            ROUNDS,
            bare=lambda: rate(bare_port, BARE, seconds=SECONDS),
            ours=lambda: rate(our_port, OURS, seconds=SECONDS),
        )
    ratio = ratio_of(found["ours"], found["bare"])
    figures = {f"{side}_requests_per_s": round(median(rates)) for side, rates in found.items()}
    rounds = {side: [round(one) for one in rates] for side, rates in found.items()}
    return Outcome(figures | {"rounds": rounds}, ratio, ratio >= GOAL)


BENCH = Bench(
    "A JSON route of ours through all middleware against a bare Flask route, both under granian.",
    f"ratio of the rates at least {GOAL}",
    _run,
)
