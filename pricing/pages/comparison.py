"""The page on which series stand side by side."""

from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from pricing import labels, rules
from pricing.alert_errors import UnitsDiffer
from pricing.comparing import MOST
from pricing.pages.slice import pages
from pricing.queries import comparison as queries
from pricing.queries.board import board
from pricing.schemas.board import ComparisonQuery
from steelyard.api.calls import Call
from steelyard.api.locales import explain
from steelyard.api.pages import render
from steelyard.core.errors import NotFound, SteelyardError

ROWS_SHOWN = 60
MOST_OFFERED = 60


@pages.view("/prices/compare", rule=rules.SEE)
def compare(call: Call) -> str:
    """Show the chosen series in one chart and one table; the address holds the choice and can be passed on."""
    chosen = _chosen()
    shown: dict[str, Any] = {"found": None, "refused": None, "query": chosen, "rows": []}
    if "series" in chosen:
        try:
            query = ComparisonQuery().load(chosen)
            found = queries.compare(call.session, query)
        except ValidationError:
            shown["refused"] = _("Choose at most %(most)s series.", most=MOST)
        except NotFound:
            raise
        except SteelyardError as error:
            shown["refused"] = explain(error)
            if isinstance(error, UnitsDiffer):
                shown["instead"] = f"{url_for('pricing_pages.compare')}?{urlencode(chosen | {'scale': 'indexed'})}"
        else:
            shown |= {"found": found, "rows": found.rows[:ROWS_SHOWN], "count": len(found.rows)}
    return render(
        "pricing/compare.html",
        **shown,
        chosen=_ids(chosen),
        offered=board(call.session, call.actor, {"limit": MOST_OFFERED}).entries,
        most=MOST,
        words=labels,
    )


def _chosen() -> dict[str, str]:
    """The query of the address; the series may be given one by one, as the board's boxes do."""
    chosen = {name: request.args[name] for name in ("scale", "day_from", "day_to") if request.args.get(name)}
    series = ",".join(
        dict.fromkeys(part for text in request.args.getlist("series") for part in text.split(",") if part)
    )
    return chosen | {"series": series} if series else chosen


def _ids(chosen: dict[str, str]) -> set[int]:
    return {int(part) for part in chosen.get("series", "").split(",") if part.isascii() and part.isdigit()}
