"""Workbooks, read in a process of their own with bounded memory and time.

A workbook of a few kilobytes may ask for a table of 17 thousand million cells, and the library that reads it
would take the whole server down with it. What goes wrong there is a typed refusal here.
"""

import json
import math
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pricing.importing import faults
from pricing.importing.grids import MOST_COLUMNS, MOST_ROWS, Book, Grid, cell

MEMORY_BYTES = 768 * 1024 * 1024
SECONDS = 20.0
MOST_SHEETS = 30
_CHILD = Path(__file__).with_name("workbook_child.py")
_FAULTS: dict[str, type[faults.SheetUnreadable]] = {
    "encrypted": faults.SheetEncrypted,
    "damaged": faults.SheetDamaged,
    "empty": faults.SheetEmpty,
}


def read(content: bytes, form: str) -> Book:
    """The worksheets of a workbook, OOXML or BIFF; raises the `SheetUnreadable` that fits."""
    answer = _ask(content)
    if "too_large" in answer:
        raise faults.SheetTooLarge(detail=str(answer["too_large"]))
    if "fault" in answer:
        raise _FAULTS[answer["fault"]]
    grids = tuple(
        Grid(sheet["name"], tuple(tuple(cell(text) for text in line) for line in sheet["lines"]))
        for sheet in answer["sheets"]
    )
    if not any(any(line) for grid in grids for line in grid.lines):
        raise faults.SheetEmpty
    return Book(form, grids)


def _ask(content: bytes) -> dict[str, Any]:
    """What the child answers; its death by a limit is a refusal, too."""
    spec = find_spec("python_calamine")
    assert spec is not None
    assert spec.origin is not None
    packages = str(Path(spec.origin).parents[1])
    limits = json.dumps([packages, MEMORY_BYTES, math.ceil(SECONDS), MOST_ROWS, MOST_COLUMNS, MOST_SHEETS])
    command = [sys.executable, "-I", "-S", str(_CHILD), limits]
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, a program of this package; the file is only its input
            command, input=content, capture_output=True, timeout=2 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise faults.SheetTooLarge(detail=f"{2 * SECONDS} s") from None
    if done.returncode != 0:
        raise faults.SheetTooLarge(detail="memory") if done.returncode < 0 else faults.SheetDamaged
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
