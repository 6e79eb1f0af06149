"""Reading pages as a person does: the words of a page, the rows of its tables, and how many queries it took."""

from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

# A screen reader's words and the marks of what can be sorted are not among the figures of a cell.
SKIPPED = {"script", "style", "kbd"}


class Reader(HTMLParser):
    """The tables of a page by their aria-label, each a list of rows of cells; and all its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.words: list[str] = []
        self.table: list[list[str]] | None = None
        self.cell: list[str] | None = None
        self.skipping = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self.skipping += 1
        elif tag == "table":
            self.table = self.tables.setdefault(dict(attrs).get("aria-label") or "", [])
        elif tag == "tr" and self.table is not None:
            self.table.append([])
        elif tag in ("td", "th") and self.table is not None:
            self.cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self.skipping -= 1
        elif tag in ("td", "th") and self.table is not None and self.cell is not None:
            self.table[-1].append(" ".join(" ".join(self.cell).split()))
            self.cell = None
        elif tag == "table":
            self.table = None

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words.append(data)
            if self.cell is not None:
                self.cell.append(data)


def table(response: Any, label: str) -> list[list[str]]:
    """The rows of the table called `label`, its header first."""
    return Reader(response.content.decode()).tables[label]


def words(response: Any) -> str:
    """Everything that the page says, on one line."""
    return " ".join(" ".join(Reader(response.content.decode()).words).split())


def queries(client: Any, url: str) -> int:
    """How many queries opening the page takes; it must open."""
    with CaptureQueriesContext(connection) as found:
        response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return len(found)
