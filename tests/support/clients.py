"""Callers of the application: a program with a token, and a person with a browser."""

import secrets
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from steelyard.accounts.authentication import SESSION_COOKIE

API = "/api/v1"
SITE = "https://localhost"  # cookies are Secure, so pages are asked for over TLS


class ApiClient:
    """A program that calls the API on behalf of somebody; without a token a stranger."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self._client: FlaskClient = app.test_client(use_cookies=False)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._headers["Accept-Language"] = "en"

    def get(self, path: str, **query: Any) -> TestResponse:
        """Read; ``query`` are the parameters of the address."""
        return self.call("GET", path, query_string=query or None)

    def post(self, path: str, json: Any = None, *, key: str | None = None) -> TestResponse:
        """Make or move something; without ``key`` under a new ``Idempotency-Key``."""
        return self.call("POST", path, json=json, headers={"Idempotency-Key": key or secrets.token_hex(16)})

    def patch(self, path: str, json: Any, *, etag: str | None = None) -> TestResponse:
        """Change a document; without ``etag`` no ``If-Match`` is sent."""
        return self.call("PATCH", path, json=json, headers={} if etag is None else {"If-Match": etag})

    def put(self, path: str, json: Any, *, etag: str | None = None) -> TestResponse:
        """Replace a document; without ``etag`` no ``If-Match`` is sent."""
        return self.call("PUT", path, json=json, headers={} if etag is None else {"If-Match": etag})

    def delete(self, path: str, *, etag: str | None = None) -> TestResponse:
        """Remove a document; without ``etag`` no ``If-Match`` is sent."""
        return self.call("DELETE", path, headers={} if etag is None else {"If-Match": etag})

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        """Call any method; a ``path`` that does not begin with ``/api/`` is meant below ``/api/v1``."""
        address = path if path.startswith("/api/") else API + path
        if options.get("json") is None:
            options.pop("json", None)
        return self._client.open(address, method=method, headers=self._headers | (headers or {}), **options)


class Browser:
    """A person with a browser, without scripts; without a cookie a stranger."""

    def __init__(self, app: Flask, cookie: str | None = None, *, locale: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self._headers = {"Accept-Language": locale}
        if cookie is not None:
            self.client.set_cookie(SESSION_COOKIE, cookie, secure=True)

    def get(self, path: str, *, follow: bool = False) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=SITE, headers=self._headers, follow_redirects=follow)

    def submit(self, page: str, action: str | None = None, *, follow: bool = True, **values: Any) -> TestResponse:
        """Open ``page``, fill in the form that goes to ``action`` (the first one without it) and send it.

        The form's own hidden and preset fields are sent along, as a browser does; ``values`` go over them.
        """
        form = find_form(self.get(page).text, action)
        fields = form.fields | values
        return self.client.post(
            form.action or page,
            data=fields,
            base_url=SITE,
            headers=self._headers | {"Referer": SITE + page},
            follow_redirects=follow,
        )


class Form(HTMLParser):
    """One form of a page, with what its fields hold."""

    def __init__(self, wanted: str | None) -> None:
        super().__init__()
        self._wanted = wanted
        self._inside = False
        self._select: str | None = None
        self.found = False
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the form's action and what stands in its inputs and selects."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.found and given.get("method", "").lower() == "post":
            self._inside = self.found = self._wanted in (None, given.get("action", ""))
            self.action = given.get("action", "") if self._inside else ""
        if not self._inside:
            return
        if tag == "input" and given.get("name") and _is_sent(given):
            self.fields[given["name"]] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._select and (self._select not in self.fields or "selected" in given):
            self.fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the form or the select."""
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None


def _is_sent(given: dict[str, str]) -> bool:
    if given.get("type") in {"checkbox", "radio"}:
        return "checked" in given
    return given.get("type") not in {"submit", "button", "reset", "file"}


def find_form(html: str, action: str | None) -> Form:
    """Return the first form that is sent by POST to ``action``; fails the test when the page has none."""
    form = Form(action)
    form.feed(html)
    assert form.found, f"the page has no form for {action or 'anything'}"
    return form
