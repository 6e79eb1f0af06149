"""Why statements are not made."""

from finance.errors import Refused


class NotAMonthEnd(Refused):
    code = "not_a_month_end"
    message = "No statement ends on {on}: statements are for calendar months. Choose the last day of a month."


class MonthNotOver(Refused):
    code = "month_not_over"
    message = "{month} is not over: its statements can be made once {on} is closed."
