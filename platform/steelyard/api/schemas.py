"""Bases of marshmallow schemas, strict about what they do not know."""

from typing import Any, ClassVar

from marshmallow import EXCLUDE, RAISE, fields
from marshmallow import Schema as MarshmallowSchema

from steelyard.api.fields import IdField, Int, ListOf, Text

LARGEST_PAGE = 200


class Schema(MarshmallowSchema):
    """A JSON body or answer; unknown fields are refused."""

    from_text: ClassVar[bool] = False

    class Meta:
        """Options inherited by every schema."""

        unknown = RAISE


class QuerySchema(Schema):
    """Query parameters: integers and flags come as text; unknown and repeated ones are refused."""

    from_text: ClassVar[bool] = True


class PageQuery(QuerySchema):
    """Keyset paging: entries behind the id ``after``, at most ``limit``."""

    after = IdField()
    limit = Int(min=1, max=LARGEST_PAGE, load_default=50)


class HeaderSchema(Schema):
    """Request headers that a route reads; others pass."""

    class Meta:
        """Headers that nobody asked for are normal."""

        unknown = EXCLUDE


class IdempotencyHeader(HeaderSchema):
    """The client's own name for a request, so that a repeat does nothing."""

    key = Text(data_key="Idempotency-Key", max=120, min=1, pattern="[A-Za-z0-9_.:-]{1,120}", required=True)


class IfMatchHeader(HeaderSchema):
    """The version that the caller changed."""

    etag = fields.String(data_key="If-Match", required=True, metadata={"description": "ETag that was read"})


class Problem(Schema):
    """An error by RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.Raw())
    request_id = fields.String(required=True)


_pages: dict[type[Schema], type[Schema]] = {}


def page_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of ``item``: ``items`` and the cursor ``next`` (null on the last page)."""
    if item not in _pages:
        members: dict[str, Any] = {
            "__doc__": f"A page of {item.__name__}.",
            "items": ListOf(fields.Nested(item), max=LARGEST_PAGE, required=True),
            "next": Int(min=1, allow_none=True, required=True),
        }
        _pages[item] = type(f"{item.__name__}Page", (Schema,), members)
    return _pages[item]
