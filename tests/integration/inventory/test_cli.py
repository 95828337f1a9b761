"""``steelyard inventory verify``."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from inventory.cli import inventory
from inventory.making import Line, Loss, Output
from inventory.states import LossKind, ProcessKind

from .conftest import Yard
from .test_processing import merge, split, work


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


@pytest.mark.usefixtures("environment")
def test_balances_are_repaired_and_moves_never(yard: Yard) -> None:
    """A balance that was changed, one that was deleted and one that was invented become what the moves say."""
    yard.receive("T1", "T2")
    yard.scan(yard.operation("move", "T1", place="B-01"))
    with yard.db.write() as session:
        moves = session.scalar(text("SELECT count(*) FROM stock_move"))
        first, second = yard.bundle_ids(["T1", "T2"])
        session.execute(
            text("UPDATE stock_balance SET pieces = pieces + 1 WHERE is_real AND pieces > 0 AND bundle_id = :id"),
            {"id": first},
        )
        session.execute(text("DELETE FROM stock_balance WHERE is_real AND bundle_id = :id"), {"id": second})
    result = CliRunner().invoke(inventory, ["verify", "--repair"])
    assert result.exit_code == 0, result.output
    assert "they agree" in result.output
    yard.assert_sound()
    with yard.db.read() as session:
        assert session.scalar(text("SELECT count(*) FROM stock_move")) == moves


@pytest.mark.usefixtures("environment")
def test_seals_prove_the_moves_and_show_a_cut_chain(yard: Yard, tmp_path: Path) -> None:
    """Every move is sealed once; a chain that lost its last block is shown by the exported head."""
    yard.receive("T1")
    yard.seal()
    yard.scan(yard.operation("move", "T1", place="B-01"))
    yard.seal()
    exported = tmp_path / "heads.json"
    exported.write_text(CliRunner().invoke(inventory, ["heads"]).output)
    good = CliRunner().invoke(inventory, ["verify", "--heads", str(exported)])
    assert good.exit_code == 0, good.output
    assert "2 moves in 2 blocks, 0 not sealed yet" in good.output
    immutable_off(yard, "seal_block")
    with yard.db.write() as session:
        session.execute(text("DELETE FROM seal_block WHERE number = 2"))
    cut = CliRunner().invoke(inventory, ["verify", "--heads", str(exported)])
    assert (cut.exit_code, "block 2 was exported" in cut.output) == (1, True)


@pytest.mark.usefixtures("environment")
def test_a_rewritten_move_breaks_its_seal(yard: Yard) -> None:
    """Who gets past the triggers is still found."""
    yard.receive("T1")
    yard.seal()
    immutable_off(yard, "stock_move")
    with yard.db.write() as session:
        session.execute(text("UPDATE stock_move SET mass_g = mass_g + 1"))
    result = CliRunner().invoke(inventory, ["verify"])
    assert result.exit_code == 1
    assert f"moves:{yard.warehouse.id}: " in result.output


@pytest.mark.usefixtures("environment")
def test_a_rewritten_edge_of_the_genealogy_breaks_its_seal(yard: Yard) -> None:
    """The edges are sealed in a chain of their own, so that a change shows that no sum gives away."""
    yard.receive("T1")
    split(yard, "T1", 4, 6)
    yard.seal()
    good = CliRunner().invoke(inventory, ["verify"])
    assert good.exit_code == 0, good.output
    assert f"edges:{yard.warehouse.id}: 2 edges in 1 blocks, 0 not sealed yet" in good.output
    immutable_off(yard, "bundle_edge")
    with yard.db.write() as session:
        session.execute(text("UPDATE bundle_edge SET line = line + 1"))
    bad = CliRunner().invoke(inventory, ["verify"])
    assert (bad.exit_code, "they agree" in bad.output) == (1, True)
    assert f"edges:{yard.warehouse.id}: block 1 sealed 2 rows" in bad.output


REWRITTEN = [
    pytest.param("processes", "UPDATE stock_process SET reason = 'another'", "stock_process", id="why"),
    pytest.param("losses", "UPDATE process_loss SET kind = 'sample'", "process_loss", id="what was lost"),
]


@pytest.mark.parametrize(("what", "statement", "table"), REWRITTEN)
@pytest.mark.usefixtures("environment")
@pytest.mark.either_database
def test_a_rewritten_process_or_loss_breaks_its_seal(yard: Yard, what: str, statement: str, table: str) -> None:
    """No sum tells why a process was, who posted it, or under which name something was lost; its seal does."""
    yard.receive("T1")
    outputs = [Output(20, "C1", 2500), Output(10, "R1", 985)]
    work(yard, ProcessKind.CUT, Line(["T1"], outputs, [Loss(LossKind.KERF, 0, 150)]))
    yard.seal()
    good = CliRunner().invoke(inventory, ["verify"])
    assert good.exit_code == 0, good.output
    assert f"{what}:{yard.warehouse.id}: 1 {what} in 1 blocks, 0 not sealed yet" in good.output
    immutable_off(yard, table)
    with yard.db.write() as session:
        session.execute(text(statement))
    bad = CliRunner().invoke(inventory, ["verify"])
    assert (bad.exit_code, "they agree" in bad.output) == (1, True)
    assert f"{what}:{yard.warehouse.id}: block 1" in bad.output


@pytest.mark.usefixtures("environment")
def test_a_heat_left_out_of_a_mixture_is_named(yard: Yard) -> None:
    """A bundle is of the heats of what went into it, no more and no fewer."""
    yard.receive("T1")
    yard.receive("T2", heat_number="H2")
    merge(yard, "T1", "T2")
    split(yard, "M", 5, 15)
    assert CliRunner().invoke(inventory, ["verify"]).exit_code == 0
    immutable_off(yard, "heat_part")
    with yard.db.write() as session:
        session.execute(text("DELETE FROM heat_part WHERE part_id = (SELECT max(part_id) FROM heat_part)"))
    result = CliRunner().invoke(inventory, ["verify"])
    assert result.exit_code == 1
    assert "heats_differ" in result.output


def immutable_off(yard: Yard, table: str) -> None:
    """Take the triggers away, as somebody with the owner's rights over the tables could."""
    with yard.db.write() as session:
        for name in triggers(yard, table):
            session.execute(text(f'DROP TRIGGER "{name}"' + ("" if yard.db.dialect == "sqlite" else f" ON {table}")))


def triggers(yard: Yard, table: str) -> list[str]:
    """The names of a table's own triggers."""
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"
    postgresql = "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:t AS regclass) AND NOT tgisinternal"
    with yard.db.read() as session:
        query = text(sqlite if yard.db.dialect == "sqlite" else postgresql)
        return list(session.scalars(query, {"t": table}))
