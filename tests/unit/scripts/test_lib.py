"""What the scripts say when something is missing."""

import subprocess

from tests.support.tree import ROOT


def _bash(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"source scripts/lib.sh; {code}"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_python_the_remedy_is_named() -> None:
    """One sentence says what to install, or how to name it."""
    done = _bash("find_python", PYTHON="/nowhere/python3.11")
    assert done.returncode != 0
    assert "Steelyard needs Python 3.11" in done.stderr


def test_a_failing_command_shows_its_last_lines() -> None:
    """The log is kept in var; its end is shown at once."""
    done = _bash("logged bash -c 'echo the reason; exit 3'")
    assert done.returncode != 0
    assert "the reason" in done.stderr


def test_a_stamp_tells_whether_the_list_changed() -> None:
    """The second run of a script installs nothing because of it."""
    done = _bash("stamp_of requirements/run.txt; stamp_of requirements/run.txt; stamp_of requirements/test.txt")
    one, again, other = done.stdout.split()
    assert one == again != other
