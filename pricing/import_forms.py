"""The forms of imports."""

from datetime import time
from typing import Any

from marshmallow import ValidationError, fields

from pricing.importing import recipe, terms
from pricing.importing.columns import Column
from pricing.importing.grids import MOST_COLUMNS, MOST_ROWS
from pricing.schemas.imports import LONGEST_TEXT
from steelyard.api.fields import ListOf
from steelyard.api.form_fields import FormChoice, FormDay, FormInt, FormSchema, FormText
from steelyard.api.locales import say
from steelyard.core.i18n import N_


class FormTime(fields.Field[time]):
    """A time of day as ``<input type=time>`` gives it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> time:
        try:
            return time.fromisoformat(str(value)).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise ValidationError(say(N_("must be a time of day"))) from None


class BringForm(FormSchema):
    """A pasted table; a file comes beside it."""

    text = fields.String(validate=lambda text: len(text) <= LONGEST_TEXT)


class MappingForm(FormSchema):
    """How a sheet is read; tables and lines count from 1, heading 0 is none. `then` is the button that was pressed."""

    then = FormText(max=10)
    mapping_id = FormInt(min=1)
    sheet = FormInt(min=1, max=200)
    header = FormInt(min=0, max=MOST_ROWS)
    columns = ListOf(FormChoice(Column), max=MOST_COLUMNS)
    provider = FormText(max=recipe.LONGEST_PROVIDER)
    permission = FormText(max=recipe.LONGEST_NOTE)
    market = FormText(max=recipe.LONGEST_MARKET)
    day = FormDay()
    time = FormTime()
    products = ListOf(FormText(max=200, min=0), max=terms.MOST_CLAUSES)
    weighing = ListOf(FormText(max=24, min=0), max=terms.MOST_CLAUSES)
    payment = ListOf(FormText(max=24, min=0), max=terms.MOST_CLAUSES)
    tax = ListOf(FormText(max=24, min=0), max=terms.MOST_CLAUSES)
    delivery = ListOf(FormText(max=24, min=0), max=terms.MOST_CLAUSES)
    length = ListOf(FormText(max=terms.LONGEST_LENGTH_TERMS, min=0), max=terms.MOST_CLAUSES)
    save_as = FormText(max=60)


class ConfirmForm(FormSchema):
    """The trial that was looked at."""

    digest = FormText(max=64, min=64, required=True)
