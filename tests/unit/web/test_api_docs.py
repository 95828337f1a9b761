import pytest

from steelyard.web import api_docs

DOCUMENT = {
    "paths": {
        "/api/v1/bundles/{id}": {
            "parameters": [{"in": "path", "name": "id", "required": True, "schema": {"type": "integer", "minimum": 1}}],
            "get": {
                "tags": ["inventory"],
                "summary": "Show a bundle.",
                "x-scope": "inventory:read",
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BundleOut"}}},
                    },
                    "404": {"$ref": "#/components/responses/NOT_FOUND"},
                    "default": {"description": "Default error response"},
                },
            },
        },
        "/api/v1/ping": {"get": {"tags": ["system"], "responses": {"200": {"description": "OK"}}}},
    },
    "components": {
        "schemas": {
            "BundleOut": {
                "required": ["tag"],
                "properties": {
                    "tag": {"type": "string", "maxLength": 40},
                    "moves": {"type": "array", "items": {"$ref": "#/components/schemas/Move"}},
                },
            }
        },
        "responses": {"NOT_FOUND": {"description": "Not Found"}},
    },
}


def test_operations_are_grouped_by_tag_with_references_followed() -> None:
    """The path's own parameters, the scope and the answers are shown; the default answer is noise."""
    inventory, system = api_docs.groups(DOCUMENT)
    assert (inventory.name, system.name) == ("inventory", "system")
    (operation,) = inventory.operations
    assert (operation.verb, operation.path, operation.scope) == (
        "GET",
        "/api/v1/bundles/{id}",
        "inventory:read",
    )
    assert operation.fields == (api_docs.Field("id", "integer ≥ 1", True, None, "path"),)
    assert operation.answers == (
        api_docs.Answer("200", "OK", "BundleOut"),
        api_docs.Answer("404", "Not Found", None),
    )


def test_fields_of_a_schema_name_the_schemas_they_hold() -> None:
    """A list's entry links to the schema of the entry."""
    assert api_docs.schemas(DOCUMENT) == {
        "BundleOut": [
            api_docs.Field("tag", "string ≤ 40", True),
            api_docs.Field("moves", "array of Move", False, "Move"),
        ]
    }


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        pytest.param({"type": "integer", "minimum": 1, "maximum": 200}, "integer 1–200", id="range"),
        pytest.param({"type": ["integer", "null"], "minimum": 1}, "integer | null ≥ 1", id="nullable"),
        pytest.param({"type": "string", "format": "date-time"}, "string (date-time)", id="format"),
        pytest.param({"enum": ["mill", "trader"], "type": "string"}, "mill | trader", id="enumeration"),
        pytest.param({"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}, "A | null", id="alternatives"),
        pytest.param({}, "any", id="anything"),
    ],
)
def test_types_are_said_in_a_few_words(schema: dict[str, object], words: str) -> None:
    """Every shape that the published schemas use has its words."""
    assert api_docs.type_of(schema) == words


def test_every_typed_error_has_its_line() -> None:
    """The problem type of an answer points to a line of the page, so each code must be there once."""
    codes = [code for code, _, _ in api_docs.problem_codes()]
    assert {"not_found", "invalid", "too_many_requests"} <= set(codes)
    assert len(codes) == len(set(codes))
