"""How long after a slider's own latency the mixing desk answers, in a real browser.

    python benchmarks/slider.py [--steps 12] [--port 8745]

Chromium presses an arrow key on a slider and the page itself notes when the answer below it has
changed. The same is done to a page of four lines, a slider and a number, which does nothing: the
slider's own latency (a debounce, the way to the server and back, drawing). What the desk adds is
the difference of the medians; at most 100 ms for the bars of the answer. The map, the mark
on it and the flip come after the answer. Run it on a quiet machine, after the map was refined.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, stdev
from typing import Any

from playwright.sync_api import Page, sync_playwright

from mer_core.server import command

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 100.0
PATIENCE = 180_000  # milliseconds
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PLAIN = """
import streamlit as st
with st.container(key="plain"):
    value = st.slider("Plain", 0, 100, 50, key="value")
    st.markdown(f"{value} of 100")
"""
DESKS = {
    "egmf": ("/mixing_desk?clip=1&gate=0.4,0.3,0.3", "Semantic expert"),
    "hct_dmg": ("/mixing_desk?clip=10&desk-model=HCT-DMG&gate=0.4,0.3,0.3", "Audio"),
    "mghft": ("/mixing_desk?sticker=12&desk-model=MGHFT", "Stage 1, intention"),
}
"""Model -> address, and the slider that is moved."""

TEXT = "document.querySelector('.st-key-plain [data-testid=stMarkdown]')?.innerText"
BARS = "String(document.querySelector('.st-key-desk-answer .js-plotly-plot')?.data?.[0]?.x)"
"""What changes when a page has answered, in JavaScript: a number, the length of the bars."""

WATCH = """(what) => {
  const was = eval(what), begun = performance.now()
  window.changed = new Promise((done) => {
    const look = () => eval(what) !== was ? done(performance.now() - begun)
                                          : requestAnimationFrame(look)
    look()
  })
}"""
"""Notes the milliseconds until that has changed, looking at every frame."""


def steps(page: Page, slider: str, what: str, count: int) -> list[float]:
    """Milliseconds from a key to the change, for each press."""
    handle, found = page.get_by_role("slider", name=slider), []
    handle.focus()
    for i in range(count + 1):
        page.evaluate(WATCH, what)
        handle.press("ArrowRight" if i % 2 else "ArrowLeft")
        found.append(float(page.evaluate("window.changed")))
        page.wait_for_timeout(2500)  # the map and the flip are drawn meanwhile
    return found[1:]  # the first one warms everything up


def opened(browser: Any, address: str) -> Page:
    """A page of its own session, drawn."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    return page


def serve(words: list[str], folder: Path) -> subprocess.Popen:
    """A server without output."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(words, cwd=folder, **quiet)


def await_server(port: int) -> None:
    """Return once something listens there."""
    for _ in range(PATIENCE // 500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"Nothing answers on port {port}.")


def plain_server(port: int, folder: Path) -> subprocess.Popen:
    """The page that does nothing."""
    (folder / "plain.py").write_text(PLAIN, encoding="utf-8")
    flags = ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true"]
    return serve([sys.executable, "-m", "streamlit", "run", "plain.py", *flags], folder)


def told(name: str, times: list[float], below: float = 0.0) -> None:
    """One row of the table."""
    added = f"{median(times) - below:8.0f}" if below else "        "
    print(f"{name:10} {len(times):4} {median(times):8.0f} {stdev(times):6.0f} {added}")


def measured(browser: Any, port: int, count: int) -> bool:
    """Print all rows; whether every model keeps the limit."""
    page = opened(browser, f"http://127.0.0.1:{port + 1}")
    page.get_by_text("50 of 100").wait_for()
    own = steps(page, "Plain", TEXT, count)
    page.close()
    print("page          n  ms, med     sd    added")
    told("plain", own)
    kept = True
    for name, (path, slider) in DESKS.items():
        page = opened(browser, f"http://127.0.0.1:{port}{path}")
        fine = "861 mixtures; full" if name != "mghft" else "68 settings; one"
        page.get_by_text(fine).first.wait_for()
        page.wait_for_timeout(3000)
        times = steps(page, slider, BARS, count)
        page.close()
        told(name, times, median(own))
        kept &= median(times) - median(own) <= LIMIT
    print(f"added at most {LIMIT:.0f} ms: {'kept' if kept else 'BROKEN'}")
    return kept


def main() -> None:
    """Print what the desk adds to a slider; exit with 1 if it is too much."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--port", type=int, default=8745, help="And the next one.")
    given = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        servers = [serve(command(given.port), ROOT), plain_server(given.port + 1, Path(folder))]
        try:
            for port in (given.port, given.port + 1):
                await_server(port)
            browser = play.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
            kept = measured(browser, given.port, max(2, given.steps))
            browser.close()
        finally:
            for server in servers:
                server.terminate()
                server.wait(20)
    raise SystemExit(not kept)


if __name__ == "__main__":
    main()
