"""HTML pages: the blueprint that slices use, and the ports through which the shell is drawn."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from markupsafe import Markup
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from steelyard.api import csrf, idempotency, validation
from steelyard.api.access import PasswordMustChange, Rule, admit, caller, current_actor
from steelyard.api.calls import Call
from steelyard.api.form_fields import FormSchema
from steelyard.api.locales import explain
from steelyard.api.services import Caller, services
from steelyard.core.actors import Actor
from steelyard.core.errors import Invalid, SteelyardError, Unauthenticated

ONCE = "once_key"
LONGEST_KEPT_FORM = 1500
_ONCE_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")
View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the navigation, shown to whoever passes ``rule``; ``count`` tells how much of it is unread."""

    endpoint: str
    label: str
    rule: Rule
    icon: str
    order: int
    count: Callable[[Session, Actor], int] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person, shown on his home page; ``label`` is a message id with ``%(count)s``."""

    label: str
    count: int
    url: str


def render(template: str, **context: Any) -> str:
    """Render a slice's template inside the shell."""
    return render_template(template, **context)


def render_error(status: int, code: str, detail: str, headers: dict[str, str]) -> Response:
    """Render the page that says what went wrong and what to do."""
    response = make_response(render_template("error.html", status=status, code=code, detail=detail), status)
    response.headers.update(headers)
    response.headers["X-Error-Code"] = code
    return response


def form_guard() -> Markup:
    """Return the hidden fields of a form: the CSRF token, and a key by which a double click acts once."""
    found = g.get("caller")
    key = found.session_key if found and found.session_key else csrf.visitor_key()
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(csrf.FIELD, csrf.token_for(key)) + field.format(ONCE, idempotency.new_key())


def csrf_token() -> str:
    """Return the token that a page's script sends as ``X-CSRF-Token``."""
    found = g.get("caller")
    return csrf.token_for(found.session_key if found and found.session_key else csrf.visitor_key())


def session_token() -> str | None:
    """Return the CSRF token of a browser session; a caller with a bearer token needs none."""
    found = g.get("caller")
    return csrf.token_for(found.session_key) if found and found.session_key else None


def typed(name: str, default: str = "") -> str:
    """Return what the person typed into ``name`` before the form was refused, else ``default``."""
    if "typed" not in g:
        kept = session.pop("typed", None)
        g.typed = kept["values"] if kept and kept["page"] == request.path else {}
    return str(g.typed.get(name, default))


class PageBlueprint(Blueprint):
    """The pages of one slice; every page has a rule, every form is checked for CSRF and acts once."""

    def __init__(self, name: str, import_name: str, *, template_folder: str | None = "templates") -> None:
        super().__init__(f"{name}_pages", import_name, template_folder=template_folder)

    def view(self, path: str, *, rule: Rule) -> Callable[[View], View]:
        """``GET``: ``view(call, **path) -> str | Response``, in one transaction of reading."""

        def run(view: View, path_values: dict[str, Any], found: Caller | None) -> Any:
            with services().db.read() as transaction:
                g.reading = transaction
                try:
                    return make_response(view(Call(transaction, found.actor if found else None), **path_values))
                finally:
                    del g.reading

        return self._publish("GET", path, rule, run)

    def form(
        self,
        path: str,
        *,
        rule: Rule,
        form: type[FormSchema] = FormSchema,
        prepare: View | None = None,
        bound: Callable[[], None] | None = None,
    ) -> Callable[[View], View]:
        """``POST``: ``view(call, form, **path) -> Response`` (a redirect), in one transaction of writing.

        A typed refusal becomes a message on the page that the form came from, with what was typed kept.
        ``prepare(call, form, **path)`` does slow work before that transaction; ``call.prepared`` is what it returned.
        ``bound()`` refuses a body that is too large before anything of it is read.
        """

        def run(view: View, path_values: dict[str, Any], found: Caller | None) -> Any:
            if (refusal := _too_large(bound)) is not None:
                return refusal
            csrf.check(request.form.get(csrf.FIELD), _browser_key(found))
            flashed = list(session.get("_flashes", []))
            try:
                values = _read_form(form)
                prepared = _prepare(prepare, found, values, path_values)
                return _submit(view, path_values, found, values, prepared, once=not rule.public)
            except Unauthenticated:
                raise
            except Exception as error:
                session["_flashes"] = flashed  # what was said of a success that was rolled back
                if not isinstance(error, SteelyardError):
                    raise
                return _refused(error)

        return self._publish("POST", path, rule, run)

    def _publish(self, method: str, path: str, rule: Rule, run: Callable[..., Any]) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            def endpoint(**path_values: Any) -> Any:
                try:
                    found = admit(rule)
                except Unauthenticated:
                    back = request.path if method == "GET" else _page_of_form()
                    return redirect(url_for("accounts_pages.sign_in", next=back), 303)
                except PasswordMustChange:
                    return redirect(url_for("accounts_pages.account"), 303)
                if rule.public:
                    found = _maybe_caller()
                return run(view, path_values, found)

            endpoint.rule = rule  # type: ignore[attr-defined]  # read by the test that walks all routes
            self.add_url_rule(path, view.__name__, endpoint, methods=[method])
            return view

        return decorate


