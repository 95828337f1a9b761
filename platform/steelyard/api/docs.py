"""What a route says of itself in the OpenAPI description."""

from http import HTTPStatus
from typing import Any

from steelyard.api.access import Rule
from steelyard.api.schemas import IdempotencyHeader, IfMatchHeader, Problem, QuerySchema, Schema
from steelyard.core.actors import OrgKind, Role

_ALWAYS = (400, 422, 429, 503)
_CALLER = (401, 403)


def describe(
    method: str,
    *,
    rule: Rule,
    status: int = 200,
    returns: type[Schema] | None = None,
    body: type[Schema] | None = None,
    query: type[QuerySchema] | None = None,
    media_type: str = "application/json",
) -> dict[str, Any]:
    """Return flask-smorest's documentation record of one operation."""
    parameters: list[dict[str, Any]] = []
    if body is not None:
        parameters.append({"in": "json", "required": True, "schema": body})
    if query is not None:
        parameters.append({"in": "query", "required": True, "schema": query})
    if method == "POST":
        parameters.append({"in": "header", "required": True, "schema": IdempotencyHeader})
    if method in {"PATCH", "DELETE"}:
        parameters.append({"in": "header", "required": True, "schema": IfMatchHeader})
    record: dict[str, Any] = {
        "response": {"responses": {status: [_success(status, returns, media_type)], **_problems(method, rule)}},
        "success_status_codes": [status],
        "manual_doc": {"security": [] if rule.public else [{"bearer": []}, {"session": []}]},
    }
    if not rule.public:
        record["manual_doc"] |= {
            "x-scope": rule.scope,
            "x-kinds": sorted(rule.kinds or OrgKind),
            "x-roles": sorted(rule.roles or Role),
        }
    if parameters:
        record["arguments"] = {"parameters": parameters, "responses": {}}
    return record


def _success(status: int, returns: type[Schema] | None, media_type: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase, "content_type": media_type}
    if returns is not None:
        answer["schema"] = returns()
    elif media_type != "application/json":
        answer["schema"] = {"type": "string", "format": "binary"}
    return answer


def _problems(method: str, rule: Rule) -> dict[int, list[dict[str, Any]]]:
    codes = {*_ALWAYS, 404, 409}
    if not rule.public:
        codes |= set(_CALLER)
    if method != "GET":
        codes |= {413, 415}
    if method in {"PATCH", "DELETE"}:
        codes |= {412, 428}
    return {code: [_problem(code)] for code in sorted(codes)}


def _problem(code: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(code).phrase,
        "schema": Problem(),
        "content_type": "application/problem+json",
    }
