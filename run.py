"""The one command of Invigil: `python3 run.py up`, `python3 run.py test`, `python3 run.py --help`.

Standard library only, and written so that old Pythons still parse it and say what is wrong.
"""

import os
import signal
import sys

if sys.version_info < (3, 11):  # noqa: UP036 the check is for whoever starts it with an older one
    sys.exit(
        "Invigil needs Python 3.11 or newer; this is Python %d.%d. "  # noqa: UP031 old Pythons
        "Install a newer one and run it by name, for example: python3.11 run.py up"
        % sys.version_info[:2]
    )

if os.name != "posix":
    sys.exit("Invigil runs on Linux and macOS. On Windows use WSL, or: docker compose up")

import types

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the launcher listens: end without a traceback

ROOT = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 old Pythons

# The launcher runs before any package is installed, so `invigil` is entered without its own
# `__init__`, which needs Celery.
PACKAGE = types.ModuleType("invigil")
PACKAGE.__path__ = [os.path.join(ROOT, "platform", "invigil")]  # noqa: PTH118 old Pythons
sys.modules["invigil"] = PACKAGE

from invigil.launch.cli import main  # noqa: E402 needs the lines above

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
