"""What is sealed opens with the installation's secret and for its purpose only."""

import pytest

from steelyard.core.vault import SecretLost, seal, unseal

KEY = "0123456789abcdef0123456789abcdef"


def test_a_sealed_secret_opens_again_and_shows_nothing() -> None:
    sealed = seal(KEY, "robot", b"token-of-a-robot")
    assert unseal(KEY, "robot", sealed) == b"token-of-a-robot"
    assert b"token" not in sealed
    assert seal(KEY, "robot", b"token-of-a-robot") != sealed


@pytest.mark.parametrize(
    ("key", "purpose", "change"),
    [(KEY[::-1], "robot", 0), (KEY, "mail", 0), (KEY, "robot", 1)],
    ids=["another installation", "another purpose", "damaged"],
)
def test_nothing_else_opens_it(key: str, purpose: str, change: int) -> None:
    sealed = seal(KEY, "robot", b"token-of-a-robot")
    with pytest.raises(SecretLost):
        unseal(key, purpose, sealed[:-1] + bytes([sealed[-1] ^ change]))
    with pytest.raises(SecretLost):
        unseal(KEY, "robot", b"")
