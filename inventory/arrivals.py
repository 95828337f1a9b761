"""When goods came into the yard: the event of the receipt, for what was made of other bundles that of the oldest.

Splitting, merging or working on a bundle makes it no younger, so that neither ageing nor the free days of storage
begin anew.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, Select, func, select
from sqlalchemy.orm import Session

from inventory import lying
from inventory.genealogy_models import BundleEdge
from inventory.models import Receipt, ReceiptLine
from steelyard.core.rowset import rowset


def arrived(session: Session, seeds: Select[int]) -> Select[int, datetime]:
    """``bundle_id`` and ``arrived_at`` of the bundles whose ids ``seeds`` selects, with that of their ancestors."""
    seed = lying.few(session, seeds).subquery("seeds")
    pairs = select(seed.c.id.label("root_id"), seed.c.id.label("bundle_id")).cte(recursive=True)
    step = select(pairs.c.root_id, BundleEdge.parent_id).join(BundleEdge, BundleEdge.child_id == pairs.c.bundle_id)
    pairs = pairs.union(step)
    return (
        select(pairs.c.root_id.label("bundle_id"), func.min(Receipt.event_at).label("arrived_at"))
        .join(ReceiptLine, ReceiptLine.bundle_id == pairs.c.bundle_id)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .group_by(pairs.c.root_id)
    )


def of_bundles(session: Session, bundle_ids: Collection[int]) -> dict[int, datetime]:
    """When each of the bundles came; those of which no receipt tells are left out. One statement."""
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(set(bundle_ids))])
    return dict(session.execute(arrived(session, select(wanted.c.id))).all())
