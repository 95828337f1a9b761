"""The reference of ``scan-one``: Flask and psycopg by hand, doing what one move of ours does and no more.

The same rows are locked, read and written, the note of an answered request too; nothing is checked, and nobody is
recognised.
"""

import json
import os
import threading
from hashlib import sha256
from typing import Any

import psycopg
from flask import Flask, request

app = Flask(__name__)
HAND = threading.local()
WAREHOUSE, ORG, ACTOR = (int(os.environ.get(f"BARE_{name}", "0")) for name in ("WAREHOUSE", "ORG", "ACTOR"))
LOCK = "SELECT id FROM bundle WHERE warehouse_id = %s AND tag = %s AND voided = 0 FOR NO KEY UPDATE"
STANDS = """
SELECT b.place_id, b.owner_id, b.state, b.pieces, b.length_mm, b.mass_g, p.id
FROM stock_balance b, place p
WHERE b.bundle_id = %s AND b.is_real AND b.pieces > 0 AND p.warehouse_id = %s AND p.code = %s
"""
MOVE = """
INSERT INTO stock_move (epoch, txid, warehouse_id, bundle_id, pieces, length_mm, mass_g, from_place_id, from_owner_id,
    from_state, to_place_id, to_owner_id, to_state, document_kind, event_at, recorded_at, client_op_id, actor_id)
VALUES ((SELECT epoch FROM feed_epoch), pg_current_xact_id()::text::bigint, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
    'scan', %s, now(), %s, %s)
"""
LESS = """
UPDATE stock_balance SET pieces = pieces - %s, length_mm = length_mm - %s, mass_g = mass_g - %s
WHERE bundle_id = %s AND place_id = %s AND owner_id = %s AND state = %s
"""
MORE = """
INSERT INTO stock_balance (bundle_id, place_id, owner_id, state, is_real, pieces, length_mm, mass_g)
VALUES (%s, %s, %s, %s, true, %s, %s, %s) ON CONFLICT (bundle_id, place_id, owner_id, state) DO UPDATE SET
pieces = stock_balance.pieces + excluded.pieces, length_mm = stock_balance.length_mm + excluded.length_mm,
mass_g = stock_balance.mass_g + excluded.mass_g
"""
ANSWER = """
INSERT INTO scan_answer (warehouse_id, client_op_id, fingerprint, answer, recorded_at, actor_id)
VALUES (%s, %s, %s, %s, now(), %s)
"""
NOTE = """
INSERT INTO idempotency_key (user_id, org_id, key, request_hash, created_at) VALUES (%s, %s, %s, %s, now())
"""
EVENT = """
INSERT INTO outbox_event (epoch, txid, type, subject, occurred_at, data)
VALUES ((SELECT epoch FROM feed_epoch), pg_current_xact_id()::text::bigint, 'inventory.bundle_moved', 'bench',
    now(), %s)
RETURNING id
"""
READERS = "INSERT INTO outbox_audience (org_id, event_id) VALUES (%s, %s), (%s, %s)"
AUDIT = """
INSERT INTO audit_entry (epoch, txid, at, user_id, org_id, action, subject, detail, request_id)
VALUES ((SELECT epoch FROM feed_epoch), pg_current_xact_id()::text::bigint, now(), %s, %s, 'inventory.scanned', 'bench',
    %s, '-')
"""


def connection() -> psycopg.Connection:
    """The connection of this thread."""
    if not hasattr(HAND, "connection"):
        HAND.connection = psycopg.connect(os.environ["BARE_DATABASE"], autocommit=True)
    found: psycopg.Connection = HAND.connection
    return found


@app.get("/ready")
def ready() -> dict[str, bool]:
    """Tell that the server is there."""
    return {"ready": True}


def _answer(operation: str, tag: str, bundle: int) -> dict[str, Any]:
    """What a move is answered."""
    return {"client_op_id": operation, "outcome": "done", "code": "moved", "params": {"tag": tag}, "bundle_id": bundle}


@app.post("/move")
def move() -> dict[str, Any]:
    """Move one bundle."""
    asked = request.get_json()["operations"][0]
    tag, operation = asked["tag"], asked["client_op_id"]
    with connection().transaction(), connection().cursor() as run:
        bundle = run.execute(LOCK, (WAREHOUSE, tag)).fetchone()[0]  # type: ignore[index]  # the bench's own rows
        stands = run.execute(STANDS, (bundle, WAREHOUSE, asked["place"])).fetchone()
        place, owner, state, *amounts, target = stands  # type: ignore[misc]  # the bench's own rows
        answer = _answer(operation, tag, bundle)
        known = json.dumps(answer)
        way = (place, owner, state, target, owner, state)
        run.execute(MOVE, (WAREHOUSE, bundle, *amounts, *way, asked["event_at"], operation, ACTOR))
        run.execute(LESS, (*amounts, bundle, place, owner, state))
        run.execute(MORE, (bundle, target, owner, state, *amounts))
        run.execute(ANSWER, (WAREHOUSE, operation, sha256(known.encode()).hexdigest(), known, ACTOR))
        run.execute(NOTE, (ACTOR, ORG, request.headers["Idempotency-Key"], sha256(request.get_data()).hexdigest()))
        event = run.execute(EVENT, (known,)).fetchone()[0]  # type: ignore[index]  # RETURNING
        run.execute(READERS, (ORG, event, owner, event))
        run.execute(AUDIT, (ACTOR, ORG, json.dumps({"operations": [operation]})))
    return {"answers": [answer]}
