"""The Python environment: made once, made again when half-built, and plain words when it cannot be."""

import json
import shutil
import signal
import subprocess
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

from invigil.launch import python_env
from invigil.launch.interrupts import Interrupted
from invigil.launch.place import Place, here
from invigil.launch.python_env import ensure_packages, found, lock_entry, set_up_alone, wanted
from invigil.launch.report import Stop
from invigil.tests.conftest import wait_until

NO_INDEX = "http://127.0.0.1:1/simple"


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """A working copy without an environment, whose lock lists uv alone."""
    root = tmp_path / "copy"
    root.mkdir()
    uv = lock_entry(here().root / "requirements.lock", "uv")
    (root / "requirements.lock").write_text(uv, encoding="utf-8")
    return Place(root, root / "var")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, NO_INDEX)
    for name in (
        "PIP_FIND_LINKS",
        "PIP_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_INDEX",
        "UV_EXTRA_INDEX_URL",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def no_venv_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python as Debian ships it without python3-venv."""
    monkeypatch.setattr(
        python_env, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name)
    )


def test_the_entry_of_a_lock_has_the_version_and_every_hash() -> None:
    entry = lock_entry(here().root / "requirements.lock", "uv")
    lines = entry.splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 2
    assert all("--hash=sha256:" in line for line in lines[1:])
    assert not lines[-1].endswith("\\")


def test_a_package_that_the_lock_does_not_list_is_named() -> None:
    with pytest.raises(Stop, match="does not list no-such-package"):
        lock_entry(here().root / "requirements.lock", "no-such-package")


def test_without_a_network_the_failure_is_one_line(bare: Place, no_network: None) -> None:
    with pytest.raises(Stop) as caught:
        ensure_packages(bare)
    assert "The packages could not be installed" in str(caught.value)
    assert "Check the network" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert found(bare) is None


def test_without_a_venv_module_and_without_uv_the_mend_is_named(
    bare: Place, no_venv_module: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Stop, match=r"no `venv` module\. Install it .* apt install python3-venv"):
        ensure_packages(bare)
    assert not bare.venv.exists()


def test_without_a_venv_module_a_uv_on_path_makes_a_half_built_environment_anew(
    bare: Place, no_venv_module: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare.root / "requirements.lock").write_text("# nothing\n", encoding="utf-8")
    monkeypatch.setenv("PATH", str(here().venv / "bin"), prepend=":")
    half_built = bare.venv / "lib" / "half-built"
    half_built.mkdir(parents=True)
    ensure_packages(bare)
    assert not half_built.exists()
    assert found(bare) == wanted(bare)
    assert subprocess.run([bare.python, "-c", ""], check=False).returncode == 0
    before = bare.python.stat().st_mtime_ns
    ensure_packages(bare)
    assert bare.python.stat().st_mtime_ns == before


def test_a_changed_lock_makes_the_environment_incomplete(bare: Place) -> None:
    bare.python.parent.mkdir(parents=True)
    bare.python.touch()
    want = wanted(bare)
    (bare.venv / "invigil.json").write_text(
        json.dumps({"python": want.python, "lock": want.lock}), encoding="utf-8"
    )
    assert found(bare) == want
    (bare.root / "requirements.lock").write_text("# another\n", encoding="utf-8")
    assert found(bare) != wanted(bare)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"python": "3"}', '{"other": 1}'])
def test_a_damaged_stamp_counts_as_none(bare: Place, content: str) -> None:
    bare.python.parent.mkdir(parents=True)
    bare.python.touch()
    (bare.venv / "invigil.json").write_text(content, encoding="utf-8")
    assert found(bare) is None


def test_an_environment_without_its_interpreter_is_not_complete(bare: Place) -> None:
    bare.venv.mkdir()
    want = wanted(bare)
    (bare.venv / "invigil.json").write_text(
        json.dumps({"python": want.python, "lock": want.lock}), encoding="utf-8"
    )
    assert found(bare) is None


def test_two_launchers_take_turns(
    bare: Place, quiet_interrupts: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    order: list[str] = []

    def second() -> None:
        with set_up_alone(bare):
            order.append("second")

    with set_up_alone(bare):
        other = threading.Thread(target=second)
        other.start()
        wait_until(lambda: "waiting for it" in capsys.readouterr().out, "the second waits")
        order.append("first")
    other.join(30)
    assert order == ["first", "second"]


def test_an_interrupt_while_the_environment_is_made_leaves_it_to_be_made_again(
    bare: Place, quiet_interrupts: list[int]
) -> None:
    quiet_interrupts.append(signal.SIGINT)
    with pytest.raises(Interrupted):
        ensure_packages(bare)
    assert found(bare) is None


def test_uv_is_told_of_the_mirror_that_pip_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", NO_INDEX)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    assert python_env.uv_environment()["UV_DEFAULT_INDEX"] == NO_INDEX
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:2/simple")
    assert python_env.uv_environment()["UV_DEFAULT_INDEX"] == "http://127.0.0.1:2/simple"


def test_the_uv_of_the_environment_comes_before_the_one_on_path(tmp_path: Path) -> None:
    assert python_env.uv_program(here()) == here().venv / "bin" / "uv"
    assert shutil.which(python_env.uv_program(here())) is not None
