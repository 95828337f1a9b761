"""The OpenAPI document, laid out for reading: groups of operations, tables of fields, codes of errors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from steelyard.core.errors import SteelyardError

VERBS = ("get", "post", "patch", "put", "delete")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or one field of a body: its type in words, and the schema that explains it further."""

    name: str
    type: str
    required: bool
    schema: str | None = None
    place: str = "body"


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that an operation answers with, and the schema of what comes with it."""

    status: str
    description: str
    schema: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    verb: str
    path: str
    summary: str
    description: str
    scope: str
    fields: tuple[Field, ...]
    body: str | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one slice."""

    name: str
    operations: tuple[Operation, ...]


def groups(document: Json) -> list[Group]:
    """Return the operations by their first tag, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for verb in VERBS:
            if verb in item:
                tag = (item[verb].get("tags") or ["api"])[0]
                found.setdefault(tag, []).append(_operation(document, verb, path, item))
    return [Group(name, tuple(operations)) for name, operations in found.items()]


def schemas(document: Json) -> dict[str, list[Field]]:
    """Return the fields of every named schema, by name."""
    named = document.get("components", {}).get("schemas", {})
    return {name: list(_fields(schema)) for name, schema in sorted(named.items()) if "properties" in schema}


def problem_codes() -> list[tuple[str, int, str]]:
    """Return every typed error as code, status and message (an English msgid), sorted by code."""
    found = {kind.code: (kind.code, kind.status, kind.message) for kind in _kinds(SteelyardError)}
    return sorted(found.values())


def _kinds(base: type[SteelyardError]) -> Iterator[type[SteelyardError]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


def _operation(document: Json, verb: str, path: str, item: Json) -> Operation:
    record = item[verb]
    parameters = [*item.get("parameters", []), *record.get("parameters", [])]
    body = _schema_of(record.get("requestBody", {}))
    answers = (
        Answer(
            status,
            _resolve(document, answer).get("description", ""),
            _name(_schema_of(_resolve(document, answer))),
        )
        for status, answer in record.get("responses", {}).items()
        if status != "default"
    )
    return Operation(
        verb=verb.upper(),
        path=path,
        summary=record.get("summary", ""),
        description=record.get("description", ""),
        scope=record.get("x-scope", ""),
        fields=tuple(_parameter(_resolve(document, parameter)) for parameter in parameters),
        body=_name(body),
        answers=tuple(answers),
    )


def _parameter(parameter: Json) -> Field:
    schema = parameter.get("schema", {})
    return Field(parameter["name"], type_of(schema), parameter.get("required", False), _name(schema), parameter["in"])


def _fields(schema: Json) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, detail in schema["properties"].items():
        yield Field(name, type_of(detail), name in required, _name(detail))


def type_of(schema: Json) -> str:
    """Say in a few words what a schema allows, such as ``integer 1–200`` or ``array of CampaignOut``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return " | ".join(type_of(option) for option in schema[word])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kinds = schema.get("type", "any")
    text = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in schema:
        return f"{text} of {type_of(schema['items'])}"
    if "format" in schema:
        return f"{text} ({schema['format']})"
    return text + _bounds(schema)


def _bounds(schema: Json) -> str:
    """The range of a number, or the longest length of a text."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" {low}–{high}"
    if low is not None:
        return f" ≥ {low}"
    longest = schema.get("maxLength")
    return f" ≤ {longest}" if longest is not None else ""


def _schema_of(content: Json) -> Json:
    """The schema of the first media type of a body or an answer."""
    for media in content.get("content", {}).values():
        schema: Json = media.get("schema", {})
        return schema
    return {}


def _name(schema: Json) -> str | None:
    """The name of the schema that is referred to, directly, as entries of a list, or as one of several."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    nested = [schema["items"]] if "items" in schema else schema.get("anyOf") or schema.get("oneOf") or ()
    return next((name for option in nested if (name := _name(option))), None)


def _resolve(document: Json, part: Json) -> Json:
    """Follow a reference within the document."""
    if "$ref" not in part:
        return part
    target: Any = document
    for step in str(part["$ref"]).removeprefix("#/").split("/"):
        target = target[step]
    resolved: Json = target
    return resolved
