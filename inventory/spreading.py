"""Spreading a lorry's net mass over its bundles, exactly to the gram. Imports neither flask nor sqlalchemy."""

from collections.abc import Sequence


def spread(net_g: int, weights: Sequence[int]) -> list[int]:
    """Parts of ``net_g`` in proportion to ``weights`` (advised or theoretical masses, g), at least 1 g each.

    The parts sum to ``net_g``; grams that rounding down leaves go to the largest remainders, the first of equals.
    Raises ``ValueError`` for weights that are not above zero, or more of them than grams.
    """
    if not weights or min(weights) <= 0 or net_g < len(weights):
        raise ValueError("a net mass is spread over bundles that weigh something, a gram each at least")
    whole, rest = sum(weights), net_g - len(weights)
    parts = [1 + rest * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(rest * weights[place] % whole))
    for place in by_remainder[: net_g - sum(parts)]:
        parts[place] += 1
    return parts
