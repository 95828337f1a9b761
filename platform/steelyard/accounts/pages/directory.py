"""The pages on which the operator founds organisations and auditors read who did what."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from steelyard.accounts import queries, rules
from steelyard.accounts.forms import ActiveForm, FoundForm
from steelyard.accounts.names import KIND_NAMES
from steelyard.accounts.operations import invitations, organisations
from steelyard.accounts.pages.slice import pages
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.api.services import services
from steelyard.core import sealing
from steelyard.core.actors import OrgKind, Role
from steelyard.core.errors import BadRequest, StaleVersion

ON_A_PAGE = 50


@pages.view("/organisations", rule=rules.FOUND_ORGANISATIONS)
def directory(call: Call) -> str:
    """Show the operator who belongs to the platform, a page at a time, narrowed by a piece of the name."""
    words = request.args.get("q", "").strip()[:80]
    rows, after = queries.directory(call.session, call.actor, words, _behind(), ON_A_PAGE)
    kinds = {kind.value: _(name) for kind, name in KIND_NAMES.items()}
    return render("accounts/directory.html", rows=rows, after=after, words=words, kinds=kinds, own_id=call.actor.org_id)


@pages.form("/organisations", rule=rules.FOUND_ORGANISATIONS, form=FoundForm)
def found_organisation(call: Call, form: dict[str, Any]) -> Any:
    """Found an organisation; the next page shows a link for its first administrator, this once."""
    organisation = organisations.found(call.session, call.actor, kind=form["kind"], name=form["name"])
    return _invited(call, organisation.id)


@pages.form("/organisations/<id:org_id>/invitation", rule=rules.FOUND_ORGANISATIONS)
def invite_administrator(call: Call, form: dict[str, Any], org_id: int) -> Any:
    """Make one more link for an administrator: the first was lost, or he has left."""
    return _invited(call, queries.organisation(call.session, call.actor, org_id).id)


@pages.form("/organisations/<id:org_id>/active", rule=rules.FOUND_ORGANISATIONS, form=ActiveForm)
def switch_organisation(call: Call, form: dict[str, Any], org_id: int) -> Any:
    """Switch an organisation off or on, unless somebody else did meanwhile."""
    organisation = queries.organisation(call.session, call.actor, org_id)
    if organisation.version != form["version"]:
        raise StaleVersion
    organisations.set_active(call.session, call.actor, organisation, active=form["active"])
    flash(_("%(name)s was changed.", name=organisation.name), "success")
    return redirect(url_for("accounts_pages.directory"), 303)


def _invited(call: Call, org_id: int) -> Any:
    organisation = queries.organisation(call.session, call.actor, org_id)
    _invitation, token = invitations.invite(call.session, call.actor, roles=[Role.ADMIN], org=organisation)
    root = services().settings.public_url or request.host_url.rstrip("/")
    flash(organisation.name, "invited")
    flash(root + url_for("accounts_pages.invitation", token=token), "invitation")
    return redirect(url_for("accounts_pages.directory"), 303)


@pages.view("/audit", rule=rules.READ_AUDIT)
def audit_trail(call: Call) -> str:
    """Show who did what, the latest first; the operator's auditor sees all organisations and the head of the seals."""
    words = request.args.get("q", "").strip()[:80]
    rows, after = queries.latest_audit(call.session, call.actor, words, _behind(), ON_A_PAGE)
    everything = call.actor.org_kind is OrgKind.OPERATOR
    head = sealing.head(call.session, sealing.AUDIT_STREAM) if everything else None
    return render("accounts/audit.html", rows=rows, after=after, words=words, head=head, everything=everything)


def _behind() -> int | None:
    """The id behind which the page begins; raises ``BadRequest`` for what is none."""
    text = request.args.get("after", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise BadRequest(reason="after")
    return int(text)
