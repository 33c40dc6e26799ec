"""Somebody with a phone: one browser of their own, and an eye for pages that misbehave."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response

from tests.browser import PHONE
from tests.journeys.street import Street

LOCALES = {"zh-hans": "zh-CN", "en": "en-US"}
LANG = {"zh-hans": "zh-Hans", "en": "en"}
PATIENCE_MS = 20_000


class Visitor:
    """One person on the street, by their browser; what the browser complains of is kept."""

    def __init__(
        self,
        browser: Browser,
        street: Street,
        *,
        name: str = "",
        language: str = "zh-hans",
        scripts: bool = True,
        look: str = "light",
        width: int = PHONE["width"],
        session: str = "",
    ) -> None:
        self.street, self.name, self.language, self.scripts = street, name, language, scripts
        self.complaints: list[str] = []
        self._context = browser.new_context(
            viewport={"width": width, "height": PHONE["height"]},
            locale=LOCALES[language],
            color_scheme=look,  # type: ignore[arg-type]  # Playwright lists the words
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self._context.set_default_timeout(PATIENCE_MS)
        if session:
            self._context.add_cookies(
                [{"name": "session", "value": session, "url": street.base_url}]
            )
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("console", self._listen)
        self.page.on("response", self._look_at)

    @property
    def path(self) -> str:
        """Where this person is, without the host."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def go(self, path: str) -> Response:
        """Open a path of the house, or a whole address."""
        address = path if path.startswith("http") else self.street.base_url + path
        answer = self.page.goto(address, wait_until="load")
        assert answer is not None
        self._check_language()
        return answer

    def find(self, selector: str) -> Locator:
        """Return what stands on the page; there may be several."""
        return self.page.locator(selector)

    def type(self, field: str, words: str) -> None:
        """Fill the field of this name."""
        self.find(f'main [name="{field}"]:not([type=hidden])').first.fill(words)

    def press(self, selector: str) -> None:
        """Press a link or a button that leads to a page, and wait for that page."""
        with self.page.expect_navigation(wait_until="load"):
            self.find(selector).first.click()
        self._check_language()

    def words(self) -> str:
        """Return what can be read on the page."""
        return self.find("main").inner_text()

    def leave(self) -> None:
        self._context.close()

    def _check_language(self) -> None:
        if self.page.url.startswith(self.street.base_url):
            lang = self.find("html").get_attribute("lang")
            if lang != LANG[self.language]:
                self._note(f"lang={lang}")

    def _listen(self, line: ConsoleMessage) -> None:
        # A refused request is the server's word and looked at where it is expected.
        if line.type == "error" and "Failed to load resource" not in line.text:
            self._note(line.text)

    def _look_at(self, answer: Response) -> None:
        if answer.status >= 500 or (answer.status >= 400 and "/static/" in answer.url):
            self._note(f"{answer.status} {answer.url}")

    def _note(self, complaint: str) -> None:
        self.complaints.append(f"{self.name} at {self.path}: {complaint}")