def _maybe_caller() -> Caller | None:
    """Recognise a signed-in person on a page that is open to strangers too."""
    return caller() if current_actor() else None


def _browser_key(found: Caller | None) -> str:
    return found.session_key if found and found.session_key else csrf.visitor_key()


def _prepare(prepare: View | None, found: Caller | None, form: dict[str, Any], path_values: dict[str, Any]) -> Any:
    if prepare is None:
        return None
    with services().db.read() as transaction:
        return prepare(Call(transaction, found.actor if found else None), form, **path_values)


def _submit(
    view: View, path_values: dict[str, Any], found: Caller | None, form: dict[str, Any], prepared: Any, *, once: bool
) -> Response:
    with services().db.write() as transaction:
        call = Call(transaction, found.actor if found else None, prepared)
        kept: list[Response] = []

        def act() -> idempotency.Answer:
            response = make_response(view(call, form, **path_values))
            kept.append(response)
            return idempotency.Answer(response.status_code, {"Location": response.headers.get("Location", "/")}, "")

        key = request.form.get(ONCE, "")
        if not once or not _ONCE_KEY.fullmatch(key):
            act()
            return kept[0]
        hash_ = idempotency.request_hash("FORM", request.path, _sent())
        # A page that was gone back to and sent again with other figures is another request, not a repeat.
        answer = idempotency.answer_once(transaction, call.actor, f"{key}.{hash_[:24]}", hash_, act)
    return kept[0] if kept else Response(status=answer.status, headers=answer.headers)


def _sent() -> bytes:
    """Return what the form holds, but for secrets: no stored hash may help to guess one."""
    fields = sorted(request.form.items(multi=True))
    held = [[name, value] for name, value in fields if not idempotency.is_secret(name)]
    return json.dumps([*held, *_files_sent()]).encode()


def _files_sent() -> list[list[str]]:
    """The files of the form by name and digest: another file is another request."""
    held: list[list[str]] = []
    for name, file in request.files.items(multi=True):
        file.stream.seek(0)
        held.append([name, file.filename or "", hashlib.sha256(file.stream.read()).hexdigest()])
    return held


def _read_form(form: type[FormSchema]) -> dict[str, Any]:
    given = {
        name: values if len(values) > 1 else values[0]
        for name, values in request.form.lists()
        if name not in {csrf.FIELD, ONCE}
    }
    try:
        loaded: dict[str, Any] = form().load(form.shape(given))
    except ValidationError as error:
        raise Invalid(fields=validation.as_fields(error.messages)) from None
    return loaded


def _refused(error: SteelyardError) -> Response:
    """Go back to the page that the form came from, say why, and keep what was typed."""
    sentence = explain(error)
    details = validation.sentences(error.fields)
    flash(" ".join([sentence, *details]), "error")
    page = _page_of_form()
    values = {
        name: value
        for name, value in request.form.items()
        if name not in {csrf.FIELD, ONCE} and not idempotency.is_secret(name)
    }
    if len(json.dumps(values)) <= LONGEST_KEPT_FORM:
        session["typed"] = {"page": page.partition("?")[0], "values": values}
    response = redirect(page, 303)
    assert isinstance(response, Response)
    return response


def _too_large(bound: Callable[[], None] | None) -> Response | None:
    """The way back to the page of a form whose body is larger than ``bound`` allows; its fields are not read."""
    try:
        if bound is not None:
            bound()
    except SteelyardError as error:
        flash(explain(error), "error")
        response = redirect(_page_of_form(), 303)
        assert isinstance(response, Response)
        return response
    return None


def _page_of_form() -> str:
    """Return the path of the page that holds the form, never an address of another site."""
    referrer = request.referrer or ""
    if referrer.startswith(request.host_url):
        return inside("/" + referrer.removeprefix(request.host_url))
    return "/"


def inside(target: str | None) -> str:
    """Return ``target`` if it is a path of this site, else the home page: no way leads to another site."""
    return target if target and _PATH.fullmatch(target) else "/"
