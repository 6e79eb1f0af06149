from origination.models.application import Application
from origination.models.event import ApplicationEvent
from origination.models.offer import Agreement, Offer, Signature

__all__ = ["Agreement", "Application", "ApplicationEvent", "Offer", "Signature"]
