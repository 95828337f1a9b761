"""Errors on their way out: problem+json for the API, a page for people; always with a request id."""

import logging
from typing import Any

from flask import Flask, Response, g, jsonify, request
from flask_babel import gettext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from steelyard.api.bindings import Binding
from steelyard.api.locales import explain
from steelyard.api.pages import render_error
from steelyard.core.context import request_id
from steelyard.core.errors import BadRequest, Refused, SteelyardError, TooManyRequests
from steelyard.core.i18n import N_

API_ROOT = "/api/"
_log = logging.getLogger("steelyard.api")


class ChangedMeanwhile(Refused):
    """Another transaction changed the same rows at the same time."""

    code = "changed_meanwhile"
    message = N_("Somebody changed the same thing at the same moment. Look again and repeat.")


class Busy(SteelyardError):
    """The database could not serve the request in time; nothing was changed."""

    code = "busy"
    status = 503
    message = N_("The system is busy. Nothing was changed; try again in a moment.")


class _Plain(SteelyardError):
    """An HTTP error that Flask or werkzeug raised."""

    messages = {
        400: ("bad_request", N_("The request could not be read.")),
        404: ("not_found", N_("There is no such page or document, or it is not yours.")),
        405: ("method_not_allowed", N_("This address does not take that method.")),
        413: ("too_large", N_("The request is larger than this server accepts.")),
        415: ("unsupported_media_type", N_("Send the body as application/json.")),
    }


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    kind: str | None = None,
) -> Response:
    """Build an RFC 9457 answer; its type is ``kind``, else that of the standard that the route follows, else ours."""
    binding: Binding | None = g.get("binding")
    kind = kind or (binding.problems.get(status) if binding else None)
    body: dict[str, Any] = {
        "type": kind or f"/api/docs#problem-{code}",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id.get(),
    }
    if errors:
        body["errors"] = errors
    response = jsonify(body)
    response.status_code = status
    response.headers.update(headers or {})
    response.mimetype = "application/problem+json"
    return response


def answer_error(error: SteelyardError) -> Response:
    """Turn a typed error into an answer of the kind that the caller reads."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    if error.status == 401 and _wants_json():
        headers["WWW-Authenticate"] = 'Bearer realm="steelyard"'
    if _wants_json():
        return problem(
            error.status, error.code, explain(error), errors=error.fields, headers=headers, kind=error.problem_type
        )
    return render_error(error.status, error.code, explain(error), headers)


def _wants_json() -> bool:
    return request.path.startswith(API_ROOT)


def _answer_http(error: HTTPException) -> Response:
    """Answer werkzeug's own errors, keeping their headers (``Allow`` above all)."""
    if error.code is None or error.code < 400:
        response = error.get_response()
        assert isinstance(response, Response)
        return response
    code, sentence = _Plain.messages.get(error.code, ("http_error", N_("The request could not be answered.")))
    headers = {
        key: value for key, value in error.get_headers() if key.lower() not in {"content-type", "content-length"}
    }
    if _wants_json():
        return problem(error.code, code, gettext(sentence), headers=headers)
    return render_error(error.code, code, gettext(sentence), headers)


def _answer_database(error: DBAPIError) -> Response:
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, DataError):
        return answer_error(BadRequest(reason="a text holds a character that cannot be stored"))
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return answer_error(Busy())
    if isinstance(error, IntegrityError):
        _log.warning("the database refused a row", extra={"reason": str(error.orig)})
        return answer_error(ChangedMeanwhile())
    if state in {None, "40001", "40P01", "55P03", "57014"} and isinstance(error, OperationalError):
        return answer_error(Busy())
    return _answer_crash(error)


def _answer_crash(error: Exception) -> Response:
    _log.exception("unhandled error", extra={"path": request.path, "method": request.method}, exc_info=error)
    return answer_error(SteelyardError())


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(SteelyardError, answer_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(StaleDataError, lambda error: answer_error(ChangedMeanwhile()))
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(PoolTimeout, lambda error: answer_error(Busy()))
    app.register_error_handler(Exception, _answer_crash)
