"""How the launcher gives up."""


class CannotStart(Exception):
    """Something outside Loanwright is missing or in the way: one line that says what, and what to type."""


class Interrupted(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: end every child, then end."""

    def __init__(self, signal_number: int) -> None:
        self.signal_number = signal_number
