import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENDOR = ROOT / "platform/steelyard/web/static/vendor"


def test_packages_are_pinned_exactly() -> None:
    """package.json names no range, and the lock holds an integrity hash for each package but no address."""
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert [version for version in wanted.values() if not version[0].isdigit()] == []
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in locked.items() if name and "integrity" not in entry] == []
    assert [name for name, entry in locked.items() if "resolved" in entry] == []


def test_a_second_run_finds_everything_fresh() -> None:
    """scripts/assets is idempotent: what was just built is not built again."""
    subprocess.run([ROOT / "scripts" / "assets"], check=True, capture_output=True)
    again = subprocess.run([ROOT / "scripts" / "assets"], check=True, capture_output=True, text=True)
    assert again.stdout == "assets: fresh; 0 catalogues compiled.\n"


def test_the_font_of_printed_documents_is_a_truetype_file() -> None:
    """reportlab embeds TrueType outlines only; the licence lies beside the font."""
    assert (VENDOR / "fonts/NotoSansSC-Regular.ttf").read_bytes()[:4] == b"\x00\x01\x00\x00"
    assert "SIL OPEN FONT LICENSE" in (VENDOR / "fonts/NotoSansSC-LICENSE.txt").read_text(encoding="utf-8").upper()


def test_an_unknown_option_is_refused() -> None:
    """A mistyped option must not pass for a run that did its work."""
    done = subprocess.run([ROOT / "scripts" / "assets", "--frce"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--frce" in done.stderr
