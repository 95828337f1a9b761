"""Modules and functions stay small enough to be read at one go."""

import ast

from tests.support.tree import CODE, ROOT, python_files, relative

MODULE_LINES = 400
FUNCTION_LINES = 40
# A migration is one list of tables; it is read from top to bottom and never changed after its release.
MIGRATIONS = ROOT / "platform" / "steelyard" / "migrations" / "versions"


def _long_functions(source: str) -> list[str]:
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [
        f"{node.name} (line {node.lineno}): {length} lines"
        for node in functions
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]


def _too_long(*folders: str) -> list[str]:
    return [
        f"{relative(path)}: {lines} lines"
        for path in python_files(*folders)
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MODULE_LINES
    ]


def test_a_module_is_read_at_one_go() -> None:
    """One that outgrows the limit has become two things, tests too: find the second."""
    assert _too_long(*CODE, "tests") == []


def test_a_function_is_read_at_one_go() -> None:
    """A migration may hold one long list of tables; nothing else is long."""
    long = {
        relative(path): found
        for path in python_files(*CODE)
        if path.parent != MIGRATIONS and (found := _long_functions(path.read_text(encoding="utf-8")))
    }
    assert long == {}


def test_the_measure_measures() -> None:
    """A function of 41 lines is found, one of 40 is not."""
    long = "def long():\n" + "    x = 1\n" * FUNCTION_LINES
    short = "def short():\n" + "    x = 1\n" * (FUNCTION_LINES - 1)
    assert _long_functions(long + short) == ["long (line 1): 41 lines"]
