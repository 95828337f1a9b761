"""The names that this installation gives to its things."""

from inventory.epcis.identifiers import Names
from steelyard.api.services import services


def names() -> Names:
    """Return the maker of URIs on the public address of the running application."""
    return Names(services().settings.public_url)
