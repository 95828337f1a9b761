"""Routes whose form another standard fixes: its media types, headers and kinds of problems (docs/adr/0019)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Response, request

from steelyard.api.access import Rule
from steelyard.core.actors import OrgKind, Role
from steelyard.core.errors import SteelyardError, UnsupportedMedia
from steelyard.core.i18n import N_

Doc = dict[str, Any]
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


class NotAcceptable(SteelyardError):
    """The caller accepts none of the forms that a route can answer in."""

    code = "not_acceptable"
    status = 406
    message = N_("This address cannot answer in a form or version that the request accepts.")


class BodyTooLarge(SteelyardError):
    """The body is larger than the route takes."""

    code = "too_large"
    status = 413
    message = N_("The request is larger than the %(most)s KiB that this address accepts.")


@dataclass(frozen=True, slots=True)
class Binding:
    """How the HTTP binding of a standard differs from ours.

    ``problems`` gives the type of a problem by its status; ``versions`` looks at the headers of a request.
    """

    takes: tuple[str, ...]
    offers: tuple[str, ...]
    problems: Mapping[int, str] = field(default_factory=dict)
    versions: Callable[[], None] = lambda: None

    def check(self) -> str:
        """Return the media type to answer in; raises ``NotAcceptable`` and ``UnsupportedMedia``."""
        self.versions()
        found = request.accept_mimetypes.best_match(self.offers) if request.accept_mimetypes else self.offers[0]
        if found is None:
            raise NotAcceptable
        if request.method == "POST" and request.mimetype not in self.takes:
            raise UnsupportedMedia(types=", ".join(self.takes))
        return found


@dataclass(frozen=True, slots=True)
class Reply:
    """What a view answers: a text of the media type that was agreed on."""

    text: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def body(most_bytes: int) -> bytes:
    """Return the body of the request; raises ``BodyTooLarge``."""
    raw: bytes = request.get_data()
    if len(raw) > most_bytes:
        raise BodyTooLarge(most=most_bytes >> 10)
    return raw


def respond(reply: Reply, media_type: str) -> Response:
    """Return a view's answer as a response."""
    return Response(reply.text, reply.status, dict(reply.headers), mimetype=media_type)


def describe_bound(
    method: str,
    *,
    rule: Rule,
    binding: Binding,
    returns: Doc | None = None,
    status: int = 200,
    body: Doc | None = None,
    parameters: Sequence[Doc] = (),
    also: Sequence[int] = (),
) -> Doc:
    """Return the description of an operation in OpenAPI's own words; ``body`` and ``returns`` are JSON schemas.

    Without ``returns`` the answer is empty.

    ``also`` are statuses of refusals beyond the usual ones.
    """
    problems = {400, 401, 403, 404, 406, 409, 413, 415, 429, 503, *also} - (set() if body else {415})
    success: Doc = {"description": HTTPStatus(status).phrase}
    if returns is not None:
        success["content"] = {media_type: {"schema": returns} for media_type in binding.offers}
    refusals = {str(code): {"description": HTTPStatus(code).phrase, "content": _PROBLEM} for code in sorted(problems)}
    manual: Doc = {
        "security": [{"bearer": []}, {"session": []}],
        "x-scope": rule.scope,
        "x-kinds": sorted(rule.kinds or OrgKind),
        "x-roles": sorted(rule.roles or Role),
        "responses": {str(status): success, **refusals},
    }
    if parameters:
        manual["parameters"] = list(parameters)
    if body is not None:
        content = {media_type: {"schema": body} for media_type in binding.takes}
        manual["requestBody"] = {"required": True, "content": content}
    return {"success_status_codes": [status], "manual_doc": manual}
