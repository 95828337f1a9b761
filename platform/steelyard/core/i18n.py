"""Marking of sentences for translation, without knowing who translates."""


def N_(message: str) -> str:  # noqa: N802 - the conventional name of gettext's no-op marker
    """Mark ``message`` for extraction into the catalogues and return it unchanged."""
    return message
