"""django-hordak in an environment of its own, on a database of its own on the same server: see _hordak.py."""

import json
import os
import subprocess
from pathlib import Path

from benchmarks.database import CHECKOUT, drop, on, on_the_server
from launcher.environment import VirtualEnvironment
from launcher.errors import CannotStart

DATABASE = "loanwright_hordak"


class CannotCompare(Exception):
    """Why there is nothing to compare with, in one line."""


def transfers_per_s(clients: int, seconds: float) -> float:
    """How many transfers of two legs django-hordak makes a second, by so many clients at once."""
    environment = VirtualEnvironment(
        checkout=CHECKOUT, root=Path(os.environ["LOANWRIGHT_STATE"]) / "hordak", levels=("hordak",)
    )
    try:
        environment.root.mkdir(parents=True, exist_ok=True)
        environment.ensure("hordak")
    except CannotStart as why:
        raise CannotCompare(f"its packages cannot be installed ({str(why).splitlines()[0]})") from why
    drop(DATABASE)
    on_the_server(f"CREATE DATABASE {DATABASE}")
    try:
        # It makes its own tables and reads them as their owner: it has no row-level security to go round.
        done = subprocess.run(
            [environment.python, CHECKOUT / "benchmarks" / "_hordak.py",
             on(os.environ["DATABASE_OWNER_URL"], DATABASE), str(clients), str(seconds)],
            capture_output=True, text=True, check=False, timeout=seconds + 300,
        )  # fmt: skip
    except subprocess.TimeoutExpired as why:
        raise CannotCompare("it did not end in time") from why
    finally:
        drop(DATABASE)
    if done.returncode:
        raise CannotCompare(f"it failed ({(done.stderr.strip().splitlines() or ['without a word'])[-1]})")
    return float(json.loads(done.stdout.splitlines()[-1])["transfers_per_s"])
