"""The roles' commands: each can be understood by the program that it starts."""

import importlib.util

import pytest

from invigil.launch.place import Place
from invigil.launch.ports import Ports
from invigil.launch.roles import background_roles, serving_roles
from invigil.launch.supervisor import Role


@pytest.fixture
def roles(place: Place) -> dict[str, Role]:
    every = [*serving_roles(place, Ports(8000), "127.0.0.1", {}), *background_roles(place)]
    return {role.name: role for role in every}


def words(role: Role) -> str:
    return " ".join(str(word) for word in role.argv)


def test_every_role_of_the_stack_is_there(roles: dict[str, Role]) -> None:
    assert list(roles) == ["web", "rt", "sfu", "worker", "beat", "metrics"]


def test_every_role_starts_a_module_that_exists(roles: dict[str, Role]) -> None:
    for role in roles.values():
        module = str(role.argv[list(role.argv).index("-m") + 1])
        assert importlib.util.find_spec(module), module


def test_roles_end_before_the_engines(roles: dict[str, Role]) -> None:
    assert {role.wave for role in roles.values()} == {2}


def test_sockets_are_served_by_uvicorn_or_on_request_by_daphne(
    place: Place, roles: dict[str, Role]
) -> None:
    assert "uvicorn invigil.asgi:application --host 127.0.0.1 --port 8001" in words(roles["rt"])
    assert "--ws-max-size 65536" in words(roles["rt"])
    daphne = serving_roles(place, Ports(8000), "127.0.0.1", {"ASGI_SERVER": "daphne"})[1]
    assert "daphne -b 127.0.0.1 -p 8001" in words(daphne)


def test_the_worker_takes_every_queue(roles: dict[str, Role]) -> None:
    for queue in ("grading", "notices", "scans", "media", "default"):
        assert queue in words(roles["worker"])
