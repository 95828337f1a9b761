"""The published description of the API, asked for once in a run: to put it together takes a worker a second."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from steelyard.app import create_app
from steelyard.core.settings import Settings
from tests.support.databases import once

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@cache
def description() -> dict[str, Any]:
    """Return what ``GET /api/v1/openapi.json`` answers.

    Every worker makes the application, so that all have imported the same when they look for the tests.
    """
    app = create_app(Settings(Path(tempfile.gettempdir()), "sqlite://", "only for reading the description"))
    with once("openapi.json") as path:
        if not path.exists():
            path.write_bytes(app.test_client().get("/api/v1/openapi.json").data)
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
