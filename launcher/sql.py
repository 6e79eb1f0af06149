"""SQL for the launcher, spoken by the psycopg of the virtual environment: the launcher itself has only the library."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launcher.errors import CannotStart
from launcher.processes import inherited_environment

SPEAK = """
import json, sys
import psycopg
order = json.load(sys.stdin)
answers = []
try:
    with psycopg.connect(order["url"], autocommit=True, connect_timeout=15) as connection:
        for statement in order["statements"]:
            cursor = connection.execute(statement)
            answers.append(cursor.fetchall() if cursor.description else [])
except psycopg.Error as error:
    sys.exit(str(error).strip() or type(error).__name__)
json.dump(answers, sys.stdout)
"""

Rows = list[list[object]]


class Database:
    """A database reached through a URL. The URL holds a password, so it never stands on a command line."""

    def __init__(self, python: Path, url: str) -> None:
        self.python = python
        self.url = url

    def execute(self, statements: Sequence[str]) -> list[Rows]:
        """Run statements one by one, each committed at once; the rows of each. Raises CannotStart with the reason."""
        answer = subprocess.run(
            [self.python, "-c", SPEAK],
            input=json.dumps({"url": self.url, "statements": list(statements)}),
            env=inherited_environment(),
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            raise CannotStart(f"The database refused: {' '.join(answer.stderr.split())}")
        rows: list[Rows] = json.loads(answer.stdout)
        return rows

    def query(self, statement: str) -> Rows:
        return self.execute([statement])[0]


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
