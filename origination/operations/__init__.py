from origination.operations.decide import approve_application, decline_application, start_review
from origination.operations.draft import save_draft, start_application
from origination.operations.release import preview_release, release_funds
from origination.operations.sign import accept_and_sign_offer
from origination.operations.submit import submit_application
from origination.operations.withdraw import withdraw

__all__ = [
    "accept_and_sign_offer",
    "approve_application",
    "decline_application",
    "preview_release",
    "release_funds",
    "save_draft",
    "start_application",
    "start_review",
    "submit_application",
    "withdraw",
]
