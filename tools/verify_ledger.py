#!/usr/bin/env python3
"""Check an export of sealed days: that nothing in it was altered, removed or added since each day was sealed.

    python3 verify_ledger.py EXPORT [--root YYYY-MM-DD=HEX]

EXPORT is the folder or the .zip that the ledger wrote. --root is a root that you were given or kept on that day: it
must be in the chain. Without one, you learn that the export agrees with itself; with one, that it is the ledger whose
root you hold. Exit code 0: all holds. 1: something does not, and each thing is named. 2: this is no export.

This program shares no code with the ledger and needs nothing but Python 3.9 or later. What it checks, day by day:

1. The hash of each row (SHA-256 of a zero byte and the row's line) is the one that was sealed, in the same order.
2. The Merkle root of the hashes (RFC 6962, section 2.1) is the day's root; the last leaf names the root of the day
   before, so the roots are a chain.
3. Each journal entry has the lines and the total it announces, and its debits equal its credits.
4. Each account's balance is the balance of the day before and the postings of the day.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
from decimal import Decimal, InvalidOperation
from pathlib import Path

KINDS = ("event", "entry", "posting", "accrual", "balance")
FORMATS = (1,)


class NoExport(Exception):
    """What was given cannot be read as an export."""


class Export:
    """The files of an export, in a folder or in a zip."""

    def __init__(self, path):
        self.path = Path(path)
        if not self.path.exists():
            raise NoExport(f"There is nothing at {path}.")
        self.zip = None if self.path.is_dir() else self.open_zip()
        names = [p.name for p in self.path.iterdir()] if self.zip is None else self.zip.namelist()
        self.names = set(names)
        self.days = sorted(n[:10] for n in names if re.fullmatch(r"\d{4}-\d\d-\d\d\.seal\.json", n))
        if not self.days:
            raise NoExport(f"{path} holds no sealed day: a DAY.seal.json is missing.")

    def open_zip(self):
        try:
            return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError) as error:
            raise NoExport(f"{self.path} is neither a folder nor a zip.") from error

    def lines(self, name):
        """The lines of a file, as bytes without their end."""
        if name not in self.names:
            raise NoExport(f"{name} is missing.")
        with (self.path / name).open("rb") if self.zip is None else self.zip.open(name) as file:
            for line in file:
                yield line.rstrip(b"\r\n")

    def text(self, name):
        return b"\n".join(self.lines(name)).decode()


class Tree:
    """A Merkle tree of RFC 6962, built leaf by leaf."""

    def __init__(self):
        self.stack = []  # (leaves below, hash) of perfect subtrees, the largest first

    def add(self, leaf):
        size = 1
        while self.stack and self.stack[-1][0] == size:
            leaf = node(self.stack.pop()[1], leaf)
            size *= 2
        self.stack.append((size, leaf))

    def root(self):
        hashes = [digest for _, digest in self.stack]
        head = hashes.pop()
        while hashes:
            head = node(hashes.pop(), head)
        return head.hex()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def hash_of(line):
    return hashlib.sha256(b"\x00" + line).digest()


class Day:
    """One sealed day, checked. `problems` are sentences."""

    def __init__(self, export, day):
        self.export, self.day, self.problems = export, day, []
        try:
            self.seal = json.loads(export.text(f"{day}.seal.json"))
            self.root, self.columns = self.seal["root"], self.seal["columns"]
            known = self.seal["format"] in FORMATS
        except (ValueError, KeyError, TypeError) as error:
            raise NoExport(f"{day}.seal.json cannot be read: {error}.") from error
        if not known:
            raise NoExport(f"{day} is sealed in format {self.seal['format']}, which this program does not know.")
        self.line = None  # what the last leaf says: [format, lender, day, day before, its root, counts]
        self.entries, self.lines_of, self.balances, self.moved = {}, {}, {}, {}
        self.counts = dict.fromkeys(KINDS, 0)
        self.rows = 0

    def say(self, sentence):
        self.problems.append(f"{self.day}: {sentence}")

    def sealed(self):
        """(kind, id, hash) of each row when it was sealed."""
        for number, line in enumerate(self.export.lines(f"{self.day}.hashes"), start=1):
            try:
                kind, pk, digest = line.decode().split(" ")
                yield kind, int(pk), bytes.fromhex(digest)
            except ValueError:
                self.say(f"Line {number} of the hashes cannot be read.")

    def now(self):
        """(kind, id, hash, row) of each row of the export; the day's own line ends it."""
        for number, line in enumerate(self.export.lines(f"{self.day}.rows.jsonl"), start=1):
            try:
                row = json.loads(line)
                kind, pk = row[0], row[1]
                if kind == "day":
                    self.line, self.line_hash = row, hash_of(line)
                    continue
                if kind not in KINDS:
                    raise ValueError(kind)
                yield kind, int(pk), hash_of(line), row
            except (ValueError, IndexError, TypeError, KeyError):
                self.say(f"Line {number} of the rows cannot be read.")

    def check(self):
        """Everything that can be checked of this day alone."""
        self.compare()
        self.check_root()
        self.check_entries()

    def compare(self):
        """Each row with the hash under which it was sealed, both in the order of kinds and ids."""
        tree, again = Tree(), Tree()
        gone, extra = {}, {}
        kept_rows, rows = self.sealed(), self.now()
        kept, row = next(kept_rows, None), next(rows, None)
        while kept or row:
            if kept:
                place = (KINDS.index(kept[0]) if kept[0] in KINDS else len(KINDS), kept[1])
            if row:
                here = (KINDS.index(row[0]), row[1])
            if row is None or (kept and place < here):
                gone[kept[0], kept[1]] = kept[2]
                tree.add(kept[2])
                kept = next(kept_rows, None)
            elif kept is None or here < place:
                extra[row[0], row[1]] = row[2]
                again.add(row[2])
                self.take(row)
                row = next(rows, None)
            else:
                if kept[2] != row[2]:
                    self.say(f"{self.name(row[0], row[1], row[3])} was altered after it was sealed.")
                tree.add(kept[2])
                again.add(row[2])
                self.take(row)
                kept, row = next(kept_rows, None), next(rows, None)
        for key in gone.keys() & extra.keys():
            same = "" if gone[key] == extra[key] else ", and altered"
            self.say(f"{self.name(*key)} stands in another place than it was sealed in{same}.")
        for key in gone.keys() - extra.keys():
            self.say(f"{self.name(*key)} was removed.")
        for key in extra.keys() - gone.keys():
            self.say(f"{self.name(*key)} was added after the day was sealed.")
        self.of_hashes, self.of_rows = tree, again

    def name(self, kind, pk, row=None):
        """A row as a person knows it."""
        if kind == "posting":
            row = row or self.lines_of.get(pk)
            of = f" of entry {self.value(row, 'entry_id')}" if row else ""
            return f"Posting {pk}{of}"
        if kind == "balance":
            return f"The balance of account {pk}"
        return f"{kind.capitalize()} {pk}"

    def value(self, row, column):
        return row[self.columns[row[0]].index(column)]

    def take(self, row):
        """Keep what the sums need of a row."""
        kind, pk, _, row = row
        self.rows += 1
        self.counts[kind] += 1
        try:
            if kind == "entry":
                names = ("lines", "total", "booked_on", "posted_on", "currency")
                self.entries[pk] = {name: self.value(row, name) for name in names}
            elif kind == "posting":
                self.lines_of[pk] = row
            elif kind == "balance":
                self.balances[pk] = (Decimal(row[2]), Decimal(row[3]), row[4])
        except (ValueError, IndexError, InvalidOperation):
            self.say(f"{self.name(kind, pk)} lacks a column.")

    def check_root(self):
        """The root of the hashes, and of the rows, beside the root of the seal."""
        if self.line is None:
            self.say("The last line, which names the day, is missing.")
            return
        self.of_hashes.add(self.line_hash)
        self.of_rows.add(self.line_hash)
        hashes, rows = self.of_hashes.root(), self.of_rows.root()
        if hashes != self.root and rows == self.root:
            self.say("The hashes were replaced: the rows give the root, the hashes do not.")
        elif hashes != self.root:
            self.say(
                f"The root was replaced, or the day's own line: the hashes give {hashes}, the seal says {self.root}."
            )
        if self.line[3] != self.day:
            self.say(f"The day's own line names {self.line[3]}.")
        if self.line[6] != self.counts:
            self.say(f"The day's own line counts {self.line[6]}, there are {self.counts}.")
        if self.line[5] != self.seal["previous"]:
            self.say("The seal and the day's own line name different roots before it.")

    def check_entries(self):
        """Each entry's lines, total and days; and what they move."""
        sums = {}
        for pk, row in self.lines_of.items():
            try:
                entry, account = self.value(row, "entry_id"), self.value(row, "account_id")
                debit, credit = Decimal(self.value(row, "debit")), Decimal(self.value(row, "credit"))
            except (IndexError, InvalidOperation, TypeError):
                self.say(f"{self.name('posting', pk)} lacks a column.")
                continue
            lines, debits, credits = sums.get(entry, (0, Decimal(0), Decimal(0)))
            sums[entry] = (lines + 1, debits + debit, credits + credit)
            moved = self.moved.get(account, (Decimal(0), Decimal(0), 0))
            self.moved[account] = (moved[0] + debit, moved[1] + credit, moved[2] + 1)
            if entry not in self.entries:
                self.say(f"Posting {pk} belongs to entry {entry}, which is not in this day.")
                continue
            for name in ("booked_on", "posted_on", "currency"):
                if self.value(row, name) != self.entries[entry][name]:
                    self.say(f"Posting {pk} of entry {entry} has another {name} than its entry.")
        for pk, entry in self.entries.items():
            lines, debits, credits = sums.get(pk, (0, Decimal(0), Decimal(0)))
            if debits != credits:
                self.say(f"Entry {pk} does not balance: {debits} debit, {credits} credit.")
            elif (lines, str(debits)) != (entry["lines"], entry["total"]):
                self.say(
                    f"Entry {pk} announces {entry['lines']} lines of {entry['total']}, it has {lines} of {debits}."
                )


