"""One browser's HTTP: cookies, CSRF, sign-in, and requests that are repeated until answered."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import aiohttp

from rehearsal.plan import Login

TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
RETRY_STATUS: Final = frozenset({500, 502, 503, 504})
TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
LONGEST_PAUSE_S: Final = 3.0

T = TypeVar("T")


class Refused(Exception):
    """The server answered with a refusal; `code` is its stable word."""

    def __init__(self, status: int, code: str, data: dict[str, Any]) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.data = status, code, data


class Browser:
    """A cookie jar with the habits of the real front end."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=TIMEOUT
        )

    async def __aenter__(self) -> Self:
        """Open nothing yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.http.close()

    async def sign_in(self, login: Login) -> None:
        """Fill in and send the sign-in form as a person does, again while the server is away.

        Raises:
            Refused: The form came back.
        """
        await _until_answered(lambda: self._sign_in_once(login))

    async def _sign_in_once(self, login: Login) -> None:
        url = f"{self.base_url}/accounts/login/"
        async with self.http.get(url) as page:
            token = TOKEN.search(await page.text())
        form = {
            "csrfmiddlewaretoken": token.group(1) if token else "",
            "institution": login.institution,
            "login": login.identifier,
            "password": login.password,
        }
        headers = {"Referer": url}
        async with self.http.post(url, data=form, headers=headers, allow_redirects=False) as answer:
            if answer.status != 302:
                raise Refused(answer.status, "sign_in", {"identifier": login.identifier})

    async def get(self, path: str) -> Any:  # noqa: ANN401 the JSON of any path
        """Return the JSON of a path, asking again while the server is away."""
        return await _until_answered(lambda: self._once("GET", path, None))

    async def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 the JSON of any path
        """Send JSON to an idempotent path, again and again until the server answers.

        Raises:
            Refused: The server said no.
        """
        return await _until_answered(lambda: self._once("POST", path, body))

    async def _once(self, method: str, path: str, body: dict[str, Any] | None) -> Any:  # noqa: ANN401
        headers = {"X-CSRFToken": self.cookie("csrftoken"), "Accept": "application/json"}
        url = f"{self.base_url}{path}"
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            is_json = answer.content_type == "application/json"
            content = await answer.json() if is_json else {}
            if answer.status >= 400:
                code = str(content.get("code", "no_json"))
                raise Refused(answer.status, code, dict(content.get("data") or {}))
            return content

    def cookie(self, name: str) -> str:
        """Return a cookie of this site, or an empty text."""
        return next((item.value for item in self.http.cookie_jar if item.key == name), "")


async def _until_answered(once: Callable[[], Awaitable[T]]) -> T:
    """Ask with growing pauses until there is an answer; whoever waits sets the limit."""
    pause_s = 0.2
    while True:
        try:
            return await once()
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            pass
        except Refused as refusal:
            if refusal.status not in RETRY_STATUS:
                raise
        await asyncio.sleep(pause_s * (0.5 + random.random() / 2))  # noqa: S311 jitter, no secret
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
