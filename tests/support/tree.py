"""The project's own files, as the guards see them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("platform", "pricing", "inventory", "scripts")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file under version control that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def relative(path: Path) -> str:
    """Return the name of ``path`` within the project."""
    return path.relative_to(ROOT).as_posix()


def python_files(*folders: str) -> list[Path]:
    """Tracked Python under ``folders``, scripts without a suffix included."""
    return [path for path in tracked_files() if path.relative_to(ROOT).parts[0] in folders and is_python(path)]


def is_python(path: Path) -> bool:
    """Whether the suffix or the first line says Python."""
    if path.suffix:
        return path.suffix == ".py"
    with path.open("rb") as file:
        return b"python" in file.readline()


def text_files() -> list[Path]:
    """Tracked files that are text."""
    return [path for path in tracked_files() if b"\0" not in path.read_bytes()[:8192]]
