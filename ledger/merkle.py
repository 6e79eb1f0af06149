"""A Merkle tree over rows in order, as RFC 6962, section 2.1, defines it; its memory grows with its height alone."""

from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"
HASH = 32  # bytes of a hash


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

    def extend(self, leaves: bytes) -> None:
        """Add many, their hashes one after the other: the same tree, put together a perfect subtree at a time."""
        place, number = 0, len(leaves) // HASH
        while place < number:
            aligned = self.leaves & -self.leaves or number
            size = min(aligned, 1 << (number - place).bit_length() - 1)
            self._add_perfect(leaves[HASH * place : HASH * (place + size)], size)
            place += size

    def _add_perfect(self, leaves: bytes, size: int) -> None:
        """Add `size` leaves, a power of two that divides the number of those before."""
        level = [leaves[first : first + HASH] for first in range(0, len(leaves), HASH)]
        while len(level) > 1:
            level = [sha256(NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
        (head,) = level
        carried = self.leaves // size
        while carried & 1:
            head = sha256(NODE + self.perfect.pop() + head).digest()
            carried >>= 1
        self.perfect.append(head)
        self.leaves += size

    def root(self) -> bytes:
        """The head of the tree; of no leaves, the hash of nothing."""
        if not self.perfect:
            return sha256().digest()
        *left, head = self.perfect
        for subtree in reversed(left):
            head = sha256(NODE + subtree + head).digest()
        return head
