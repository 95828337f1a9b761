"""Who hears of what happens to prices: the operator's organisations."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.accounts.models import Organisation
from steelyard.core.actors import OrgKind


def operators(session: Session) -> list[int]:
    """The operator's organisations."""
    return list(session.scalars(select(Organisation.id).where(Organisation.kind == OrgKind.OPERATOR)))
