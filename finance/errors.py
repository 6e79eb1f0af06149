"""How the business says no: a sentence with a code."""


class Refused(Exception):
    """The business says no. Expected, shown to the person, never a bug (bugs assert).

    Subclasses set `code` and a `message` template, filled from the keyword facts. A positional argument is a
    finished sentence and is kept as it is, which is also how a pickled refusal comes back from a worker.
    """

    code, message = "refused", "This cannot be done."

    def __init__(self, *args: object, **facts: object) -> None:
        self.facts = facts
        super().__init__(*(args or (self.message.format(**facts),)))


class BadInput(Refused):
    """A field of an input is wrong. Facts: `field` (its path, as in "payments[3].amount"), `value`, `allowed`.

    >>> str(BadInput(field="n", value=0, allowed="a whole number from 1 to 1200"))
    'n cannot be 0: it must be a whole number from 1 to 1200.'
    """

    code, message = "bad_input", "{field} cannot be {shown}: it must be {allowed}."

    def __init__(self, *args: object, **facts: object) -> None:
        super().__init__(*args, **{"shown": _shown(facts.get("value")), **facts})

    @property
    def field(self) -> str:
        """The path of the field that is wrong."""
        return str(self.facts.get("field", ""))


def _shown(value: object) -> str:
    """`value` as it was typed, on one line and of a readable length; None is shown as empty."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= 60 else f"{text[:57]}..."
