"""Secrets that the program must be able to use again, such as the key of somebody's robot: sealed at rest.

XSalsa20-Poly1305 (NaCl's secretbox) under a key derived from the installation's secret for one purpose. Whoever
reads the database or a backup without that secret learns nothing; with another secret nothing opens.
"""

import hmac
from typing import TYPE_CHECKING

from steelyard.core.errors import SteelyardError
from steelyard.core.i18n import N_

if TYPE_CHECKING:
    from nacl.secret import SecretBox


class SecretLost(SteelyardError):
    """A sealed secret does not open: it was damaged, or the installation's secret is another one."""

    code = "secret_lost"
    message = N_("A stored secret does not open with this installation's secret key. Enter it again.")


def seal(secret_key: str, purpose: str, plain: bytes) -> bytes:
    """Seal `plain`; the same text sealed twice gives different bytes."""
    return bytes(_box(secret_key, purpose).encrypt(plain))


def unseal(secret_key: str, purpose: str, sealed: bytes) -> bytes:
    """Open what was sealed for the same purpose; raises `SecretLost`."""
    from nacl.exceptions import CryptoError

    try:
        return bytes(_box(secret_key, purpose).decrypt(sealed))
    except CryptoError:
        raise SecretLost from None


def _box(secret_key: str, purpose: str) -> "SecretBox":
    from nacl.secret import SecretBox

    return SecretBox(hmac.digest(secret_key.encode(), f"steelyard/vault/{purpose}".encode(), "sha256"))
