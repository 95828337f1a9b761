"""The pages on which people sign in, look after their account, and administrators after their organisation."""

from typing import Any

from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from steelyard.accounts import queries, rules
from steelyard.accounts.authentication import SESSION_COOKIE
from steelyard.accounts.forms import (
    AcceptForm,
    InvitationForm,
    LanguageForm,
    MemberForm,
    PasswordForm,
    SwitchForm,
    TokenForm,
)
from steelyard.accounts.models import ApiToken, Membership, Organisation
from steelyard.accounts.names import KIND_NAMES, ROLE_NAMES
from steelyard.accounts.operations import invitations, organisations, passwords, profiles, sessions, tokens
from steelyard.accounts.pages.slice import pages
from steelyard.accounts.secrets import LONGEST_PASSWORD, SHORTEST_PASSWORD
from steelyard.api import csrf, locales
from steelyard.api.access import PUBLIC, caller
from steelyard.api.calls import Call
from steelyard.api.locales import explain
from steelyard.api.middleware import cookies_need_tls
from steelyard.api.pages import inside, render
from steelyard.api.services import services
from steelyard.core.actors import OrgKind, Role
from steelyard.core.errors import StaleVersion, SteelyardError

YEAR = 365 * 24 * 3600
READ_ONLY_AREAS = frozenset({"audit", "events"})


@pages.view("/sign-in", rule=PUBLIC)
def sign_in(call: Call) -> Any:
    """Ask a stranger who he is."""
    if call.person is not None:
        return redirect(inside(request.args.get("next")), 303)
    return render("accounts/sign_in.html", next=inside(request.args.get("next")), login="", error=None)


@pages.post("/sign-in")
def enter() -> Response:
    """Open a browser session; the operation opens its own transactions, so that hashing holds no lock."""
    csrf.check(request.form.get(csrf.FIELD), csrf.visitor_key())
    login = "".join(char for char in request.form.get("login", "").strip() if char.isprintable())
    password = request.form.get("password", "")
    target = inside(request.form.get("next"))
    try:
        token = sessions.sign_in(
            services().db,
            login=login[:80],
            password=password[: LONGEST_PASSWORD + 1],
            address=request.remote_addr or "",
        )
    except SteelyardError as error:
        page = render("accounts/sign_in.html", next=target, login=login[:80], error=explain(error))
        return make_response(page, error.status)
    with services().db.read() as session:
        must_change = queries.user_by_login(session, login).must_change
    if must_change:
        flash(_("Choose a password of your own first; the present one was made up for you."), "warning")
        target = url_for("accounts_pages.account")
    response = make_response(redirect(target, 303))
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(sessions.LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=cookies_need_tls(),
    )
    return response


enter.rule = PUBLIC  # type: ignore[attr-defined]  # read by the test that walks all routes


@pages.form("/sign-out", rule=rules.OWN_ACCOUNT)
def sign_out(call: Call, form: dict[str, Any]) -> Response:
    """End this browser's session."""
    sessions.sign_out(call.session, _session_key())
    response = make_response(redirect(url_for("accounts_pages.sign_in"), 303))
    response.delete_cookie(SESSION_COOKIE)
    return response


def _session_key() -> str:
    """Return the hash of this browser's session; empty for a program with a token."""
    found = caller()
    return found.session_key or "" if found else ""


@pages.form("/language", rule=PUBLIC, form=LanguageForm)
def language(call: Call, form: dict[str, Any]) -> Response:
    """Switch the language of this browser, and of the person's profile where somebody is signed in."""
    chosen = form["language"].value
    if call.person is not None:
        profiles.set_locale(call.session, call.actor, chosen)
    response = make_response(redirect(inside(form["next"]), 303))
    response.set_cookie(locales.COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=cookies_need_tls())
    return response


@pages.view("/account", rule=rules.OWN_ACCOUNT)
def account(call: Call) -> str:
    """Show a person his own account."""
    member = queries.own_membership(call.session, call.actor)
    own = call.session.scalars(queries.tokens(call.actor).order_by(ApiToken.id)).all()
    return render(
        "accounts/account.html",
        user=member.user,
        roles=[_(ROLE_NAMES[Role(role)]) for role in member.roles],
        places=[place for place in queries.memberships(call.session, call.actor) if place.id != member.id],
        tokens=own,
        scopes=_scopes(),
        least=SHORTEST_PASSWORD,
    )


def _scopes() -> list[str]:
    verbs = {area: ("read",) if area in READ_ONLY_AREAS else ("read", "write") for area in tokens.AREAS}
    return [f"{area}:{verb}" for area in tokens.AREAS for verb in verbs[area]]


