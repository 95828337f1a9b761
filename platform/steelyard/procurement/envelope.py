"""The sealed envelope of a bid, and the key that opens it only when two officers agree.

How it works. Each of two officers of the operator chooses an opening passphrase while the campaign is a
draft; Argon2id over it, mixed with the installation's secret, makes a key pair of which only the public half
is kept. At the opening for pledges a key pair is made for the campaign: its private half is split in two
shares by XOR, each share is sealed to one officer, and the private half is forgotten. A mill's bid, padded
to one size, is sealed to the campaign's public key; the mill keeps the receipt SHA-256(canonical bid ‖
nonce). After the close each officer gives his passphrase; his share then lies wrapped under the
installation's secret until the second one is there.

What it protects against: whoever reads the database, a backup or the logs, with or without the
installation's secret, learns no price before both officers have approved (a weak passphrase can be guessed
only by one who holds that secret too); one officer alone learns nothing; a bid cannot be exchanged after the
close, because the receipts' Merkle root is published then; neither side can deny a bid, because the receipt
binds it.

What it does not protect against: the server itself. It makes the campaign's key and sees each bid for the
moment in which it seals it, so somebody who changes the running program can read along. Two colluding
officers with access to the database can open early. A passphrase that is lost cannot be recovered:
then nobody can read the campaign's bids, it can only be cancelled and held again.
"""

import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from steelyard.core.models import canonical_json

NONCE_HEX_DIGITS = 64
PADDED_BYTES = 4096
"""Every plaintext is padded to a multiple of this, so that its length does not tell how many lines were
bid.
"""
_OFFICER = b"steelyard/opening-officer/v1"
_HELD_SHARE = b"steelyard/held-share/v1"
_TIE_SEED = b"steelyard/tie-seed/v1"


class EnvelopeDamaged(ValueError):
    """A ciphertext that does not open with the key, or does not hold what its receipt says."""


@dataclass(frozen=True, slots=True)
class CampaignKey:
    """The public key that bids are sealed to, and the private key's two sealed shares, in the officers'
    order.
    """

    public_key: bytes
    sealed_shares: tuple[bytes, bytes]


def receipt_of(bid: dict[str, Any], nonce: str) -> str:
    """Return the receipt: SHA-256 of the canonical bid followed by the nonce's bytes, as 64 hex digits."""
    return sha256(canonical_json(bid).encode() + bytes.fromhex(nonce)).hexdigest()


def tie_seed(number: str, receipts_root: str) -> str:
    """Return the seed that breaks ties, 64 hex digits; everybody can work it out from the published root."""
    return sha256(_TIE_SEED + number.encode() + bytes.fromhex(receipts_root)).hexdigest()


def new_salt() -> bytes:
    """Return a fresh salt for an officer's passphrase."""
    from nacl import pwhash, utils

    return bytes(utils.random(pwhash.argon2id.SALTBYTES))


def officer_public_key(passphrase: str, salt: bytes, secret: str) -> bytes:
    """Return the public key that belongs to an officer's passphrase (about 0.1 s of Argon2id)."""
    return bytes(_officer_key(passphrase, salt, secret).public_key)


def make_campaign_key(officers: tuple[bytes, bytes]) -> CampaignKey:
    """Make the key of a campaign and seal one share of its private half to each officer's public key."""
    from nacl import utils
    from nacl.public import PrivateKey, PublicKey, SealedBox

    private = PrivateKey.generate()
    first = bytes(utils.random(PrivateKey.SIZE))
    shares = (first, _xor(first, bytes(private)))
    sealed = [bytes(SealedBox(PublicKey(key)).encrypt(share)) for key, share in zip(officers, shares, strict=True)]
    return CampaignKey(bytes(private.public_key), (sealed[0], sealed[1]))


def take_share(sealed_share: bytes, passphrase: str, salt: bytes, secret: str) -> bytes | None:
    """Open an officer's share with his passphrase; ``None`` where the passphrase is not his."""
    from nacl.exceptions import CryptoError
    from nacl.public import SealedBox

    try:
        return bytes(SealedBox(_officer_key(passphrase, salt, secret)).decrypt(sealed_share))
    except CryptoError:
        return None


def hold_share(share: bytes, secret: str) -> bytes:
    """Wrap an approved share under the installation's secret until the second officer has approved."""
    return bytes(_held_box(secret).encrypt(share))


def join_shares(held: tuple[bytes, bytes], secret: str) -> bytes:
    """Return the campaign's private key from its two held shares; raises ``EnvelopeDamaged``."""
    from nacl.exceptions import CryptoError

    try:
        first, second = (bytes(_held_box(secret).decrypt(share)) for share in held)
    except CryptoError:
        raise EnvelopeDamaged("a held share does not open with this installation's secret") from None
    return _xor(first, second)


def seal(public_key: bytes, bid: dict[str, Any], nonce: str) -> bytes:
    """Return the ciphertext of a bid and its nonce under the campaign's public key."""
    from nacl.bindings import sodium_pad
    from nacl.public import PublicKey, SealedBox

    plain = canonical_json({"bid": bid, "nonce": nonce}).encode()
    return bytes(SealedBox(PublicKey(public_key)).encrypt(sodium_pad(plain, PADDED_BYTES)))


def unseal(private_key: bytes, ciphertext: bytes, receipt: str) -> dict[str, Any]:
    """Return the bid in a ciphertext, checked against its receipt; raises ``EnvelopeDamaged``."""
    from nacl.bindings import sodium_unpad
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey, SealedBox

    try:
        padded = SealedBox(PrivateKey(private_key)).decrypt(ciphertext)
        content = json.loads(sodium_unpad(padded, PADDED_BYTES))
    except (CryptoError, ValueError):
        raise EnvelopeDamaged("the ciphertext does not open with the campaign's key") from None
    bid: dict[str, Any] = content["bid"]
    if not hmac.compare_digest(receipt_of(bid, content["nonce"]), receipt):
        raise EnvelopeDamaged("the bid does not match its receipt")
    return bid


def _officer_key(passphrase: str, salt: bytes, secret: str) -> Any:
    from nacl import pwhash
    from nacl.public import PrivateKey

    kdf = pwhash.argon2id
    stretched = kdf.kdf(
        PrivateKey.SEED_SIZE,
        passphrase.encode(),
        salt,
        opslimit=kdf.OPSLIMIT_INTERACTIVE,
        memlimit=kdf.MEMLIMIT_INTERACTIVE,
    )
    return PrivateKey.from_seed(hmac.digest(secret.encode(), _OFFICER + stretched, "sha256"))


def _held_box(secret: str) -> Any:
    from nacl.secret import SecretBox

    return SecretBox(hmac.digest(secret.encode(), _HELD_SHARE, "sha256"))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
