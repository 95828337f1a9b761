"""The published description of the API, asked for once in a run: to put it together takes a worker a second."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from steelyard.app import create_app
from steelyard.core.settings import Settings
from tests.support.databases import once

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@cache
def description() -> dict[str, Any]:
    """Return what ``GET /api/v1/openapi.json`` answers."""
    with once("openapi.json") as path:
        if not path.exists():
            path.write_bytes(_asked_for(path.parent))
        found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def labels() -> list[str]:
    """Return the name of each operation: its method and its path."""
    return [
        f"{method.upper()} {path}"
        for path, item in description()["paths"].items()
        for method in item
        if method in METHODS
    ]


def _asked_for(folder: Path) -> bytes:
    app = create_app(Settings(folder, f"sqlite:///{folder}/none.db", "only for reading the description"))
    return app.test_client().get("/api/v1/openapi.json").data
