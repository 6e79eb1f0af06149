"""`manage.py calculate FAMILY CASES.json ANSWERS.json`: the numbers, checked by anyone against a spreadsheet.

The same functions that boarding, the ledger and the desks use; no database, no server.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from finance.calculate import FAMILIES, answer
from finance.errors import Refused


class Command(BaseCommand):
    help = "Answer a file of cases of one family. A case with a bad input gets its error; the others are answered."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("family", choices=sorted(FAMILIES))
        parser.add_argument("cases", type=Path)
        parser.add_argument("answers", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cases = json.loads(options["cases"].read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise CommandError(f"{options['cases']} cannot be read: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{options['cases']} is not a JSON file: {error}.") from error
        try:
            answers = answer(options["family"], cases)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            options["answers"].write_text(json.dumps(answers, indent=1) + "\n")
        except OSError as error:
            raise CommandError(f"{options['answers']} cannot be written: {error.strerror}.") from error
        errors = sum(isinstance(given, dict) and "error" in given for given in answers.values())
        self.stdout.write(f"{len(answers)} cases answered, {errors} of them with an error: {options['answers']}")
