"""Secrets that the launcher makes once and keeps under var/, readable by their owner only."""

import os
import secrets
from pathlib import Path

from invigil.launch.logs import unwritable


def kept_secret(path: Path) -> str:
    """Return the secret in `path`; make it when there is none.

    Raises:
        Stop: The folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or not path.read_text(encoding="ascii").strip():
            _write_private(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise unwritable(path, error) from None


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as target:
        target.write(text + "\n")
    fresh.replace(path)
