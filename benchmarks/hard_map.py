"""How fluid the map of hard samples is with 100,000 points, in a real browser.

    .venv/bin/python benchmarks/hard_map.py --runs 5

A generated table of that size stands in place of the shipped ones; weights are left out, so that
nothing else loads. Every time counts from the browser's own event (the click, the release of the
mouse) to the second frame after the effect is there. Without a graphics card Chromium draws WebGL
on the processor: the numbers are then far above those of an ordinary desktop.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from mer_core.hardness import HardTable, Heard, Labels, save_table
from mer_core.server import command
from mer_core.task import EMOTIONS

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300_000
"""Milliseconds that any step may take."""
LIMITS = {"first draw": 15.0, "recolour": 5.0, "lasso": 5.0}
"""Seconds that the median of each may take, WebGL on the processor included."""
FLAGS = ["--no-sandbox", "--no-first-run", "--disable-background-networking"]

DRAWN = """() => new Promise((done) => {
  const look = () => {
    const plot = document.querySelector(".st-key-hard-points .js-plotly-plot:not([data-old])")
    const ready = plot && plot.querySelector(".gl-canvas") && plot._fullLayout
    if (!ready) return requestAnimationFrame(look)
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - window.began)))
  }
  look()
})"""
TOLD = """() => new Promise((done) => {
  const look = () => {
    if (!document.body.innerText.includes("drawn around on the map")) {
      return requestAnimationFrame(look)
    }
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - window.began)))
  }
  look()
})"""
CLOCK = """(event) => {
  window.began = performance.now()
  document.addEventListener(event, () => { window.began = performance.now() },
    { capture: true, once: true })
}"""
MARK = CLOCK.replace("{\n", '{\n  document.querySelector(".js-plotly-plot").dataset.old = 1\n', 1)
FRAMES = """() => new Promise((done) => {
  let frames = 0
  const until = performance.now() + 2000
  const count = () => {
    frames += 1
    if (performance.now() < until) requestAnimationFrame(count); else done(frames / 2)
  }
  requestAnimationFrame(count)
})"""


def synthetic(count: int, seed: int = 0) -> HardTable:
    """A table of clips that nobody said: seven clouds on a plane, answers and conflicts by chance.

    Args:
        count: Samples.
        seed: Of the draws.
    """
    draw = np.random.default_rng(seed)
    kinds = ("congruent", "sarcasm", "feigned voice", "mask")
    target = draw.integers(0, len(EMOTIONS), count).astype(np.int16)
    probs = draw.dirichlet([0.25] * len(EMOTIONS), count).astype(np.float32)
    swap = draw.random(count) < 0.8
    best = probs.argmax(axis=1)
    rows = np.arange(count)
    probs[rows[swap], best[swap]], probs[rows[swap], target[swap]] = (
        probs[rows[swap], target[swap]],
        probs[rows[swap], best[swap]],
    )
    angle = 2 * np.pi * target / len(EMOTIONS)
    centre = 0.7 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    places = (centre + 0.08 * draw.standard_normal((count, 2))).clip(-1, 1).astype(np.float32)
    alone = draw.integers(0, len(EMOTIONS), (3, count)).astype(np.int8)
    heard = Heard(
        EMOTIONS,
        probs,
        ("text", "audio", "vision"),
        alone,
        draw.random((3, count), np.float32),
        1.5 * draw.random(count, np.float32),
        {"a plane": places},
    )
    kind = Labels(draw.choice(4, count, p=[0.7, 0.1, 0.1, 0.1]).astype(np.int16), kinds)
    return HardTable(
        data={"name": "synthetic", "what": "numbers by chance", "split": "test", "demo": True},
        ids=tuple(f"synthetic-{i}" for i in range(count)),
        places=np.arange(count, dtype=np.int32),
        words=tuple(f"sentence {i % 997}" for i in range(count)),
        target=Labels(target, EMOTIONS),
        kind=kind,
        liar=Labels(kind.codes, ("none", "text", "audio", "vision")),
        spread=np.full(count, np.nan, np.float32),
        origin=Labels(np.zeros(count, np.int16), ("generated",)),
        models={"egmf": heard},
        manifest={"map": "Seven clouds by chance.", "models": {}},
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The app on a free port, with the checkpoints of `folder`; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = {**os.environ, "MER_CHECKPOINTS": str(folder)}
    null = subprocess.DEVNULL
    process = subprocess.Popen(command(port), cwd=ROOT, env=here, stdout=null, stderr=null)
    address = f"http://127.0.0.1:{port}"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(1200):
            try:
                direct.open(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def settle(page: Page) -> None:
    """Wait until the script has ended and nothing on the page is stale."""
    page.wait_for_selector(
        "[data-testid='stApp'][data-test-script-state='notRunning']", state="attached"
    )
    page.wait_for_function("() => !document.querySelector(\"[data-stale='true']\")")


def gone(page: Page) -> None:
    """Wait until the map from before the last change has left the page."""
    settle(page)
    page.wait_for_function('() => !document.querySelector(".js-plotly-plot[data-old]")')


def first_draw(page: Page, address: str) -> float:
    """Seconds from the address to the drawn map; bundles come from the browser's cache."""
    page.goto(f"{address}/hard_samples?hard-mouse=Draw+around+a+set", wait_until="commit")
    page.evaluate("() => { window.began = 0 }")  # the clock of a page starts when it is asked for
    found = page.evaluate(DRAWN)
    settle(page)
    return found / 1000


