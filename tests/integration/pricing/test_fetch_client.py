"""Asking a publisher: what comes back when he is slow, breaks off, redirects, sends too much or is down."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pricing.fetching.bodies import Trouble
from pricing.fetching.client import Answer, Client, HostRests, Manners
from pricing.fetching.hosts import breaker, take_token
from pricing.fetching.plans import Request
from steelyard.core.database import Database
from tests.support.publisher import Publisher, Reply, bomb, cut_off, publishing

NO_WAIT = timedelta(0)
NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
PATH = "/kx.dat"
QUICK = Manners(
    connect=1, read=0.15, whole=0.3, attempts=3, backoff=0, jitter=0, most_bytes=100_000, allow_private=True,
    sleep=lambda seconds: None, fail_max=50,
)  # fmt: skip


@pytest.fixture
def sqlite(databases) -> Database:
    return databases.open("sqlite")


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as found:
        yield found


@pytest.fixture
def ask(sqlite: Database, publisher: Publisher) -> Callable[..., Answer]:
    def _ask(path: str = PATH, manners: Manners = QUICK, **request) -> Answer:
        client = Client(sqlite, "Steelyard/1 (test)", manners, lambda: NOON)
        try:
            asked = Request(publisher.home + path, **request)
            return client.ask(asked, frozenset({publisher.host}), NO_WAIT, {})
        finally:
            client.close()

    return _ask


def test_answer_holds_bytes_status_headers_and_times(ask, publisher: Publisher):
    text = "螺纹钢".encode("gb18030")
    publisher.says(PATH, Reply(text, headers={"ETag": '"a"', "Set-Cookie": "HW_CHECK=1", "Content-Type": "text/plain"}))
    answer = ask()
    assert (answer.content, answer.status, answer.trouble, answer.attempts) == (text, 200, None, 1)
    assert answer.headers["etag"] == '"a"'
    assert "set-cookie" not in answer.headers
    assert (answer.asked_at, answer.fetched_at) == (NOON, NOON)


def test_client_says_who_it_is_and_keeps_no_cookie(sqlite: Database, publisher: Publisher):
    publisher.says(PATH, Reply(b"x", headers={"Set-Cookie": "seen=1; Path=/"}))
    client = Client(sqlite, "Steelyard/1 (price reader; mail@example.org)", QUICK, lambda: NOON)
    for _time in range(2):
        client.ask(
            Request(publisher.home + PATH), frozenset({publisher.host}), NO_WAIT, {"Referer": "https://a.example/"}
        )
    client.close()
    assert publisher.asked[1].headers["user-agent"] == "Steelyard/1 (price reader; mail@example.org)"
    assert publisher.asked[1].headers["referer"] == "https://a.example/"
    assert "cookie" not in publisher.asked[1].headers


def test_server_error_is_tried_again(ask, publisher: Publisher):
    publisher.says(PATH, Reply(b"down", 500), Reply(b"down", 503), Reply(b"prices"))
    answer = ask()
    assert (answer.content, answer.attempts) == (b"prices", 3)


def test_waits_between_attempts_grow(ask, publisher: Publisher):
    publisher.says(PATH, Reply(b"down", 502))
    waits: list[float] = []
    answer = ask(manners=Manners(attempts=4, backoff=2, jitter=0, allow_private=True, fail_max=50, sleep=waits.append))
    assert (answer.trouble, answer.status, answer.attempts) == (Trouble.BUSY, 502, 4)
    assert waits == [0, 4, 8]


@pytest.mark.parametrize(
    ("reply", "trouble", "content"),
    [
        pytest.param(Reply(b"x" * 40, pause=0.4), Trouble.SLOW, b"", id="silent"),
        pytest.param(Reply(b"x" * 40, pause=0.1, pieces=40), Trouble.SLOW, None, id="drop by drop"),
        pytest.param(cut_off(b"y" * 400), Trouble.CUT_OFF, b"y" * 200, id="cut off"),
        pytest.param(Reply(b"z" * 50_000, endless=True), Trouble.TOO_LARGE, b"", id="endless"),
        pytest.param(Reply(b"z" * 100_001), Trouble.TOO_LARGE, b"", id="one byte too many"),
        pytest.param(bomb(5_000_000), Trouble.TOO_LARGE, b"", id="gzip bomb"),
        pytest.param(
            Reply(gzip.compress(b"half" * 900)[:-20], headers={"Content-Encoding": "gzip"}), Trouble.CUT_OFF, None,
            id="gzip without its end",
        ),
        pytest.param(Reply(b"plain", headers={"Content-Encoding": "gzip"}), Trouble.ENCODING, b"", id="no gzip"),
        pytest.param(Reply(b"...", headers={"Content-Encoding": "br"}), Trouble.ENCODING, b"", id="unasked coding"),
    ],
)  # fmt: skip
def test_trouble_is_typed(ask, publisher: Publisher, reply: Reply, trouble: Trouble, content: bytes | None):
    publisher.says(PATH, reply)
    answer = ask(manners=Manners(**{**vars_of(QUICK), "attempts": 1}))
    assert answer.trouble is trouble
    assert len(answer.content) <= 100_000
    if content is not None:
        assert answer.content == content


def vars_of(manners: Manners) -> dict[str, object]:
    return {name: getattr(manners, name) for name in Manners.__dataclass_fields__}


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
def test_packed_body_is_unpacked(ask, publisher: Publisher, pack):
    coding = "gzip" if pack is gzip.compress else "deflate"
    publisher.says(PATH, Reply(pack(b"prices" * 5000), headers={"Content-Encoding": coding}))
    assert ask().content == b"prices" * 5000


def test_body_of_exactly_the_bound_is_taken(ask, publisher: Publisher):
    publisher.says(PATH, Reply(b"z" * 100_000))
    assert len(ask().content) == 100_000


def test_redirect_on_the_same_host_is_followed(ask, publisher: Publisher):
    publisher.says(PATH, Reply(status=302, headers={"Location": "/new.dat"}))
    publisher.says("/new.dat", Reply(b"prices"))
    answer = ask()
    assert (answer.content, answer.url) == (b"prices", publisher.home + "/new.dat")


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/",
        "file:///etc/passwd",
        "http://user:pw@127.0.0.1:{port}/",
        "//169.254.169.254/latest",
    ],
    ids=["foreign host", "file", "with a password", "metadata address"],
)
def test_redirect_elsewhere_is_not_followed(ask, publisher: Publisher, location: str):
    publisher.says(PATH, Reply(status=302, headers={"Location": location.format(port=publisher.host[10:])}))
    assert ask().trouble is Trouble.FOREIGN
    assert len(publisher.asked) == 1


def test_redirects_without_end_are_left(ask, publisher: Publisher):
    publisher.says(PATH, Reply(status=302, headers={"Location": PATH}))
    assert ask().trouble is Trouble.FOREIGN
    assert len(publisher.asked) == 4


def test_private_address_is_not_spoken_to(ask, publisher: Publisher):
    """A declared name that resolves to this machine: the connection is closed before anything is sent."""
    publisher.says(PATH, Reply(b"internal"))
    answer = ask(manners=Manners(attempts=1, allow_private=False))
    assert (answer.trouble, answer.content) == (Trouble.PRIVATE, b"")
    assert publisher.asked == []


def test_host_that_is_not_declared_is_not_asked(sqlite: Database, publisher: Publisher):
    client = Client(sqlite, "x", QUICK, lambda: NOON)
    answer = client.ask(Request(publisher.home + PATH), frozenset({"www.example.org"}), NO_WAIT, {})
    client.close()
    assert (answer.trouble, publisher.asked) == (Trouble.FOREIGN, [])


def test_breaker_opens_after_failures_for_every_worker_and_closes_after_one_success(
    sqlite: Database, publisher: Publisher
):
    moment = [NOON]
    manners = Manners(**{**vars_of(QUICK), "attempts": 2, "fail_max": 4, "rest": timedelta(minutes=30)})

    def worker() -> Client:  # each time a new one, as after a restart
        return Client(sqlite, "x", manners, lambda: moment[0])

    def ask() -> Answer:
        client = worker()
        try:
            return client.ask(Request(publisher.home + PATH), frozenset({publisher.host}), NO_WAIT, {})
        finally:
            client.close()

    publisher.says(PATH, Reply(b"down", 500))
    assert [ask().trouble, ask().trouble] == [Trouble.BUSY, Trouble.BUSY]
    assert breaker(sqlite, publisher.host, lambda: moment[0]).current_state == "open"
    with pytest.raises(HostRests):
        ask()
    assert len(publisher.asked) == 4
    moment[0] += timedelta(minutes=31)
    assert ask().trouble is Trouble.BUSY  # the one attempt that is let through fails: it opens again
    assert len(publisher.asked) == 5
    with pytest.raises(HostRests):
        ask()
    publisher.says(PATH, Reply(b"prices"))
    moment[0] += timedelta(minutes=31)
    assert ask().content == b"prices"
    assert breaker(sqlite, publisher.host, lambda: moment[0]).current_state == "closed"


def test_token_bucket_is_shared_and_paces_questions(db: Database):
    """Two workers, one host, ten seconds apart: the second waits for what is left of them."""
    moment = [NOON]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        moment[0] += timedelta(seconds=seconds)

    pace = timedelta(seconds=10)
    assert take_token(db, "a.example", pace, lambda: moment[0], sleep) == 0
    moment[0] += timedelta(seconds=4)
    assert take_token(db, "b.example", pace, lambda: moment[0], sleep) == 0
    assert take_token(db, "a.example", pace, lambda: moment[0], sleep) == 6
    assert waits == [6]
