"""Memory of the app's server: at rest after one answer of each model, and at its peak.

    .venv/bin/python benchmarks/memory.py

Starts a server of its own, opens its pages in a headless Chromium, and reads the resident set of
the server twenty times a second. The browser's own memory does not count.
"""

import os
import shutil
import subprocess
import sys
import threading
import time

import psutil
from playwright.sync_api import Page, sync_playwright

from mer_core.server import HOST, app_file, choose_port, command

LIMIT_MB = 1536
PAGES = ("", "sticker_lab", "clip_lab", "models")
PATIENCE = 240_000
"""Milliseconds that a page may take."""


class Meter:
    """Reads the memory of a process and of all that it started, in a thread of its own."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self.peak = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def now(self) -> float:
        """Resident megabytes."""
        family = [self._process, *self._process.children(recursive=True)]
        return sum(p.memory_info().rss for p in family) / 1024**2

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            try:
                self.peak = max(self.peak, self.now())
            except psutil.NoSuchProcess:
                return

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def settle(page: Page) -> None:
    """Wait until the script of the page has run to its end and no model is still loading."""
    quiet = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    page.wait_for_selector(quiet, timeout=PATIENCE)
    page.wait_for_selector("text=models answer live", timeout=PATIENCE)
    page.wait_for_timeout(2_000)
    page.wait_for_selector(quiet, timeout=PATIENCE)


def visit(address: str, meter: Meter) -> list[tuple[str, float]]:
    """Open each page once; returns what the server held after it."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("This benchmark needs Chromium: install it, or set CHROMIUM to its path.")
    after = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name in PAGES:
            page.goto(f"{address}/{name}", timeout=PATIENCE)
            settle(page)
            after.append((name or "start", meter.now()))
        browser.close()
    return after


def main() -> int:
    """Print megabytes after each page, at rest, and at the peak."""
    port = choose_port()
    server = subprocess.Popen(command(port), cwd=app_file().parent, stdout=subprocess.DEVNULL)
    meter = Meter(server.pid)
    try:
        time.sleep(8)
        for name, held in visit(f"http://{HOST}:{port}", meter):
            print(f"after {name:>11}: {held:6.0f} MB")
        time.sleep(10)
        rest = meter.now()
    finally:
        meter.stop()
        server.terminate()
        server.wait(20)
    print(f"at rest {rest:.0f} MB, at its peak {meter.peak:.0f} MB, allowed {LIMIT_MB} MB")
    return int(max(rest, meter.peak) > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
