"""`run.py check`: every tool runs, every failure is shown, and each kind of planted fault is found."""

import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from invigil.launch.checking import Check, all_checks, check_environment, python_roots, run_checks
from invigil.launch.frontend import Node
from invigil.launch.interrupts import Interrupted
from invigil.launch.place import Place, here
from invigil.tests.conftest import processes_under

NODE = Node(("npm",), Path("/usr/bin"))
CONTRACTS = {
    "1 Apps": ("exams/planted.py", "import chat.services\n"),
    "2 Inside an app": ("exams/selectors/planted.py", "import exams.services\n"),
    "3 Pure modules": ("exams/domain/planted.py", "import socket\n"),
    "4 The media plane": ("proctoring/media/sfu/planted.py", "import django\n"),
    "5 Only an app touches": ("chat/planted.py", "import exams.models\n"),
    "5b chat tables": ("proctoring/planted.py", "import chat.models\n"),
    "5c proctoring tables": ("monitoring/planted.py", "import proctoring.models\n"),
    "5d outbox and audit trail": ("scanner/planted.py", "import kernel.models\n"),
    "6 Vendors": ("notifications/services/planted.py", "import twilio\n"),
    "7 No cycles": ("realtime/planted.py", "import realtime.planted_too\n"),
    "8 Entry points": ("exams/views/planted.py", "import exams.queries\n"),
    "9 Author-supplied": ("exams/exchange/planted.py", "import re\n"),
}
FAULTS = {
    "no-untyped-def": "def f(x):\n    return x\n",
    "no-any-return": "import json\ndef f() -> int:\n    return json.loads('1')\n",
    "exhaustive-match": (
        "from enum import Enum\nclass E(Enum):\n    A = 1\n    B = 2\n"
        "def f(e: E) -> None:\n    match e:\n        case E.A:\n            pass\n"
    ),
    "unused-awaitable": (
        "import asyncio\ndef g() -> asyncio.Future[int]:\n    raise ValueError\n"
        "async def f() -> None:\n    g()\n"
    ),
    "ignore-without-code": "x: int = 'a'  # type: ignore\n",
    "possibly-undefined": "def f(a: bool) -> int:\n    if a:\n        x = 1\n    return x\n",
    "unreachable": "def f(a: int) -> None:\n    if isinstance(a, str):\n        print(a)\n",
    "truthy-bool": "class C: ...\ndef f(c: C) -> None:\n    if c:\n        print(1)\n",
}
LINTS = {
    "TID251": "import asyncio\nasyncio.create_task(f())\n",
    "ANN001": "def f(x) -> None:\n    pass\n",
    "D103": "def public() -> None:\n    pass\n",
    "C901": "def f(x):\n" + "".join(f"    if x == {n}:\n        x += 1\n" for n in range(9)),
    "S608": "def f(name):\n    return f'SELECT * FROM t WHERE name = {name}'\n",
    "BLE001": "try:\n    f()\nexcept Exception:\n    x = 1\n",
    "F401": "import os\n",
    "DTZ005": "from datetime import datetime\nx = datetime.now()\n",
    "TID252": "from . import x\n",
    "T201": "print('left over')\n",
}


def script(code: str, name: str = "one") -> Check:
    return Check(name, [sys.executable, "-c", code])


