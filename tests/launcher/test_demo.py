import socket

import pytest

from launcher.demo import listen
from launcher.errors import CannotStart


def test_a_busy_port_that_was_asked_for_is_refused_with_what_to_type():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"^Port {port} cannot be had .* --port {port + 1}$"):
            listen(port)


def test_two_demos_side_by_side_take_two_ports():
    with listen(None) as first, listen(None) as second:
        assert first.getsockname()[1] < second.getsockname()[1] < 8100
