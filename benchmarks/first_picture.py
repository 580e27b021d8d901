"""How long after `make app` the first picture stands on the page.

    .venv/bin/python benchmarks/first_picture.py --runs 5

Each run starts the app anew and, at the same moment, a headless Chromium without any cache, as a
person would open a browser meanwhile. All times count from that moment.
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

LIMIT = 10.0
"""Seconds that the first picture may take."""
PATIENCE = 180_000
"""Milliseconds that any step may take."""
ROOT = Path(__file__).resolve().parents[1]


class Times(NamedTuple):
    """Seconds from `make app` to each of these."""

    address: float
    heading: float
    picture: float
    live: float = 0.0


def start() -> subprocess.Popen[str]:
    """Run `make app` in a process group of its own."""
    return subprocess.Popen(
        ["make", "app"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def address_of(app: subprocess.Popen[str]) -> str:
    """The address that the app prints as soon as it answers."""
    assert app.stdout is not None
    for line in app.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    sys.exit("`make app` ended without an address. Run it by hand to see why.")


def look(browser: Browser, address: str, began: float, live: bool) -> tuple[float, ...]:
    """Open the page; returns when its heading, its first picture and the live answers stood."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address, wait_until="commit")
    page.wait_for_selector("h1")
    heading = time.perf_counter() - began
    page.wait_for_selector(".js-plotly-plot .main-svg")
    picture = time.perf_counter() - began
    if not live:
        return heading, picture
    page.wait_for_selector("text=models answer live")
    return heading, picture, time.perf_counter() - began


def once(chromium: str, live: bool) -> Times:
    """One start of the app and of the browser, ended afterwards."""
    began = time.perf_counter()
    app = start()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            address = address_of(app)
            answered = time.perf_counter() - began
            seen = look(browser, address, began, live)
            browser.close()
    finally:
        os.killpg(app.pid, signal.SIGTERM)
        app.wait(30)
    return Times(answered, *seen)


def main() -> int:
    """Print every run and the median; status 1 where the median is over the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--live", action="store_true", help="Wait for the live answers too.")
    asked = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("This benchmark needs Chromium: install it, or set CHROMIUM to its path.")
    found = []
    for n in range(asked.runs):
        found.append(once(chromium, asked.live))
        told = ", ".join(f"{k} {v:.1f} s" for k, v in found[-1]._asdict().items() if v)
        print(f"{n + 1}: {told}", flush=True)
    median = statistics.median(times.picture for times in found)
    print(f"first picture: n {len(found)}, median {median:.1f} s, allowed {LIMIT:.0f} s")
    return int(median > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
