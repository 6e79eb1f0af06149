"""The payments that are still to come as an iCalendar file. Source: RFC 5545."""

from datetime import UTC, datetime, time, timedelta

from servicing.payments.plan import Plan
from servicing.words import dollars

REMIND = timedelta(days=3)


def calendar_file(plan: Plan, *, pay_url: str, host: str) -> bytes:
    """One all-day event for each instalment from today on that is not met, with a reminder three days before.

    A calendar is often shared, so it names the end of the loan's number only. Fetched again, it has the same ids, so
    that a calendar moves what it has and does not double it.
    """
    from icalendar import Alarm, Calendar, Event  # late: it takes a third of a second, and few pages need it

    loan = plan.account.loan
    ends_in = loan.number[-4:]
    made = Calendar()
    made.add("prodid", "-//Loanwright//Payments//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", f"Payments of the loan ending in {ends_in}")
    for row in plan.rows:
        if row.standing.state == "met" or row.due_on < plan.at.as_of or plan.at.state.gone:
            continue
        event = Event()
        instalment = row.standing.instalment
        event.add("uid", f"loan-{loan.pk}-{instalment.version}-{instalment.number}@{host}")
        event.add("dtstamp", datetime.combine(plan.at.as_of, time(), UTC))
        event.add("dtstart", row.due_on)
        event.add("dtend", row.due_on + timedelta(1))
        event.add("summary", f"Loan payment of {dollars(row.left)} is due")
        event.add("description", f"The loan ending in {ends_in}. Pay at {pay_url}")
        event.add("url", pay_url)
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"Loan payment of {dollars(row.left)} is due in three days")
        alarm.add("trigger", -REMIND)
        event.add_component(alarm)
        made.add_component(event)
    content: bytes = made.to_ical()
    return content
