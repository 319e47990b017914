"""The worker process: its settings, its exit codes, its end."""

import os
import signal
import socket
import subprocess
import sys

import msgspec
import pytest

from kernel.tests.ports import free_port
from proctoring.media.sfu.worker import BadSettings, own_addresses, read_settings
from proctoring.tests.media_stage import (
    ROOT,
    SfuProcess,
    launch_worker,
    private_valkey,
)


def test_settings_come_from_the_environment() -> None:
    settings = read_settings(
        {
            "SFU_PORT": "9002",
            "SFU_PUBLIC_IPS": " 192.0.2.1, 192.0.2.2,",
            "REDIS_URL": "redis://127.0.0.1:1/3",
            "SFU_WORKER_ID": "media one/2",
        }
    )
    assert settings.port == 9002
    assert settings.hosts == ("192.0.2.1", "192.0.2.2")
    assert settings.redis_url.endswith("/3")
    assert settings.worker == "media-one-2"


def test_without_settings_the_machines_own_addresses_are_used() -> None:
    settings = read_settings({})
    assert settings.port == 8002
    assert settings.hosts == own_addresses()
    assert settings.hosts[0] == "127.0.0.1"
    assert settings.worker.endswith("-8002")
    assert "@" not in settings.worker


@pytest.mark.parametrize(
    "environ",
    [
        {"SFU_PORT": "media"},
        {"SFU_PORT": "70000"},
        {"SFU_PUBLIC_IPS": "example"},
        {"SFU_PUBLIC_IPS": "::1"},
    ],
)
def test_senseless_settings_name_the_variable(environ: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match=next(iter(environ))):
        read_settings(environ)


def run(**environ: str) -> tuple[int, list[str]]:
    """Return exit code and lines of a worker that ends by itself."""
    process = launch_worker(environ, stderr=subprocess.PIPE, text=True)
    _, errors = process.communicate(timeout=30)
    return process.returncode, errors.strip().splitlines()


def test_bad_settings_end_the_process_with_one_line() -> None:
    code, (line,) = run(SFU_PORT="x")
    assert code == 2
    said = msgspec.json.decode(line)
    assert (said["level"], said["event"]) == ("error", "SFU_PORT is not a number")


def test_a_taken_port_ends_the_process_with_one_line() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = str(other.getsockname()[1])
        code, (line,) = run(SFU_PORT=port, SFU_PUBLIC_IPS="127.0.0.1")
    assert code == 1
    assert "cannot open the media port" in line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_worker_cleanly(number: signal.Signals) -> None:
    with private_valkey() as url:
        worker = SfuProcess(url)
        await worker.start()
        assert worker.stop(number) == 0
        assert await worker.epoch() is None


def test_a_worker_starts_and_ends_while_redis_is_away() -> None:
    worker = SfuProcess(f"redis://127.0.0.1:{free_port()}/0")
    environ = {
        "REDIS_URL": worker.redis_url,
        "SFU_PORT": str(worker.port),
        "SFU_PUBLIC_IPS": "127.0.0.1",
    }
    process = launch_worker(environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    assert any("Redis is away" in line for line in lines)
    process.send_signal(signal.SIGTERM)
    process.stderr.close()
    assert process.wait(10) == 0


def test_the_media_plane_imports_no_django() -> None:
    code = (
        "import sys, proctoring.media.sfu.worker;"
        "sys.exit(any(name.partition('.')[0] in {'django', 'channels', 'celery', 'psycopg'}"
        " for name in sys.modules))"
    )
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environ, cwd=ROOT, check=False).returncode
        == 0
    )
