"""What stands between a stolen table of accounts and the passwords in it."""

from steelyard.accounts import secrets


def test_a_password_costs_what_rfc_9106_recommends() -> None:
    """64 MiB, three passes, four lanes, each time under another salt."""
    one, other = (secrets.hash_password("correct horse battery") for _ in range(2))
    assert one != other
    assert all(
        stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        for stored in (one, other, secrets.decoy_hash.__wrapped__())
    )
    assert secrets.verify_password(one, "correct horse battery")
    assert not secrets.verify_password(one, "correct horse batterx")


def test_what_is_no_hash_lets_nobody_in() -> None:
    """A damaged row is a refusal, not an error."""
    assert not secrets.verify_password("", "")
    assert not secrets.verify_password("$argon2id$v=19$m=65536,t=3,p=4$", "anything")