def check_chain(before, day):
    """`day` beside the day sealed before it; `before` is None for the first of the export."""
    if before is None:
        return
    if day.line and day.line[4] != before.day:
        day.say(f"It follows on {day.line[4]}, and the day before it in the export is {before.day}: a day is missing.")
    elif day.line and day.line[5] != before.root:
        day.say(f"It names {day.line[5]} as the root of {before.day}, whose seal says {before.root}.")


def check_balances(before, day):
    """Each balance beside that of the day before and the day's postings. Of a first day, nothing may come before."""
    if before is None and (day.line is None or day.line[4] is not None):
        return  # the days before the export are not in it
    opening = before.balances if before else {}
    nothing = (Decimal(0), Decimal(0), 0)
    for account in sorted(day.balances.keys() | day.moved.keys() | opening.keys()):
        was, moved = opening.get(account, nothing), day.moved.get(account, nothing)
        adds_up = tuple(a + b for a, b in zip(was, moved))
        if adds_up != day.balances.get(account, nothing):
            found = day.balances.get(account, nothing)
            day.say(
                f"The balance of account {account} is {found[0]} debit, {found[1]} credit; the day before and the"
                f" postings of the day come to {adds_up[0]} debit, {adds_up[1]} credit."
            )


def check_roots(given, days):
    """The roots that the reader holds, beside the export's."""
    for text in given:
        on, _, root = text.partition("=")
        found = next((day for day in days if day.day == on), None)
        if found is None:
            yield f"{on}: You hold a root of this day, and the day is not in the export."
        elif found.root != root.strip().lower():
            yield f"{on}: You hold the root {root}, and the export says {found.root}: this is another ledger."


