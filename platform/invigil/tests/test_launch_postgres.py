"""PostgreSQL and root: a user namespace, else an account without rights, else one line."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from invigil.devstack import Options, open_engines
from invigil.launch.place import Place
from invigil.launch.ports import Ports
from invigil.launch.postgres import binaries, plain_account
from invigil.launch.report import Stop
from invigil.launch.state import StackFile

only_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="an ordinary user needs no way out of root"
)
BROKEN = "#!/bin/sh\necho 'not permitted' >&2\nexit 1\n"


def break_programs(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Put programs on PATH that fail, as the real ones do where namespaces are forbidden."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text(BROKEN, encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account gets to; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="invigil-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_programs_of_the_wheel_are_found() -> None:
    assert {"postgres", "initdb"} <= {path.name for path in binaries().iterdir()}


def test_an_ordinary_user_runs_it_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    account = plain_account(tmp_path)
    assert account.prefix == ()
    assert account.owner == 1234


@only_root
def test_root_uses_a_namespace_and_the_data_stay_its_own(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    with open_engines(place, Options(ports)):
        assert (place.var / "pg").stat().st_uid == 0


@only_root
def test_root_without_namespaces_runs_it_as_an_account_without_rights(
    place: Place,
    ports: Ports,
    quiet_interrupts: list[int],
    open_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_programs(open_folder / "bin", monkeypatch, "unshare")
    own = place.with_var(open_folder / "var")
    (open_folder / "var").mkdir()
    with open_engines(own, Options(ports)) as supervisor:
        server = supervisor.kept["postgres"].running.pid
        assert Path(f"/proc/{server}").stat().st_uid != 0
        assert (own.var / "pg").stat().st_uid != 0


@only_root
def test_data_made_in_one_way_can_be_used_in_the_other(
    place: Place,
    ports: Ports,
    quiet_interrupts: list[int],
    open_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = place.with_var(open_folder / "var")
    with open_engines(own, Options(ports)):
        pass
    before = os.environ["PATH"]
    break_programs(open_folder / "bin", monkeypatch, "unshare")
    with open_engines(own, Options(ports)):
        assert (own.var / "pg").stat().st_uid != 0
    monkeypatch.setenv("PATH", before)
    with open_engines(own, Options(ports)):
        assert (own.var / "pg").stat().st_uid == 0


@only_root
def test_root_without_any_way_is_told_three(
    place: Place,
    ports: Ports,
    quiet_interrupts: list[int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_programs(tmp_path / "bin", monkeypatch, "unshare", "setpriv")
    with pytest.raises(Stop) as caught, open_engines(place, Options(ports)):
        pass
    assert "PostgreSQL refuses to run as root" in str(caught.value)
    assert "Run as an ordinary user" in str(caught.value)
    assert "user.max_user_namespaces" in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)
    assert not (place.var / "pg").exists()
    assert StackFile(place.run).read() is None
