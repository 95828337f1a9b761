"""The names and addresses under which this machine is reached."""

import errno
import fcntl
import ipaddress
import socket
import struct
from contextlib import suppress

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_SIOCGIFADDR = 0x8915
_INTERFACE_REQUEST = "256s"


def host_names() -> list[str]:
    """Return ``localhost`` and this machine's own name, the latter also as the yard's network may announce it."""
    names = ["localhost"]
    own = socket.gethostname().lower()
    if own and own != "localhost" and own.isascii():
        names.append(own)
        if "." not in own:
            names.append(f"{own}.local")
    return names


def addresses() -> list[IpAddress]:
    """Return the addresses of every interface that is up (IPv4), and the loopback's of both families."""
    found: list[IpAddress] = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, interface in socket.if_nameindex():
            request = struct.pack(_INTERFACE_REQUEST, interface[:15].encode())
            with suppress(OSError):  # an interface without an IPv4 address
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
                address = ipaddress.ip_address(answer[20:24])
                if address not in found:
                    found.append(address)
    return found


def is_taken(host: str, port: int) -> bool:
    """Whether another program listens on ``host:port``. Raises ``OSError`` where the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False
