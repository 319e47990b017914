"""Every refusal of every app has words; nobody reads a code."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings

from kernel.errors import DomainError
from web.refusals import TEXTS, text_of, title_of


def refusals() -> Iterator[type[DomainError]]:
    """Every subclass of DomainError in the project, wherever it is defined."""
    for config in apps.get_app_configs():
        if not str(config.path).startswith(str(settings.ROOT)) or ".venv" in str(config.path):
            continue
        for module in pkgutil.walk_packages([config.path], f"{config.name}."):
            if (
                ".tests" not in module.name
                and ".migrations" not in module.name
                and module.name.endswith("errors")
            ):
                importlib.import_module(module.name)
    waiting = [DomainError]
    while waiting:
        found = waiting.pop()
        waiting.extend(found.__subclasses__())
        if ".tests." not in found.__module__ and not found.__module__.startswith("tests"):
            yield found


def test_every_refusal_has_words() -> None:
    codes = {(refusal.code, refusal.__module__) for refusal in refusals()}
    assert len(codes) > 40
    assert sorted(pair for pair in codes if pair[0] not in TEXTS) == []


def test_an_unknown_code_still_says_something() -> None:
    assert text_of("never_heard_of") == text_of("refused")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 418, 429, 500, 503, 599])
def test_every_status_has_a_title(status: int) -> None:
    assert title_of(status)


def test_data_fills_a_text_and_missing_data_does_not_break_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "web.refusals.TEXTS", {"x": "At most %(limit)s %(unit)s.", "refused": "No."}
    )
    assert text_of("x", {"limit": 5}) == "At most 5 ."
