"""The guard on sockets."""

import socket

import pytest

from tests.support.network import OutsideError


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"], ids=["ipv4", "ipv6"])
def test_a_connection_beyond_the_machine_is_refused(address: str) -> None:
    """Neither ``connect`` nor ``connect_ex`` leaves the machine."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(OutsideError):
        one.connect((address, 80))
    with socket.socket(family) as one, pytest.raises(OutsideError):
        one.connect_ex((address, 80))


def test_a_name_is_not_looked_up() -> None:
    """Names would ask a name server."""
    with pytest.raises(OutsideError):
        socket.getaddrinfo("example.com", 80)


def test_loopback_is_open() -> None:
    """A server of the test's own can be reached."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
