"""The accounts' API."""

from typing import Any

from flask import request

from steelyard.accounts import queries, rules
from steelyard.accounts.models import ApiToken, Membership, Organisation
from steelyard.accounts.operations import invitations, organisations, passwords, tokens
from steelyard.accounts.schemas import (
    AcceptIn,
    AuditOut,
    Done,
    InvitationIn,
    InvitationOut,
    MemberIn,
    MemberOut,
    MemberPatch,
    NewMember,
    NewToken,
    OrganisationIn,
    OrganisationOut,
    OrganisationPatch,
    OrganisationQuery,
    PasswordIn,
    TokenIn,
    TokenOut,
)
from steelyard.api.access import PUBLIC
from steelyard.api.blueprint import SliceBlueprint
from steelyard.api.calls import Call
from steelyard.api.services import services
from steelyard.core.audit import AuditEntry
from steelyard.core.errors import NotFound

blp = SliceBlueprint("accounts", __name__, description="Organisations, people, tokens and the audit trail.")


@blp.get("/me", rule=rules.ANYONE, returns=MemberOut)
def me(call: Call) -> Membership:
    """Tell who is calling and with which roles."""
    return queries.own_membership(call.session, call.actor)


@blp.list_("/organisations", rule=rules.ANYONE, query=OrganisationQuery, returns=OrganisationOut)
def list_organisations(call: Call, query: dict[str, Any]) -> Any:
    """List the organisations of the platform."""
    found = queries.organisations(call.actor)
    if "kind" in query:
        found = found.where(Organisation.kind == query["kind"].value)
    return call.page(found, query, Organisation.id)


@blp.get("/organisations/<id:org_id>", rule=rules.ANYONE, returns=OrganisationOut)
def get_organisation(call: Call, org_id: int) -> Organisation:
    """Show one organisation."""
    return queries.organisation(call.session, call.actor, org_id)


@blp.create("/organisations", rule=rules.FOUND_ORGANISATIONS, body=OrganisationIn, returns=OrganisationOut)
def found_organisation(call: Call, body: dict[str, Any]) -> Organisation:
    """Found an organisation."""
    return organisations.found(call.session, call.actor, **body)


@blp.change(
    "/organisations/<id:org_id>",
    rule=rules.FOUND_ORGANISATIONS,
    body=OrganisationPatch,
    returns=OrganisationOut,
)
def change_organisation(call: Call, body: dict[str, Any], org_id: int) -> Organisation:
    """Switch an organisation off or on."""
    organisation = queries.organisation(call.session, call.actor, org_id)
    call.match(organisation)
    return organisations.set_active(call.session, call.actor, organisation, active=body["active"])


@blp.create(
    "/organisations/<id:org_id>/members",
    rule=rules.FOUND_ORGANISATIONS,
    body=MemberIn,
    returns=NewMember,
    shown_once="password",
)
def create_member(call: Call, body: dict[str, Any], org_id: int) -> dict[str, Any]:
    """Create a person with a place in an organisation."""
    organisation = queries.organisation(call.session, call.actor, org_id)
    user, password = organisations.create_user(call.session, call.actor, login=body["login"], name=body["name"])
    member = organisations.join(call.session, call.actor, user=user, org=organisation, roles=body["roles"])
    return {**MemberOut().dump(member), "password": password}


@blp.list_("/members", rule=rules.ANYONE, returns=MemberOut)
def list_members(call: Call, query: dict[str, Any]) -> Any:
    """List the members of the caller's organisation."""
    return call.page(queries.members(call.actor), query, Membership.id)


@blp.get("/members/<id:member_id>", rule=rules.ANYONE, returns=MemberOut)
def get_member(call: Call, member_id: int) -> Membership:
    """Show one member."""
    return queries.member(call.session, call.actor, member_id)


@blp.change("/members/<id:member_id>", rule=rules.MANAGE, body=MemberPatch, returns=MemberOut)
def change_member(call: Call, body: dict[str, Any], member_id: int) -> Membership:
    """Change a member's roles, or switch him off."""
    member = queries.member(call.session, call.actor, member_id)
    call.match(member)
    return organisations.change_member(
        call.session, call.actor, member, roles=body.get("roles"), active=body.get("active")
    )


@blp.create("/invitations", rule=rules.MANAGE, body=InvitationIn, returns=InvitationOut, shown_once="link")
def invite(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Make an invitation link into the caller's organisation."""
    invitation, token = invitations.invite(call.session, call.actor, roles=body["roles"])
    root = services().settings.public_url or request.host_url.rstrip("/")
    return {**vars_of(invitation), "link": f"{root}/invitation/{token}"}


def vars_of(row: Any) -> dict[str, Any]:
    """Return a row's columns by name."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _hash(call: Call, body: dict[str, Any]) -> str | None:
    return invitations.work_out(call.session, token=body["token"], password=body["password"])


@blp.create("/invitations/accept", rule=PUBLIC, body=AcceptIn, returns=Done, prepare=_hash)
def accept_invitation(call: Call, body: dict[str, Any]) -> dict[str, bool]:
    """Join by an invitation."""
    invitations.accept(call.session, call.prepared, **body)
    return {"done": True}


def _check(call: Call, body: dict[str, Any]) -> passwords.Worked:
    return passwords.work_out(call.session, call.actor, old=body["old"], new=body["new"])


@blp.act("/password", rule=rules.OWN_PASSWORD, body=PasswordIn, returns=Done, prepare=_check)
def change_password(call: Call, body: dict[str, Any]) -> dict[str, bool]:
    """Change the caller's own password."""
    passwords.change(call.session, call.actor, call.prepared, new=body["new"])
    return {"done": True}


@blp.list_("/tokens", rule=rules.SELF, returns=TokenOut)
def list_tokens(call: Call, query: dict[str, Any]) -> Any:
    """List the caller's own tokens."""
    return call.page(queries.tokens(call.actor), query, ApiToken.id)


@blp.create("/tokens", rule=rules.SELF, body=TokenIn, returns=NewToken, shown_once="token")
def create_token(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Make a token for the caller in his present organisation; its text is shown this once."""
    member = queries.own_membership(call.session, call.actor)
    token, text = tokens.create(call.session, call.actor, member, **body)
    return {**vars_of(token), "token": text}


@blp.delete("/tokens/<id:token_id>", rule=rules.SELF)
def revoke_token(call: Call, token_id: int) -> None:
    """Revoke one of the caller's own tokens."""
    token = call.session.scalar(queries.tokens(call.actor).where(ApiToken.id == token_id))
    if token is None:
        raise NotFound
    tokens.revoke(call.session, call.actor, token_id)


@blp.list_("/audit", rule=rules.READ_AUDIT, returns=AuditOut)
def list_audit(call: Call, query: dict[str, Any]) -> Any:
    """List who did what in the caller's organisation."""
    return call.page(queries.audit_trail(call.actor), query, AuditEntry.id)
