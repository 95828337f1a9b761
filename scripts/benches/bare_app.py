"""The reference of ``http-floor``: Flask with nothing around it."""

from typing import Any

from flask import Flask

app = Flask(__name__)


@app.get("/ping")
def ping() -> dict[str, Any]:
    """Answer as little as ours does."""
    return {"pong": True, "at": "2026-01-01T00:00:00+00:00"}
