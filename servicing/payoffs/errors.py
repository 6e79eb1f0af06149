"""Why a payoff letter is not made."""

from finance.errors import Refused


class NothingToPayOff(Refused):
    code = "nothing_to_pay_off"
    message = "A payoff letter cannot be made, because loan {number} is {state}: a letter is for a loan that is active."


class DayOutsideWindow(Refused):
    code = "day_outside_window"
    message = "A letter for {on} cannot be made: choose a day from {first} to {last}."
