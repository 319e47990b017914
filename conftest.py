"""Shared by every test: cheap password hashing, before the settings are read."""

import os

os.environ.setdefault("INVIGIL_TESTING", "1")
