"""Chapter one: what the market's prices are, as published."""

import base64
from typing import Any

from pricing.reference import FIXTURES, content_of
from steelyard.cli.demo.stage import Stage


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
    return {"documents": documents, "board": stage.see("demo-maker-1", "/price-board", family="nbs.ten_day")}
