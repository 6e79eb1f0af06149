"""The tree over sealed rows is RFC 6962's, put together one leaf at a time or many."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import Tree, leaf_hash
from tests.ledger.close.test_sealing import verifier


def head(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + head(leaves[:split]) + head(leaves[split:])).digest()


@given(st.integers(min_value=1, max_value=70))
def test_the_tree_is_that_of_rfc_6962(number: int) -> None:
    leaves = [leaf_hash(str(n).encode()) for n in range(number)]
    ours, theirs = Tree(), verifier.Tree()
    for leaf in leaves:
        ours.add(leaf)
        theirs.add(leaf)
    assert ours.root() == head(leaves)
    assert theirs.root() == head(leaves).hex()


@given(sizes=st.lists(st.integers(0, 70), max_size=6))
def test_leaves_added_many_at_a_time_give_the_same_tree(sizes: list[int]) -> None:
    one, many, number = Tree(), Tree(), 0
    for size in sizes:
        leaves = [leaf_hash(bytes([n % 256])) for n in range(number, number + size)]
        number += size
        many.extend(b"".join(leaves))
        for leaf in leaves:
            one.add(leaf)
        assert (many.root(), many.leaves, many.perfect) == (one.root(), one.leaves, one.perfect)


def test_a_leaf_and_the_empty_tree_are_those_of_the_published_vectors() -> None:
    """The test vectors of Certificate Transparency: https://www.rfc-editor.org/rfc/rfc6962 and its reference log."""
    assert Tree().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    tree = Tree()
    for leaf in (b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", b"\x50" + bytes(range(81, 88)),
                 bytes(range(96, 112))):  # fmt: skip
        tree.add(leaf_hash(leaf))
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
