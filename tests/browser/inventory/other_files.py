"""The application with other files for browsers than the installed ones: what a newer version would send."""

import os
from pathlib import Path

from flask import Flask

from steelyard import app

NEWER = 'document.documentElement.dataset.newer = "1";\n'


def create_app() -> Flask:
    """The application; its files are those in ``OTHER_STATIC``."""
    made = app.create_app()
    made.static_folder = os.environ["OTHER_STATIC"]
    return made


def newer_files(folder: Path) -> Path:
    """A copy of the installed files, of which one script says that it is newer."""
    installed = Path(app.__file__).parent / "web" / "static"
    for file in installed.rglob("*"):
        copy = folder / file.relative_to(installed)
        if file.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(file)
    script = folder / "js" / "scan-signals.js"
    text = script.read_text(encoding="utf-8")
    script.unlink()
    script.write_text(text + NEWER, encoding="utf-8")
    return folder
