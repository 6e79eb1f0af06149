"""A Merkle tree over rows in order, as RFC 6962, section 2.1, defines it; its memory grows with its height alone."""

from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"


def leaf_hash(line: bytes) -> bytes:
    """The hash of one row: SHA-256 of a zero byte and the row's text."""
    return sha256(LEAF + line).digest()


class Tree:
    """add() the hashes of the leaves in order; root() is the tree's head."""

    def __init__(self) -> None:
        self.leaves = 0
        self.perfect: list[bytes] = []  # heads of perfect subtrees, the largest first: one for each bit of `leaves`

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        perfect, carried = self.perfect, self.leaves
        while carried & 1:
            leaf = sha256(NODE + perfect.pop() + leaf).digest()
            carried >>= 1
        perfect.append(leaf)
        self.leaves += 1

    def root(self) -> bytes:
        """The head of the tree; of no leaves, the hash of nothing."""
        if not self.perfect:
            return sha256().digest()
        *left, head = self.perfect
        for subtree in reversed(left):
            head = sha256(NODE + subtree + head).digest()
        return head
