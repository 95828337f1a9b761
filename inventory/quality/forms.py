"""Forms of quality's pages: they take what people type."""

from enum import StrEnum

from inventory.quality.kinds import DispositionKind, Severity
from inventory.quantities import MOST_PIECES
from inventory.reasons import LONGEST_CODE
from steelyard.api.form_fields import FormChoice, FormInt, FormMoney, FormSchema, FormText

TARGET = r"bundle:[1-9][0-9]{0,14}|heat:[1-9][0-9]{0,14}:[1-9][0-9]{0,14}"
"""A bundle by its id, or a heat by its id with the yard's."""


class AtOnce(StrEnum):
    """What an inspector holds together with the report."""

    NOTHING = "nothing"
    BUNDLE = "bundle"
    HEAT = "heat"


class DefectForm(FormSchema):
    """A report; photos come beside it."""

    target = FormText(max=40, pattern=TARGET, required=True)
    kind = FormText(max=LONGEST_CODE, required=True)
    severity = FormChoice(Severity, required=True)
    pieces = FormInt(min=1, max=MOST_PIECES)
    place = FormText(max=40)
    remark = FormText(max=1000, multiline=True)
    hold = FormChoice(AtOnce, load_default=AtOnce.NOTHING)


class HoldForm(FormSchema):
    """A hold of what was found."""

    target = FormText(max=40, pattern=TARGET, required=True)
    reason = FormText(max=1000, multiline=True, required=True)


class HoldEndForm(FormSchema):
    """Why a hold is lifted."""

    because = FormText(max=1000, multiline=True, required=True)


class DispositionForm(FormSchema):
    """What is to be done; the tags one to a line, or none for the bundle that was reported."""

    kind = FormChoice(DispositionKind, required=True)
    remark = FormText(max=1000, multiline=True, required=True)
    tags = FormText(max=4000, multiline=True)
    cost = FormMoney(min=0)
    product_id = FormInt(min=1)
    consent = FormText(max=200)


class UndoingForm(FormSchema):
    """Why a disposition is undone."""

    remark = FormText(max=1000, multiline=True, required=True)


class ClaimForm(FormSchema):
    """What is demanded of the mill."""

    demand = FormText(max=1000, multiline=True, required=True)
    amount = FormMoney(min=0, required=True)


class ClaimAnswerForm(FormSchema):
    """What the mill answers."""

    answer = FormText(max=1000, multiline=True, required=True)


class ClaimEndForm(FormSchema):
    """What the mill pays in the end."""

    settled = FormMoney(min=0, required=True)
