"""The verbs by which slices publish their API.

Every route goes through one of them. A verb admits the caller by the route's rule, parses strictly, opens one
transaction, calls the view, dumps its result, and documents all of it in the OpenAPI description.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import flask
import flask_smorest
from flask import Response, g, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError, missing

from steelyard.api import csrf, idempotency, quick
from steelyard.api.access import PUBLIC, Rule, admit
from steelyard.api.bindings import Binding, describe_bound, respond
from steelyard.api.calls import Call, Written, etag_of
from steelyard.api.docs import describe
from steelyard.api.downloads import NamedFile, sent_file
from steelyard.api.json_body import parse_json
from steelyard.api.locales import say
from steelyard.api.schemas import IdempotencyHeader, PageQuery, QuerySchema, Schema, page_of
from steelyard.api.services import services
from steelyard.api.validation import as_fields
from steelyard.core.actors import Actor
from steelyard.core.errors import Invalid, UnsupportedMedia
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import MEDIA_TYPES, Format, write

View = Callable[..., Any]
Decorator = Callable[[View], View]


class SliceBlueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """The JSON API of one slice, under ``/api/v1``."""

    def __init__(self, name: str, import_name: str, *, description: str = "") -> None:
        super().__init__(name, import_name, url_prefix="/api/v1", description=description)
        self._published: list[tuple[str, str, Callable[..., Any], Callable[[], dict[str, Any]]]] = []

    def get(self, path: str, *, rule: Rule, returns: type[Schema], query: type[QuerySchema] = QuerySchema) -> Decorator:
        """``GET`` of one document: ``view(call, **path) -> document``, or ``Written`` where it is JSON already.

        With a ``query`` schema it is ``view(call, query, **path)``.
        """

        def run(view: View, path_values: dict[str, Any]) -> Response:
            arguments = _query(query)
            given = (arguments,) if query is not QuerySchema else ()
            with services().db.read() as session:
                document = view(Call(session, g.actor), *given, **path_values)
                shown = document if isinstance(document, Written) else _made(returns).dump(document)
                answer = _answer(shown, 200, etag_of(document))
                answer.make_conditional(request)
                return answer

        return self._publish("GET", path, rule, run, returns=returns, query=query)

    def list_(self, path: str, *, rule: Rule, returns: type[Schema], query: type[PageQuery] = PageQuery) -> Decorator:
        """``GET`` of a page: ``view(call, query, **path) -> (documents, next id or None)``."""
        page = page_of(returns)

        def run(view: View, path_values: dict[str, Any]) -> Response:
            arguments = _query(query)
            with services().db.read() as session:
                items, after = view(Call(session, g.actor), arguments, **path_values)
                return _answer(_made(page).dump({"items": items, "next": after}), 200, None)

        return self._publish("GET", path, rule, run, returns=page, query=query)

    def quick(self, path: str, *, returns: type[Schema]) -> Decorator:
        """``GET`` open to everybody that needs no database: ``view() -> document``, sent as it is."""

        def run(view: View, path_values: dict[str, Any]) -> Response:
            _query(QuerySchema)
            return Response(_text(view()), content_type="application/json")

        return self._publish("GET", path, PUBLIC, run, returns=returns)

    def create(
        self,
        path: str,
        *,
        rule: Rule,
        body: type[Schema],
        returns: type[Schema],
        shown_once: str | None = None,
        prepare: View | None = None,
    ) -> Decorator:
        """``POST`` that makes a document: ``view(call, body, **path) -> document``; 201, once per key.

        A field named ``shown_once`` is shown in the first answer only: a replay holds an empty text in its place.
        ``prepare(call, body, **path)`` does slow work before the transaction of writing begins; ``call.prepared``
        is what it returned. It also runs for a replay, so it changes nothing and refuses nothing.
        """
        run = _Once(body, returns, 201, shown_once, prepare)
        return self._publish("POST", path, rule, run, returns=returns, body=body, status=201)

    def act(
        self,
        path: str,
        *,
        rule: Rule,
        returns: type[Schema],
        body: type[Schema] | None = None,
        prepare: View | None = None,
        keeps_answer: bool = False,
    ) -> Decorator:
        """``POST`` of a business verb: ``view(call[, body], **path) -> document``; 200, once per key.

        ``prepare(call[, body], **path)`` is as for :meth:`create`. A view that ``keeps_answer`` itself notes the
        request ``call.once`` with its own writes, and gives the first answer again to a request that came before.
        """
        run = _Once(body, returns, 200, prepare=prepare, keeps_answer=keeps_answer)
        return self._publish("POST", path, rule, run, returns=returns, body=body)

    def change(self, path: str, *, rule: Rule, body: type[Schema], returns: type[Schema]) -> Decorator:
        """``PATCH`` of a document: ``view(call, body, **path) -> document``; it must call ``call.match``."""

        def run(view: View, path_values: dict[str, Any]) -> Response:
            arguments = _body(body)
            _query(QuerySchema)
            with services().db.write() as session:
                document = view(Call(session, g.actor), arguments, **path_values)
                session.flush()
                return _answer(_made(returns).dump(document), 200, etag_of(document))

        return self._publish("PATCH", path, rule, run, returns=returns, body=body)

    def delete(self, path: str, *, rule: Rule) -> Decorator:
        """``DELETE`` of a document: ``view(call, **path) -> None``; it must call ``call.match``; 204."""

        def run(view: View, path_values: dict[str, Any]) -> Response:
            _query(QuerySchema)
            with services().db.write() as session:
                view(Call(session, g.actor), **path_values)
            return Response(status=204)

        return self._publish("DELETE", path, rule, run, status=204)

    def file(self, path: str, *, rule: Rule, media_type: str, query: type[QuerySchema] = QuerySchema) -> Decorator:
        """``GET`` of a file: ``view(call, **path) -> bytes``, or a ``NamedFile`` that a browser saves under its name.

        With a ``query`` schema it is ``view(call, query, **path)``.
        """

        def run(view: View, path_values: dict[str, Any]) -> Response:
            arguments = _query(query)
            given = (arguments,) if query is not QuerySchema else ()
            with services().db.read() as session:
                content = view(Call(session, g.actor), *given, **path_values)
            if isinstance(content, NamedFile):
                return sent_file(content.content, content.name, media_type)
            return Response(content, mimetype=media_type)

        return self._publish("GET", path, rule, run, media_type=media_type, query=query)

    def spreadsheet(self, path: str, *, rule: Rule, query: type[QuerySchema] = QuerySchema) -> Decorator:
        """``GET`` of a table as ``<path>.csv`` and as ``<path>.xlsx``: ``view(call[, query], **path) -> Table``.

        Its rows may be a generator: they are read within the transaction. The endpoints are named after the view,
        with ``_csv`` and ``_xlsx``.
        """

        def decorate(view: View) -> View:
            for form in Format:
                media_type = MEDIA_TYPES[form]
                run = partial(self._write_table, query, form)
                name = f"{view.__name__}_{form}"
                self._publish("GET", f"{path}.{form}", rule, run, name=name, media_type=media_type, query=query)(view)
            return view

        return decorate

    def _write_table(self, query: type[QuerySchema], form: Format, view: View, path_values: dict[str, Any]) -> Response:
        arguments = _query(query)
        given = (arguments,) if query is not QuerySchema else ()
        with services().db.read() as session:
            table = view(Call(session, g.actor), *given, **path_values)
            file = write(table, form)
        return sent_file(file, f"{table.name}.{form}", MEDIA_TYPES[form])

    def bound(
        self, method: str, path: str, *, rule: Rule, binding: Binding, read: Callable[[], Any], **doc: Any
    ) -> Decorator:
        """A route whose form another standard fixes: ``view(call, given, **path) -> Reply`` (docs/adr/0019).

        ``read`` takes the request apart before the transaction begins; ``given`` is what it returned. There is no
        ``Idempotency-Key``: the standard says itself when a repeat is one. ``doc`` goes to ``describe_bound``.
        """

        def run(view: View, path_values: dict[str, Any]) -> Response:
            media_type = binding.check()
            given = read()
            db = services().db
            with db.read() if method == "GET" else db.write() as session:
                reply = view(Call(session, g.actor), given, **path_values)
            return respond(reply, media_type)

        return self._publish(method, path, rule, run, binding=binding, **doc)

    def _publish(
        self,
        method: str,
        path: str,
        rule: Rule,
        run: Callable[..., Response],
        name: str | None = None,
        binding: Binding | None = None,
        **doc: Any,
    ) -> Decorator:
        def decorate(view: View) -> View:
            named = name or view.__name__

            def endpoint(**path_values: Any) -> ResponseReturnValue:
                g.binding = binding
                found = admit(rule)
                g.actor = found.actor if found else None
                if method not in {"GET", "HEAD"} and found is not None and found.session_key is not None:
                    csrf.check_header(found.session_key)
                return run(view, path_values)

            endpoint.__name__ = named
            endpoint.__doc__ = view.__doc__
            endpoint.rule = rule  # type: ignore[attr-defined]  # read by the test that walks all routes
            flask.Blueprint.add_url_rule(self, path, named, endpoint, methods=[method])
            description = partial(describe, method, rule=rule, **doc)
            if binding is not None:
                description = partial(describe_bound, method, rule=rule, binding=binding, **doc)
            self._published.append((method, named, endpoint, description))
            return view

        return decorate

    def register_views_in_doc(self, *arguments: Any, **options: Any) -> None:
        """Describe what was published; asked for only when somebody reads the description."""
        for method, name, endpoint, describe_it in self._published:
            if name not in self._docs:
                endpoint._apidoc = describe_it()  # type: ignore[attr-defined]  # flask-smorest's place
                self._store_endpoint_docs(name, endpoint, None, None, methods=[method])
        super().register_views_in_doc(*arguments, **options)


@dataclass(frozen=True, slots=True)
class _Once:
    """Runs a POST, answered once per ``Idempotency-Key``; a field named ``shown_once`` is not kept for the replay."""

    body: type[Schema] | None
    returns: type[Schema]
    status: int
    shown_once: str | None = None
    prepare: View | None = None
    keeps_answer: bool = False

    def __call__(self, view: View, path_values: dict[str, Any]) -> Response:
        key = _key(request.headers.get("Idempotency-Key", missing))
        _query(QuerySchema)
        given = (_body(self.body),) if self.body else ()
        sent = idempotency.without_secrets(request.get_data(), given[0]) if given else b""
        hash_ = idempotency.request_hash(request.method, request.path, sent)
        prepared = _prepare(self.prepare, g.actor, given, path_values)
        with services().db.write() as session:
            call = Call(session, g.actor, prepared, idempotency.Once(key, hash_) if self.keeps_answer else None)

            def act() -> idempotency.Answer:
                return self._act(call, view(call, *given, **path_values))

            itself = call.once is not None or not call.person
            answer = act() if itself else idempotency.answer_once(session, call.actor, key, hash_, act)
        return Response(answer.body, answer.status, answer.headers, mimetype="application/json")

    def _act(self, call: Call, document: Any) -> idempotency.Answer:
        call.session.flush()
        etag = etag_of(document)
        made = _made(self.returns)
        shown = quick.write(made, document) or made.dump(document)
        kept = None if self.shown_once is None else _text({**shown, self.shown_once: ""})
        headers = {"ETag": etag} if etag else {}
        if call.once is not None and call.once.replayed:
            headers["Idempotent-Replay"] = "true"
        return idempotency.Answer(self.status, headers, _text(shown), kept)


def _prepare(prepare: View | None, actor: Actor | None, given: tuple[Any, ...], path_values: dict[str, Any]) -> Any:
    """Do a route's slow work in a transaction of reading, which holds up nobody."""
    if prepare is None:
        return None
    with services().db.read() as session:
        return prepare(Call(session, actor), *given, **path_values)


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _text(payload: Any) -> str:
    return _encoder.encode(payload)


