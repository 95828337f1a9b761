"""What the accounts' pages send."""

from enum import StrEnum

from marshmallow import fields, validate

from steelyard.accounts.schemas import LOGIN, SCOPE
from steelyard.accounts.secrets import LONGEST_PASSWORD
from steelyard.api.fields import ListOf
from steelyard.api.form_fields import FormChoice, FormFlag, FormInt, FormSchema, FormText
from steelyard.core.actors import OrgKind, Role


class Language(StrEnum):
    """A language of the interface."""

    CHINESE = "zh"
    ENGLISH = "en"


def _password() -> fields.String:
    """A password is taken as typed: neither trimmed nor normalised."""
    return fields.String(required=True, validate=validate.Length(max=LONGEST_PASSWORD))


class LanguageForm(FormSchema):
    """The switch of language, and the page to come back to."""

    language = FormChoice(Language, required=True)
    next = FormText(max=500, load_default="/")


class PasswordForm(FormSchema):
    """A change of one's own password."""

    old_password = _password()
    new_password = _password()


class TokenForm(FormSchema):
    """A new token for programs."""

    name = FormText(max=80, required=True)
    days = FormInt(min=1, max=366, required=True)
    scopes = ListOf(FormText(max=40, pattern=SCOPE), min=1, max=20, required=True)


class SwitchForm(FormSchema):
    """The organisation to act for from now on."""

    org_id = FormInt(min=1, required=True)


class InvitationForm(FormSchema):
    """The roles that an invited person will have."""

    roles = ListOf(FormChoice(Role), min=1, max=len(Role), required=True)


class MemberForm(FormSchema):
    """A member's roles and state, and the version that the page showed."""

    roles = ListOf(FormChoice(Role), max=len(Role), load_default=list)
    active = FormFlag(load_default=False)
    version = FormInt(min=1, required=True)


class FoundForm(FormSchema):
    """A new organisation."""

    kind = FormChoice(OrgKind, required=True)
    name = FormText(max=120, required=True)


class ActiveForm(FormSchema):
    """Whether an organisation takes part from now on, and the version that the page showed."""

    active = FormFlag(load_default=False)
    version = FormInt(min=1, required=True)


class AcceptForm(FormSchema):
    """What an invited person gives."""

    login = FormText(max=80, min=3, pattern=LOGIN, required=True)
    name = FormText(max=80, required=True)
    password = _password()