def _check(call: Call, form: dict[str, Any]) -> passwords.Worked:
    return passwords.work_out(call.session, call.actor, old=form["old_password"], new=form["new_password"])


@pages.form("/account/password", rule=rules.OWN_PASSWORD, form=PasswordForm, prepare=_check)
def change_password(call: Call, form: dict[str, Any]) -> Any:
    """Change one's own password; the other sessions end, this one stays."""
    passwords.change(call.session, call.actor, call.prepared, new=form["new_password"], keep=_session_key())
    flash(_("Your password was changed."), "success")
    return redirect(url_for("accounts_pages.account"), 303)


@pages.form("/account/tokens", rule=rules.SELF, form=TokenForm)
def create_token(call: Call, form: dict[str, Any]) -> Any:
    """Make a token for oneself; the next page shows its text, this once."""
    _token, text = tokens.create(call.session, call.actor, queries.own_membership(call.session, call.actor), **form)
    flash(text, "token")
    return redirect(url_for("accounts_pages.account"), 303)


@pages.form("/account/tokens/<id:token_id>/revoke", rule=rules.SELF)
def revoke_token(call: Call, form: dict[str, Any], token_id: int) -> Any:
    """End one of one's own tokens."""
    tokens.revoke(call.session, call.actor, token_id)
    flash(_("The token was revoked."), "success")
    return redirect(url_for("accounts_pages.account"), 303)


@pages.form("/account/organisation", rule=rules.ANYONE, form=SwitchForm)
def switch(call: Call, form: dict[str, Any]) -> Any:
    """Act for another organisation that one belongs to."""
    sessions.switch(call.session, key=_session_key(), user_id=call.actor.user_id, org_id=form["org_id"])
    return redirect(url_for("web_pages.home"), 303)


@pages.view("/organisation", rule=rules.MANAGE)
def organisation(call: Call) -> str:
    """Show an administrator his organisation's members."""
    members = call.session.scalars(queries.members(call.actor).order_by(Membership.id)).all()
    return render(
        "accounts/organisation.html",
        organisation=queries.organisation(call.session, call.actor, call.actor.org_id),
        kind_name=_(KIND_NAMES[OrgKind(call.actor.org_kind)]),
        members=members,
        role_names={role.value: _(name) for role, name in ROLE_NAMES.items()},
    )


@pages.form("/organisation/invitations", rule=rules.MANAGE, form=InvitationForm)
def invite(call: Call, form: dict[str, Any]) -> Any:
    """Make an invitation link; the next page shows it, this once."""
    _invitation, token = invitations.invite(call.session, call.actor, roles=form["roles"])
    root = services().settings.public_url or request.host_url.rstrip("/")
    flash(root + url_for("accounts_pages.invitation", token=token), "invitation")
    return redirect(url_for("accounts_pages.organisation"), 303)


@pages.view("/organisation/members/<id:member_id>", rule=rules.MANAGE)
def member(call: Call, member_id: int) -> str:
    """Show an administrator one member."""
    return render(
        "accounts/member.html",
        member=queries.member(call.session, call.actor, member_id),
        role_names={role.value: _(name) for role, name in ROLE_NAMES.items()},
    )


@pages.form("/organisation/members/<id:member_id>", rule=rules.MANAGE, form=MemberForm)
def change_member(call: Call, form: dict[str, Any], member_id: int) -> Any:
    """Change a member's roles and state, unless somebody else did meanwhile."""
    found = queries.member(call.session, call.actor, member_id)
    if found.version != form["version"]:
        raise StaleVersion
    organisations.change_member(call.session, call.actor, found, roles=form["roles"], active=form["active"])
    flash(_("The member was changed."), "success")
    return redirect(url_for("accounts_pages.organisation"), 303)


@pages.view("/invitation/<string:token>", rule=PUBLIC)
def invitation(call: Call, token: str) -> str:
    """Show an invited person who invites him."""
    found = invitations.usable(call.session, token)
    inviter = call.session.get_one(Organisation, found.org_id)
    return render("accounts/invitation.html", org_name=inviter.name, token=token, least=SHORTEST_PASSWORD)


def _hash(call: Call, form: dict[str, Any], token: str) -> str | None:
    return invitations.work_out(call.session, token=token, password=form["password"])


@pages.form("/invitation/<string:token>", rule=PUBLIC, form=AcceptForm, prepare=_hash)
def accept(call: Call, form: dict[str, Any], token: str) -> Any:
    """Join by an invitation, then sign in."""
    invitations.accept(call.session, call.prepared, token=token, locale=locales.choose(), **form)
    flash(_("Welcome. Sign in with the name and the password that you chose."), "success")
    return redirect(url_for("accounts_pages.sign_in"), 303)
