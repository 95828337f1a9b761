import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted(
    path
    for folder in ("platform/steelyard", "pricing", "inventory")
    for path in (ROOT / folder).rglob("templates/**/*.html")
)
ISLANDS = sorted((ROOT / "platform/steelyard/web/static").glob("*/*.js")) + sorted(
    (ROOT / "platform/steelyard/web/static/css").glob("*.css")
)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
ENTITY = re.compile(r"&\w+;")
WORD = re.compile(r"[A-Za-z]*[a-z][A-Za-z]+|[一-鿿]")  # GB/T, PDF and YD- are the same in every language
SPOKEN = re.compile(
    r"""\b(?:title|placeholder|aria-label|alt|data-label|data-confirm|data-title)=(["'])(.*?)\1""", re.DOTALL
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_templates_were_found() -> None:
    """The cases below would prove nothing about an empty list."""
    assert len(TEMPLATES) > 5


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_sentence_stands_outside_the_catalogues(path: Path) -> None:
    """What people read goes through gettext: between tags and in attributes that are read out or shown."""
    bare = JINJA.sub("", _read(path))
    attributes = [found[1] for found in SPOKEN.findall(bare)]
    text = ENTITY.sub("", TAG.sub(" ", re.sub(r"<(script|style)\b.*?</\1>", "", bare, flags=re.DOTALL)))
    assert [piece.strip() for piece in (*text.splitlines(), *attributes) if WORD.search(piece)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_the_content_security_policy_is_kept(path: Path) -> None:
    """No inline script, style or handler, which the policy would refuse in the browser."""
    source = JINJA.sub("", _read(path))
    assert re.findall(r"<style\b|\sstyle=|\son[a-z]+=|javascript:|hx-on", source) == []
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", source))


@pytest.mark.parametrize("path", [*TEMPLATES, *ISLANDS], ids=_name)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    """Templates, scripts and style sheets name no other host."""
    named = re.findall(r"""(?:src|href|action|url\(|from|import)\s*[=(]?\s*["']?(?:https?:)?//\S+""", _read(path))
    assert named == []


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_posting_form_has_its_guard(path: Path) -> None:
    """A form without form_guard() would be refused for the lack of its CSRF token."""
    forms = re.findall(r"""<form\b[^>]*method=["']post["'].*?</form>""", _read(path), re.DOTALL | re.IGNORECASE)
    assert [form[:80] for form in forms if "form_guard()" not in form] == []
