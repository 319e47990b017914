"""The roles' commands: each can be understood by the program that it starts."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from invigil.celery import SCHEDULE
from invigil.launch.place import Place
from invigil.launch.ports import Ports
from invigil.launch.roles import background_roles, serving_roles
from invigil.launch.supervisor import Role

CLOCK = SCHEDULE["exam-clock"]


@pytest.fixture
def roles(place: Place) -> dict[str, Role]:
    every = [*serving_roles(place, Ports(8000), "127.0.0.1", {}), *background_roles(place)]
    return {role.name: role for role in every}


def words(role: Role) -> str:
    return " ".join(str(word) for word in role.argv)


def test_every_role_of_the_stack_is_there(roles: dict[str, Role]) -> None:
    assert list(roles) == ["web", "rt", "sfu", "worker", "notices", "beat", "metrics"]


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


def queues_of(role: Role) -> set[str]:
    argv = [str(word) for word in role.argv]
    return set(argv[argv.index("-Q") + 1].split(","))


def test_every_queue_has_one_kind_of_worker(roles: dict[str, Role]) -> None:
    worker, notices = queues_of(roles["worker"]), queues_of(roles["notices"])
    assert worker | notices == {"grading", "notices", "scans", "media", "default"}
    assert not worker & notices


def test_no_notice_takes_a_slot_from_the_exam_clock(roles: dict[str, Role]) -> None:
    """O5: two batches of a large notice used to fill the only two slots for 15 s each."""
    assert queues_of(roles["notices"]) == {"notices"}
    assert CLOCK["task"] == "exams.tick"
    assert CLOCK.get("options", {}).get("queue", "default") in queues_of(roles["worker"])


def test_two_workers_of_one_machine_have_two_names(roles: dict[str, Role]) -> None:
    assert "-n worker@%h" in words(roles["worker"])
    assert "-n notices@%h" in words(roles["notices"])


def test_the_containers_run_the_same_workers(roles: dict[str, Role]) -> None:
    text = (Path(__file__).parents[3] / "docker-compose.yml").read_text(encoding="utf-8")
    commands = [json.loads(each) for each in re.findall(r'command: (\["celery", .*\])', text)]
    for name in ("worker", "notices"):
        argv = [str(word) for word in roles[name].argv]
        assert argv[argv.index("celery") : argv.index("-n")] in commands
