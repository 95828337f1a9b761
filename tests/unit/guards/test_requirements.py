"""What is installed is pinned, checked by hash, needed, and free to use."""

import ast
import configparser
import re
import sys
from importlib.metadata import metadata, packages_distributions
from pathlib import Path

import pytest

from tests.support.tree import ROOT, python_files

REQUIREMENTS = ROOT / "requirements"
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
PERMISSIVE = re.compile(
    r"MIT|MIT-0|MIT-CMU|BSD|0BSD|BSD-[23]-Clause|Apache|Apache-2\.0|ISC|PSF-2\.0|Zlib|CC0-1\.0|Unlicense"
)
# Not permissive, yet free to use as a library that is not changed: each with its own reason.
NAMED = {
    "psycopg": "LGPL-3.0-only: used as a library, unchanged and replaceable",
    "psycopg-binary": "LGPL-3.0-only: used as a library, unchanged and replaceable",
    "certifi": "MPL-2.0: a list of certificates, unchanged",
}
# Of the project itself, and of the type checker alone.
OURS = {"steelyard", "pricing", "inventory", "_typeshed"}
# Installed for what they bring along or do when they are there, without an import of ours.
UNIMPORTED = {
    "tzdata": "read by zoneinfo where the system has no zone files",
    "granian": "started as a program of its own",
    "psycopg": "loaded by SQLAlchemy for addresses of PostgreSQL",
}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pinned(path: Path) -> list[str]:
    """Return the names of the packages that a compiled list installs."""
    return re.findall(r"^([A-Za-z0-9][\w.-]*)==", path.read_text(), re.MULTILINE)


def _direct(path: Path) -> set[str]:
    """Return the names that a list of ours asks for by itself."""
    return _names(path.read_text())


def _declared(section: str, option: str) -> set[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return _names(parser[section][option])


def _names(lines: str) -> set[str]:
    return {_canonical(match[1]) for line in lines.splitlines() if (match := NAME.match(line))}


@pytest.mark.parametrize("name", ["run", "assets", "test"])
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    """Nobody can put another file under a known name."""
    text = (REQUIREMENTS / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9][\w.-]*==[^ ]+( ; [^-]+)? +--hash=sha256:[0-9a-f]{64}", line), line[:80]


@pytest.mark.parametrize("name", ["run", "build", "assets", "test"])
def test_every_direct_requirement_says_why(name: str) -> None:
    """A pin without a reason is kept for ever by nobody in particular."""
    for line in (REQUIREMENTS / f"{name}.in").read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.match(r"[a-z0-9.\[\]-]+==[^ ]+ +# \S", line), line


@pytest.mark.parametrize(
    ("name", "section", "option"),
    [
        ("run", "options", "install_requires"),
        ("assets", "options.extras_require", "assets"),
        ("test", "options.extras_require", "test"),
    ],
    ids=["run", "assets", "test"],
)
def test_the_pins_and_the_metadata_name_the_same_packages(name: str, section: str, option: str) -> None:
    """What a wheel asks for is what we install."""
    assert _direct(REQUIREMENTS / f"{name}.in") == _declared(section, option)


def test_the_larger_lists_hold_the_smaller_at_the_same_version() -> None:
    """Else a test would run on another program than the user's."""
    run, assets, test = (_versions(name) for name in ("run", "assets", "test"))
    assert run.items() <= assets.items() <= test.items()


def _versions(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9][\w.-]*)==(\S+)", (REQUIREMENTS / f"{name}.txt").read_text(), re.MULTILINE))


def test_every_import_is_a_direct_requirement_and_every_direct_requirement_is_imported() -> None:
    """No package comes in by accident of another, and none stays after its last use."""
    providers = packages_distributions()
    used = set()
    for path in python_files("platform", "pricing", "inventory"):
        for module in _imported(path) - set(sys.stdlib_module_names) - OURS:
            used |= {_canonical(name) for name in providers.get(module, [f"nothing installed for {module}"])}
    assert used - set(UNIMPORTED) == _direct(REQUIREMENTS / "run.in") - set(UNIMPORTED)


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("name", _pinned(REQUIREMENTS / "run.txt"))
def test_what_runs_is_free_to_use(name: str) -> None:
    """Permissive licences only, or one of the named exceptions."""
    if name in NAMED:
        assert NAMED[name].partition(":")[0] in _licences(name)
        return
    words = {word for text in _licences(name) for word in re.split(r"\s+(?:AND|OR|WITH)\s+", text.strip("() "))}
    permissive = {word for word in words if PERMISSIVE.fullmatch(word)}
    assert words
    assert permissive == words


def _licences(name: str) -> set[str]:
    """Return what the package says of its licence: an expression, else classifiers, else a short text."""
    about = metadata(name)
    if expression := about.get("License-Expression"):
        return {expression}
    classifiers = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License")]
    named = {re.sub(r" (Software )?License$", "", line) for line in classifiers} - {"OSI Approved"}
    if name in NAMED or not named:
        return {(about.get("License") or "").strip()}
    return named
