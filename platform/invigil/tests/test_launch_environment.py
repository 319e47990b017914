"""The environment of the roles: made again from var/, the same for everyone who asks."""

import pytest

from invigil.launch.environment import addresses, allowed_hosts, media_addresses, stack_environment
from invigil.launch.place import Place
from invigil.launch.ports import Ports


def test_the_environment_is_the_same_each_time(place: Place) -> None:
    assert stack_environment(place, Ports(8000)) == stack_environment(place, Ports(8000))


def test_every_port_follows_the_first(place: Place) -> None:
    env = stack_environment(place, Ports(9000))
    assert [env[name] for name in ("PORT", "RT_PORT", "SFU_PORT", "METRICS_PORT")] == [
        "9000",
        "9001",
        "9002",
        "9003",
    ]
    assert ":9004/invigil" in env["DATABASE_URL"]
    assert ":9005/0" in env["REDIS_URL"]


def test_managed_servers_of_the_environment_win(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://school@db.example/invigil")
    assert (
        stack_environment(place, Ports(8000))["DATABASE_URL"]
        == "postgres://school@db.example/invigil"
    )


def test_an_empty_variable_counts_as_not_set(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert stack_environment(place, Ports(8000))["DATABASE_URL"].startswith("postgres://invigil:")


def test_ports_of_the_environment_do_not_win(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1")
    assert stack_environment(place, Ports(8000))["PORT"] == "8000"


def test_debug_is_off_and_the_key_is_kept(place: Place) -> None:
    env = stack_environment(place, Ports(8000))
    assert env["DJANGO_DEBUG"] == "0"
    assert (
        env["DJANGO_SECRET_KEY"] == (place.var / "secret_key").read_text(encoding="ascii").strip()
    )


def test_the_media_server_is_given_no_address_that_it_refuses() -> None:
    assert media_addresses("::1") == ["127.0.0.1"]
    assert media_addresses("192.0.2.7") == ["192.0.2.7"]


def test_hosts_are_named_and_never_a_wildcard() -> None:
    assert allowed_hosts("127.0.0.1") == ["127.0.0.1", "localhost"]
    assert allowed_hosts("192.0.2.7") == ["127.0.0.1", "localhost", "192.0.2.7"]
    assert allowed_hosts("::1") == ["127.0.0.1", "localhost", "[::1]"]
    assert addresses("::1") == ["::1"]
    assert "0.0.0.0" not in allowed_hosts("0.0.0.0")
    assert "127.0.0.1" in addresses("0.0.0.0")


def test_compiled_code_is_kept_whatever_the_shell_says(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    env = stack_environment(place, Ports(8000))
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert env["PYTHONPYCACHEPREFIX"] == str(place.python.parent.parent / "pycache")
