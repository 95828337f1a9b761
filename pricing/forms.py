"""Forms of the pages for those who follow prices: they take what people type."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from pricing.alert_models import NAME
from pricing.alerting import Direction, Measure
from pricing.changes import Figure
from pricing.notifying.addresses import LONGEST, ChannelKind
from pricing.sources.figures import scaled
from steelyard.api.form_fields import FormChoice, FormFlag, FormInt, FormSchema, FormText
from steelyard.api.locales import say
from steelyard.core.i18n import N_

LARGEST = 10**12


class FormFigure(fields.Field[Figure]):
    """A figure in any unit, such as 4,000.5 or −30; exact."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> Figure:
        found = scaled(str(value)[:40], 0)
        if found is None or abs(found[0]) > LARGEST:
            raise ValidationError(say(N_("must be a figure such as 4,000.5")))
        return Figure(*found)


class WatchForm(FormSchema):
    """On the watch list or off it."""

    watched = FormFlag(load_default=False)


class AlertForm(FormSchema):
    """An alert on the series of the page."""

    measure = FormChoice(Measure, required=True)
    direction = FormChoice(Direction, load_default=Direction.ABOVE)
    threshold = FormFigure(load_default=Figure(0, 0))
    other_id = FormInt(min=1)
    shared = FormFlag(load_default=False)


class ReadForm(FormSchema):
    """Up to which message one has read."""

    up_to = FormInt(min=1, required=True)


class ChannelForm(FormSchema):
    """A channel of one's organisation."""

    kind = FormChoice(ChannelKind, required=True)
    name = FormText(max=NAME, required=True)
    address = FormText(max=LONGEST, required=True)
    secret = FormText(max=128)


class FollowForm(FormSchema):
    """What one wants to get through a channel."""

    alerts = FormFlag(load_default=False)
    digest = FormFlag(load_default=False)
