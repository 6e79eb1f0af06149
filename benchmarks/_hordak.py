"""django-hordak under the same load: a transfer of two legs in one transaction, by so many clients at once.

    python _hordak.py DATABASE_URL CLIENTS SECONDS

Runs in an environment of its own, where django-hordak is installed; makes its tables, and prints one line of JSON.
Every client moves money from one of its own hundred accounts to one of its own cash accounts, so nobody waits for a
row of somebody else's.
"""

import json
import multiprocessing
import sys
import time
from typing import Any

import dj_database_url


def set_up(url: str) -> None:
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": dj_database_url.parse(url) | {"CONN_MAX_AGE": None}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY="USD",
        CURRENCIES=["USD"],
        HORDAK_INTERNAL_CURRENCY="USD",
        USE_TZ=True,
    )
    django.setup()


def open_accounts(clients: int) -> list[tuple[list[int], int]]:
    """(ids of a hundred accounts, id of a cash account) for each client."""
    from hordak.models import Account, AccountType

    made = []
    for client in range(clients):
        loans = [
            Account.objects.create(name=f"Loan {client}-{k}", type=AccountType.asset, currencies=["USD"]).pk
            for k in range(100)
        ]
        cash = Account.objects.create(name=f"Cash {client}", type=AccountType.asset, currencies=["USD"])
        made.append((loans, cash.pk))
    return made


def client(url: str, accounts: tuple[list[int], int], seconds: float, start: Any, done: Any) -> None:
    set_up(url)
    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    loans = list(Account.objects.filter(pk__in=accounts[0]))
    cash, amount = Account.objects.get(pk=accounts[1]), Money("12.34", "USD")
    start.wait()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        with transaction.atomic():
            loans[count % len(loans)].transfer_to(cash, amount)
        count += 1
    done.put(count / (time.perf_counter() - began))


def main(url: str, clients: int, seconds: float) -> None:
    set_up(url)
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    accounts = open_accounts(clients)
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    start, done = context.Barrier(clients), context.Queue()
    workers = [context.Process(target=client, args=(url, one, seconds, start, done)) for one in accounts]
    for worker in workers:
        worker.start()
    rates = [done.get() for _ in workers]
    for worker in workers:
        worker.join()
    print(json.dumps({"transfers_per_s": round(sum(rates), 1)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
