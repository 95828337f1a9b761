"""The scan page as an installed program: its manifest, and the service worker with the files that it keeps."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

WORKER = "js/scan-worker.js"
FILES = (
    "css/app.css", "favicon.svg", "icons.svg", "js/app.js", "js/camera.js", "js/scan.js", "js/scan-keys.js",
    "js/scan-certificate.js", "js/scan-defect.js", "js/scan-list.js", "js/scan-numbers.js", "js/scan-store.js",
    "js/scan-sync.js", "js/scan-signals.js", "js/scan-yard.js",
    "vendor/barcode.js", "vendor/htmx.min.js", "vendor/pico.min.css", "vendor/zxing_reader.wasm",
    "vendor/icons/scan-192.png", "vendor/icons/scan-512.png",
)  # fmt: skip
"""What the page needs of ``static`` without a network."""
ICONS = (
    ("vendor/icons/scan-192.png", "192x192", "any"),
    ("vendor/icons/scan-512.png", "512x512", "any"),
    ("vendor/icons/scan-maskable-512.png", "512x512", "maskable"),
)
BAR_COLOUR = "#1d2731"


def version(static: Path) -> str:
    """The digest of all files that the page is made of; it changes when one of them does."""
    paths = [static / name for name in (WORKER, *FILES)]
    return _digest(tuple((str(path), path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=4)
def _digest(files: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _ in files:
        content = Path(name).read_bytes()
        digest.update(f"{Path(name).name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:20]


def manifest(name: str, short_name: str, start: str, icon_base: str, language: str) -> dict[str, Any]:
    """The web app manifest (https://www.w3.org/TR/appmanifest/) of the scan page."""
    return {
        "id": start,
        "name": name,
        "short_name": short_name,
        "lang": language,
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "background_color": BAR_COLOUR,
        "theme_color": BAR_COLOUR,
        "icons": [
            {"src": icon_base + file, "sizes": size, "type": "image/png", "purpose": purpose}
            for file, size, purpose in ICONS
        ],
    }
