"""The whole business, told by ``steelyard demo`` on a real server."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from steelyard.core.database import Database
from steelyard.core.settings import Settings
from tests.integration.cli.conftest import PATIENCE_S
from tests.support import applications
from tests.support.clients import ApiClient
from tests.support.databases import Databases
from tests.support.ports import free_port

TELLING_S = 240
SECRET = "only the tests know this secret key"
DOCUMENTS = {
    "buying.campaign": "/campaigns/{id}",
    "yard.warehouse": "/warehouses/{id}",
    "yard.billet": "/receipts/{id}",
    "yard.pipe": "/receipts/{id}",
    "yard.count": "/stocktakes/{id}",
}
"""Where the answers of the story's steps can be read again."""


class Telling:
    """An installation on which the story is told."""

    def __init__(self, data_dir: Path, database_url: str) -> None:
        self.data_dir, self.database_url = data_dir, database_url
        self.notebook = data_dir / "demo.json"
        self.port = free_port()
        self.environment = os.environ | {
            "STEELYARD_DATA_DIR": str(data_dir),
            "STEELYARD_DATABASE_URL": database_url,
            "STEELYARD_SECRET_KEY": SECRET,
            "STEELYARD_LOG_LEVEL": "ERROR",
        }

    def begin(self) -> subprocess.Popen[str]:
        """Begin to tell, in a process group of its own."""
        command = [sys.executable, "-m", "steelyard", "demo", "--once", "--port", str(self.port)]
        return subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def tell(self) -> str:
        """Tell it to the end and return the report."""
        process = self.begin()
        try:
            report, _ = process.communicate(timeout=TELLING_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, report
        return report

    def answers(self) -> dict[str, Any]:
        """Return what was answered so far."""
        if not self.notebook.exists():
            return {}
        found: dict[str, Any] = json.loads(self.notebook.read_text())["answers"]
        return found


@pytest.fixture
def telling(databases: Databases, tmp_path: Path) -> Telling:
    """A fresh installation on the embedded database, as ``./scripts/start`` has it."""
    return Telling(tmp_path / "data", databases.url("sqlite"))


def numbers(report: str) -> list[str]:
    """Return the document numbers that a report names."""
    return re.findall(r"\b[A-Z]{2}-\d{8}-\d{4,}", report)


@pytest.mark.slow
def test_the_story_survives_kills_and_is_told_once(telling: Telling, databases: Databases) -> None:
    """SIGKILL of everything: what was answered is there, the story goes on, and telling it again adds nothing.

    The report names a document of every kind and its figures agree.
    """
    while_pledging, in_the_yard = 9, 24
    for steps in (while_pledging, in_the_yard):
        _kill_after(telling, steps)
        _find_again(telling, telling.answers(), databases.connect(telling.database_url))
    report = telling.tell()
    kinds = {"JC", "TB", "RK", "PD", "CF", "JG", "GH", "DH", "PZ", "CK", "YD"}
    assert {number[:2] for number in numbers(report)} == kinds
    for sentence in ("无缝钢管（219*6，20#）", "集中需求 (pooled)：1,540.000 吨，4 家钢管企业", "盘亏 (missing)"):
        assert sentence in report
    balance = re.search(r"入 ([\d.,]+) 吨 = 出 ([\d.,]+) 吨 \+ 其他 ([\d.,]+) 吨 \+ 在库 ([\d.,]+) 吨", report)
    assert balance is not None
    received, issued, other, left = (round(float(part.replace(",", "")) * 1000) for part in balance.groups())
    assert received == issued + other + left > issued > 0
    assert numbers(telling.tell()) == numbers(report)


def _kill_after(telling: Telling, steps: int) -> None:
    """Tell until so many steps were answered, then kill the demonstration, the server and all it started."""
    process = telling.begin()
    ends = time.monotonic() + TELLING_S
    while len(telling.answers()) < steps and time.monotonic() < ends:
        assert process.poll() is None, process.communicate(timeout=PATIENCE_S)
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    assert len(telling.answers()) >= steps


def _find_again(telling: Telling, answered: dict[str, Any], db: Database) -> None:
    """Ask for every document that was answered 2xx, from what the killed server left."""
    tokens = json.loads(telling.notebook.read_text())["tokens"]
    app = applications.on(Settings(telling.data_dir, db.url.render_as_string(hide_password=False), SECRET), db)
    keeper, operator = (ApiClient(app, tokens[who]) for who in ("demo-keeper", "demo-operator"))
    for step in DOCUMENTS.keys() & answered.keys():
        who = keeper if step.startswith("yard") else operator
        found = who.get(DOCUMENTS[step].format(id=answered[step]["id"])).get_json()
        assert found["number" if "number" in answered[step] else "id"] in answered[step].values()
    pledges = {step for step in answered if step.startswith("buying.pledge")}
    kept = operator.get(f"/campaigns/{answered['buying.campaign']['id']}/pledges").get_json()["items"]
    assert {one["id"] for one in kept} >= {answered[step]["id"] for step in pledges}
