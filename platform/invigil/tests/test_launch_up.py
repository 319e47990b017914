"""`run.py up` in small: addresses, greeting, and the demo's story. test_run.py runs the whole."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from invigil.devstack import Options
from invigil.launch.ports import Ports
from invigil.launch.up import addresses, greet, serves_pages


@pytest.mark.parametrize(
    ("host", "web"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_the_address_is_one_that_a_browser_here_can_open(host: str, web: str) -> None:
    assert addresses(Options(Ports(8000), host))["web"] == web


def test_an_address_of_the_environment_is_shown_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "https://exams.example")
    assert addresses(Options(Ports(8000)))["web"] == "https://exams.example"


def test_figures_stay_on_this_machine() -> None:
    assert addresses(Options(Ports(8000), "0.0.0.0"))["metrics"] == "http://127.0.0.1:8003/metrics"


def test_the_greeting_ends_with_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    greet(Options(Ports(8000)), '{"event": "x"}\nDemo logins\n', 4.25)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Demo logins"
    assert lines[-1].startswith("Ready after 4.2 s: http://127.0.0.1:8000")


class OnlyByName(BaseHTTPRequestHandler):
    """Answers like the site: 400 to a name that is not allowed."""

    def do_GET(self) -> None:
        self.send_response(200 if self.headers["Host"] == "exams.example" else 400)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
        del format, args


def test_pages_are_served_only_when_they_answer_by_the_address_that_is_shown() -> None:
    with HTTPServer(("127.0.0.1", 0), OnlyByName) as server:
        web = ("127.0.0.1", server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert serves_pages(web, "exams.example")
        assert not serves_pages(web, "[::1]:8000")
        server.shutdown()
    assert not serves_pages(web, "exams.example")
