"""Gunicorn's settings under the launcher: `gunicorn --config python:launcher.web_config lending.wsgi`."""

import signal
from typing import Protocol

from launcher.processes import dies_with

control_socket_disable = True
worker_class = "gthread"
workers = 2
threads = 4
graceful_timeout = 5


class Master(Protocol):
    pid: int


def post_fork(server: Master, worker: object) -> None:
    """A killed master takes its workers along at once, so that the port is free for the next start."""
    dies_with(server.pid, signal.SIGKILL)
