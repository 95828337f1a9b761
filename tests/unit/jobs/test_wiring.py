"""What the application wires into the queue."""

from steelyard.app import jobs, subscribers


def test_jobs_and_subscribers_have_names_of_their_own() -> None:
    """A name stands for one job (and one cursor): two of one name would do each other's work."""
    for names in ([job.name for job in jobs()], [subscriber.name for subscriber in subscribers()]):
        assert sorted(names) == sorted(set(names))


def test_the_standing_jobs_are_wired() -> None:
    """Sealing, purging and what the slices' deadlines need is started by the clock."""
    wired = {job.name for job in jobs()}
    assert {
        "core.seal_audit",
        "api.purge_replays",
        "accounts.purge_sessions",
        "procurement.advance_due",
        "logistics.expire_offers",
    } <= wired


def test_goods_in_and_out_are_heard_of() -> None:
    """Procurement hears of receipts, logistics of issues."""
    heard = {type_ for subscriber in subscribers() for type_ in subscriber.types}
    assert {"inventory.receipt_posted", "inventory.issue_posted"} <= heard
