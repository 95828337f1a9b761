"""Passwords and tokens: argon2id for what people choose, SHA-256 for what is random."""

import hashlib
import secrets
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

TOKEN_PREFIX = "sy_"  # noqa: S105 - a prefix by which leaked tokens are recognised, not a secret
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


@cache
def _hasher() -> "PasswordHasher":
    """Argon2id with the second recommended option of RFC 9106: 64 MiB, three passes, four lanes."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)


def hash_password(password: str) -> str:
    """Return the argon2id hash to store."""
    return _hasher().hash(password)


def verify_password(stored: str, password: str) -> bool:
    """Whether ``password`` is the stored one."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def decoy_hash() -> str:
    """Return a hash of nothing, checked for unknown accounts so that they take as long as known ones."""
    return hash_password(secrets.token_urlsafe(16))


def new_token() -> str:
    """Return 256 random bits as text."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()
