"""The files of a deployment: what code reads is promised, what is promised reaches the roles."""

import re
from collections.abc import Iterator

import pytest

from invigil.launch.layout import sources
from invigil.launch.place import here

ROOT = here().root
READ = re.compile(
    r'(?:env\.(?:text|flag|number|words)|environ\.get|environ\.setdefault|env\.get)\(\s*"([A-Z][A-Z_]+)"'
)
NOT_FOR_PEOPLE = {
    "CI",
    "INVIGIL_TESTING",
    "INVIGIL_PICTURES",
    "INVIGIL_STACK_VAR",
    "PATH",
    "PLAYWRIGHT_BROWSERS_PATH",
    "PROMETHEUS_MULTIPROC_DIR",
    "PYTEST_XDIST_WORKER",
    "DJANGO_SETTINGS_MODULE",
}


def read_by_code() -> set[str]:
    found: set[str] = set()
    for source in sources(ROOT):
        if source.path.suffix == ".py" and "tests" not in source.path.parts:
            found.update(READ.findall(source.path.read_text(encoding="utf-8")))
    return {name for name in found - NOT_FOR_PEOPLE if not name.startswith("PIP_")}


def promised() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Z_]+)=", text, flags=re.MULTILINE))


def ignored() -> Iterator[str]:
    yield from (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def test_every_variable_that_code_reads_is_in_the_example() -> None:
    assert len(read_by_code()) > 30
    assert read_by_code() - promised() == set()


def test_every_variable_of_the_example_is_read() -> None:
    for_compose = {"POSTGRES_PASSWORD", "COMPOSE_PROFILES"}
    assert promised() - read_by_code() - for_compose == set()


def test_everything_in_the_file_of_secrets_reaches_the_roles() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert "env_file: [{ path: .env, required: false }]" in text


@pytest.mark.parametrize("secret", [".env*", ".git", "var", ".var-*"])
def test_what_is_secret_is_not_copied_into_the_image(secret: str) -> None:
    """`.env` was copied: the secrets of the site would have been pushed with the image."""
    assert secret in set(ignored())
