"""The folder ``platform`` must never become a package: it would shadow the standard library's module."""

import subprocess
import sys

from tests.support.tree import ROOT


def test_platform_is_no_package() -> None:
    """With an ``__init__.py`` in it ``import uuid`` breaks wherever the project's root is on the path."""
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_standard_library_stays_importable_from_the_root() -> None:
    """A fresh interpreter that looks into the root first still finds ``platform`` and ``uuid``."""
    code = (
        "import sysconfig, platform, uuid; uuid.uuid1(); print(platform.__file__); print(sysconfig.get_path('stdlib'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    found, stdlib = done.stdout.split()
    assert found.startswith(stdlib)
