"""``steelyard user`` and ``steelyard token``."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.accounts.models import Membership, Organisation, User
from steelyard.accounts.operations import organisations, passwords, tokens
from steelyard.cli.runtime import open_database, prepare
from steelyard.core.actors import OrgKind, Role

KINDS = click.Choice([kind.value for kind in OrgKind])
ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Create people, list them, reset their passwords."""


@user.command("create")
@click.argument("login")
@click.option("--name", help="The person's name; the login where none is given.")
@click.option("--org-kind", type=KINDS, required=True, help="Kind of the organisation.")
@click.option("--org-name", required=True, help="The organisation's name; it is founded if it does not exist.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be given several times.")
@click.option("--locale", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--password-prompt", is_flag=True, help="Ask for the password instead of making one up.")
def create_user(
    login: str,
    name: str | None,
    org_kind: str,
    org_name: str,
    roles: tuple[str, ...],
    locale: str,
    password_prompt: bool,
) -> None:
    """Create the person LOGIN as a member of an organisation.

    Without --password-prompt a temporary password is printed this once; it must be changed at the first
    sign-in.
    """
    settings = prepare()
    password = _asked_password() if password_prompt else None
    with open_database(settings) as db, db.write() as session:
        organisation = _organisation(session, OrgKind(org_kind), org_name)
        person, chosen = organisations.create_user(
            session, None, login=login, name=name or login, password=password, locale=locale
        )
        organisations.join(session, None, user=person, org=organisation, roles=[Role(role) for role in roles])
    click.echo(f"{login} is a member of {org_name} ({org_kind}) as {', '.join(sorted(set(roles)))}.")
    if password is None:
        click.echo(f"Temporary password, shown this once: {chosen}")


@user.command("list")
def list_users() -> None:
    """List everybody with his organisations and roles."""
    query = select(Membership).join(User).order_by(User.login, Membership.id)
    with open_database(prepare()) as db, db.read() as session:
        for member in session.scalars(query):
            off = "" if member.active and member.user.active and member.org.active else "  (switched off)"
            roles = ",".join(member.roles)
            click.echo(f"{member.user.login}  {member.org.name} ({member.org.kind})  {roles}{off}")


@user.command("password")
@click.argument("login")
def reset_password(login: str) -> None:
    """Set a new password for LOGIN, asked for twice, and end all of his sessions."""
    settings = prepare()
    password = _asked_password()
    with open_database(settings) as db, db.write() as session:
        _person(session, login)
        passwords.reset(session, login, password)
    click.echo(f"The password of {login} is set; all sessions of {login} have ended.")


@click.group()
def token() -> None:
    """Make tokens for programs."""


@token.command("create")
@click.argument("login")
@click.option("--scope", "scopes", multiple=True, required=True, help='"area:read", "area:write" or "*"; several.')
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, tokens.LONGEST_DAYS), default=90, show_default=True)
@click.option("--org-name", help="Needed where LOGIN is a member of several organisations.")
def create_token(login: str, scopes: tuple[str, ...], name: str, days: int, org_name: str | None) -> None:
    """Make a token that acts for LOGIN; its text is printed this once."""
    with open_database(prepare()) as db, db.write() as session:
        member = _membership(session, login, org_name)
        row, text = tokens.create(session, None, member, name=name, scopes=list(scopes), days=days)
        expires = row.expires_at
    click.echo(text)
    click.echo(f"Shown this once; good until {expires:%Y-%m-%d}.", err=True)


def _asked_password() -> str:
    answer = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return str(answer)


def _person(session: Session, login: str) -> User:
    person = session.scalar(select(User).where(User.login == login))
    if person is None:
        raise click.ClickException(f"There is no user {login}.")
    return person


def _organisation(session: Session, kind: OrgKind, name: str) -> Organisation:
    """Return the organisation called ``name``, founded if need be; one of another kind is a mistake."""
    found = session.scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        return organisations.found(session, None, kind=kind, name=name)
    if found.kind != kind.value:
        raise click.ClickException(f"{name} is a {found.kind}, not a {kind.value}.")
    return found


def _membership(session: Session, login: str, org_name: str | None) -> Membership:
    person = _person(session, login)
    query = select(Membership).where(Membership.user_id == person.id, Membership.active)
    if org_name is not None:
        query = query.join(Organisation).where(Organisation.name == org_name)
    members = session.scalars(query).all()
    if not members:
        raise click.ClickException(f"{login} is not an active member" + (f" of {org_name}." if org_name else "."))
    if len(members) > 1:
        names = ", ".join(member.org.name for member in members)
        raise click.ClickException(f"{login} is a member of {names}; say which with --org-name.")
    return members[0]
