"""The words after run.py: which there are, and what a wrong one is told."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from invigil.launch.cli import COMMANDS, usage
from invigil.launch.place import Place, here
from invigil.launch.processes import start_time
from invigil.launch.state import StackFile, StackState
from invigil.tests.conftest import Started, person_environment, processes_under, wait_until

PUBLIC = ("up", "test", "check", "bench", "rehearse", "manage", "messages", "doctor")


def run(*words: str, place: Place | None = None) -> "subprocess.CompletedProcess[str]":
    chosen = place or here()
    argv = [sys.executable, str(chosen.launcher), *words]
    return subprocess.run(
        argv,
        cwd=chosen.root,
        env=person_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_help_lists_every_command_with_its_use() -> None:
    for name in PUBLIC:
        assert f"  {name}" in usage()
        assert COMMANDS[name].about
    assert run("--help").stdout.strip() == usage()


def test_no_word_shows_the_help_and_fails() -> None:
    shown = run()
    assert shown.returncode == 2
    assert "Usage" in shown.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fly"], "There is no command 'fly'. These exist: up, test,"),
        (["up", "--port", "70000"], "'70000' is not a port"),
        (["up", "--port", "web"], "'web' is not a port"),
        (["up", "--fast"], "unrecognized arguments: --fast"),
        (["check", "everything"], "run.py check takes no arguments."),
        (["bench", "no-such-bench"], "There is no benchmark 'no-such-bench'."),
    ],
)
def test_a_wrong_word_is_told_in_one_line(words: list[str], told: str, working_copy: Place) -> None:
    shown = run(*words, place=working_copy)
    assert shown.returncode == 2
    assert told in shown.stderr
    assert len(shown.stderr.splitlines()) == 1
    assert shown.stdout == ""


def test_a_rehearsal_without_a_stack_says_how_to_start_one(working_copy: Place) -> None:
    shown = run("rehearse", "--students", "3", place=working_copy)
    assert shown.returncode == 1
    assert shown.stderr == "No stack runs here. Start one in another terminal: python3 run.py up\n"


def test_a_stack_that_is_gone_is_no_stack(working_copy: Place) -> None:
    working_copy.run.mkdir(parents=True)
    StackFile(working_copy.run).write(
        StackState(2**22 + 1, 8000, "ready", started=start_time(os.getpid()))
    )
    assert run("rehearse", place=working_copy).returncode == 1


def test_the_doctor_needs_no_packages_and_reports_json(working_copy: Place) -> None:
    (working_copy.root / ".venv").unlink()
    shown = run("doctor", "--json", place=working_copy)
    assert '"name": "Python", "state": "ok"' in shown.stdout
    assert shown.stderr == ""


def test_a_benchmark_runs_with_engines_and_its_last_line_is_its_own(working_copy: Place) -> None:
    bench = working_copy.root / "platform/bench/probe.py"
    bench.write_text(
        "import json, os, sys\nprint(json.dumps({'db': 'DATABASE_URL' in os.environ, 'argv': sys.argv[1:]}))\n",
        encoding="utf-8",
    )
    shown = run("bench", "probe", "--quick", place=working_copy)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[-1] == '{"db": true, "argv": ["--quick"]}'
    assert "probe" in run("bench", place=working_copy).stderr
    assert processes_under(working_copy.root) == []


def test_manage_leaves_standard_output_to_the_command(working_copy: Place) -> None:
    shown = run("manage", "--version", place=working_copy)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("\n") == 1
    assert shown.stdout[0].isdigit()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_while_packages_are_installed_is_one_line_and_leaves_no_process(
    number: int, working_copy: Place, start: Callable[..., Started]
) -> None:
    (working_copy.root / ".venv").unlink()
    begun = start(working_copy, "check")
    wait_until(working_copy.venv.exists, "the environment is being made")
    assert begun.end(number) == 128 + number
    assert begun.said.splitlines()[-1] == "Stopped."
    assert "Traceback" not in begun.said
    wait_until(lambda: processes_under(working_copy.root) == [], "what was killed is gone")
    assert not (working_copy.venv / "invigil.json").exists()


def test_an_old_python_is_told_the_version_it_needs(tmp_path: Path) -> None:
    code = "import sys; sys.version_info = (3, 9, 18); exec(open(sys.argv[1]).read())"
    shown = subprocess.run(
        [sys.executable, "-c", code, str(here().launcher)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 1
    assert shown.stderr.startswith("Invigil needs Python 3.11 or newer; this is Python 3.9.")
    assert len(shown.stderr.splitlines()) == 1


def test_a_system_that_cannot_run_it_is_told_what_can(tmp_path: Path) -> None:
    code = "import os, sys; os.name = 'nt'; exec(open(sys.argv[1]).read())"
    shown = subprocess.run(
        [sys.executable, "-c", code, str(here().launcher)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 1
    assert "docker compose up" in shown.stderr


def test_the_file_that_old_pythons_read_has_nothing_they_cannot_parse() -> None:
    text = here().launcher.read_text(encoding="utf-8")
    assert 'f"' not in text
    assert "->" not in text
    assert ":=" not in text
