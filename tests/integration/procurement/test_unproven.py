"""An award that is not proved best in the solver's time is refused, and nothing is changed."""

import highspy
import pytest

from tests.integration.procurement.market import ok, refused


def test_an_award_that_is_not_proved_in_time_is_refused(market, monkeypatch: pytest.MonkeyPatch):
    run = highspy.Highs.run

    def run_out(solver: highspy.Highs) -> object:
        """The solver itself, without any time."""
        solver.setOptionValue("time_limit", 0.0)
        return run(solver)

    campaign = market.opened()
    path = f"/campaigns/{campaign['id']}/award"
    with monkeypatch.context() as hurried:
        hurried.setattr(highspy.Highs, "run", run_out)
        refused(market.as_(market.first).post(path, {}), 409, "award_not_proven")
    assert market.state(campaign) == "opened"
    refused(market.as_(market.first).get(path), 404, "not_found")
    ok(market.as_(market.first).post(path, {}), 201)
