"""Requests that need a key: how each kind of access gets its headers, and what its refusals mean."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

from pricing.fetching.answers import Answer
from pricing.fetching.bodies import Trouble
from pricing.fetching.plans import Request
from pricing.fetching.vault import Vault

Ask = Callable[[Request, Mapping[str, str]], Answer]
LARGEST_REFUSAL = 16_384
"""Bytes; a longer answer is a document and no refusal."""


class Verdict(StrEnum):
    """What an answer says of the right to ask."""

    FINE = "fine"
    EXPIRED = "expired"
    REFUSED = "refused"
    TOO_FREQUENT = "too_frequent"


class AccessDenied(Exception):
    """No headers could be got; `trouble` says why and `detail` what the publisher answered."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        self.trouble, self.detail = trouble, detail
        super().__init__(trouble)


class Access(Protocol):
    """One kind of access."""

    def headers(self, request: Request, ask: Ask, vault: Vault, now: datetime) -> Mapping[str, str]:
        """The headers of a question; raises `AccessDenied`."""

    def expired(self, vault: Vault) -> None:
        """Forget what has expired, so that the next headers are new."""

    def verdict(self, answer: Answer) -> Verdict:
        """What an answer says of the right to ask."""


class DceAccess:
    """Dalian Commodity Exchange: a token for an hour, got with the user's own key and secret (API of the exchange).

    The exchange limits how often a token may be asked for (403) and how often anything may be (code 501):
    both are respected. Code 402 says that the token has expired.
    """

    TOKEN_PATH = "/dceapi/cms/auth/accessToken"  # noqa: S105 - the path of the exchange's API, no secret
    EARLY = timedelta(seconds=60)
    SHORT, LONGEST = 600, 86_400

    def headers(self, request: Request, ask: Ask, vault: Vault, now: datetime) -> Mapping[str, str]:
        """The key and a token, the kept one as long as it is good; raises `AccessDenied`."""
        key, secret = vault.get("apikey", now), vault.get("secret", now)
        if key is None or secret is None:
            raise AccessDenied(Trouble.KEY_MISSING)
        token = vault.get("token", now)
        if token is None:
            parts = urlsplit(request.url)
            address = f"{parts.scheme}://{parts.netloc}{self.TOKEN_PATH}"
            token, seconds = self._token(ask(Request(address, body={"secret": secret}), {"apikey": key}))
            expires_at = now + max(timedelta(seconds=seconds) - self.EARLY, timedelta(0))
            vault.put("token", token, now=now, expires_at=expires_at)
        return {"apikey": key, "Authorization": f"Bearer {token}"}

    def _token(self, answer: Answer) -> tuple[str, int]:
        if answer.trouble is not None:
            raise AccessDenied(answer.trouble, answer.detail)
        verdict = self.verdict(answer)
        if answer.status == 403 or verdict is Verdict.TOO_FREQUENT:
            raise AccessDenied(Trouble.TOO_FREQUENT, f"HTTP {answer.status}")
        data = _json(answer).get("data")
        token = data.get("token") if isinstance(data, dict) else None
        seconds = data.get("expiresIn") if isinstance(data, dict) else None
        if verdict is not Verdict.FINE or not isinstance(token, str) or not 0 < len(token) <= 4096:
            raise AccessDenied(Trouble.KEY_REFUSED, f"HTTP {answer.status}, code {_json(answer).get('code')}"[:80])
        if type(seconds) is not int or not 0 < seconds <= self.LONGEST:
            seconds = self.SHORT
        return token, seconds

    def expired(self, vault: Vault) -> None:
        """Forget the token."""
        vault.forget("token")

    def verdict(self, answer: Answer) -> Verdict:
        """By the code in the body, and by HTTP 401 and 403."""
        code = _json(answer).get("code")
        if code == 402:
            return Verdict.EXPIRED
        if code == 501 or answer.status in (403, 429):
            return Verdict.TOO_FREQUENT
        if code in (400, 401) or answer.status == 401:
            return Verdict.REFUSED
        return Verdict.FINE


KINDS: Mapping[str, Access] = {"dce": DceAccess()}
_TROUBLES = {Verdict.TOO_FREQUENT: Trouble.TOO_FREQUENT, Verdict.REFUSED: Trouble.KEY_REFUSED}


def ask_with_access(
    access: Access, request: Request, ask: Ask, headers: Mapping[str, str], vault: Vault, now: datetime
) -> Answer:
    """Ask with the headers of an access; an expired one is renewed once."""
    answer: Answer | None = None
    for _attempt in range(2):
        try:
            granted = access.headers(request, ask, vault, now)
        except AccessDenied as error:
            return Answer(request.url, now, now, trouble=error.trouble, detail=error.detail)
        answer = ask(request, {**headers, **granted})
        verdict = Verdict.FINE if answer.trouble else access.verdict(answer)
        if verdict is not Verdict.EXPIRED:
            return replace(answer, trouble=_TROUBLES.get(verdict, answer.trouble))
        access.expired(vault)
    assert answer is not None
    return replace(answer, trouble=Trouble.KEY_REFUSED, detail="the new key expired too")


def _json(answer: Answer) -> dict[str, Any]:
    """A short answer as an object, empty where it is none."""
    if len(answer.content) > LARGEST_REFUSAL:
        return {}
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
