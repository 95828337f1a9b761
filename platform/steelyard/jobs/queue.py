"""The durable queue: DBOS in the application's own database, with the same code on both databases."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from steelyard.core.database import Database

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

APPLICATION = "steelyard"
VERSION = "orders-1"
"""The shape of an order (job, order id, parameters). A worker takes only orders of its own version, so the
value changes when the shape does, not with each release: a new release must finish the old one's orders."""
QUEUE = "jobs"
WORKFLOW = "steelyard.order"
CLOCK_PREFIX = "clock:"
ORDER_PREFIX = "order:"
MAX_ID_LENGTH = 255


def queue_url(db: Database) -> str:
    """Return the address under which DBOS finds the database, password included."""
    return db.url.render_as_string(hide_password=False)


def quiet() -> None:
    """Let DBOS speak through our logs, and only from a warning upwards."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    logger.propagate = True
    if not logger.handlers:
        # DBOS adds a console handler of its own to a logger that has none.
        logger.addHandler(logging.NullHandler())


def create_tables(db: Database) -> None:
    """Create or update the queue's own tables; harmless when they are up to date."""
    from dbos import DBOS

    quiet()
    DBOS.migrate(queue_url(db))


def has_tables(db: Database) -> bool:
    """Whether :func:`create_tables` was ever run on ``db``."""
    schema = "dbos" if db.dialect == "postgresql" else None
    return inspect(db.engine).has_table("workflow_status", schema=schema)


def order_options(order_id: str) -> "EnqueueOptions":
    """Return how an order is written; parameters as JSON, never pickle. ``ValueError`` on a long id."""
    from dbos import WorkflowSerializationFormat

    if len(order_id) > MAX_ID_LENGTH:
        raise ValueError(f"an order's id has {len(order_id)} characters, more than {MAX_ID_LENGTH}")
    return {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": order_id,
        "app_version": VERSION,
        "serialization_type": WorkflowSerializationFormat.PORTABLE,
    }


class DurableQueue:
    """Implements the port :class:`steelyard.core.jobs.JobQueue`; opens no connection until it is used."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._client: DBOSClient | None = None
        self._guard = threading.Lock()

    @property
    def client(self) -> "DBOSClient":
        """The DBOS client, made at first use: whoever never enqueues never pays for the import."""
        with self._guard:
            if self._client is None:
                from dbos import DBOSClient

                quiet()
                self._client = DBOSClient(
                    system_database_url=queue_url(self._db),
                    application_name=APPLICATION,
                    system_database_pool_size=2,
                    lazy=True,
                )
            return self._client

    def enqueue(self, session: Session, job: str, *, key: str, params: dict[str, Any]) -> None:
        """Write the order in the transaction of ``session``, which must be of the same database."""
        order_id = f"{ORDER_PREFIX}{job}:{key}"
        self.client.enqueue_in_transaction(session, order_options(order_id), job, order_id, params)

    def enqueue_run(self, job: str, order_id: str) -> bool:
        """Order a run of a clock's job, in a transaction of its own; ``False`` while an earlier one lasts."""
        from dbos import error

        options = order_options(order_id)
        options["deduplication_id"] = job
        try:
            self.client.enqueue(options, job, order_id, {})
        except error.DBOSQueueDeduplicatedError:
            return False
        return True

    def close(self) -> None:
        """Close the client's connections."""
        with self._guard:
            if self._client is not None:
                self._client.destroy()
                self._client = None


@contextmanager
def durable_queue(db: Database) -> Iterator[DurableQueue]:
    """Open a queue and close it at the end."""
    queue = DurableQueue(db)
    try:
        yield queue
    finally:
        queue.close()
