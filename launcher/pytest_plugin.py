"""`pytest -p launcher.pytest_plugin`: when pytest is killed, its parallel workers go with it, even in mid-test."""

import os
import signal

from launcher.processes import dies_with


def pytest_configure() -> None:
    dies_with(os.getppid(), signal.SIGKILL)