def verify(path, roots=()):
    """Check the export at `path`. Returns the days as checked and what is wrong, in sentences."""
    export = Export(path)
    days, problems, before = [], [], None
    for name in export.days:
        day = Day(export, name)
        day.check()
        check_chain(before, day)
        check_balances(before, day)
        problems += day.problems
        day.entries, day.lines_of, day.moved = {}, {}, {}  # the next day needs the balances alone
        days.append(day)
        before = day
    return days, [*problems, *check_roots(roots, days)]


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description="Check an export of sealed days.", epilog="Exit code 0: it holds. 1: it does not. 2: no export."
    )
    parser.add_argument("export", help="the folder or .zip that the ledger wrote")
    parser.add_argument("--root", action="append", default=[], metavar="DAY=HEX", help="a root that you hold")
    given = parser.parse_args(arguments)
    try:
        days, problems = verify(given.export, given.root)
    except NoExport as error:
        print(error, file=sys.stderr)
        return 2
    for problem in problems:
        print(problem)
    rows = sum(day.rows for day in days)
    if problems:
        print(f"\nDoes not hold: {len(problems)} findings in {len(days)} sealed days, {rows:,} rows.")
        return 1
    first = days[0]
    since = "the first day of these books" if first.line[4] is None else f"{first.line[4]}, which is not in it"
    print(f"{len(days)} sealed days and {rows:,} rows hold. The export follows on {since}.")
    print(f"The root of {days[-1].day} is {days[-1].root}: compare it with the one you were given.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
