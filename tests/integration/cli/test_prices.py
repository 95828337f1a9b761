"""``steelyard prices``: what is off is not asked, and what is wrong is told."""

from collections.abc import Callable

import pytest

from tests.integration.cli.conftest import Installation
from tests.support.databases import Databases


@pytest.fixture
def installation(databases: Databases, installation_on: Callable[[str], Installation]) -> Installation:
    """One on SQLite: what the database does is shown elsewhere."""
    return installation_on(databases.url("sqlite"))


def test_status_lists_the_sources_and_that_nothing_is_fetched(installation: Installation) -> None:
    """One line for each source, after a sentence that says why none was asked."""
    printed = installation.did("prices", "status")
    assert "STEELYARD_FETCH_PRICES is off" in printed.splitlines()[0]
    assert any(line.split()[:2] == ["shfe.daily", "on"] for line in printed.splitlines())
    assert any(line.split()[:3] == ["nbs.ten_day.transcript", "by", "hand"] for line in printed.splitlines())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(("shfe.daily", "--day", "2026-11-20"), "Set STEELYARD_FETCH_PRICES=on where it may.", id="off"),
        pytest.param(("nothing",), "There is no price source nothing.", id="unknown"),
        pytest.param(("nbs.ten_day", "--day", "2026-11-20"), "has no document for each day", id="not by day"),
        pytest.param(("shfe.daily", "--from", "2026-11-20"), "Give both --from and --to", id="half a span"),
        pytest.param(("shfe.daily", "--day", "tomorrow"), "does not match the format", id="no day"),
    ],
)
def test_fetch_says_why_it_does_not(installation: Installation, arguments: tuple[str, ...], sentence: str) -> None:
    """Each mistake has its sentence, and the exit status says that nothing was fetched."""
    done = installation.run("prices", "fetch", *arguments)
    assert done.exit_code != 0
    assert sentence in " ".join(done.output.split())
