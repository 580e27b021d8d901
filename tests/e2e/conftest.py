"""A real server, a real browser, and a record of every request that the browser makes."""

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from mer_core.server import command

ROOT = Path(__file__).resolve().parents[2]
# On /some_page the front end first asks below that path, then at the root.
EXPECTED_404 = re.compile(r"/\w+/_stcore/(health|host-config)$")
LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def chromium_path() -> str | None:
    """Where Chromium is, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def required() -> bool:
    """Whether a missing browser is an error: on CI, or when asked for."""
    return os.environ.get("MER_REQUIRE_BROWSER") == "1" or os.environ.get("CI") == "true"


@pytest.fixture(scope="session")
def executable() -> str:
    found = chromium_path()
    if found is None:
        words = "no Chromium here: install Debian's `chromium`, or name one in CHROMIUM"
        if required():
            pytest.fail(f"Browser tests are required, and there is {words}.", pytrace=False)
        pytest.skip(words)
    return found


@pytest.fixture(scope="session")
def server(executable) -> Iterator[str]:
    """The app on a free port of this machine; no page was asked for yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        command(port), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(1200):
        try:
            direct.open(f"{address}/_stcore/health", timeout=1).close()
            break
        except OSError:
            assert process.poll() is None, "the server ended at once"
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def launch(executable):
    """A function: further flags -> a headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as p:
        yield lambda *flags: p.chromium.launch(
            executable_path=executable, headless=True, args=[*FLAGS, *flags]
        )


@pytest.fixture(scope="session")
def browser(launch):
    opened = launch()
    yield opened
    opened.close()


class Tab:
    """One browser tab on the app, with what went wrong and what was asked for elsewhere."""

    def __init__(self, browser, server: str, scheme: str = "light", width: int = 1400) -> None:
        self.server = server
        self.context = browser.new_context(
            viewport={"width": width, "height": 1000},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(180_000)
        self.wrong: list[str] = []
        self.outside: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("response", self._response)
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))

    def _response(self, response) -> None:
        if response.status >= 400 and not EXPECTED_404.search(response.url):
            self.wrong.append(f"{response.status} {response.url}")

    def _asked(self, url: str) -> None:
        if not url.startswith(LOCAL):
            self.outside.append(url)

    def go(self, path: str) -> None:
        """Open a path of the app and wait until it is idle."""
        self.page.goto(self.server + path)
        self.page.get_by_role("heading", level=1).wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until the script has ended and nothing on the page is stale."""
        self.page.wait_for_selector(
            "[data-testid='stApp'][data-test-script-state='notRunning']", state="attached"
        )
        self.page.wait_for_function(
            "() => !document.querySelector(\"[data-stale='true'], [data-testid='stSkeleton']\")"
        )

    def sound(self) -> None:
        """Nothing crashed, and nothing was asked of another machine."""
        assert self.page.get_by_test_id("stException").count() == 0
        assert not self.wrong
        assert not self.outside


@pytest.fixture
def tab(browser, server) -> Iterator[Tab]:
    made = Tab(browser, server)
    yield made
    made.context.close()


@pytest.fixture
def tab_of(browser, server):
    """A function: colour scheme, width -> a tab."""
    made: list[Tab] = []

    def tab(scheme: str, width: int = 1400) -> Tab:
        made.append(Tab(browser, server, scheme, width))
        return made[-1]

    yield tab
    for one in made:
        one.context.close()
