"""Valkey's settings file: private, and rewritten at each start."""

import pytest

from invigil.launch.place import Place
from invigil.launch.report import Stop
from invigil.launch.valkey import Valkey, program


def settings(server: Valkey) -> dict[str, str]:
    server.write_config()
    lines = (server.data / "valkey.conf").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def test_the_program_of_the_wheel_is_found() -> None:
    assert program().name == "valkey-server"


def test_the_settings_are_private_and_name_the_port(place: Place) -> None:
    server = Valkey(place, 24199, durable=True)
    assert settings(server)["port"] == "24199"
    assert settings(server)["bind"] == "127.0.0.1"
    assert settings(server)["appendonly"] == "yes"
    assert (server.data / "valkey.conf").stat().st_mode & 0o777 == 0o600


def test_thrown_away_data_are_not_written_at_all(place: Place) -> None:
    assert settings(Valkey(place, 24199, durable=False))["appendonly"] == "no"


def test_a_folder_that_cannot_be_made_is_one_line(place: Place) -> None:
    place.var.mkdir(parents=True)
    (place.var / "valkey").write_text("", encoding="utf-8")
    with pytest.raises(Stop, match="cannot be written"):
        Valkey(place, 24199, durable=True).write_config()
