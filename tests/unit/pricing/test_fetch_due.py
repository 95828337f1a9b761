"""What is due when: days, catch-up, retries that grow rarer, lists and answers that change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from pricing.calendars import calendar
from pricing.fetching import due
from pricing.fetching.due import Known, Purpose, Task
from pricing.fetching.plans import Daily, FetchPlan, Latest, Link, Listed, Request, every
from pricing.sources.base import Outcome

HOST = frozenset({"a.example"})
NOW = datetime(2026, 10, 9, 8, 0, tzinfo=UTC)
"""16:00 in Shanghai, on the second trading day after the holidays of October 2026."""


def daily(**more: object) -> FetchPlan:
    how = Daily(lambda day: (Request(f"https://a.example/{day}", day),))
    return FetchPlan(HOST, "shfe", (time(15, 30),), how, **more)  # type: ignore[arg-type]  # as given


LATEST = FetchPlan(HOST, "shfe", every(30, time(9), time(15)), Latest((Request("https://a.example/now"),)))
LISTED = FetchPlan(
    HOST,
    "nbs.ten_day",
    (time(9, 35),),
    Listed(lambda n: f"https://a.example/{n}", lambda b, u: (Link(u),), most_pages=2),
)


def test_days_are_sessions_of_the_span_the_oldest_first():
    tasks = due.expected(daily(catch_up_days=12), calendar("shfe"), NOW)
    assert [task.request.day for task in tasks] == [
        date(2026, 9, 28), date(2026, 9, 29), date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 9),
    ]  # fmt: skip


def test_day_is_not_expected_before_its_time():
    tasks = due.expected(daily(catch_up_days=1), calendar("shfe"), NOW - timedelta(minutes=31))
    assert [task.request.day for task in tasks] == [date(2026, 10, 8)]


def test_done_days_are_left_and_postponed_ones_wait():
    plan = daily(catch_up_days=1)
    tasks = due.expected(plan, calendar("shfe"), NOW)
    known = {
        tasks[0].target: Known("not_yet", False, 1, NOW, NOW + timedelta(minutes=1)),
        tasks[1].target: Known("ok", True, 0, NOW, None),
    }
    assert due.due(plan, tasks, known, NOW) == []
    assert due.due(plan, tasks, known, NOW + timedelta(minutes=1)) == tasks[:1]
    assert due.next_run(plan, calendar("shfe"), tasks, known, NOW) == NOW + timedelta(minutes=1)


def test_next_run_of_finished_work_is_the_next_session():
    plan = daily(catch_up_days=0)
    tasks = due.expected(plan, calendar("shfe"), NOW)
    known = {tasks[0].target: Known("ok", True, 0, NOW, None)}
    assert due.next_run(plan, calendar("shfe"), tasks, known, NOW) == datetime(2026, 10, 12, 7, 30, tzinfo=UTC)
    assert due.next_run(plan, calendar("shfe"), tasks, {}, NOW) == NOW


def test_changing_answer_is_asked_for_at_each_time_only_once():
    [task] = due.expected(LATEST, calendar("shfe"), NOW)
    assert task.since == datetime(2026, 10, 9, 7, 0, tzinfo=UTC)
    asked_before = Known("ok", True, 0, task.since - timedelta(minutes=1), None)
    assert due.is_due(LATEST, task, asked_before, NOW)
    assert not due.is_due(LATEST, task, Known("ok", True, 0, task.since, None), NOW)
    failing = Known("failed", False, 3, task.since - timedelta(minutes=1), NOW + timedelta(minutes=5))
    assert not due.is_due(LATEST, task, failing, NOW)


def test_changing_answer_of_a_holiday_is_that_of_the_session_before():
    [task] = due.expected(LATEST, calendar("shfe"), datetime(2026, 10, 3, 4, 0, tzinfo=UTC))
    assert task.since == datetime(2026, 9, 30, 7, 0, tzinfo=UTC)


def test_list_is_asked_for_from_its_release_day_on_sundays_too():
    newest, older = due.expected(LISTED, calendar("nbs.ten_day"), datetime(2026, 6, 14, 2, 0, tzinfo=UTC))
    assert (newest.purpose, newest.request.day, newest.target) == (
        Purpose.LIST,
        date(2026, 6, 14),
        "https://a.example/0",
    )
    assert older.target == "https://a.example/1"
    assert due.is_due(LISTED, newest, Known("ok", True, 0, newest.since - timedelta(days=9), None), NOW)
    assert not due.is_due(LISTED, older, Known("ok", True, 0, older.since + timedelta(days=1), None), NOW)


@pytest.mark.parametrize(
    ("outcome", "tries", "minutes"),
    [
        (Outcome.NOT_YET, 1, 20), (Outcome.NOT_YET, 12, 20), (Outcome.NOT_YET, 13, 40), (Outcome.NOT_YET, 40, 1440),
        (Outcome.FAILED, 1, 15), (Outcome.FAILED, 3, 60), (Outcome.FAILED, 99, 1440),
        (Outcome.SCHEMA_CHANGED, 1, 360), (Outcome.BLOCKED, 1, 1440), (Outcome.BLOCKED, 7, 1440),
        (Outcome.EMPTY, 1, 20),
    ],
)  # fmt: skip
def test_waits_grow_to_a_day(outcome: Outcome, tries: int, minutes: int):
    assert due.rest(daily(), outcome, tries) == timedelta(minutes=minutes)


def after(plan: FetchPlan, known: Known, outcome: Outcome, *, provisional: bool = False, purpose=Purpose.DOCUMENT):
    complete = due.completes(plan, known, outcome, provisional=provisional)
    return due.after(plan, purpose, known, outcome, complete=complete, now=NOW)


def test_provisional_document_is_asked_for_again():
    state = after(daily(), Known(), Outcome.OK, provisional=True)
    assert (state.done, state.outcome, state.next_at) == (False, "ok", NOW + timedelta(minutes=20))
    assert not after(daily(), state, Outcome.NOT_MODIFIED).done
    assert after(daily(), state, Outcome.OK).done


def test_finished_day_is_confirmed_once_and_stays_finished():
    plan = daily(confirm_after=timedelta(hours=17))
    first = after(plan, Known(), Outcome.OK)
    assert (first.done, first.next_at) == (True, NOW + timedelta(hours=17))
    for outcome in (Outcome.OK, Outcome.NOT_MODIFIED, Outcome.FAILED, Outcome.NOT_YET):
        again = after(plan, first, outcome)
        assert (again.done, again.next_at, again.outcome) == (True, None, "ok")


def test_day_without_session_is_done_and_not_confirmed():
    state = after(daily(confirm_after=timedelta(hours=1)), Known(), Outcome.NO_SESSION)
    assert (state.done, state.next_at) == (True, None)


def test_publisher_may_ask_for_more_patience():
    state = due.after(
        daily(), Purpose.DOCUMENT, Known(), Outcome.FAILED, complete=False, now=NOW, wait=timedelta(hours=5)
    )
    assert state.next_at == NOW + timedelta(hours=5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("9999999", 86_400),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("٣", 0),
    ],
)
def test_retry_after_is_read_in_seconds(text: str, seconds: int):
    assert due.retry_after({"retry-after": text}) == timedelta(seconds=seconds)


def test_origin_of_a_post_holds_its_body_in_one_order():
    one = Request("https://a.example/q", body={"b": "全", "a": "1"})
    assert one.origin == Request("https://a.example/q", body={"a": "1", "b": "全"}).origin
    assert one.origin == "https://a.example/q#a=1&b=%E5%85%A8"
    with pytest.raises(ValueError, match="longer than 500"):
        assert Request("https://a.example/" + "x" * 500).origin


def test_times_are_in_order_each_once():
    assert every(20, time(9), time(10)) == (time(9), time(9, 20), time(9, 40), time(10))
    with pytest.raises(ValueError, match="in order"):
        FetchPlan(HOST, "shfe", (time(10), time(9)), LATEST.how)
    assert Task(Purpose.DOCUMENT, Request("https://A.example:8080/x"), NOW).request.host == "a.example:8080"
