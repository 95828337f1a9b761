"""What the benches of many scans at once share: requests of a thousand operations, and the answers to them."""

import json
import socket
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from benches.harness import BenchError
from benches.load import Connection, post
from benches.yards import Yard

AT_ONCE = 1_000
PATH = "/api/v1/warehouse/operations"


def requests(yard: Yard, name: str, operations: Sequence[dict[str, Any]]) -> list[bytes]:
    """The bytes of requests of a thousand operations each; ``name`` makes the ids of the operations their own."""
    moment = datetime.now(UTC).isoformat()
    found = []
    for first in range(0, len(operations), AT_ONCE):
        batch = [
            {"client_op_id": f"{name}-{first + place}", "event_at": moment, **told}
            for place, told in enumerate(operations[first : first + AT_ONCE])
        ]
        body = json.dumps({"warehouse_id": yard.warehouse_id, "operations": batch}).encode()
        found.append(posted(yard.token, PATH, body, f"{name}-{first:012}"))
    return found


def posted(token: str, path: str, body: bytes, key: str) -> bytes:
    """The bytes of one POST by who holds ``token``."""
    return post(path, body, f"Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n")


def moves(tags: Iterable[str], place: str) -> list[dict[str, Any]]:
    """Operations that bring the bundles to a place."""
    return [{"kind": "move", "tag": tag, "place": place} for tag in tags]


def seconds(port: int, asked: Sequence[bytes]) -> float:
    """How long the answers to all requests take, asked one after the other on one kept connection."""
    connection = Connection(port, iter(asked))
    with connection.socket:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        connection.socket.settimeout(120)
        began = time.perf_counter()
        for _ in asked:
            connection.send()
            while not connection.receive():
                pass
        return time.perf_counter() - began


def check_none_refused(yard: Yard) -> None:
    """A refused operation is quick: no answer may have been one."""
    with yard.database.engine.connect() as connection:
        refused = connection.exec_driver_sql("SELECT count(*) FROM scan_answer WHERE answer LIKE '%%refused%%'")
        if count := refused.scalar_one():
            raise BenchError(f"{count} operations were refused, so that the rates mean nothing")
