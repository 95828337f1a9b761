"""The list of commands: complete, fast, and honest about what it lists."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from steelyard.cli import COMMANDS, main

HEAVY = ("flask", "sqlalchemy", "marshmallow", "dbos", "granian", "alembic", "steelyard.app", "steelyard.core.settings")


def test_help_lists_every_command_with_its_line() -> None:
    """What stands in the table is shown, in its order."""
    shown = CliRunner().invoke(main, ["--help"]).output
    places = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)
    assert all(entry.help in shown for entry in COMMANDS.values())


def test_help_loads_nothing_heavy() -> None:
    """A process of its own prints the help and has imported neither Flask nor SQLAlchemy nor the application."""
    script = (
        "import sys\n"
        "from steelyard.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        f"sys.stderr.write(' '.join(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert "inventory" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_is_the_commands_own(name: str) -> None:
    """The command exists, and its help begins with what the list says of it (a hint in brackets aside)."""
    command = COMMANDS[name].load()
    assert isinstance(command, click.Command)
    listed = COMMANDS[name].help
    assert command.help
    assert command.help.split(".")[0].split()[0].casefold() == listed.split()[0].casefold()
    assert len(listed) <= 60


def test_an_unknown_command_is_a_mistake_of_use() -> None:
    """It exits with 2 and says so."""
    done = CliRunner().invoke(main, ["weigh"])
    assert done.exit_code == 2
    assert "No such command 'weigh'" in done.output
