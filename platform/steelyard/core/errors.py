"""Errors as types: each has a stable code, an HTTP status and a sentence.

The sentence is an English message id with ``%(name)s`` parameters; whoever shows it translates it.
Slices derive their own refusals from :class:`Refused`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from steelyard.core.i18n import N_

Fields = dict[str, list[str]]


class SteelyardError(Exception):
    """Base of every error that a user may see; ``str()`` gives the English sentence.

    ``problem_type`` is the type by another standard, where the error belongs to one.
    """

    problem_type: ClassVar[str | None] = None
    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    message: ClassVar[str] = N_("Something went wrong on our side. Nothing was changed.")

    def __init__(self, *, fields: Fields | None = None, **params: Any) -> None:
        self.fields = fields or {}
        self.params = params
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class BadRequest(SteelyardError):
    """The request cannot be read at all (malformed JSON, repeated parameter)."""

    code = "bad_request"
    status = 400
    message = N_("The request could not be read: %(reason)s.")


class Unauthenticated(SteelyardError):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    code = "unauthenticated"
    status = 401
    message = N_("Sign in first, or send a valid API token.")


class Forbidden(SteelyardError):
    """The caller is known but his organisation, role or token scope does not allow this."""

    code = "forbidden"
    status = 403
    message = N_("Your role does not allow this. Ask your organisation's administrator.")


class NotFound(SteelyardError):
    """It does not exist, or it is not the caller's: the two are not told apart."""

    code = "not_found"
    status = 404
    message = N_("There is no such document, or it is not yours.")


class Refused(SteelyardError):
    """The business refuses what the schema allows."""

    code = "refused"
    status = 409
    message = N_("This cannot be done in the present state.")


def sentences(names: Mapping[str, object]) -> dict[str, str]:
    """The sentence of every refusal among the names of a module, by its code."""
    found = [one for one in names.values() if isinstance(one, type) and issubclass(one, Refused) and one is not Refused]
    return {refusal.code: refusal.message for refusal in found}


class StaleVersion(SteelyardError):
    """The document changed since the caller read it."""

    code = "stale_version"
    status = 412
    message = N_("Somebody changed this document meanwhile. Load it again and repeat your change.")


class UnsupportedMedia(SteelyardError):
    """The body is of a kind that the route does not take; ``types`` are those that it takes."""

    code = "unsupported_media_type"
    status = 415
    message = N_("This address does not take a body of this kind; send %(types)s.")


class Invalid(SteelyardError):
    """The input breaks the published schema; ``fields`` says where."""

    code = "invalid"
    status = 422
    message = N_("Some fields are not valid.")


class PreconditionRequired(SteelyardError):
    """A change was sent without ``If-Match``."""

    code = "precondition_required"
    status = 428
    message = N_("Send If-Match with the ETag of the version that you changed.")


class TooManyRequests(SteelyardError):
    """Throttled; ``retry_after`` in seconds is sent as a header."""

    code = "too_many_requests"
    status = 429
    message = N_("Too many requests. Try again in %(retry_after)s seconds.")

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(retry_after=retry_after)
