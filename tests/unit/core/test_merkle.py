"""The Merkle tree: known answers of RFC 6962, proofs, and separation of leaves from nodes."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.core import merkle

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=20)

# The inputs and roots that Certificate Transparency's reference implementation publishes for its own tests.
CT_INPUTS = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
}


@pytest.mark.parametrize("count", CT_ROOTS, ids=str)
def test_roots_match_the_published_ones(count):
    assert merkle.root(CT_INPUTS[:count]).hex() == CT_ROOTS[count]


def test_no_leaves_hash_nothing():
    assert merkle.root([]) == sha256(b"").digest()


@given(LEAVES, st.data())
def test_every_leaf_is_proved_and_no_other(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = merkle.path(leaves, index), merkle.root(leaves)
    assert merkle.proves(leaves[index], index, len(leaves), proof, root)
    assert not merkle.proves(leaves[index] + b"x", index, len(leaves), proof, root)
    assert not merkle.proves(leaves[index], index, len(leaves), [*proof, b"x"], root)
    assert not merkle.proves(leaves[index], len(leaves), len(leaves), proof, root)
    if proof:
        assert not merkle.proves(leaves[index], index, len(leaves), proof[:-1], root)


def test_a_node_does_not_pass_for_a_leaf():
    """Without separate domains the concatenated hashes of two leaves would be a leaf with the same root."""
    inner = b"".join(sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b"))
    assert merkle.root([inner]) != merkle.root([b"a", b"b"])


def test_a_leaf_that_is_not_there_has_no_path():
    with pytest.raises(IndexError):
        merkle.path([b"a"], 1)
