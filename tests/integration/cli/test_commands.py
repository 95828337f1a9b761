"""The commands, on both databases."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from steelyard.accounts.models import User
from steelyard.accounts.secrets import verify_password
from steelyard.core.database import Database
from steelyard.core.settings import Settings
from tests.integration.cli.conftest import Installation
from tests.support.databases import Databases

pytestmark = pytest.mark.either_database
BUYER = ("--org-kind", "pipe_maker", "--org-name", "聊城无缝", "--role", "buyer")


def _user(installation: Installation, login: str) -> User | None:
    db = Database(installation.environment["STEELYARD_DATABASE_URL"])
    try:
        with db.read() as session:
            return session.scalar(select(User).where(User.login == login))
    finally:
        db.close()


def test_a_created_user_has_the_printed_password_once(installation: Installation) -> None:
    """The temporary password works, must be changed, and is stored only hashed."""
    printed = installation.did("user", "create", "wang", "--name", "王敏", *BUYER, "--role", "viewer")
    assert "wang is a member of 聊城无缝 (pipe_maker) as buyer, viewer." in printed
    password = printed.rpartition(": ")[2].strip()
    person = _user(installation, "wang")
    assert person is not None
    assert person.must_change
    assert password not in person.password_hash
    assert verify_password(person.password_hash, password)
    assert "wang  聊城无缝 (pipe_maker)  buyer,viewer" in installation.did("user", "list")


def test_a_password_can_be_typed(installation: Installation) -> None:
    """Asked for twice and not printed; it may be set anew in the same way."""
    typed = "一把好秤 2026 steel\n" * 2
    printed = installation.did("user", "create", "li", *BUYER, "--password-prompt", typed=typed)
    assert "一把好秤" not in printed
    installation.did("user", "password", "li", typed="another good scale 7\n" * 2)
    person = _user(installation, "li")
    assert person is not None
    assert verify_password(person.password_hash, "another good scale 7")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(("user", "create", "wang", *BUYER), "The login wang is taken", id="login taken"),
        pytest.param(
            ("user", "create", "zhao", "--org-kind", "mill", "--org-name", "聊城无缝", "--role", "seller"),
            "聊城无缝 is a pipe_maker, not a mill.",
            id="organisation of another kind",
        ),
        pytest.param(("user", "password", "nobody"), "There is no user nobody.", id="unknown person"),
        pytest.param(("token", "create", "nobody", "--scope", "*"), "There is no user nobody.", id="unknown bearer"),
        pytest.param(("token", "create", "wang", "--scope", "moon:read"), "no scope moon:read", id="unknown scope"),
        pytest.param(
            ("token", "create", "wang", "--scope", "*", "--org-name", "别家"),
            "wang is not an active member of 别家.",
            id="member of another",
        ),
    ],
)
def test_a_refusal_is_a_sentence_and_changes_nothing(
    installation: Installation, arguments: tuple[str, ...], sentence: str
) -> None:
    """Exit 1, one line, no traceback; nobody new exists."""
    installation.did("user", "create", "wang", *BUYER)
    done = installation.run(*arguments, typed="a very good password\n" * 2)
    assert done.exit_code == 1
    assert sentence in done.output
    assert installation.did("user", "list").count("\n") == 1


def test_a_member_of_two_firms_says_which(installation: Installation) -> None:
    """A token acts in one organisation; without a name the command asks for it."""
    installation.did("user", "create", "wang", *BUYER)
    db = Database(installation.environment["STEELYARD_DATABASE_URL"])
    with db.write() as session:
        from steelyard.accounts.operations import organisations
        from steelyard.core.actors import OrgKind, Role

        person = session.scalars(select(User)).one()
        second = organisations.found(session, None, kind=OrgKind.TRADER, name="鲁西商贸")
        organisations.join(session, None, user=person, org=second, roles=[Role.SELLER])
    db.close()
    done = installation.run("token", "create", "wang", "--scope", "*")
    assert done.exit_code == 1
    assert "聊城无缝, 鲁西商贸; say which with --org-name" in done.output
    installation.did("token", "create", "wang", "--scope", "*", "--org-name", "鲁西商贸")


def test_up_down_and_current(
    databases: Databases, dialect: str, installation_on: Callable[[str], Installation]
) -> None:
    """An empty database comes up, says where it is, and goes down again after a question."""
    installation = installation_on(databases.url(dialect, empty=True))
    assert installation.did("migrate", "current").startswith("base (newest: ")
    assert re.fullmatch(r"The database is at revision \w+\.\n", installation.did("migrate", "upgrade"))
    installation.did("migrate", "upgrade")
    revision = installation.did("migrate", "current").split()[0]
    assert f"newest: {revision}" in installation.did("migrate", "current")
    assert installation.run("migrate", "downgrade", "base", typed="n\n").exit_code == 1
    assert installation.did("migrate", "current").startswith(revision)
    assert "revision base" in installation.did("migrate", "downgrade", "base", "--yes")


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_is_restored_elsewhere(
    installation: Installation,
    databases: Databases,
    target: str,
    installation_on: Callable[[str], Installation],
    tmp_path: Path,
) -> None:
    """On either database; only into an empty place; the trail still proves itself there."""
    installation.did("user", "create", "wang", *BUYER)
    file = tmp_path / "all.steelyard"
    kept = installation.did("backup", str(file)).splitlines()
    other = installation_on(databases.url(target, empty=True))
    restored = other.did("restore", str(file)).splitlines()
    assert kept[0].split(" are in ")[0] == restored[0].split(" were restored")[0]
    assert kept[1].rpartition(" ")[2] == restored[1].rpartition(" ")[2]
    assert other.did("user", "list") == installation.did("user", "list")
    assert "3 not sealed yet" in other.did("audit", "verify")
    again = other.run("restore", str(file))
    assert again.exit_code == 1
    assert "is not empty" in again.output


def test_reference_data_is_loaded_once(installation: Installation) -> None:
    """A second time changes nothing; every document is named with its source."""
    first = installation.did("reference", "load")
    assert "stats.gov.cn" in first
    assert installation.did("reference", "load") == first


def test_jobs_are_listed(installation: Installation) -> None:
    """The timetable is shown before anything ran; what never failed cannot be tried again."""
    installation.did("migrate", "upgrade")
    listed = installation.did("jobs", "list")
    assert "clock    core.seal_audit  every 5 s" in listed
    assert installation.did("jobs", "list", "--failed") == ""
    assert "There is no failed order x" in installation.run("jobs", "retry", "x").output


@pytest.mark.parametrize("command", ["worker", "clock"])
def test_a_part_alone_wants_the_database_brought_up(
    databases: Databases, dialect: str, installation_on: Callable[[str], Installation], command: str
) -> None:
    """It says what to do instead of starting on tables that are not there."""
    for url in (databases.url(dialect, empty=True), databases.url(dialect)):
        done = installation_on(url).run(command)
        assert done.exit_code == 1
        assert "run `steelyard migrate upgrade` first" in done.output


@pytest.mark.parametrize(
    "command",
    [("serve",), ("web",), ("worker",), ("clock",), ("migrate", "current"), ("user", "list")],
    ids=" ".join,
)
def test_every_mistake_in_the_settings_has_its_sentence(
    installation_on: Callable[[str], Installation], command: tuple[str, ...]
) -> None:
    """Exit 2 before anything starts, a line for each mistake."""
    installation = installation_on("mysql://localhost/steel")
    installation.environment |= {"STEELYARD_SECRET_KEY": "short", "STEELYARD_LOG_LEVEL": "LOUD"}
    done = installation.run(*command)
    assert done.exit_code == 2
    lines = done.output.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "STEELYARD_DATABASE_URL",
        "STEELYARD_SECRET_KEY",
        "STEELYARD_LOG_LEVEL",
    ]


def test_a_database_out_of_reach_is_told(installation_on: Callable[[str], Installation]) -> None:
    """One sentence instead of a traceback."""
    done = installation_on("postgresql://steel@127.0.0.1:1/steel").run("user", "list")
    assert done.exit_code == 1
    assert "The database cannot be used: " in done.output
    assert "Traceback" not in done.output


def test_the_settings_of_a_new_installation_work(tmp_path: Path) -> None:
    """Without a database address everything lies in the data folder, with a secret of its own."""
    settings = Settings.from_env({"STEELYARD_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'steelyard.db'}"
    assert len(settings.secret_key) >= 32
