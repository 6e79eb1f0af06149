"""Why origination says no. Each is a sentence with a code, shown where the person is working."""

from finance.errors import Refused


class KeyReused(Refused):
    code = "key_reused"
    message = (
        "The key {key} was already used for something else: nothing was done. "
        "Open the application again and start there."
    )


class WrongState(Refused):
    code = "wrong_state"
    message = "Application {number} is {state}: only one that is {needed} can be {done}."


class NotComplete(Refused):
    code = "not_complete"
    message = "The application cannot be sent yet, because this is missing: {missing}. Answer it, then send."


class NothingOnOffer(Refused):
    code = "nothing_on_offer"
    message = "There is no product to apply for on {on}: an administrator has to approve a version of one first."


class NotOffered(Refused):
    """Facts: `field`, "amount" or "months", says which answer is outside the product's limits."""

    code = "not_offered"
    message = "{product} cannot be {asked}: choose from {least} to {most}."

    @property
    def field(self) -> str:
        return str(self.facts["field"])


class BadIdentifier(Refused):
    code = "bad_identifier"
    message = "{what} has nine digits, such as {example}: {why}."


class NotTheApplicant(Refused):
    code = "not_the_applicant"
    message = "Application {number} is {applicant}'s: nobody else can {act} it."


class OwnApplication(Refused):
    code = "own_application"
    message = "Application {number} is your own: somebody else has to {act} it."


class FourEyes(Refused):
    code = "four_eyes"
    message = "You {did} application {number}: somebody else has to release its funds."


class UnknownReason(Refused):
    code = "unknown_reason"
    message = "An application cannot be declined for {reason!r}: choose one of the listed reasons."


class OfferEnded(Refused):
    code = "offer_ended"
    message = (
        "The offer on application {number} was good through {through}: a new one can be made by reviewing it again."
    )


class AgreementChanged(Refused):
    code = "agreement_changed"
    message = "The agreement on application {number} has changed since you opened it: read the present one, then sign."


class NameDiffers(Refused):
    code = "name_differs"
    message = "The name you typed is not the one on your account: type {name} to sign."


class ConsentMissing(Refused):
    code = "consent_missing"
    message = "The agreement cannot be signed here without your consent to sign electronically: tick the box to sign."


class PaymentsDiffer(Refused):
    code = "payments_differ"
    message = (
        "Application {number} cannot be paid out on {on}: its payments would differ from those that were signed. "
        "The applicant can withdraw it and apply again."
    )
