"""Protection of browser sessions against requests that other sites make in their name.

A token is a signature over the session's key, so nothing is stored. A stranger's forms (sign-in, invitations)
are bound to a random cookie instead.
"""

import hashlib
import hmac
import secrets

from flask import Response, after_this_request, g, request

from steelyard.api.middleware import cookies_need_tls
from steelyard.api.services import services
from steelyard.core.errors import Forbidden
from steelyard.core.i18n import N_

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
COOKIE = "steelyard_visitor"


class CsrfMissing(Forbidden):
    """A form came without this session's token."""

    code = "csrf_failed"
    message = N_("This form did not come from your own open page. Load the page again and repeat.")


def token_for(key: str) -> str:
    """Return the token that belongs to the session (or visitor) ``key``."""
    secret = services().settings.secret_key.encode()
    return hmac.new(secret, b"csrf\0" + key.encode(), hashlib.sha256).hexdigest()


def visitor_key() -> str:
    """Return the random key of a browser that is not signed in; a new one is set as a cookie on the answer."""
    if "visitor" not in g:
        given = request.cookies.get(COOKIE, "")
        g.visitor = given if len(given) == 43 else secrets.token_urlsafe(32)
        if g.visitor != given:
            after_this_request(_set_cookie)
    key: str = g.visitor
    return key


def _set_cookie(response: Response) -> Response:
    response.set_cookie(COOKIE, g.visitor, httponly=True, samesite="Lax", secure=cookies_need_tls())
    return response


def check(given: str | None, key: str) -> None:
    """Raise :class:`CsrfMissing` unless ``given`` is the token of ``key``."""
    if given is None or not hmac.compare_digest(given.encode(), token_for(key).encode()):
        raise CsrfMissing


def check_header(session_key: str) -> None:
    """Check an API call made by a page's script on its session."""
    check(request.headers.get(HEADER), session_key)
