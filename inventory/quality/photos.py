"""Photos of defects: judged by what they are, not by what they are called, and written anew.

A picture that is decoded and encoded again carries nothing but its pixels: no place, no person, no device, no thumbnail
and no bytes that another program could run. Imports neither flask nor sqlalchemy.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from inventory.quality.errors import NotAPhoto, PhotoTooLarge

FORMATS = ("JPEG", "PNG", "WEBP")
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
MOST_BYTES = 12 << 20
"""A telephone's camera makes 3 to 8 MiB."""
MOST_MEGAPIXELS = 64
LONGEST_SIDE = 2048
"""Enough to read a tag and to see a crack; some 400 KiB as written here."""
MOST_PHOTOS = 12
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG as it is stored."""

    content: bytes
    width: int
    height: int


def rewritten(content: bytes) -> Photo:
    """The picture, upright, no side longer than ``LONGEST_SIDE``, as a JPEG without metadata.

    Raises ``PhotoTooLarge`` and ``NotAPhoto``.
    """
    if len(content) > MOST_BYTES:
        raise PhotoTooLarge(most=MOST_BYTES >> 20)
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            return _encoded(image)
    # Decoders of damaged files raise what they like, and a bomb is a warning or an error by its size.
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError, MemoryError) as fault:
        raise NotAPhoto(most=MOST_MEGAPIXELS) from fault
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise NotAPhoto(most=MOST_MEGAPIXELS) from fault


def _encoded(image: Any) -> Photo:
    from PIL import Image, ImageOps

    if image.width * image.height > MOST_MEGAPIXELS * 1_000_000:
        raise NotAPhoto(most=MOST_MEGAPIXELS)
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        flat = Image.new("RGB", upright.size, "white")
        clear = upright.convert("RGBA")
        flat.paste(clear, mask=clear.getchannel("A"))
        upright = flat
    upright = upright.convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.frombytes("RGB", upright.size, upright.tobytes())
    buffer = BytesIO()
    bare.save(buffer, "JPEG", quality=_QUALITY)
    return Photo(buffer.getvalue(), bare.width, bare.height)
