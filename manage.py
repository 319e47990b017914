"""Django's command line; `python3 run.py manage …` reaches it with the right environment."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    """Run one management command."""
    sys.path.insert(0, str(ROOT / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "invigil.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 needs sys.path

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
