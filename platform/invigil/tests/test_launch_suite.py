"""`run.py test`: its own data, its arguments, and an exit code that hides nothing."""

import os
import sys
from pathlib import Path

import pytest

from invigil.launch import suite
from invigil.launch.frontend import Node
from invigil.launch.place import Place
from invigil.launch.suite import default_arguments, run_pytest, throw_away

LOOK = """
import os
from pathlib import Path

def test_engines() -> None:
    assert os.environ["INVIGIL_TESTING"] == "1"
    assert os.environ["DATABASE_URL"].startswith("postgres://invigil:")
    assert os.environ["CHROMIUM_PATH"] == "/opt/browser"
    assert Path(os.environ["VAR_DIR"]).name == ".var-test"
"""


@pytest.fixture
def copy(tmp_path: Path) -> Place:
    """A working copy with the interpreter of the tests, and nothing else."""
    root = tmp_path / "copy"
    root.mkdir()
    original = Path(sys.prefix)
    (root / ".venv").symlink_to(original)
    (root / "run.py").symlink_to(Path(__file__).parents[3] / "run.py")
    return Place(root, root / "var")


def test_earlier_steps_of_this_run_have_passed() -> None:
    """Set by `run.py test`: a failed check or front-end test must show in pytest's own summary."""
    assert os.environ.get("INVIGIL_FAILED_STEPS", "") == ""


def test_pytest_gets_engines_of_its_own_that_are_gone_afterwards(
    copy: Place, quiet_interrupts: list[int]
) -> None:
    (copy.root / "test_look.py").write_text(LOOK, encoding="utf-8")
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:django", "test_look.py"]
    assert run_pytest(copy, arguments, {"CHROMIUM_PATH": "/opt/browser"}) == 0
    assert sorted(path.name for path in (copy.root / ".var-test").iterdir()) == ["log"]


def test_a_failed_test_is_the_exit_code(copy: Place, quiet_interrupts: list[int]) -> None:
    (copy.root / "test_bad.py").write_text(
        "def test_bad() -> None:\n    raise ValueError\n", encoding="utf-8"
    )
    assert (
        run_pytest(copy, ["-q", "-p", "no:cacheprovider", "-p", "no:django", "test_bad.py"], {})
        == 1
    )


def test_failed_front_end_tests_are_named_and_shown(
    copy: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    vitest = copy.node_modules / ".bin" / "vitest"
    vitest.parent.mkdir(parents=True)
    vitest.write_text("#!/bin/sh\necho 'room.test.ts: 1 failed'\nexit 1\n", encoding="utf-8")
    vitest.chmod(0o755)
    assert suite.test_front_end(copy, Node(("npm",), Path("/usr/bin"))) == ["front end (vitest)"]
    assert "room.test.ts: 1 failed" in capsys.readouterr().out
    vitest.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    assert suite.test_front_end(copy, Node(("npm",), Path("/usr/bin"))) == []


def test_the_whole_suite_uses_both_cores_and_keeps_stacks_apart() -> None:
    assert default_arguments() == ["-q", "-n", suite.PROCESSES, "--dist", "loadgroup"]


def test_the_data_are_thrown_away_and_the_logs_kept(tmp_path: Path) -> None:
    for name in ("pg", "log", "run"):
        (tmp_path / name).mkdir()
    (tmp_path / "secret_key").touch()
    throw_away(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
