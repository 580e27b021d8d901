"""How long an edit in the sticker lab takes on the server, with everything else warm.

    .venv/bin/python benchmarks/sticker_edit.py --runs 20

One session without a browser opens a sticker, then changes one description again and again: the
picture was looked at, three of the four sentences were read. What a browser adds is not in it.
"""

import argparse
import statistics
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

PATIENCE = 600  # seconds that a run may take; the first one loads the model
ROOT = Path(__file__).resolve().parents[1]
SECTIONS = ("What each description adds", "Where it looks", "Without each description")


def opened(section: str) -> AppTest:
    """The page with one sticker, and one section of what told the answer."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    page.query_params["sticker"], page.query_params["look"] = "3", section
    page.switch_page("pages/sticker_lab.py")
    return page.run()


def edits(page: AppTest, runs: int) -> list[float]:
    """Seconds from a new posture to the end of the page, each time another one."""
    found = []
    for i in range(runs):
        box = next(area for area in page.text_area if str(area.key).startswith("posture-"))
        start = time.perf_counter()
        box.set_value(f"The figure jumps {i} times with a wide smile.").run()
        found.append(time.perf_counter() - start)
        if page.exception or page.error:
            raise SystemExit("The page failed; open it in a browser to see why.")
    return found


def main() -> None:
    """Print one row a section: median and slowest edit."""
    parser = argparse.ArgumentParser(description="Time an edit in the sticker lab.")
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    print("| section | n | median, ms | slowest, ms |\n|---|---|---|---|")
    for section in SECTIONS:
        times = [1e3 * seconds for seconds in edits(opened(section), runs)]
        print(f"| {section} | {runs} | {statistics.median(times):.0f} | {max(times):.0f} |")


if __name__ == "__main__":
    main()
