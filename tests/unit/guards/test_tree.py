"""What must not stand in any file of the project."""

import re
from pathlib import Path

import pytest

from tests.support.tree import CODE, python_files, relative, text_files

# Assembled here, so that this file itself holds none of them.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("py" + "pi", "org"),
        ("python" + "hosted", "org"),
        ("npm" + "js", "org"),
        ("npm" + "js", "com"),
        ("npm" + "mirror", "com"),
        ("deb.deb" + "ian", "org"),
        ("jsd" + "elivr", "net"),
        ("unp" + "kg", "com"),
    )
)
FOLDERS = tuple("/" + "/".join(parts) + "/" for parts in (("wo" + "rk",), ("ro" + "ot",), ("op" + "t", "pypi")))
FORBIDDEN = re.compile("|".join(map(re.escape, HOSTS)) + "|(?<![A-Za-z0-9_.}$-])(?:" + "|".join(FOLDERS) + ")")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
UNREASONED = re.compile(
    r"#\s*(?:type:\s*ignore(?:\[[^\]]*\])?|noqa(?::\s*[A-Z0-9, ]*[A-Z0-9])?)\s*(?:#\s*)?$", re.MULTILINE
)


def _lines(pattern: re.Pattern[str], path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        f"{relative(path)}:{number}: {line.strip()[:120]}"
        for number, line in enumerate(lines, 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    """Who installs decides where packages come from, and every clone lies elsewhere."""
    assert [line for path in text_files() for line in _lines(FORBIDDEN, path)] == []


def test_nothing_is_left_unfinished() -> None:
    """A wish belongs into the tracker, where it is seen."""
    assert [line for path in text_files() for line in _lines(UNFINISHED, path)] == []


def test_every_exception_from_a_check_gives_its_reason() -> None:
    """``# type: ignore[code]`` and ``# noqa: CODE`` are followed by why."""
    found = [line for path in python_files(*CODE, "tests") for line in _lines(UNREASONED, path)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1  # type: " + "ignore", True),
        ("x = 1  # type: " + "ignore[arg-type]", True),
        ("x = 1  # no" + "qa: S603", True),
        ("x = 1  # no" + "qa: S603  # the command is our own", False),
        ("x = 1  # type: " + "ignore[misc]  # untyped library", False),
        ("x = 1  # no" + "qa: S603 - the command is our own", False),
    ],
    ids=[
        "bare ignore",
        "ignore with code",
        "noqa",
        "noqa with reason",
        "ignore with reason",
        "reason after a dash",
    ],
)
def test_the_search_for_reasons_searches(text: str, expected: bool) -> None:
    """The pattern tells an exception with a reason from one without."""
    assert bool(UNREASONED.search(text)) is expected
