"""No test speaks to the world: a connection beyond this machine fails at once."""

import ipaddress
import socket
from typing import Any, Final

_connect: Final = socket.socket.connect
_connect_ex: Final = socket.socket.connect_ex
_getaddrinfo: Final = socket.getaddrinfo


class OutsideError(RuntimeError):
    """A test tried to reach an address beyond loopback."""


def forbid_outside() -> None:
    """Let sockets of this process reach loopback and local sockets only."""
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign]  # the one place where the guard goes in
    socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[method-assign]  # as above
    socket.getaddrinfo = _guarded_getaddrinfo


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _check(self, address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _check(self, address)
    return _connect_ex(self, address)


def _guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
    if host is not None and not _is_local(host):
        raise OutsideError(f"A test asked for the address of {host!r}; tests stay on this machine.")
    return _getaddrinfo(host, *arguments, **options)


def _check(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
        raise OutsideError(f"A test tried to reach {address[0]!r}; tests stay on this machine.")


def _is_local(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
