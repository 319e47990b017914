"""Readers of the environment: values, secret files, and a wrong value told by its name."""

from pathlib import Path

import pytest

from invigil import env

REDIS = "redis://:word@127.0.0.1:8005/0"


def test_a_text_is_the_variable_its_file_or_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert env.text("INVIGIL_PROBE", "default") == "default"
    monkeypatch.setenv("INVIGIL_PROBE", "value")
    assert env.text("INVIGIL_PROBE") == "value"
    (tmp_path / "secret").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("INVIGIL_PROBE_FILE", str(tmp_path / "secret"))
    assert env.text("INVIGIL_PROBE") == "from the file"


@pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
def test_words_for_yes(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("INVIGIL_PROBE", word)
    assert env.flag("INVIGIL_PROBE")


@pytest.mark.parametrize("word", ["0", "false", "No", "off"])
def test_words_for_no(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("INVIGIL_PROBE", word)
    assert not env.flag("INVIGIL_PROBE", default=True)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVIGIL_PROBE", "")
    assert env.flag("INVIGIL_PROBE", default=True)
    assert env.number("INVIGIL_PROBE", 7) == 7


def test_another_word_is_told_with_the_name_and_the_choices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INVIGIL_PROBE", "maybe")
    with pytest.raises(ValueError, match=r"INVIGIL_PROBE='maybe': use one of"):
        env.flag("INVIGIL_PROBE")
    with pytest.raises(ValueError, match=r"INVIGIL_PROBE='maybe': use a whole number"):
        env.number("INVIGIL_PROBE", 1)


def test_numbers_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.number("INVIGIL_PROBE", 7) == 7
    monkeypatch.setenv("INVIGIL_PROBE", " a, b ,,c ")
    assert env.words("INVIGIL_PROBE") == ["a", "b", "c"]


def test_processes_that_test_side_by_side_do_not_share_a_redis_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INVIGIL_TESTING", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    assert env.of_test_process(REDIS) == REDIS
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    assert env.of_test_process(REDIS) == "redis://:word@127.0.0.1:8005/2"


def test_a_stack_that_a_test_starts_keeps_its_own_redis_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    monkeypatch.delenv("INVIGIL_TESTING", raising=False)
    assert env.of_test_process(REDIS) == REDIS
