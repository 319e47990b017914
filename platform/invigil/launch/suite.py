"""`run.py test`: every check, the front end's unit tests, then pytest on real engines."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from invigil.devstack import Options, open_engines
from invigil.launch.checking import all_checks, run_checks
from invigil.launch.components import ensure_components
from invigil.launch.frontend import Node, ensure_front_end
from invigil.launch.place import Place
from invigil.launch.ports import free_ports
from invigil.launch.report import say, step
from invigil.launch.shell import Command, CommandFailed, run_logged, wait_attached

DATA = ".var-test"
PROCESSES = "4"  # on two cores: tests wait for browsers and stacks more than they compute


def run_tests(place: Place, arguments: Sequence[str]) -> int:
    """Run everything, or with arguments only pytest with them; return pytest's exit code.

    Earlier failures do not stop the run: `test_run.py` holds them against it, so that the last
    lines are pytest's summary and tell the whole truth.

    Raises:
        Stop: Something that the tests need is missing, or their engines do not start.
    """
    node = ensure_front_end(place)
    components = ensure_components(place)
    failed = [] if arguments else [*check_sources(place, node), *test_front_end(place, node)]
    say("\npytest")
    found = {**components, "PATH": node.environment()["PATH"]}  # tests compile for the browser too
    return run_pytest(place, arguments, {**found, "INVIGIL_FAILED_STEPS": ", ".join(failed)})


def check_sources(place: Place, node: Node) -> list[str]:
    """Run every check and return the names of the failed ones."""
    say("\nChecks")
    return run_checks(place, node, all_checks(place))


def test_front_end(place: Place, node: Node) -> list[str]:
    """Run the unit tests of the front end and return its name when they fail."""
    vitest = place.node_modules / ".bin" / "vitest"
    try:
        with step("front end (vitest)"):
            run_logged(
                [vitest, "run"],
                place.setup_log,
                cwd=place.root,
                env=node.environment(),
                limit_s=300,
            )
    except CommandFailed as failed:
        say(failed.output)
        return ["front end (vitest)"]
    return []


def run_pytest(place: Place, arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Run pytest with engines of its own whose data are thrown away.

    Raises:
        Stop: The engines do not start.
    """
    own = place.with_var(place.root / DATA)
    with open_engines(own, Options(free_ports(), durable=False)) as supervisor:
        settings = {**supervisor.env, **env, "INVIGIL_TESTING": "1"}
        del settings["PROMETHEUS_MULTIPROC_DIR"]  # a test process counts for itself
        argv: Command = [place.python, "-m", "pytest", *(arguments or default_arguments())]
        process = subprocess.Popen(argv, cwd=place.root, env=settings)
        supervisor.attach("pytest", process)
        code = wait_attached(process)
    throw_away(own.var)
    return code


def default_arguments() -> list[str]:
    """Return pytest's arguments for the whole suite: a few processes, the journeys on one."""
    return ["-q", "-n", PROCESSES, "--dist", "loadgroup"]


def throw_away(var: Path) -> None:
    """Remove the data of a test run and keep its logs."""
    for path in var.iterdir():
        if path.name != "log":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
