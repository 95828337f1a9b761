"""The official examples and schema of EPCIS, and what two events have to have in common to mean the same."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

STANDARD = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def examples(shared_data: Path) -> dict[str, dict[str, Any]]:
    """Return the official example documents by their names."""
    folder = shared_data / "epcis" / "examples"
    return {
        path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.jsonld"))
    }


def events_in(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the events of a document of either kind."""
    body = document["epcisBody"]
    found: list[dict[str, Any]] = (body if "eventList" in body else body["queryResults"]["resultsBody"])["eventList"]
    return found


@cache
def official(schema: Path) -> Any:
    """Return the validator of the official schema."""
    import jsonschema_rs

    return jsonschema_rs.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")), validate_formats=True)


def meaning(contexts: Any, event: Mapping[str, Any], without: frozenset[str] = frozenset()) -> str:
    """Return an event as canonical RDF (URDNA2015), so that prefixes, order and spelling make no difference.

    The recording time is left out: each store sets its own. The standard's context comes out of the package of the
    hash generator; a context that would have to be fetched fails the test.
    """
    from pyld import jsonld

    said = {name: value for name, value in event.items() if name not in {"recordTime", *without}}
    document = {"@context": contexts, "type": "EPCISDocument", "epcisBody": {"eventList": [said]}}
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    text: str = jsonld.normalize(document, options)
    return text


def load(url: str, options: Any = None) -> dict[str, Any]:
    """Give pyld the standard's context, and nothing else."""
    if url != STANDARD:
        raise AssertionError(f"{url} would have been fetched")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _standard()}


@cache
def _standard() -> Any:
    import epcis_event_hash_generator

    folder = Path(epcis_event_hash_generator.__file__).parent
    for path in folder.glob("e53*.jsonld"):
        return json.loads(path.read_text(encoding="utf-8"))
    raise AssertionError("the package of the hash generator has no context")