def run_tool(argv: list[str | Path], cwd: Path, env: Mapping[str, str] | None = None) -> str:
    shown = subprocess.run(
        list(map(str, argv)),
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode != 0, shown.stdout
    return shown.stdout + shown.stderr


def test_all_failures_are_shown_and_named(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    checks = [
        script("print('fine')", "good"),
        Check(
            "bad", [sys.executable, "-c", "print('first fault'); raise SystemExit(1)"], "mend it"
        ),
        script("raise SystemExit('second fault')", "worse"),
    ]
    assert sorted(run_checks(place, NODE, checks)) == ["bad", "worse"]
    said = capsys.readouterr().out
    assert "first fault" in said
    assert "second fault" in said
    assert "mend it" in said
    assert "fine" not in said


def test_an_interrupt_ends_the_tools(
    place: Place, quiet_interrupts: list[int], tmp_path: Path
) -> None:
    code = f"import os, signal, time; open({str(tmp_path / 'up')!r}, 'w'); os.kill(os.getppid(), signal.SIGUSR1); time.sleep(60)"
    kept = signal.signal(signal.SIGUSR1, lambda number, frame: quiet_interrupts.append(number))
    try:
        with pytest.raises(Interrupted):
            run_checks(place, NODE, [script(code)])
    finally:
        signal.signal(signal.SIGUSR1, kept)
    assert processes_under(tmp_path / "up") == []


def test_every_tool_of_the_list_is_installed_and_covers_the_sources() -> None:
    place = here()
    names = " ".join(check.name for check in all_checks(place))
    for tool in (
        "mypy",
        "svelte-check",
        "ruff",
        "tsc",
        "lint-imports",
        "migrations",
        "messages",
        "size",
    ):
        assert tool in names
    for check in all_checks(place):
        assert shutil.which(check.argv[0]) or "node_modules" in str(check.argv[0]), check.name
    assert {"platform", "exams", "proctoring", "run.py", "manage.py"} <= set(
        python_roots(place.root)
    )


def test_the_tools_never_reach_a_database(place: Place) -> None:
    assert check_environment(place, NODE)["DATABASE_URL"].endswith("127.0.0.1:1/none")


def test_each_contract_of_the_imports_finds_what_is_planted_against_it(tmp_path: Path) -> None:
    copy_imports(tmp_path)
    for name, text in CONTRACTS.values():
        target = (
            tmp_path / name
            if (tmp_path / name.split("/")[0]).exists()
            else tmp_path / "platform" / name
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (tmp_path / "platform/realtime/planted_too.py").write_text(
        "import realtime.planted\n", encoding="utf-8"
    )
    path = os.pathsep.join([str(tmp_path), str(tmp_path / "platform")])
    said = run_tool(
        [here().venv / "bin/lint-imports", "--no-cache"], tmp_path, {"PYTHONPATH": path}
    )
    broken = [line for line in said.splitlines() if line.endswith("BROKEN")]
    for contract in CONTRACTS:
        assert any(line.startswith(contract) for line in broken), f"{contract}\n{said}"


def test_every_contract_has_its_planted_fault() -> None:
    settings = tomllib.loads((here().root / "pyproject.toml").read_text(encoding="utf-8"))
    names = [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]
    assert [name for name in names if not name.startswith(tuple(CONTRACTS))] == []


def copy_imports(target: Path) -> None:
    """Make a tree of packages with the project's names and settings, and nothing in the files."""
    original = here().root
    shutil.copyfile(original / "pyproject.toml", target / "pyproject.toml")
    for top in python_roots(original):
        for path in (original / top).rglob("*.py"):
            parts = path.relative_to(original).parts
            if not {"tests", "migrations", "dist"} & set(parts):
                empty = target.joinpath(*parts)
                empty.parent.mkdir(parents=True, exist_ok=True)
                empty.touch()
    for module in modules_of_contracts():
        folder = target if (target / module.split(".")[0]).exists() else target / "platform"
        path = folder.joinpath(*module.split("."))
        if not path.exists() and not path.with_suffix(".py").exists():
            path.with_suffix(".py").parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".py").touch()


def modules_of_contracts() -> set[str]:
    """Return our modules that a contract names; import-linter refuses names of nothing."""
    settings = tomllib.loads((here().root / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]
    named = {
        module
        for contract in settings["contracts"]
        for key in ("source_modules", "protected_modules", "forbidden_modules")
        for module in contract.get(key, ())
    }
    return {
        module
        for module in named
        if module.split(".")[0] in settings["root_packages"] and "*" not in module
    }


def test_the_type_check_finds_each_kind_of_planted_fault(tmp_path: Path) -> None:
    shutil.copyfile(here().root / "pyproject.toml", tmp_path / "pyproject.toml")
    for code, text in FAULTS.items():
        (tmp_path / f"{code.replace('-', '_')}.py").write_text(text, encoding="utf-8")
    settings = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    plain = settings.replace('plugins = ["mypy_django_plugin.main"]', "")  # needs the whole project
    (tmp_path / "pyproject.toml").write_text(plain, encoding="utf-8")
    said = run_tool([here().venv / "bin/mypy", "--cache-dir", tmp_path / "cache", "."], tmp_path)
    for code in FAULTS:
        assert f"{code.replace('-', '_')}.py" in said, said
        assert f"[{code}]" in said, f"{code}\n{said}"


def test_the_linter_finds_each_kind_of_planted_fault(tmp_path: Path) -> None:
    shutil.copyfile(here().root / "pyproject.toml", tmp_path / "pyproject.toml")
    for code, text in LINTS.items():
        (tmp_path / f"{code.lower()}.py").write_text(text, encoding="utf-8")
    said = run_tool(
        [here().venv / "bin/ruff", "check", "--no-cache", "--output-format=concise", "."], tmp_path
    )
    for code in LINTS:
        assert any(
            line.startswith(f"{code.lower()}.py") and f" {code} " in line
            for line in said.splitlines()
        ), f"{code}\n{said}"


def test_the_formatter_finds_a_badly_set_file(tmp_path: Path) -> None:
    shutil.copyfile(here().root / "pyproject.toml", tmp_path / "pyproject.toml")
    (tmp_path / "x.py").write_text("x=   1\n", encoding="utf-8")
    assert "x.py" in run_tool(
        [here().venv / "bin/ruff", "format", "--check", "--no-cache", "."], tmp_path
    )
