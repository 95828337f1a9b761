"""An installation on which the demonstration has been played, and the people of it."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from steelyard.accounts.models import Membership, User
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.database import Database
from tests.browser.live import free_port

LEADS = {
    OrgKind.OPERATOR: "demo-operator",
    OrgKind.PIPE_MAKER: "demo-maker-1",
    OrgKind.TRADER: "demo-trader",
    OrgKind.MILL: "demo-mill-1",
    OrgKind.CARRIER: "demo-carrier-1",
    OrgKind.WAREHOUSE: "demo-keeper",
    OrgKind.FINANCIER: "demo-financier",
}
LONGEST = 180.0


def play(folder: Path) -> str:
    """Run ``steelyard demo --once`` on a new database in ``folder``; return the database's address."""
    url = f"sqlite:///{folder / 'steelyard.db'}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STEELYARD_")}
    environment = {**kept, "STEELYARD_DATA_DIR": str(folder), "STEELYARD_DATABASE_URL": url}
    command = [sys.executable, "-c", "from steelyard.cli import main; main()"]
    done = subprocess.run(
        [*command, "demo", "--once", "--port", str(free_port())],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the demonstration broke off:\n{done.stdout}{done.stderr}")
    return url


def leads(db: Database) -> dict[OrgKind, Actor]:
    """Return the demonstration's chief person of each kind of organisation."""
    with db.read() as session:
        query = select(Membership).join(User).where(User.login.in_(LEADS.values()))
        found = {member.user.login: _actor(member) for member in session.scalars(query)}
    return {kind: found[login] for kind, login in LEADS.items()}


def _actor(member: Membership) -> Actor:
    roles = frozenset(Role(role) for role in member.roles)
    kind = OrgKind(member.org.kind)
    return Actor(member.user_id, member.user.name, member.org_id, kind, member.org.name, roles)
