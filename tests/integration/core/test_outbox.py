"""The outbox: written with the change, read by cursor, and no event that commits late is ever skipped."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import select, text

from steelyard.core import outbox
from steelyard.core.outbox import Event, EventAudience, publish, read_events
from steelyard.core.sequence import Cursor

WRITERS, EACH = 6, 15


def say(session, subject, **more):
    return publish(session, "test.happened", subject=subject, data={}, **more)


def subjects(db, after=None, **narrowed):
    with db.read() as session:
        found = read_events(session, after=after or Cursor(), limit=1_000, **narrowed)
        return [event.subject for event in found], (found[-1].cursor if found else after)


def test_an_event_is_there_when_its_change_is(db):
    with db.write() as session:
        say(session, "kept")
    with pytest.raises(ZeroDivisionError), db.write() as session:
        say(session, str(say(session, "undone").id // 0))
    assert subjects(db)[0] == ["kept"]


def test_pages_follow_each_other_without_gap_or_repetition(db):
    with db.write() as session:
        for number in range(25):
            say(session, f"e{number}")
    seen, cursor = [], Cursor()
    with db.read() as session:
        while page := read_events(session, after=cursor, limit=7):
            seen += [event.subject for event in page]
            cursor = Cursor.decode(page[-1].cursor.encode())
    assert seen == [f"e{number}" for number in range(25)]


def test_only_the_audience_reads_an_event(db):
    with db.write() as session:
        say(session, "ours", audience=[1, 2, 2])
        say(session, "theirs", audience=iter([3]))
        say(session, "nobody's")
    assert [subjects(db, org_id=org)[0] for org in (1, 2, 3, 4)] == [["ours"], ["ours"], ["theirs"], []]
    assert len(subjects(db)[0]) == 3
    with db.read() as session:
        assert len(session.scalars(select(EventAudience.org_id)).all()) == 3


def test_types_narrow_the_feed(db):
    with db.write() as session:
        publish(session, "a.done", subject="1", data={})
        publish(session, "b.done", subject="2", data={})
    assert subjects(db, types=["b.done"])[0] == ["2"]
    assert subjects(db, types=[])[0] == []


def test_what_an_event_says_comes_back_as_it_was(db):
    data = {"重量": 12, "list": [1, None, True], "text": 'Φ108×4.5 "\\\n'}
    with db.write() as session:
        publish(session, "test.happened", subject="x", data=data)
    with db.read() as session:
        [event] = read_events(session, after=Cursor(), limit=1)
        assert event.data == data
        assert event.occurred_at.utcoffset().total_seconds() == 0


@pytest.mark.postgresql
def test_a_row_that_commits_late_is_lost_by_number_and_kept_by_cursor(databases):
    """The earlier number commits last: whoever pages by number has passed it, whoever pages by cursor waits."""
    db = databases.open("postgresql")
    with ExitStack() as stack:
        late = stack.enter_context(db.write())
        first = say(late, "late").id
        with db.write() as session:
            second = say(session, "early").id
        assert first < second

        with db.read() as session:
            by_number = session.scalars(select(Event).order_by(Event.id)).all()
        assert [event.subject for event in by_number] == ["early"]
        by_cursor, cursor = subjects(db)
        assert by_cursor == []

    with db.read() as session:
        assert session.scalars(select(Event).where(Event.id > second)).all() == []
    assert subjects(db, cursor)[0] == ["late", "early"]


@pytest.mark.postgresql
def test_an_old_transaction_that_writes_its_event_last_is_kept(databases):
    """The transaction began to write before the reader passed, its event's number is the newest."""
    db = databases.open("postgresql")
    with ExitStack() as stack:
        slow = stack.enter_context(db.write())
        slow.execute(text("CREATE TEMPORARY TABLE holds_an_id (x int)"))
        with db.write() as session:
            say(session, "quick")
        seen, cursor = subjects(db)
        assert seen == []
        say(slow, "slow")
    assert subjects(db, cursor)[0] == ["slow", "quick"]


@pytest.mark.postgresql
def test_one_long_reader_does_not_hold_the_feed_up(databases):
    """A transaction that has written nothing has no id and holds nobody back."""
    db = databases.open("postgresql")
    with db.read() as idle:
        idle.execute(text("SELECT 1"))
        with db.write() as session:
            say(session, "seen")
        assert subjects(db)[0] == ["seen"]


def write_events(db, name):
    """One writer: each event in a transaction of its own, held open for a while."""
    dice = random.Random(name)
    for number in range(EACH):
        with db.write() as session:
            say(session, f"{name}-{number}")
            time.sleep(dice.random() / 50 if db.dialect == "postgresql" else 0)


def follow(read_page, writers):
    """Read page after page until the writers have ended and nothing is left."""
    seen = []
    while True:
        ended = all(writer.done() for writer in writers)
        page = read_page()
        seen += [event.subject for event in page]
        if ended and not page:
            return seen


def page_by_cursor(db):
    place = Cursor()

    def read():
        nonlocal place
        with db.read() as session:
            page = read_events(session, after=place, limit=4)
        place = page[-1].cursor if page else place
        return page

    return read


def page_by_number(db):
    place = 0

    def read():
        nonlocal place
        with db.read() as session:
            page = session.scalars(select(Event).where(Event.id > place).order_by(Event.id).limit(4)).all()
        place = page[-1].id if page else place
        return page

    return read


def test_a_reader_among_many_writers_sees_every_event_once(db):
    """Writers overlap in any order while two readers page: by number events are lost, by cursor none is."""
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        writers = [pool.submit(write_events, db, name) for name in range(WRITERS)]
        by_cursor = pool.submit(follow, page_by_cursor(db), writers)
        by_number = pool.submit(follow, page_by_number(db), writers)
    for writer in writers:
        writer.result()
    seen = by_cursor.result()
    assert sorted(seen) == sorted(f"{name}-{number}" for name in range(WRITERS) for number in range(EACH))
    for name in range(WRITERS):
        mine = [subject for subject in seen if subject.startswith(f"{name}-")]
        assert mine == [f"{name}-{number}" for number in range(EACH)]
    lost = WRITERS * EACH - len(by_number.result())
    assert lost > 0 if db.dialect == "postgresql" else lost == 0


def test_a_new_epoch_comes_after_every_older_one(db):
    """After a restore the new cluster's small transaction ids still stand behind the old ones."""
    with db.write() as session:
        session.add(Event(type="t.t", subject="old", data={}, occurred_at=outbox.utc_now(), epoch=1, txid=2**40))
        session.execute(text("UPDATE feed_epoch SET epoch = 2"))
    before, cursor = subjects(db)
    with db.write() as session:
        say(session, "new")
    assert before == ["old"]
    assert subjects(db, cursor)[0] == ["new"]
