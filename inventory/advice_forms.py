"""Forms of advices and of receipts in progress."""

from inventory.advice_sheets import LONGEST_TABLE
from inventory.operations.weighings import MOST_GROSS_G
from inventory.states import Decision, Direction
from inventory.tolerances import MOST_PERMILLE
from steelyard.api.form_fields import FormChoice, FormDay, FormFlag, FormInt, FormMass, FormSchema, FormText


class AdviceForm(FormSchema):
    """Goods to come; the bundles as a table, typed, pasted or from a file."""

    number = FormText(max=80, required=True)
    warehouse_id = FormInt(min=1)
    owner_id = FormInt(min=1)
    plate = FormText(max=24)
    tolerance = FormInt(max=MOST_PERMILLE)
    bundles = FormText(max=LONGEST_TABLE, multiline=True)


class OpenReceiptForm(FormSchema):
    """A lorry to be received."""

    warehouse_id = FormInt(min=1, required=True)
    advice_number = FormText(max=80)
    owner_id = FormInt(min=1)
    plate = FormText(max=24)


class TicketForm(FormSchema):
    """A ticket of the weighbridge; a number alone counts as tonnes."""

    ticket_number = FormText(max=80, required=True)
    plate = FormText(max=24, required=True)
    gross = FormMass(max=MOST_GROSS_G, required=True)
    tare = FormMass(max=MOST_GROSS_G, required=True)


class FirstWeightForm(FormSchema):
    """A lorry on the weighbridge for the first time; a number alone counts as tonnes."""

    warehouse_id = FormInt(min=1, required=True)
    ticket_number = FormText(max=80, required=True)
    plate = FormText(max=24, required=True)
    lorry = FormChoice(Direction, required=True)
    first_weight = FormMass(max=MOST_GROSS_G, required=True)


class SecondWeightForm(FormSchema):
    """The other weight of a lorry whose ticket is open."""

    weighbridge_ticket_id = FormInt(min=1, required=True)
    second_weight = FormMass(max=MOST_GROSS_G, required=True)


class WeightCorrectionForm(FormSchema):
    """The right first weight, and why the other was wrong."""

    first_weight = FormMass(max=MOST_GROSS_G, required=True)
    reason = FormText(max=200, required=True)


class CertificateChoiceForm(FormSchema):
    """A certificate that is on file."""

    certificate_id = FormInt(min=1, required=True)


class PaperCertificateForm(FormSchema):
    """A certificate on paper; its PDF comes beside it."""

    heat_id = FormInt(min=1, required=True)
    certificate_number = FormText(max=80, required=True)
    issued_on = FormDay(required=True)


class FinishForm(FormSchema):
    """Whether the receipt is posted although announced bundles are missing."""

    as_part = FormFlag()


class DecisionForm(FormSchema):
    """What becomes of a receipt that stopped."""

    decision = FormChoice(Decision, required=True)
    because = FormText(max=400, required=True)
