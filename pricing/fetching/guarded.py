"""Connections that refuse to speak to this machine or its network: a publisher's name may point anywhere."""

import ipaddress
import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class PrivateAddress(Exception):
    """A host's name led to an address that is not of the public internet."""


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet; of an IPv4 inside an IPv6 the inner one counts."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(inner.is_global and not inner.is_multicast)


def _checked(sock: socket.socket) -> socket.socket:
    """The socket, closed and refused where its other end is not public.

    The address is looked at once the connection stands and before a byte is sent: whatever the name resolves
    to next, this is who would be spoken to.
    """
    peer = str(sock.getpeername()[0])
    if not is_public(peer):
        sock.close()
        raise PrivateAddress(peer)
    return sock


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class PublicOnly(HTTPAdapter):
    """An adapter of `requests` whose connections go to public addresses only."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools with guarded connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


def new_session(user_agent: str, *, allow_private: bool) -> requests.Session:
    """A session without cookies, proxies or passwords of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.cookies = _NoCookies()
    session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
    if not allow_private:
        session.mount("http://", PublicOnly())
        session.mount("https://", PublicOnly())
    return session


class _NoCookies(RequestsCookieJar):
    """A jar that takes nothing."""

    def set_cookie(self, cookie: Any, *arguments: Any, **options: Any) -> None:
        """Leave the cookie."""
