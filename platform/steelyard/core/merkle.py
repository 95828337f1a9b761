"""Merkle trees over SHA-256, in the shape of RFC 6962 section 2.1: leaves and nodes are hashed in
separate domains.
"""

from collections.abc import Sequence
from hashlib import sha256

_LEAF = b"\x00"
_NODE = b"\x01"


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the 32-byte root over ``leaves`` in their order; of none it is SHA-256 of nothing."""
    if not leaves:
        return sha256(b"").digest()
    level = [sha256(_LEAF + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that prove ``leaves[index]`` against the root, lowest first (RFC 6962, audit path).

    Raises ``IndexError`` for a leaf that is not there.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level = [sha256(_LEAF + leaf).digest() for leaf in leaves]
    proof: list[bytes] = []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            proof.append(level[beside])
        level, index = _parents(level), index // 2
    return proof


def proves(leaf: bytes, index: int, count: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether ``proof`` shows that ``leaf`` stands at ``index`` of ``count`` leaves under the root
    ``expected``.
    """
    if not 0 <= index < count:
        return False
    digest, rest, last = sha256(_LEAF + leaf).digest(), list(proof), count - 1
    while last:
        if index ^ 1 <= last:
            if not rest:
                return False
            beside = rest.pop(0)
            pair = beside + digest if index % 2 else digest + beside
            digest = sha256(_NODE + pair).digest()
        index, last = index // 2, last // 2
    return not rest and digest == expected


def _parents(level: list[bytes]) -> list[bytes]:
    """Hash neighbours in pairs; a last one without a neighbour rises as it is."""
    pairs = [sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]
