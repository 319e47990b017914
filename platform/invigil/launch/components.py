"""Programs that only the tests need: browser, virus scanner, rule checker. Found, or installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from invigil.launch.place import Place
from invigil.launch.report import Stop, step
from invigil.launch.shell import Command, CommandFailed, run_logged

SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/sbin")
POLICY = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True, slots=True)
class Component:
    """A program from outside the package registries.

    Attributes:
        variable: Names its path, from outside to us and from us to the tests.
        commands: Names under which it may be on PATH.
        packages: Debian packages that bring it.
        use: What needs it.
    """

    name: str
    variable: str
    commands: tuple[str, ...]
    packages: tuple[str, ...]
    use: str

    @property
    def install_command(self) -> str:
        """What a person types to get it."""
        debian = f"apt install {' '.join(self.packages)}"
        return (
            f"{debian} (or: python3 -m playwright install chromium)" if self is CHROMIUM else debian
        )


CHROMIUM = Component(
    "Chromium",
    "CHROMIUM_PATH",
    ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    ("chromium-headless-shell",),  # a quarter less work for the processor than the whole browser
    "the tests in a browser",
)
CLAMD = Component(
    "clamd", "CLAMD_PATH", ("clamd",), ("clamav-daemon",), "the tests of the virus scanner"
)
PROMTOOL = Component(
    "promtool", "PROMTOOL_PATH", ("promtool",), ("prometheus",), "the tests of the alert rules"
)
COMPONENTS = (CHROMIUM, CLAMD, PROMTOOL)


def find(component: Component) -> Path | None:
    """Return the program's path; None when this machine does not have it."""
    named = os.environ.get(component.variable)
    if named:
        return Path(named) if Path(named).exists() else None
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    on_path = (shutil.which(command, path=path) for command in component.commands)
    known = next((Path(hit) for hit in on_path if hit), None)
    return known or (next(_downloaded_browsers(), None) if component is CHROMIUM else None)


def _downloaded_browsers() -> Iterator[Path]:
    """Yield the browsers that Playwright has downloaded, the newest first."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    for folder in [Path(given)] if given else folders:
        for version in sorted(folder.glob("chromium-*"), reverse=True):
            yield from version.glob("chrome-*/chrome")
            yield from version.glob("chrome-*/*.app/Contents/MacOS/*")


def ensure_components(place: Place) -> dict[str, str]:
    """Install what is missing where that is possible, and return variable → path of what is there.

    Raises:
        Stop: `CI` is set and something is still missing: there a gap is a failure.
    """
    missing = [component for component in COMPONENTS if find(component) is None]
    if missing:
        with step(f"Installing {' and '.join(component.name for component in missing)}"):
            install(place, missing)
    still = [component for component in COMPONENTS if find(component) is None]
    if still and is_ci():
        raise Stop(
            f"CI is set and {' and '.join(component.name for component in still)} could not be installed.",
            f"{'; '.join(component.install_command for component in still)}. Log: {place.setup_log}",
        )
    paths = {component.variable: find(component) for component in COMPONENTS}
    return {variable: str(path) for variable, path in paths.items() if path}


def is_ci() -> bool:
    """Tell whether a missing component is a failure instead of a skipped test."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def install(place: Place, missing: list[Component]) -> None:
    """Try to install the components; what did not work shows in what is still missing."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with suppress(CommandFailed):
            _apt_install(place, [name for component in missing for name in component.packages])
    elif CHROMIUM in missing:
        argv: Command = [place.python, "-m", "playwright", "install", "chromium"]
        with suppress(CommandFailed):
            run_logged(argv, place.setup_log, cwd=place.root, limit_s=300)


def _apt_install(place: Place, packages: list[str]) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ("-o", "DPkg::Lock::Timeout=120")
    argv = ["apt-get", *wait, "install", "-y", "-q", "--no-install-recommends", *packages]
    with services_kept_off():
        try:
            run_logged(argv, place.setup_log, cwd=place.root, env=env, limit_s=600)
        except CommandFailed:  # most often: the list of packages is empty or old
            run_logged(
                ["apt-get", *wait, "update", "-q"],
                place.setup_log,
                cwd=place.root,
                env=env,
                limit_s=300,
            )
            run_logged(argv, place.setup_log, cwd=place.root, env=env, limit_s=600)


@contextmanager
def services_kept_off() -> Iterator[None]:
    """Keep the packages from starting their services: the tests start their own scanner."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
