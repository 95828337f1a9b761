"""Names of our things in events: private URIs on the installation's public address.

Without a company prefix of GS1 a GTIN, SSCC or GLN would be an invented one, so none is made. Where the installation
has no public address the scheme of our labels stands in its place. Imports neither flask nor sqlalchemy.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from inventory.labels import parse_bundle_uri

PREFIX = "sy"
"""The prefix of our own fields in events."""


@dataclass(frozen=True, slots=True)
class Names:
    """Makes the URIs. ``public_url`` is where the installation is reached, without a slash at the end."""

    public_url: str | None = None

    def of(self, kind: str, *parts: object) -> str:
        """Return the URI of a thing; its parts stand in one segment, so that no path looks like one of GS1's."""
        text = ",".join(quote(str(part), safe="") for part in parts)
        return f"{self.public_url}/id/{kind}/{text}" if self.public_url else f"steelyard:{kind}:{text}"

    @property
    def namespace(self) -> str:
        """The namespace of our own fields."""
        return f"{self.public_url}/ns/epcis/" if self.public_url else "steelyard:ns:epcis:"

    def bundle(self, warehouse_code: str, tag: str) -> str:
        """A bundle, one thing with a tag."""
        return self.of("bundle", warehouse_code, tag)

    def lot(self, heat_number: str, mill_name: str, product: str) -> str:
        """Goods of one heat and one product: what a quantity in kilograms is a quantity of."""
        return self.of("lot", heat_number, mill_name, product)

    def place(self, warehouse_code: str, code: str | None = None) -> str:
        """A yard, or a place of it."""
        return self.of("place", warehouse_code) if code is None else self.of("place", warehouse_code, code)

    def bundle_of(self, uri: str) -> tuple[str, str] | None:
        """Return warehouse code and tag from a bundle's URI or from what its label says, ``None`` for another's."""
        if (labelled := parse_bundle_uri(uri)) is not None:
            return labelled
        start = self.of("bundle")
        if not uri.startswith(start):
            return None
        code, comma, tag = uri.removeprefix(start).partition(",")
        return (unquote(code), unquote(tag)) if comma and code and tag and "," not in tag else None

    def place_of(self, uri: str) -> tuple[str, str | None] | None:
        """Return yard and place from a URI of ours, the place ``None`` for a whole yard; ``None`` for another's."""
        start = self.of("place")
        code, comma, place = uri.removeprefix(start).partition(",")
        if not uri.startswith(start) or not code or "," in place or bool(comma) != bool(place):
            return None
        return unquote(code), unquote(place) if place else None
