"""Programs from outside the package registries that tests need: found, or the test is skipped.

Where everything has to be there (`CI` is set) a gap fails the test instead. The launcher names the
programs it knows in these variables (invigil/launch/components.py).
"""

import os
import shutil
from typing import NoReturn

import pytest

MORE_FOLDERS = ("/usr/sbin", "/usr/local/sbin")  # not on everybody's PATH


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail it where everything has to be there."""
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(reason)
    pytest.skip(reason)


def need_program(variable: str, *commands: str, package: str) -> str:
    """Return the path that `variable` names, or of the first of the commands there is."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *MORE_FOLDERS])
    on_path = (shutil.which(command, path=path) for command in commands)
    found = os.environ.get(variable) or next(filter(None, on_path), None)
    return found or missing(f"{commands[0]} is not installed: apt-get install {package}")


def chromium_path() -> str:
    """Return the installed Chromium."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return need_program("CHROMIUM_PATH", *names, package="chromium-headless-shell")
