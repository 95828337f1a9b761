"""Asking a publisher: bounded in time and size, at the host's pace, never at an address that was not declared."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import urljoin, urlsplit

import requests
from pybreaker import CircuitBreakerError
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError
from urllib3.util import Retry

from pricing.fetching import bodies, hosts
from pricing.fetching.answers import Answer
from pricing.fetching.bodies import PASSING, Trouble
from pricing.fetching.guarded import PrivateAddress, new_session
from pricing.fetching.plans import Request
from pricing.sources.base import MAX_DOCUMENT_BYTES
from steelyard.core.clock import utc_now
from steelyard.core.database import Database

MOST_REDIRECTS = 3
LONGEST_URL = 500
MOST_HEADERS, LONGEST_HEADER = 60, 500
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (500, 502, 503, 504)
_UNKEPT = frozenset({"set-cookie", "authorization"})


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient and how modest the client is; seconds where no unit stands."""

    connect: float = 10.0
    read: float = 20.0
    whole: float = 60.0
    attempts: int = 3
    backoff: float = 2.0
    jitter: float = 1.0
    most_bytes: int = MAX_DOCUMENT_BYTES
    fail_max: int = hosts.FAIL_MAX
    rest: timedelta = hosts.REST
    allow_private: bool = False
    sleep: Callable[[float], None] = time.sleep


class HostRests(Exception):
    """The host's circuit breaker is open: nothing was asked."""


class _Passing(Exception):
    """An attempt failed in a way that may be gone at the next one."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.trouble)


class Client:
    """Asks publishers on behalf of one worker; `allowed` hosts are given with each question."""

    def __init__(
        self, db: Database, user_agent: str, manners: Manners | None = None, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.manners = manners or Manners()
        self._db, self._now = db, now
        self._session = new_session(user_agent, allow_private=self.manners.allow_private)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def ask(self, request: Request, allowed: frozenset[str], pace: timedelta, headers: Mapping[str, str]) -> Answer:
        """Ask, and ask again where the trouble may pass; raises `HostRests` where the host's breaker is open."""
        manners = self.manners
        retry = Retry(total=manners.attempts - 1, backoff_factor=manners.backoff, backoff_jitter=manners.jitter)
        guard = hosts.breaker(self._db, request.host, self._now, fail_max=manners.fail_max, rest=manners.rest)
        failed: Answer | None = None
        for attempt in count(1):
            try:
                answer: Answer = guard.call(self._attempt, request, allowed, pace, headers)
                return replace(answer, attempts=attempt)
            except CircuitBreakerError as error:
                if failed is None:
                    raise HostRests(request.host) from error
                return failed
            except _Passing as failure:
                failed = replace(failure.answer, attempts=attempt)
            try:
                retry = retry.increment(request.method, request.url, error=HTTPError(failed.trouble))
            except MaxRetryError:
                return failed
            manners.sleep(retry.get_backoff_time())
        raise AssertionError("counting never ends")

    def _attempt(
        self, request: Request, allowed: frozenset[str], pace: timedelta, headers: Mapping[str, str]
    ) -> Answer:
        """One attempt with its redirects; raises `_Passing` for what may pass."""
        asked_at, url = self._now(), request.url
        for _redirect in range(MOST_REDIRECTS + 1):
            answer = self._once(replace(request, url=url), allowed, pace, headers)
            target = answer.headers.get("location")
            if answer.trouble is None and answer.status in _REDIRECTS and target and request.body is None:
                unsafe = url.startswith("https:") and urljoin(url, target).startswith("http:")
                if not unsafe:
                    url = urljoin(url, target)
                    continue
                answer = replace(answer, trouble=Trouble.FOREIGN, detail="from https to http")
            answer = replace(answer, asked_at=asked_at)
            if answer.trouble in PASSING:
                raise _Passing(answer)
            return answer
        return Answer(url[:LONGEST_URL], asked_at, self._now(), trouble=Trouble.FOREIGN, detail="too many redirects")

    def _once(self, request: Request, allowed: frozenset[str], pace: timedelta, headers: Mapping[str, str]) -> Answer:
        nothing = Answer(request.url[:LONGEST_URL], self._now(), self._now())
        if not _declared(request.url, allowed):
            return replace(nothing, trouble=Trouble.FOREIGN, detail=request.host[:80])
        hosts.take_token(self._db, request.host, pace, self._now, self.manners.sleep)
        question = requests.Request(
            request.method,
            request.url,
            headers={**headers, **request.headers},
            json=None if request.body is None else dict(request.body),
        )
        try:
            with self._session.send(
                self._session.prepare_request(question),
                stream=True,
                allow_redirects=False,
                timeout=(self.manners.connect, self.manners.read),
            ) as response:
                return self._read(nothing, response)
        except PrivateAddress as error:
            return replace(nothing, fetched_at=self._now(), trouble=Trouble.PRIVATE, detail=str(error))
        except (requests.Timeout, TimeoutError) as error:
            return replace(nothing, fetched_at=self._now(), trouble=Trouble.SLOW, detail=type(error).__name__)
        except (requests.RequestException, HTTPError, OSError) as error:
            return replace(nothing, fetched_at=self._now(), trouble=Trouble.UNREACHABLE, detail=type(error).__name__)

    def _read(self, nothing: Answer, response: requests.Response) -> Answer:
        until = time.monotonic() + self.manners.whole
        answer = replace(nothing, status=response.status_code, headers=_kept(response.headers))
        body = bodies.read(
            response.raw,
            self.manners.most_bytes,
            lambda: time.monotonic() > until,
            slow=(ReadTimeoutError, TimeoutError),
            broken=(HTTPError, OSError),
        )
        answer = replace(answer, fetched_at=self._now(), content=body.content, trouble=body.trouble)
        if answer.trouble is None and response.status_code in _BUSY:
            return replace(answer, trouble=Trouble.BUSY)
        return answer


def _declared(url: str, allowed: frozenset[str]) -> bool:
    """Whether an address is plain HTTP(S), without a password in it, to a declared host."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.username is None and parts.netloc.lower() in allowed


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are stored: bounded, and nothing that would let anybody in."""
    pairs = [(name.lower(), value[:LONGEST_HEADER]) for name, value in headers.items()]
    return dict(sorted(pair for pair in pairs if pair[0] not in _UNKEPT)[:MOST_HEADERS])
