"""The forms of group purchasing: they take what people type, such as ``350吨`` and ``3,650元/吨``."""

from steelyard.api.fields import ListOf
from steelyard.api.form_fields import FormDateTime, FormInt, FormMass, FormPrice, FormSchema, FormText
from steelyard.procurement.schemas import DIGEST, MOST_LINES, MOST_MASS_G, MOST_PERMILLE

ROWS = 3
"""Rows of products that the form for a new campaign offers; the API takes up to ``MOST_LINES``."""


def _texts(most: int) -> ListOf:
    """One text for each row of a table; a row may stay empty."""
    return ListOf(FormText(max=most, min=0), max=MOST_LINES, load_default=list)


class CampaignForm(FormSchema):
    """A new campaign; rows without a grade are ignored."""

    title = FormText(max=120, required=True)
    opens_at = FormDateTime(load_default=None)
    pledge_deadline = FormDateTime(required=True)
    bid_deadline = FormDateTime(required=True)
    tolerance = FormInt(max=MOST_PERMILLE)
    kind = _texts(16)
    grade = _texts(40)
    size = _texts(40)
    standard = _texts(60)
    lot = _texts(64)
    delivery_from = _texts(10)
    delivery_to = _texts(10)


class PledgeForm(FormSchema):
    """A pledge for a line, made or replaced; ``version`` is the replaced one's, 0 where there was none."""

    line_id = FormInt(min=1, required=True)
    mass = FormMass(max=MOST_MASS_G, required=True)
    ceiling = FormPrice(required=True)
    version = FormInt(min=0, required=True)


class WithdrawalForm(FormSchema):
    """A pledge is withdrawn as it was shown."""

    version = FormInt(min=1, required=True)


class BidForm(FormSchema):
    """A mill's bid; rows without a price are lines that it does not offer."""

    line_id = ListOf(FormInt(min=1), max=MOST_LINES, load_default=list)
    price = _texts(64)
    capacity = _texts(64)
    total = FormMass(max=MOST_MASS_G, required=True)
    nonce = FormText(max=64, min=64, pattern=DIGEST, required=True)


class PassphraseForm(FormSchema):
    """An officer's opening passphrase."""

    passphrase = FormText(max=200, min=12, required=True)


class ReasonForm(FormSchema):
    """Why."""

    reason = FormText(max=500, multiline=True, required=True)


class ProposalForm(FormSchema):
    """A proposal; the reason is needed with fewer than three bids."""

    reason = FormText(max=500, multiline=True, load_default=None)
