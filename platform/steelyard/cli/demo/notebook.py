"""The demonstration's notebook: what was answered, so that a second run repeats nothing."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Notebook:
    """Kept beside the database, readable by its owner alone, because it holds passwords and tokens.

    ``run`` begins every ``Idempotency-Key``: after a crash the same step is asked again under the same key and
    answered once. ``answers`` holds each step's answer by its name.
    """

    path: Path
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    attempt: int = 1
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    org_ids: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> "Notebook":
        """Read the notebook, or begin a new one."""
        if not path.exists():
            return cls(path)
        return cls(path, **json.loads(path.read_text(encoding="utf-8")))

    def save(self) -> None:
        """Write the notebook so that a crash leaves the old or the new one whole."""
        content = {name: value for name, value in asdict(self).items() if name != "path"}
        new = self.path.with_suffix(".new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)

    def begin_anew(self) -> None:
        """Forget a story that was told on another database; passwords stay."""
        self.run, self.attempt = secrets.token_hex(4), 1
        for kept in (self.tokens, self.org_ids, self.bodies, self.answers):
            kept.clear()

    def forget(self, chapter: str) -> None:
        """Begin a chapter anew under new keys: its deadlines passed before it was finished."""
        self.attempt += 1
        for kept in (self.answers, self.bodies):
            for name in [name for name in kept if name.startswith(f"{chapter}.")]:
                del kept[name]
        self.save()
