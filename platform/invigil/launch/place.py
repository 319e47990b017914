"""Where things are in one working copy; every path of the launcher is named here."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A working copy and the directories that the launcher makes in it.

    Attributes:
        root: The folder that holds run.py.
        var: Everything that a running stack writes; another one is used for tests.
    """

    root: Path
    var: Path

    @property
    def launcher(self) -> Path:
        """The command itself, to be started again in another process."""
        return self.root / "run.py"

    @property
    def venv(self) -> Path:
        """The Python environment; made by the launcher, and made again when it is half-built."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter of the Python environment."""
        return self.venv / "bin" / "python"

    @property
    def node_modules(self) -> Path:
        """The front-end packages."""
        return self.root / "node_modules"

    @property
    def dist(self) -> Path:
        """The built front end."""
        return self.root / "platform" / "web" / "dist"

    @property
    def logs(self) -> Path:
        """One log file for each role."""
        return self.var / "log"

    @property
    def setup_log(self) -> Path:
        """What the set-up steps said; kept beside the working copy's own data."""
        return self.root / "var" / "log" / "setup.log"

    @property
    def run(self) -> Path:
        """State of the stack that runs now: lock, process list, metric files."""
        return self.var / "run"

    def with_var(self, var: Path) -> "Place":
        """Return the same working copy with another data directory."""
        return Place(self.root, var.absolute())


def here() -> Place:
    """Return the working copy that this file belongs to."""
    root = Path(__file__).resolve().parents[3]
    return Place(root, Path(os.environ.get("VAR_DIR") or root / "var").absolute())


def inside_venv(place: Place) -> bool:
    """Tell whether this process runs on the interpreter of the Python environment."""
    return sys.prefix != sys.base_prefix and Path(sys.prefix).resolve() == place.venv.resolve()
