"""What a person sets for himself."""

from sqlalchemy.orm import Session

from steelyard.accounts.models import User
from steelyard.core import audit
from steelyard.core.actors import Actor


def set_locale(session: Session, actor: Actor, locale: str) -> None:
    """Keep the language in which the actor reads; sentences sent to him later are written in it."""
    user = session.get_one(User, actor.user_id)
    user.locale = locale
    audit.record(session, actor, "locale.changed", f"user:{user.id}", {"locale": locale})
