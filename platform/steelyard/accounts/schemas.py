"""What the accounts' API takes and gives."""

from typing import Any

from marshmallow import fields, validate

from steelyard.accounts.secrets import LONGEST_PASSWORD
from steelyard.api.fields import Choice, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema
from steelyard.core.actors import OrgKind, Role

LOGIN = "[a-z0-9][a-z0-9._@-]{2,79}"
SCOPE = r"\*|[a-z]{1,20}:(read|write|\*)"


class Password(fields.String):
    """A password, taken as it is typed."""

    def __init__(self, **kw: Any):
        super().__init__(validate=validate.Length(min=1, max=LONGEST_PASSWORD), **kw)


class OrganisationIn(Schema):
    """A new organisation."""

    kind = Choice(OrgKind, required=True)
    name = Text(max=120, required=True)


class OrganisationPatch(Schema):
    """A change of an organisation."""

    active = Flag(required=True)


class OrganisationOut(Schema):
    """An organisation."""

    id = IdField(required=True)
    kind = Choice(OrgKind, required=True)
    name = fields.String(required=True)
    active = Flag(required=True)
    version = Int(required=True)


class OrganisationQuery(PageQuery):
    """Filters of organisations."""

    kind = Choice(OrgKind)


class PersonOut(Schema):
    """A person, as his colleagues see him."""

    id = IdField(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)


class MemberOut(Schema):
    """A member of an organisation."""

    id = IdField(required=True)
    user = Nested(PersonOut, required=True)
    org = Nested(OrganisationOut, required=True)
    roles = ListOf(Choice(Role), required=True)
    active = Flag(required=True)
    version = Int(required=True)


class MemberPatch(Schema):
    """A change of a member; what is absent stays."""

    roles = ListOf(Choice(Role), max=len(Role))
    active = Flag()


class MemberIn(Schema):
    """A new person with a place in an organisation; his password is made up and shown once."""

    login = Text(max=80, min=3, pattern=LOGIN, required=True)
    name = Text(max=80, required=True)
    roles = ListOf(Choice(Role), min=1, max=len(Role), required=True)


class NewMember(MemberOut):
    """A new member with his first password, shown this once."""

    password = fields.String(required=True)


class InvitationIn(Schema):
    """An invitation into the caller's organisation."""

    roles = ListOf(Choice(Role), min=1, max=len(Role), required=True)


class InvitationOut(Schema):
    """An invitation; its link is shown this once."""

    id = IdField(required=True)
    roles = ListOf(Choice(Role), required=True)
    expires_at = Timestamp(required=True)
    link = fields.String(required=True)


class AcceptIn(Schema):
    """What an invited person gives."""

    token = Text(max=80, pattern="[A-Za-z0-9_-]{20,80}", required=True)
    login = Text(max=80, min=3, pattern=LOGIN, required=True)
    name = Text(max=80, required=True)
    password = Password(required=True)


class PasswordIn(Schema):
    """A change of the caller's own password."""

    old = Password(required=True)
    new = Password(required=True)


class Done(Schema):
    """Nothing to say but that it was done."""

    done = Flag(required=True)


class TokenIn(Schema):
    """A new token for programs."""

    name = Text(max=80, required=True)
    scopes = ListOf(Text(max=40, pattern=SCOPE), min=1, max=20, required=True)
    days = Int(min=1, max=366, load_default=90)


class TokenOut(Schema):
    """A token without its text."""

    id = IdField(required=True)
    name = fields.String(required=True)
    scopes = ListOf(fields.String(), required=True)
    created_at = Timestamp(required=True)
    expires_at = Timestamp(required=True)


class NewToken(TokenOut):
    """A new token with its text, shown this once."""

    token = fields.String(required=True)


class AuditOut(Schema):
    """One act of one person."""

    id = IdField(required=True)
    at = Timestamp(required=True)
    user_id = IdField(allow_none=True, required=True)
    org_id = IdField(allow_none=True, required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    detail = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    request_id = fields.String(required=True)
