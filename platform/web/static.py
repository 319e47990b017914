"""Serves static files from the finders; collected files too, where they were collected."""

from pathlib import Path
from typing import Any

from whitenoise.middleware import (  # type: ignore[import-untyped] # ships no types
    WhiteNoiseMiddleware,
)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc] # ships no types
    """WhiteNoise without its warning about a STATIC_ROOT that only the image has."""

    def add_files(self, root: Any, prefix: str | None = None) -> None:  # noqa: ANN401 as in the base class
        """Add a folder's files when there is one."""
        if Path(root).is_dir():
            super().add_files(root, prefix)
