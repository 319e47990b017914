"""The commands of run.py: which there are, what each needs first, and its one-line failure."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from invigil.launch import interrupts, report
from invigil.launch.environment import stack_environment, tool_environment
from invigil.launch.frontend import ensure_front_end
from invigil.launch.layout import report_layout
from invigil.launch.place import Place, here, inside_venv
from invigil.launch.ports import LOOPBACK, Ports, free_ports
from invigil.launch.python_env import ensure_packages
from invigil.launch.report import Stop, complain, say
from invigil.launch.shell import run_attached
from invigil.launch.state import StackFile
from invigil.launch.watchdog import watch_stack

BEGUN = "INVIGIL_BEGUN"
FIRST_PORT = 8000
LAST_PORT = 65535 - 5
WITHOUT_DATABASE = {"help", "check", "messages", "makemigrations", "--help", "--version"}


@dataclass(frozen=True, slots=True)
class Command:
    """One word after run.py.

    Attributes:
        run: Called with the working copy and the remaining words; returns the exit code.
        about: One line of help; empty for the words that only our own processes use.
        needs_packages: It runs on the interpreter of the Python environment.
        prints: Standard output is for what it prints itself, not for our progress.
    """

    run: Callable[[Place, Sequence[str]], int]
    about: str
    needs_packages: bool = True
    prints: bool = False


class OneLineParser(argparse.ArgumentParser):
    """Tells a wrong option in one line, as every failure of run.py."""

    def error(self, message: str) -> NoReturn:
        """Refuse the words."""
        raise Stop(f"{self.prog}: {message}.", f"See: python3 {self.prog} --help", code=2)


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; a failure is one line on standard error."""
    interrupts.install()
    now = time.time()  # noqa: TID251 the launcher runs before our packages do
    report.begin(float(os.environ.pop(BEGUN, now)))  # popped: it is not for our children
    try:
        return _dispatch(here(), list(argv))
    except Stop as stop:
        complain(str(stop))
        return stop.code


def _dispatch(place: Place, argv: Sequence[str]) -> int:
    if not argv or argv[0] in {"-h", "--help", "help"}:
        say(usage())
        return 0 if argv else 2
    command = COMMANDS.get(argv[0])
    if command is None:
        raise Stop(
            f"There is no command {argv[0]!r}.", f"These exist: {', '.join(_public())}.", code=2
        )
    if command.prints:
        report.use_standard_error()
    if command.needs_packages:
        ensure_packages(place)
        if not inside_venv(place):
            enter_venv(place, argv)
    return command.run(place, argv[1:])


def enter_venv(place: Place, argv: Sequence[str]) -> None:
    """Go on as the same process on the interpreter of the Python environment."""
    os.environ[BEGUN] = str(report.begun())
    interrupts.check()
    sys.stdout.flush()
    os.execv(place.python, [str(place.python), str(place.launcher), *argv])  # noqa: S606 our own


def usage() -> str:
    """Return the help text."""
    lines = [f"  {name:<10}{command.about}" for name, command in COMMANDS.items() if command.about]
    return "\n".join(["Usage: python3 run.py COMMAND [arguments]", "", *lines])


def _public() -> list[str]:
    return [name for name, command in COMMANDS.items() if command.about]


def up(place: Place, words: Sequence[str]) -> int:
    """Run the whole stack."""
    parser = OneLineParser(prog="run.py up", description=COMMANDS["up"].about)
    parser.add_argument("--port", type=_port, default=FIRST_PORT, help="first of six ports (8000)")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (127.0.0.1)")
    parser.add_argument("--var", type=Path, default=place.var, help="folder of all data (var)")
    parser.add_argument("--empty", action="store_true", help="no demo school")
    given = parser.parse_args(words)
    from invigil.devstack import Options  # noqa: PLC0415 needs the packages
    from invigil.launch.up import run_stack  # noqa: PLC0415 needs the packages

    ensure_front_end(place)
    options = Options(Ports(given.port), given.host)
    return run_stack(place.with_var(given.var), options, demo=not given.empty)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 1 and {LAST_PORT}")
    return int(text)


def test(place: Place, words: Sequence[str]) -> int:
    """Run every check and every test."""
    from invigil.launch.suite import run_tests  # noqa: PLC0415 needs the packages

    return run_tests(place, words)


