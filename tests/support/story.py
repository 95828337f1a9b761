"""An installation on which the demonstration has been played: once in a run, then copied for whoever asks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.databases import once
from tests.support.ports import free_port

LONGEST = 180.0
_DATABASE = "steelyard.db"


def play(folder: Path) -> str:
    """Run ``steelyard demo --once`` on a new database in ``folder``; return the database's address."""
    url = f"sqlite:///{folder / _DATABASE}"
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


def replay(folder: Path) -> str:
    """Copy an installation on which it was played in this run into ``folder``; return the database's address."""
    with once("story") as played:
        if not played.exists():
            playing = played.with_suffix(".new")
            playing.mkdir()
            play(playing)
            playing.rename(played)
    shutil.copytree(played, folder, dirs_exist_ok=True)
    return f"sqlite:///{folder / _DATABASE}"