def recolour(page: Page, colour: str) -> float:
    """Seconds from the choice of another colour to the drawn map."""
    page.get_by_role("combobox", name="Colour").click()
    option = page.get_by_role("option", name=colour, exact=True)
    option.wait_for()
    page.evaluate(MARK, "click")
    option.click()
    found = page.evaluate(DRAWN)
    gone(page)
    return found / 1000


def lasso(page: Page, share: float) -> float:
    """Seconds from the release of the mouse to the words about the chosen set.

    Args:
        page: With a map whose mouse draws a lasso.
        share: Of the map's width that is drawn around.
    """
    chart = page.locator(".st-key-hard-points .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = chart.bounding_box()
    assert box is not None
    left, top = box["x"] + 6, box["y"] + 70
    right, bottom = left + share * (box["width"] - 60), box["y"] + box["height"] - 10
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 2)):
        page.mouse.move(x, y, steps=6)
    page.evaluate(CLOCK, "mouseup")
    page.mouse.up()
    found = page.evaluate(TOLD)
    settle(page)
    return found / 1000


def forget(page: Page) -> None:
    """Forget the set, so that the next one is new."""
    page.get_by_role("button", name="Forget this set").click()
    page.get_by_text("drawn around on the map").wait_for(state="detached")
    settle(page)
    page.wait_for_timeout(3000)  # a large set was drawn into the figure, which now changes again


def frames_while_panning(page: Page) -> float:
    """Frames a second while the map is dragged to and fro."""
    page.evaluate(MARK, "click")
    page.get_by_text("Click opens a sample").click()
    page.evaluate(DRAWN)
    gone(page)
    box = page.locator(".st-key-hard-points .js-plotly-plot").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("() => { window.frames_seen = (" + FRAMES + ")() }")
    for i in range(40):
        page.mouse.move(x + 60 * ((i % 8) - 4) / 4, y + 4 * (i % 5))
        page.wait_for_timeout(45)
    seen = page.evaluate("() => window.frames_seen")
    page.mouse.up()
    return float(seen)


def measured(chromium: str, address: str, runs: int) -> tuple[dict[str, list[float]], float]:
    """All times, and the frames a second."""
    found: dict[str, list[float]] = {name: [] for name in LIMITS}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1400}, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        first_draw(page, address)  # the server imports, the browser fills its cache
        for _ in range(runs):
            found["first draw"].append(first_draw(page, address))
            for colour in ("disagreement", "kind of conflict"):
                found["recolour"].append(recolour(page, colour))
            for share in (0.3, 0.7):
                found["lasso"].append(lasso(page, share))
                forget(page)
        frames = frames_while_panning(page)
        browser.close()
    return found, frames


def main() -> int:
    """Print every median; status 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--points", type=int, default=100_000)
    asked = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("This benchmark needs Chromium: install it, or set CHROMIUM to its path.")
    with tempfile.TemporaryDirectory() as folder:
        save_table(synthetic(asked.points), Path(folder) / "hard" / "synthetic-test.npz")
        with served(Path(folder)) as address:
            found, frames = measured(chromium, address, asked.runs)
    print(f"{asked.points:,} points\n\n| step | n | median, s | slowest, s | allowed, s |")
    print("|---|---|---|---|---|")
    over = False
    for name, times in found.items():
        median = statistics.median(times)
        over |= median > LIMITS[name]
        print(f"| {name} | {len(times)} | {median:.2f} | {max(times):.2f} | {LIMITS[name]:.0f} |")
    print(f"\n{frames:.0f} frames a second while panning")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
