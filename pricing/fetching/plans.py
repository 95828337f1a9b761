"""How a source is fetched: what it asks for, of which hosts, on which days and at which times.

A source declares one `FetchPlan`; everything else (timeouts, retries, the pace per host, what is kept) is the
same for all. Nothing here reaches the network or a database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode, urlsplit

LONGEST_ORIGIN = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a publisher. `body`, where there is one, is sent as JSON by POST.

    `day` is the day that it asks for, None where the answer says itself of which day it speaks.
    """

    url: str
    day: date | None = None
    body: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """GET, or POST where there is a body."""
        return "GET" if self.body is None else "POST"

    @property
    def origin(self) -> str:
        """The address under which the answer is kept: of a POST its body stands behind the `#`, which no
        server ever sees.
        """
        text = self.url if self.body is None else f"{self.url}#{urlencode(sorted(self.body.items()))}"
        if len(text) > LONGEST_ORIGIN:
            raise ValueError(f"an address of {len(text)} characters is longer than {LONGEST_ORIGIN}")
        return text

    @property
    def host(self) -> str:
        """The host as a plan declares it: in lower case, with the port where one is written."""
        return urlsplit(self.url).netloc.lower()


@dataclass(frozen=True, slots=True)
class Link:
    """A document that a list page points to; `day` is the date that the list prints beside it, if any."""

    url: str
    day: date | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Daily:
    """A document (or several) for each day of the calendar; days that were missed are fetched later."""

    requests: Callable[[date], tuple[Request, ...]]


@dataclass(frozen=True, slots=True)
class Listed:
    """List pages that point to the documents.

    `page(0)` is the newest list, `page(1)` the one before, and so on. `links(content, url)` finds in a list
    the documents that are wanted, with absolute addresses; it never raises for what a publisher may send.
    """

    page: Callable[[int], str]
    links: Callable[[bytes, str], tuple[Link, ...]]
    most_pages: int = 3


@dataclass(frozen=True, slots=True)
class Latest:
    """Addresses whose answer changes: asked at each time of the plan; what was missed in between is lost."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that the operator must bring, such as a key; `label` is an English message id."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """How one source is fetched.

    `hosts` are all that may be asked or redirected to. `calendar` names a calendar of `pricing.calendars`;
    `times` are in Asia/Shanghai on its days. While an answer is not there yet, it is asked for again every
    `retry`. Days missed no longer ago than `catch_up_days` are made good, the oldest first, at most
    `most_per_run` documents a run. `confirm_after` asks for a finished day once more, for late corrections.
    `access` names how requests are authenticated (see `pricing.fetching.access`); sources of one `keyring` share
    their keys and what is got with them, others have their own.

    On or off by default, the pace and the legal note stand in the source's contract.
    """

    hosts: frozenset[str]
    calendar: str
    times: tuple[time, ...]
    how: Daily | Listed | Latest
    headers: Mapping[str, str] = field(default_factory=dict)
    retry: timedelta = timedelta(minutes=20)
    catch_up_days: int = 30
    most_per_run: int = 10
    confirm_after: timedelta | None = None
    secrets: tuple[Secret, ...] = ()
    access: str = ""
    keyring: str = ""

    def __post_init__(self) -> None:
        if not self.hosts or not self.times:
            raise ValueError("a plan needs hosts and times")
        if list(self.times) != sorted(set(self.times)):
            raise ValueError("the times of a plan are in order, each once")


def every(minutes: int, first: time, last: time) -> tuple[time, ...]:
    """The times from `first` to `last`, so many minutes apart."""
    moment, end = datetime.combine(date.min, first), datetime.combine(date.min, last)
    times = []
    while moment <= end:
        times.append(moment.time())
        moment += timedelta(minutes=minutes)
    return tuple(times)
