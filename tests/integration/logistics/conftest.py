"""The freight market as a fixture."""

import pytest

from tests.support.world import World

from .market import ApiAs, Market


@pytest.fixture
def market(world: World, api_as: ApiAs) -> Market:
    """Two shippers, two carriers, a yard and the operator."""
    return Market(world, api_as)
