"""The doctor: what is missing, and the command that mends it."""

import json
import os
from pathlib import Path

import pytest

from invigil.launch import doctor
from invigil.launch.doctor import Finding, examine, report_findings
from invigil.launch.place import Place
from invigil.tests.test_launch_postgres import break_programs, only_root


def test_every_gap_comes_with_its_mend(place: Place) -> None:
    place.var.mkdir()
    for finding in examine(place):
        assert finding.state in {"ok", "missing", "optional"}
        assert bool(finding.mend) is (finding.state != "ok"), finding


def test_a_working_copy_without_anything_names_what_up_will_make(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("", encoding="utf-8")
    bare = Place(tmp_path, tmp_path / "var")
    states = {finding.name: finding.state for finding in examine(bare)}
    assert states["packages"] == states["front end"] == states["PostgreSQL"] == "optional"


def test_no_venv_module_is_missing_unless_uv_is_there(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.look_at_venv(place).mend == "apt install python3-venv"
    (tmp_path / "uv").touch(mode=0o755)
    assert doctor.look_at_venv(place).state == "ok"


@only_root
def test_root_without_a_way_to_run_postgresql_is_told_how_to_allow_one(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    break_programs(tmp_path / "bin", monkeypatch, "unshare", "setpriv")
    finding = doctor.look_at_postgres(place)
    assert finding.state == "missing"
    assert finding.mend == "sysctl -w user.max_user_namespaces=10000"


def test_managed_servers_need_no_engine(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/x")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    assert "DATABASE_URL" in doctor.look_at_postgres(place).detail
    assert "REDIS_URL" in doctor.look_at_valkey(place).detail


def test_a_full_disk_is_missing_room(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 2**70)
    assert doctor.look_at_disk(place).state == "missing"


def test_memory_that_cannot_be_shared_is_missing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert doctor.look_at_shared_memory(place).mend.startswith("mount ")


def test_only_what_up_needs_makes_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    fine = Finding("Python", "ok", "3.13")
    wish = Finding("clamd", "optional", "for tests", "apt install clamav-daemon")
    gap = Finding("venv", "missing", "none", "apt install python3-venv")
    assert report_findings([fine, wish], as_json=False) == 0
    assert report_findings([fine, wish, gap], as_json=False) == 1
    assert "mend: apt install python3-venv" in capsys.readouterr().out


def test_the_findings_can_be_read_by_programs(capsys: pytest.CaptureFixture[str]) -> None:
    report_findings([Finding("Python", "ok", "3.13")], as_json=True)
    assert json.loads(capsys.readouterr().out) == [
        {"name": "Python", "state": "ok", "detail": "3.13", "mend": ""}
    ]
