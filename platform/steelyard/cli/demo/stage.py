"""How the players act: through the HTTP API, each with his own token."""

import time
from collections.abc import Callable
from typing import Any

import requests

from steelyard.cli.demo.notebook import Notebook

TIMEOUT_S = 30


class StepFailed(Exception):
    """The server refused a step; ``code`` is its stable code."""

    def __init__(self, step: str, status: int, body: dict[str, Any]) -> None:
        self.code = str(body.get("code", "unknown"))
        super().__init__(f"{step}: {status} {self.code}: {body.get('detail', body)} {body.get('errors', '')}")


class Stage:
    """Calls the API and notes each answer before the next step."""

    def __init__(self, address: str, notebook: Notebook) -> None:
        self._root = f"{address}/api/v1"
        self.notebook = notebook
        self._http = requests.Session()
        self.calls = 0

    def do(self, step: str, who: str, path: str, body: Any = None) -> Any:
        """Let ``who`` POST once: under one key for ever, from the notebook when it was answered before."""
        book = self.notebook
        if step not in book.answers:
            body = book.bodies.setdefault(step, body)
            book.save()
            headers = {"Idempotency-Key": f"demo-{book.run}-{book.attempt}-{step}"}
            book.answers[step] = self._call(step, "POST", who, path, json=body, headers=headers)
            book.save()
        return book.answers[step]

    def see(self, who: str, path: str, **query: Any) -> Any:
        """Let ``who`` GET."""
        return self._call(path, "GET", who, path, params=query)

    def items(self, who: str, path: str, **query: Any) -> list[Any]:
        """Let ``who`` GET every page of a list."""
        found: list[Any] = []
        after: dict[str, Any] = {}
        while True:
            page = self.see(who, path, limit=200, **query, **after)
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def until(self, who: str, path: str, holds: Callable[[Any], bool], seconds: float = 15) -> Any:
        """Look again and again until ``holds``; raise :class:`StepFailed` when it takes too long."""
        ends = time.monotonic() + seconds
        while not holds(seen := self.see(who, path)):
            if time.monotonic() > ends:
                raise StepFailed(path, 0, {"code": "timeout", "detail": f"still waiting after {seconds:.0f} s"})
            time.sleep(0.15)
        return seen

    def _call(self, step: str, method: str, who: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.notebook.tokens[who]}", **options.pop("headers", {})}
        try:
            response = self._http.request(method, self._root + path, headers=headers, timeout=TIMEOUT_S, **options)
        except requests.RequestException as error:
            raise StepFailed(step, 0, {"code": "no_answer", "detail": f"the server gave no answer ({error})"}) from None
        self.calls += 1
        if not response.ok:
            raise StepFailed(step, response.status_code, _problem_of(response))
        return response.json()


def _problem_of(response: requests.Response) -> dict[str, Any]:
    """Return the problem document, or what else came from whoever answered instead of our server."""
    try:
        found = response.json()
    except requests.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {"code": "http_error", "detail": response.text[:200]}