def check(place: Place, words: Sequence[str]) -> int:
    """Run every check."""
    from invigil.launch.checking import all_checks, run_checks  # noqa: PLC0415 needs the packages

    _refuse_words("check", words)
    failed = run_checks(place, ensure_front_end(place), all_checks(place))
    if failed:
        raise Stop(f"Failed: {', '.join(failed)}.")
    say("All checks passed.")
    return 0


# Python keeps the word for itself, so the module has another name.
BENCH_NAMES: Final = {"importing": "import"}


def bench(place: Place, words: Sequence[str]) -> int:
    """Run one benchmark, with engines of its own."""
    folder = place.root / "platform" / "bench"
    files = [path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")]
    modules = {BENCH_NAMES.get(stem, stem): stem for stem in files}
    names = sorted(modules)
    if not words or words[0] not in names:
        asked = f"There is no benchmark {words[0]!r}. " if words else ""
        raise Stop(
            f"{asked}Benchmarks: {', '.join(names) or 'none'}.", "python3 run.py bench NAME", code=2
        )
    return with_engines(
        place.with_var(place.root / ".var-bench"), ["-m", f"bench.{modules[words[0]]}", *words[1:]]
    )


def manage(place: Place, words: Sequence[str]) -> int:
    """Run manage.py against the stack that runs here, or against its engines alone."""
    argv = ["manage.py", *words]
    state = StackFile(place.run).read()
    if state and state.is_alive():
        return python(place, argv, stack_environment(place, Ports(state.port)))
    if not words or words[0] in WITHOUT_DATABASE:
        return python(place, argv, tool_environment(place))
    return with_engines(place, argv)


def messages(place: Place, words: Sequence[str]) -> int:
    """Collect and compile the texts of all languages."""
    return manage(place, ["messages", *words])


def rehearse(place: Place, words: Sequence[str]) -> int:
    """Play the demo sitting against the stack that runs here."""
    state = StackFile(place.run).read()
    if state is None or not state.is_alive() or state.phase != "ready":
        raise Stop("No stack runs here.", "Start one in another terminal: python3 run.py up")
    env = stack_environment(place, Ports(state.port))
    return python(
        place, ["-m", "rehearsal", *words], {**env, "STACK_FILE": str(place.run / "stack.json")}
    )


def doctor(place: Place, words: Sequence[str]) -> int:
    """Say what this machine lacks."""
    from invigil.launch.doctor import examine, report_findings  # noqa: PLC0415 only here

    if place.python.exists() and not inside_venv(place):
        enter_venv(place, ["doctor", *words])
    return report_findings(examine(place), as_json="--json" in words)


def layout(place: Place, words: Sequence[str]) -> int:
    """Check sizes, places and words of the sources."""
    _refuse_words("layout", words)
    return report_layout(place.root)


def watch(place: Place, words: Sequence[str]) -> int:
    """Be the watchdog of a stack."""
    del place
    return watch_stack(Path(words[0]))


def with_engines(place: Place, argv: Sequence[str]) -> int:
    """Run Python with engines that are started for it and ended after it."""
    from invigil.devstack import Options, open_engines  # noqa: PLC0415 needs the packages

    with open_engines(place, Options(free_ports())) as supervisor:
        return python(place, argv, supervisor.env)


def python(place: Place, argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the interpreter of the Python environment on this terminal."""
    return run_attached([place.python, *argv], cwd=place.root, env=env)


def _refuse_words(command: str, words: Sequence[str]) -> None:
    if words:
        raise Stop(f"run.py {command} takes no arguments.", code=2)


COMMANDS: Mapping[str, Command] = {
    "up": Command(up, "run everything on this machine: --port 8000 --host 127.0.0.1"),
    "test": Command(test, "run every check and test; with arguments only pytest with them"),
    "check": Command(check, "formatter, linters, types, import directions, sizes, words"),
    "bench": Command(bench, "run one benchmark; without a name they are listed", prints=True),
    "rehearse": Command(
        rehearse, "play the demo sitting with simulated students: --students 30", prints=True
    ),
    "manage": Command(manage, "Django's manage.py with the right environment", prints=True),
    "messages": Command(messages, "collect and compile the texts of all languages", prints=True),
    "doctor": Command(
        doctor, "what this machine lacks and how to mend it: --json", needs_packages=False
    ),
    "layout": Command(layout, "", needs_packages=False),
    "watch-stack": Command(watch, "", needs_packages=False),
}
