"""Find a Python that Loanwright runs on. Written so that older ones can read it and say what is missing."""

import os
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
PROBE = "import sys, venv; sys.exit(not %r <= sys.version_info[:2] <= %r)" % (OLDEST, NEWEST)  # noqa: UP031


def use_supported_python():  # type: () -> None
    """Go on if this Python will do; otherwise become one that does, or end with what to type."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        candidate = shutil.which(name)
        if candidate and runs(candidate):
            os.execv(candidate, [candidate] + sys.argv)  # noqa: RUF005, S606
    sys.exit(
        "Loanwright runs on Python 3.11, 3.12 or 3.13; this is {}.{} and none of them is on the PATH. "
        "Type: apt-get install python3.11 python3.11-venv".format(*sys.version_info[:2])
    )


def runs(candidate):  # type: (str) -> bool
    """Whether the program really is such a Python: a version manager's shim may only print a complaint."""
    try:
        answer = subprocess.run(
            [candidate, "-c", PROBE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0
