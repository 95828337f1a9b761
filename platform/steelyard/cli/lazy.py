"""A group of commands that are imported when they run, and errors that end in a sentence."""

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

MISTAKEN_SETTINGS = 2


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command not yet imported: ``module:attribute``, and the line that stands in the list."""

    target: str
    help: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.target} is no command")
        return command


class LazyGroup(click.Group):
    """Lists its commands from a table and imports one only when it is called."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self._lazy.get(cmd_name)
        return entry.load() if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            raise _told(error) from error


def _told(error: Exception) -> Exception:
    """Return ``error`` as one that click tells in a sentence, where it is one that a user can act on."""
    settings = sys.modules.get("steelyard.core.settings")
    if settings is not None and isinstance(error, settings.SettingsError):
        return Mistakes(error.mistakes)
    errors = sys.modules.get("steelyard.core.errors")
    if errors is not None and isinstance(error, errors.SteelyardError):
        return click.ClickException(str(error))
    exc = sys.modules.get("sqlalchemy.exc")
    if exc is not None and isinstance(error, exc.OperationalError):
        reason = str(error.orig).strip().splitlines()[0]
        return click.ClickException(f"The database cannot be used: {reason}")
    return error


class Mistakes(click.ClickException):
    """Settings that cannot be used, one sentence a line."""

    exit_code = MISTAKEN_SETTINGS

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))

    def show(self, file: Any = None) -> None:
        for line in self.message.splitlines():
            click.echo(line, file=file or sys.stderr)
