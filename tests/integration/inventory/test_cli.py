"""``steelyard inventory verify``."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from inventory.cli import inventory

from .conftest import Yard


@pytest.fixture
def environment(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of an installation on the test's database."""
    monkeypatch.setenv("STEELYARD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STEELYARD_DATABASE_URL", yard.db.url.render_as_string(hide_password=False))
    monkeypatch.setenv("STEELYARD_SECRET_KEY", "x" * 40)


@pytest.mark.usefixtures("environment")
def test_a_sound_ledger_is_confirmed(yard: Yard) -> None:
    yard.receive("T1", "T2")
    yard.issue("T1")
    result = CliRunner().invoke(inventory, ["verify"])
    assert result.exit_code == 0, result.output
    assert "3 moves, 5 balances: they agree." in result.output


@pytest.mark.usefixtures("environment")
def test_a_changed_balance_is_named(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        session.execute(text("UPDATE stock_balance SET pieces = pieces + 1 WHERE is_real"))
    result = CliRunner().invoke(inventory, ["verify"])
    assert result.exit_code == 1
    assert f"balance_differs: bundle {yard.bundle_ids(['T1'])[0]}" in result.output
    assert "not_conserved" in result.output
