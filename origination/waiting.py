"""What an application waits for, in one sentence: for the applicant, and for staff."""

from datetime import date

from origination.models import Application
from origination.words import day, dollars, weekday


def for_applicant(application: Application, today: date) -> str:
    """What waits for whom, in plain words."""
    offer, loan = application.offer, application.loan
    match application.state:
        case "draft":
            return "Waiting for you: your application is saved and not sent yet."
        case "submitted" | "in_review":
            assert application.decide_by is not None
            return f"Waiting for us: we tell you our decision by {weekday(application.decide_by)}."
        case "approved":
            assert offer is not None
            if today > offer.good_through:
                return f"Our offer ended on {day(offer.good_through)}. Write to us if you would like a new one."
            return (
                f"Waiting for you: read our offer of {dollars(offer.amount)} and sign it "
                f"by {weekday(offer.good_through)}."
            )
        case "accepted":
            assert offer is not None
            return (
                f"Waiting for us: you have signed, and a second person checks before we send {dollars(offer.amount)}."
            )
        case "funded":
            assert offer is not None
            assert loan is not None
            return (
                f"We sent you {dollars(loan.amount)} on {day(loan.opened_on)}. "
                f"Your first payment of {dollars(offer.payment)} is due on {weekday(loan.first_due_on)}."
            )
        case "declined":
            return "We cannot make you this loan."
    return f"You withdrew this application on {day(application.state_since)}. Nothing is owed."


def for_staff(application: Application, today: date) -> str:
    """The next step, whose it is, and by when."""
    offer = application.offer
    match application.state:
        case "submitted":
            assert application.decide_by is not None
            return f"An underwriter starts the review. The decision is due by {weekday(application.decide_by)}."
        case "in_review":
            assert application.decide_by is not None
            return f"{application.reviewer} is reviewing it. The decision is due by {weekday(application.decide_by)}."
        case "approved":
            assert offer is not None
            if today > offer.good_through:
                return f"The offer ended unsigned on {day(offer.good_through)}. Reviewing it again makes a new one."
            return f"{application.applicant} signs the offer, which is good through {weekday(offer.good_through)}."
        case "accepted":
            return f"Somebody other than {application.decided_by} releases the funds."
        case "funded":
            assert application.loan is not None
            return f"Paid out as loan {application.loan.number} on {day(application.loan.opened_on)}."
        case "declined":
            assert application.decided_on is not None
            return f"{application.decided_by} declined it on {day(application.decided_on)}."
        case "withdrawn":
            return f"{application.applicant} withdrew it on {day(application.state_since)}."
    return "The applicant has not sent it yet."