def _answer(payload: Any, status: int, etag: str | None) -> Response:
    text = payload.text if isinstance(payload, Written) else _text(payload)
    response = Response(text, status=status, mimetype="application/json")
    response.headers["ETag"] = etag or f'W/"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'
    return response


def _body(schema: type[Schema]) -> dict[str, Any]:
    """Read and check the JSON body."""
    if request.mimetype != "application/json":
        raise UnsupportedMedia(types="application/json")
    value = parse_json(request.get_data())
    if not isinstance(value, dict):
        raise Invalid(fields={"body": [say(N_("must be an object"))]})
    return _load(schema, value)


@cache
def _made(schema: type[Schema]) -> Schema:
    """Return the one instance of a schema; making it costs more than most requests, and it keeps no state."""
    return schema()


def _query(schema: type[QuerySchema]) -> dict[str, Any]:
    """Read and check the query string; repeated parameters are refused."""
    if schema is QuerySchema and not request.query_string:
        return {}
    repeated = [name for name in request.args if len(request.args.getlist(name)) > 1]
    if repeated:
        raise Invalid(fields={name: [say(N_("is given more than once"))] for name in repeated})
    return _load(schema, request.args.to_dict())


def _key(given: Any) -> str:
    """Check the one header of a change, by its field alone: that is all that there is to its schema."""
    field = _made(IdempotencyHeader).fields["key"]
    try:
        return str(field.deserialize(given))
    except ValidationError as error:
        raise Invalid(fields=as_fields({field.data_key: error.messages})) from None


def _load(schema: type[Schema], value: dict[str, Any], *, drop_none: bool = False) -> dict[str, Any]:
    if drop_none:
        value = {key: item for key, item in value.items() if item is not None}
    try:
        made = _made(schema)
        loaded: dict[str, Any] | None = quick.read(made, value)
        return made.load(value) if loaded is None else loaded
    except ValidationError as error:
        raise Invalid(fields=as_fields(error.messages)) from None
