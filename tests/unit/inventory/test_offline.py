"""The scan page as an installed program: its version follows its files."""

import os
from pathlib import Path

from inventory import offline


def test_a_changed_file_is_a_new_version(tmp_path: Path) -> None:
    for name in (offline.WORKER, *offline.FILES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    first = offline.version(tmp_path)
    assert offline.version(tmp_path) == first
    changed = tmp_path / offline.FILES[-1]
    changed.write_text("other")
    os.utime(changed, ns=(1, 1))
    assert offline.version(tmp_path) != first


def test_the_program_stays_within_its_page() -> None:
    found = offline.manifest("Scanning", "Scan", "/warehouse/scan", "/static/", "en")
    assert found["scope"] == found["start_url"] == found["id"] == "/warehouse/scan"
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
