"""The command line of run.py."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher import checks, commands, demo
from launcher.errors import CannotStart, Interrupted
from launcher.progress import say
from launcher.session import Session
from launcher.state import open_root
from launcher.supervisor import Supervisor, interrupt_on_signals

CHECKOUT = Path(__file__).resolve().parent.parent
USAGE = """\
python3 run.py demo                 start everything on this machine and say where it is
python3 run.py test [PYTEST ...]    every check and test; with arguments, pytest alone with these
python3 run.py manage COMMAND ...   manage.py inside this environment
python3 run.py bench NAME ...       one benchmark; its last line is a JSON object
python3 run.py screenshots [DIR]    pictures of every page of the running demo, in every state

--port PORT    the demo's port (8000, or the next free one)
--state DIR    where data, environment, secrets and logs are kept (.state in the checkout)
--fresh        delete this command's own data and start anew
"""
AREAS = {"demo": "demo", "manage": "demo", "test": "test", "bench": "bench", "screenshots": "demo"}


class BadUsage(CannotStart):
    """The command line makes no sense."""


@dataclass
class Order:
    """What was typed."""

    command: str = ""
    port: int | None = None
    state: Path = CHECKOUT / ".state"
    fresh: bool = False
    rest: list[str] = field(default_factory=list)


def read(arguments: Sequence[str]) -> Order:
    """Options stand before or right after the command; the first other word ends them: the rest is the command's."""
    order, left = Order(), list(arguments)
    while left:
        word = left.pop(0)
        name, _, value = word.partition("=")
        if name in ("--port", "--state"):
            if not value and not left:
                raise BadUsage(f"{name} needs a value")
            set_option(order, name, value or left.pop(0))
        elif word == "--fresh":
            order.fresh = True
        elif not order.command and word in AREAS:
            order.command = word
        elif not order.command:
            raise BadUsage(f"There is no command {word}")
        else:
            order.rest = [word, *left]
            break
    check(order)
    return order


def set_option(order: Order, name: str, value: str) -> None:
    if name == "--state":
        order.state = Path(value).absolute()
    elif value.isdecimal() and 0 < int(value) < 65536:
        order.port = int(value)
    else:
        raise BadUsage(f"--port {value}: a port is a number from 1 to 65535")


def check(order: Order) -> None:
    if not order.command:
        raise BadUsage("A command is missing")
    if order.command == "demo" and order.rest:
        raise BadUsage(f"demo does not know {order.rest[0]}")
    if order.command == "bench" and not order.rest:
        raise BadUsage("bench needs the name of a benchmark")
    if order.command == "screenshots" and len(order.rest) > 1:
        raise BadUsage(f"screenshots takes one folder, and does not know {order.rest[1]}")
    if order.port is not None and order.command != "demo":
        raise BadUsage("--port is for demo")


def main(arguments: Sequence[str]) -> int:
    """Do what was typed; returns the exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    interrupt_on_signals()
    try:
        return carry_out(read(arguments))
    except BadUsage as error:
        say(f"{error}.\n\n{USAGE}")
        return 2
    except CannotStart as error:
        say(f"{error}")
        return 1
    except Interrupted as interruption:
        # Ctrl-C is how a demo ends; anything else was cut short.
        asked = interruption.signal_number in (signal.SIGINT, signal.SIGTERM)
        return 0 if asked and "demo" in arguments else 128 + interruption.signal_number


def carry_out(order: Order) -> int:
    root = open_root(order.state)
    session = Session(checkout=CHECKOUT, root=root, area=AREAS[order.command])
    if order.fresh:
        session.forget()
    if order.command in ("demo", "test"):
        session.claim()
    session.environment.ensure("development" if order.command in ("test", "screenshots") else "demo")
    with Supervisor() as supervisor:
        match order.command:
            case "demo":
                demo.demo(session, port=order.port, supervisor=supervisor)
            case "test":
                return checks.test(session, order.rest, supervisor=supervisor)
            case "manage":
                return commands.manage(session, order.rest, supervisor=supervisor)
            case "bench":
                return commands.bench(session, order.rest, supervisor=supervisor)
            case "screenshots":
                return commands.screenshots(session, order.rest)
    return 0
