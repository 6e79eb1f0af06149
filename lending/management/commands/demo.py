"""`manage.py demo`: set the demo up, and say whom one can sign in as."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from finance.errors import Refused
from lending.demo.book import set_up_demo
from lending.demo.people import demo_sign_ins


class Command(BaseCommand):
    help = "Set up the demo: a lender with a book of 2,000 real loans, and people to sign in as. Again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT != "demo":
            raise CommandError(
                f"LOANWRIGHT_ENVIRONMENT is {settings.ENVIRONMENT}: the demo's people have a password that everybody "
                "knows, so it can be set up only where that is demo."
            )
        try:
            set_up_demo(self.tell)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.tell("Sign in as one of these:")
        for person in demo_sign_ins():
            self.tell(f"  {person['role']:<22}{person['email']:<46}{person['password']}")

    def tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
