"""Chapter one: what the market's prices are, as published."""

import base64
from typing import Any

from pricing.reference import FIXTURES, content_of
from steelyard.cli.demo.stage import Stage

BUYER = "demo-maker-1"


def play(stage: Stage) -> dict[str, Any]:
    """Hand in the documents that come with the package; return them and the price board."""
    documents = []
    for number, fixture in enumerate(FIXTURES):
        body = {
            "source": fixture.source,
            "url": fixture.url,
            "fetched_at": fixture.fetched_at.isoformat(),
            "content_base64": base64.b64encode(content_of(fixture)).decode(),
        }
        documents.append(stage.do(f"prices.document.{number}", "demo-operator", "/price-documents", body))
        if number == 0:
            _follow(stage)
    return {"documents": documents, "board": stage.see(BUYER, "/price-board", family="nbs.ten_day")}


def _follow(stage: Stage) -> None:
    """Let the pipe maker follow his product, and be told by the release that is loaded later in this chapter."""
    pipe = stage.items(BUYER, "/price-series", commodity="无缝钢管")[0]["id"]
    stage.do("prices.watch", BUYER, f"/price-series/{pipe}/watch")
    alert = {"series_id": pipe, "measure": "level", "direction": "above"}
    stage.do("prices.alert", BUYER, "/price-alerts", alert | {"threshold_mantissa": 4011, "threshold_scale": 0})
