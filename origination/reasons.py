"""Why an application can be declined: a closed list, read from data/decline_reasons.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("data") / "decline_reasons.toml"


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """code: what is kept.  label: what staff pick.  sentence: what the applicant is told."""

    code: str
    label: str
    sentence: str


DECLINE_REASONS = tuple(DeclineReason(code=code, **row) for code, row in tomllib.loads(FILE.read_text()).items())
REASON_BY_CODE = {reason.code: reason for reason in DECLINE_REASONS}
