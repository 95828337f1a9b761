"""No one in where he does not belong: every route has a rule, and every rule is kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule as Route

from steelyard.api.access import Rule
from steelyard.core.actors import Actor, OrgKind, Role
from tests.support.clients import SITE
from tests.support.world import World

WITHOUT_RULE = {"static", "api-docs.openapi_json"}
"""What is open by nature: files of the interface and the description of the API."""


def routes(app: Flask) -> Iterator[tuple[Route, str, Rule]]:
    """Yield every route with each of its methods and its rule."""
    for route in app.url_map.iter_rules():
        if route.endpoint in WITHOUT_RULE:
            continue
        rule = getattr(app.view_functions[route.endpoint], "rule", None)
        assert rule is not None, f"{route.endpoint} ({route.rule}) has no rule"
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            yield route, method, rule


def call(app: Flask, route: Route, method: str, headers: dict[str, str]) -> Any:
    """Call a route with ids that nobody has."""
    path = _path(app, route)
    return app.test_client(use_cookies=False).open(path, method=method, base_url=SITE, headers=headers)


def _path(app: Flask, route: Route) -> str:
    values = dict.fromkeys(route.arguments, 9007199254740991)
    values |= {name: "none" for name, kind in route._converters.items() if type(kind).__name__ != "IdConverter"}
    return app.url_map.bind("localhost").build(route.endpoint, values)


@pytest.fixture
def dialect() -> str:
    """Rules do not depend on the database: one is enough for thousands of calls."""
    return "sqlite"


@pytest.fixture
def cookie_of(world: World) -> Callable[[Actor], dict[str, str]]:
    """Maker of the header that a signed-in browser sends."""
    return lambda actor: {"Cookie": f"steelyard_session={world.browser_session(actor)}"}


def test_every_route_has_a_rule(app: Flask) -> None:
    """A new route without a rule fails here."""
    assert len(list(routes(app))) > 60


def test_strangers_are_turned_away(app: Flask) -> None:
    """A stranger gets 401 from the API and the sign-in page instead of any other page."""
    wrong = []
    for route, method, rule in routes(app):
        response = call(app, route, method, {})
        refused = response.status_code == (401 if route.rule.startswith("/api/") else 303)
        if refused == rule.public:
            wrong.append((method, route.rule, response.status_code))
    assert wrong == []


@pytest.mark.parametrize("kind", OrgKind)
def test_a_role_passes_where_its_rule_says_and_nowhere_else(
    app: Flask, world: World, cookie_of: Callable[[Actor], dict[str, str]], kind: OrgKind
) -> None:
    """Every route is walked as every kind's administrator and as every role, of a kind that changes with the route.

    403 comes exactly where the rule shuts the caller out, by token and by browser. That a rule judges every pair of
    kind and role rightly is tested with the rules themselves.
    """
    turn = list(OrgKind).index(kind)
    for place, role in enumerate(Role):
        actor = world.actor(kind, role)
        by_token = {"Authorization": f"Bearer {world.token(actor)}"}
        by_browser = cookie_of(actor)
        for number, (route, method, rule) in enumerate(routes(app)):
            if rule.public or (role is not Role.ADMIN and (number + place) % len(OrgKind) != turn):
                continue
            response = call(app, route, method, by_token if route.rule.startswith("/api/") else by_browser)
            shut_out = response.status_code == 403 and not _is_form_without_token(response)
            assert shut_out != rule.allows(actor), (role, method, route.rule, response.status_code)
            assert response.status_code < 500, (role, method, route.rule, response.text)


def _is_form_without_token(response: Any) -> bool:
    """A form that lets its sender in still refuses him without a CSRF token."""
    return response.request.method == "POST" and response.headers.get("X-Error-Code") == "csrf_failed"


def test_a_scope_bounds_a_token(app: Flask, world: World) -> None:
    """A token that may only read is refused by every route that writes."""
    actor = world.actor(OrgKind.OPERATOR)
    headers = {"Authorization": f"Bearer {world.token(actor, ('accounts:read',))}"}
    for route, method, rule in routes(app):
        if rule.public or not route.rule.startswith("/api/"):
            continue
        expected = rule.scope == "accounts:read"
        assert (call(app, route, method, headers).status_code != 403) == expected, (method, route.rule)


def test_api_by_browser_needs_the_csrf_header(app: Flask, cookie_of: Any, world: World) -> None:
    """A browser's session changes nothing over the API without its token."""
    headers = cookie_of(world.actor(OrgKind.OPERATOR))
    for route, method, rule in routes(app):
        if method != "GET" and not rule.public and route.rule.startswith("/api/") and rule.kinds is None:
            response = call(app, route, method, headers)
            assert response.get_json()["code"] == "csrf_failed", (method, route.rule)


def test_methods_that_a_route_lacks(app: Flask) -> None:
    """405 names what is allowed; TRACE is refused; HEAD and OPTIONS are answered."""
    client = app.test_client()
    refused = client.delete("/api/v1/ping")
    assert (refused.status_code, refused.get_json()["code"]) == (405, "method_not_allowed")
    assert "GET" in refused.headers["Allow"]
    assert client.open("/api/v1/ping", method="TRACE").status_code == 405
    assert client.head("/api/v1/ping").status_code == 200
    assert "GET" in client.options("/api/v1/ping").headers["Allow"]
