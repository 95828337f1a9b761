"""The OpenAPI 3.1 description of everything that the slices publish."""

from threading import RLock
from typing import Any

import flask_smorest
from apispec import APISpec
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from steelyard.api import fields
from steelyard.api.blueprint import SliceBlueprint
from steelyard.api.fields import LARGEST
from steelyard.api.schemas import Problem


class IdConverter(IntegerConverter):
    """An id in a path: ``[1-9][0-9]{0,15}``, at most 2^53 − 1; anything else is no such document."""

    regex = r"[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        """Return the id; one beyond 2^53 − 1 belongs to nothing."""
        number = int(value)
        if number > LARGEST:
            raise NotFound
        return number


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's register of blueprints, with our errors instead of its own."""

    ERROR_SCHEMA = Problem

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._lock = RLock()
        self._undescribed: list[SliceBlueprint] = []
        super().__init__(*arguments, **options)

    def register_blueprint(self, blueprint: SliceBlueprint) -> None:
        """Register the routes; their description waits until somebody reads it."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    @property
    def spec(self) -> APISpec:
        """The description; made at its first use, because making it takes longer than all the rest of a start."""
        with self._lock:
            waiting, self._undescribed = self._undescribed, []
            for blueprint in waiting:
                blueprint.register_views_in_doc(self, self._app, self._spec, name=blueprint.name, parameters=None)
                self._spec.tag({"name": blueprint.name, "description": blueprint.description})
        return self._spec

    @spec.setter
    def spec(self, spec: APISpec) -> None:
        self._spec = spec

    def _register_error_handlers(self) -> None:
        """Leave errors to :mod:`steelyard.api.problems`."""


def init_app(app: Flask) -> Api:
    """Prepare the application for API blueprints and return their register."""
    app.url_map.converters["id"] = IdConverter
    app.config.update(
        API_TITLE="Steelyard",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app, spec_kwargs={"info": {"description": "Group purchasing, warehouse and freight for steel pipe."}})
    api.register_converter(IdConverter, lambda converter: {"type": "integer", "minimum": 1, "maximum": LARGEST})
    for field in (
        fields.Int,
        fields.IdField,
        fields.MassG,
        fields.LengthMm,
        fields.Pieces,
        fields.Fen,
        fields.FenPerT,
    ):
        api.register_field(field, "integer", None)
    api.register_field(fields.Choice, "string", None)
    _secure(api.spec)
    return api


def _secure(spec: APISpec) -> None:
    bearer: dict[str, Any] = {"type": "http", "scheme": "bearer"}
    spec.components.security_scheme("bearer", bearer)
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "steelyard_session"})
