"""The sealed envelope: what opens it, what does not, and what its receipt binds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.procurement import envelope

SECRET = "installation secret of at least thirty-two characters"
NONCE = "ab" * 32
BID = {
    "campaign": "JC-20261123-0001",
    "mill": 7,
    "lines": [{"line": 1, "price_fen_per_t": 360000, "capacity_g": 10**9}],
}


@pytest.fixture(scope="module")
def sealed():
    """Two officers and a campaign's key whose shares are sealed to them."""
    salts = (envelope.new_salt(), envelope.new_salt())
    phrases = ("open sesame please", "two keys one door")
    officers = tuple(envelope.officer_public_key(p, s, SECRET) for p, s in zip(phrases, salts, strict=True))
    return salts, phrases, envelope.make_campaign_key(officers)


def _share(sealed, officer, phrase, secret=SECRET):
    salts, _, key = sealed
    return envelope.take_share(key.sealed_shares[officer], phrase, salts[officer], secret)


def test_two_officers_open_what_was_sealed(sealed):
    _, phrases, key = sealed
    held = tuple(envelope.hold_share(_share(sealed, i, phrases[i]), SECRET) for i in (0, 1))
    private = envelope.join_shares(held, SECRET)
    ciphertext = envelope.seal(key.public_key, BID, NONCE)
    assert envelope.unseal(private, ciphertext, envelope.receipt_of(BID, NONCE)) == BID


@pytest.mark.parametrize("officer", [0, 1])
def test_one_share_alone_opens_nothing(sealed, officer):
    _, phrases, key = sealed
    share = _share(sealed, officer, phrases[officer])
    ciphertext = envelope.seal(key.public_key, BID, NONCE)
    with pytest.raises(envelope.EnvelopeDamaged):
        envelope.unseal(share, ciphertext, envelope.receipt_of(BID, NONCE))


def test_a_wrong_passphrase_or_another_installation_yields_no_share(sealed):
    _, phrases, _ = sealed
    assert _share(sealed, 0, "a guess") is None
    assert _share(sealed, 0, phrases[1]) is None
    assert _share(sealed, 0, phrases[0], secret="another installation's secret, long enough") is None


def test_held_shares_need_the_installation_secret(sealed):
    _, phrases, _ = sealed
    held = tuple(envelope.hold_share(_share(sealed, i, phrases[i]), SECRET) for i in (0, 1))
    with pytest.raises(envelope.EnvelopeDamaged):
        envelope.join_shares(held, "another installation's secret, long enough")


def _opened(sealed):
    _, phrases, key = sealed
    held = tuple(envelope.hold_share(_share(sealed, i, phrases[i]), SECRET) for i in (0, 1))
    return key, envelope.join_shares(held, SECRET)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda c: c[:-1], id="truncated"),
        pytest.param(lambda c: c[:40] + bytes([c[40] ^ 1]) + c[41:], id="one-bit-turned"),
        pytest.param(lambda c: b"", id="empty"),
    ],
)
def test_a_damaged_ciphertext_is_told(sealed, damage):
    key, private = _opened(sealed)
    ciphertext = damage(envelope.seal(key.public_key, BID, NONCE))
    with pytest.raises(envelope.EnvelopeDamaged):
        envelope.unseal(private, ciphertext, envelope.receipt_of(BID, NONCE))


def test_an_exchanged_bid_does_not_match_the_receipt(sealed):
    key, private = _opened(sealed)
    cheaper = {**BID, "lines": [{**BID["lines"][0], "price_fen_per_t": 1}]}
    with pytest.raises(envelope.EnvelopeDamaged):
        envelope.unseal(private, envelope.seal(key.public_key, cheaper, NONCE), envelope.receipt_of(BID, NONCE))


@settings(max_examples=30)
@given(st.lists(st.integers(0, 10**8), max_size=40), st.lists(st.integers(0, 10**8), max_size=40))
def test_length_tells_nothing_of_the_content(one, other):
    """Bids of one line and of forty have ciphertexts of the same length."""
    public = bytes(range(32))
    lengths = {
        len(envelope.seal(public, {"lines": [{"line": i, "price_fen_per_t": p} for i, p in enumerate(prices)]}, NONCE))
        for prices in (one, other)
    }
    assert len(lengths) == 1


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**8))
def test_a_receipt_binds_bid_and_nonce(nonce, price):
    bid = {"price": price}
    receipt = envelope.receipt_of(bid, nonce.hex())
    assert receipt != envelope.receipt_of({"price": price + 1}, nonce.hex())
    assert receipt != envelope.receipt_of(bid, bytes([nonce[0] ^ 1, *nonce[1:]]).hex())


def test_the_tie_seed_depends_on_campaign_and_root():
    seeds = {envelope.tie_seed(n, r) for n in ("JC-1", "JC-2") for r in ("00" * 32, "11" * 32)}
    assert len(seeds) == 4
