"""Settings from the environment, checked once at start; every mistake gets its own sentence."""

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SECRET_BYTES = 32
SHORTEST_SECRET = 32
MEBIBYTE = 1 << 20
LONGEST_CONTACT = 120


class SettingsError(Exception):
    """Settings that cannot be used; ``mistakes`` holds one sentence for each."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides. ``public_url`` is where browsers reach it, if a proxy stands before it.

    Only with ``fetch_prices`` does the clock ask publishers for prices; ``fetch_contact`` (a mail or web address)
    tells them whom to turn to.
    """

    data_dir: Path
    database_url: str
    secret_key: str
    public_url: str | None = None
    log_format: str = "text"
    log_level: str = "INFO"
    locale: str = "zh"
    max_body_bytes: int = 16 * MEBIBYTE
    requests_per_minute: int = 1200
    trusted_proxies: int = 0
    smtp_url: str | None = None
    mail_from: str | None = None
    fetch_prices: bool = False
    fetch_contact: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read ``STEELYARD_*``; raise :class:`SettingsError` with every mistake at once."""
        reader = _Reader(os.environ if environ is None else environ)
        data_dir = reader.directory("DATA_DIR", "var")
        url = reader.database_url(f"sqlite:///{data_dir / 'steelyard.db'}")
        settings = cls(
            data_dir=data_dir,
            database_url=url,
            secret_key=reader.secret(data_dir, embedded=url.startswith("sqlite")),
            public_url=reader.url("PUBLIC_URL"),
            log_format=reader.choice("LOG_FORMAT", "text", ("text", "json")),
            log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
            locale=reader.choice("LOCALE", "zh", ("zh", "en")),
            max_body_bytes=reader.number("MAX_BODY_BYTES", 16 * MEBIBYTE, 65_536, 1024 * MEBIBYTE),
            requests_per_minute=reader.number("REQUESTS_PER_MINUTE", 1200, 10, 1_000_000),
            trusted_proxies=reader.number("TRUSTED_PROXIES", 0, 0, 8),
            smtp_url=reader.smtp("SMTP_URL"),
            mail_from=reader.address("MAIL_FROM"),
            fetch_prices=reader.choice("FETCH_PRICES", "off", ("on", "off")) == "on",
            fetch_contact=reader.line("FETCH_CONTACT"),
        )
        if settings.smtp_url and not settings.mail_from:
            reader.mistakes.append("STEELYARD_MAIL_FROM: name the address that mail comes from.")
        if reader.mistakes:
            raise SettingsError(reader.mistakes)
        return settings


class _Reader:
    """Reads one variable at a time and collects the mistakes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.mistakes: list[str] = []

    def _raw(self, name: str) -> str | None:
        value = self._environ.get(f"STEELYARD_{name}", "").strip()
        return value or None

    def directory(self, name: str, default: str) -> Path:
        path = Path(self._raw(name) or default).expanduser().absolute()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.mistakes.append(f"STEELYARD_{name}: the folder {path} cannot be made ({error.strerror}).")
            return path
        if not os.access(path, os.W_OK | os.X_OK):
            self.mistakes.append(f"STEELYARD_{name}: the folder {path} cannot be written to by this user.")
        return path

    def database_url(self, default: str) -> str:
        value = self._raw("DATABASE_URL") or default
        try:
            backend = make_url(value).get_backend_name()
        except (ArgumentError, ValueError):  # the latter for a port that is no number
            backend = ""
        if backend not in {"sqlite", "postgresql"}:
            self.mistakes.append(
                "STEELYARD_DATABASE_URL: write sqlite:////folder/file.db or postgresql://user:password@host/database."
            )
        return value

    def secret(self, data_dir: Path, *, embedded: bool) -> str:
        value = self._raw("SECRET_KEY")
        if value is None and embedded and not self.mistakes:
            value = _kept_secret(data_dir / "secret.key")
        if value is None:
            self.mistakes.append(
                "STEELYARD_SECRET_KEY: set it to at least 32 random characters, the same on every server; "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(32))' makes one."
            )
        elif len(value) < SHORTEST_SECRET:
            self.mistakes.append("STEELYARD_SECRET_KEY: it is shorter than 32 characters.")
        return value or ""

    def url(self, name: str) -> str | None:
        value = self._raw(name)
        if value is not None and not value.startswith(("http://", "https://")):
            self.mistakes.append(f"STEELYARD_{name}: it must begin with http:// or https://.")
        return value.rstrip("/") if value else None

    def smtp(self, name: str) -> str | None:
        value = self._raw(name)
        if value is None:
            return None
        parts = urlsplit(value)
        try:
            found = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and (parts.port or 25) > 0
        except ValueError:
            found = False
        if not found or parts.path not in {"", "/"}:
            self.mistakes.append(
                f"STEELYARD_{name}: write smtp://user:password@host:587 (STARTTLS), smtps://host:465, "
                "or smtp://host:25?plain for a server of your own without encryption."
            )
        return value

    def address(self, name: str) -> str | None:
        value = self._raw(name)
        if value is not None and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", value):
            self.mistakes.append(f"STEELYARD_{name}: {value[:80]!r} is no mail address.")
        return value

    def line(self, name: str) -> str | None:
        value = self._raw(name)
        if value is not None and not (value.isascii() and value.isprintable() and len(value) <= LONGEST_CONTACT):
            self.mistakes.append(f"STEELYARD_{name}: write one line of at most {LONGEST_CONTACT} plain characters.")
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self._raw(name) or default
        if value not in allowed:
            self.mistakes.append(f"STEELYARD_{name}: choose one of {', '.join(allowed)}, not {value!r}.")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self._raw(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit()) or not least <= int(value[:12]) <= most or len(value) > 12:
            self.mistakes.append(f"STEELYARD_{name}: give a whole number from {least} to {most}, not {value[:40]!r}.")
            return default
        return int(value)


def _kept_secret(path: Path) -> str:
    """Return the secret of an embedded installation, made at its first start and readable by its owner alone.

    It is written aside and then linked, so that servers which start together read one whole secret.
    """
    if not path.exists():
        handle, temporary = tempfile.mkstemp(prefix=".secret-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
        os.unlink(temporary)
    return path.read_text(encoding="ascii").strip()
