"""Recorded data that may not be committed; it lies beside the project where somebody has it."""

import os
from pathlib import Path

import pytest

VARIABLE = "STEELYARD_SHARED_DATA"
ROOT = Path(__file__).parents[2]


def shared_data_folder() -> Path:
    """Return the folder; skip the test where there is none, fail it where the variable names none."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    if named:
        pytest.fail(f"{VARIABLE} names {folder}, which is not a folder.")
    pytest.skip(f"No recorded data: {VARIABLE} is not set and ../shared/data does not exist.")
