"""Parsers and calculations know neither the web framework nor the database."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "pricing.vocabulary",
        "pricing.sources.catalogue",
        "pricing.merging",
        "pricing.fetching.due",
        "pricing.fetching.bodies",
        "pricing.changes",
        "pricing.freshness",
        "pricing.quality",
        "pricing.quality_tracks",
        "pricing.calendars",
        "pricing.derived.index",
        "pricing.derived.indicators",
        "pricing.derived.normalising",
        "pricing.formulas.answers",
        "pricing.formulas.parsing",
    ],
)
def test_pure_module_imports_no_framework(module: str):
    program = f"import sys, {module}; print({{'flask', 'sqlalchemy', 'lxml'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
