"""What only a real browser can tell: addresses, uploads, components, colours, requests."""

import base64
import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def sticker_png() -> bytes:
    from mer_core.datasets.puppets import sticker

    out = io.BytesIO()
    Image.fromarray(sticker(5, "valid").image).save(out, "PNG")
    return out.getvalue()


def test_a_deep_link_may_be_the_first_request_of_a_server(tab):
    tab.go("/sticker_lab?sticker=7")

    assert (
        tab.page.get_by_role("heading", level=1).inner_text().startswith("What does this sticker")
    )
    assert tab.page.title() == "Sticker lab"
    assert tab.page.get_by_label("Number of the sticker").input_value() == "7"
    menu = tab.page.get_by_test_id("stSidebarNav")
    assert [a.split("\n")[-1] for a in menu.get_by_role("link").all_inner_texts()] == [
        "Start",
        "Sticker lab",
        "Clip lab",
        "Hard samples",
        "Cross-attention",
        "Experts",
        "Surgery",
        "Mixing desk",
        "Experiments",
        "Grades",
        "Models",
    ]
    tab.sound()


def test_an_uploaded_sticker_is_answered_and_nothing_leaves_the_machine(tab, sticker_png):
    tab.go("/sticker_lab?sticker-from=Upload")
    field = tab.page.get_by_test_id("stFileUploaderDropzoneInput")
    field.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": sticker_png})
    tab.page.get_by_text("MGHFT says").wait_for()
    tab.settle()

    tab.page.get_by_alt_text("The sticker your picture").wait_for()
    tab.page.get_by_text("were trained on puppets").wait_for()
    assert tab.page.get_by_label("Posture and expression").input_value()
    tab.sound()


def test_a_pasted_sticker_is_answered(tab, sticker_png):
    tab.go("/sticker_lab?sticker-from=Paste")
    tab.page.get_by_role("textbox", name="Paste a picture here").evaluate(
        """(field, data) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0))
            const held = new DataTransfer()
            held.items.add(new File([bytes], "pasted.png", { type: "image/png" }))
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held }))
        }""",
        base64.b64encode(sticker_png).decode(),
    )
    tab.page.get_by_text("MGHFT says").wait_for()
    tab.settle()

    tab.page.get_by_alt_text("The sticker your pasted picture").wait_for()
    tab.sound()


def test_a_bad_file_gets_a_sentence(tab):
    tab.go("/sticker_lab?sticker-from=Upload")
    field = tab.page.get_by_test_id("stFileUploaderDropzoneInput")
    field.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"milk, bread"})
    alert = tab.page.get_by_test_id("stAlert")
    alert.wait_for()

    assert "whatever its name says" in alert.inner_text()
    tab.sound()


def test_a_click_in_the_gallery_opens_that_sticker(tab):
    tab.go("/sticker_lab")
    tab.page.get_by_role("button", name="Sticker 4", exact=True).click()
    tab.page.get_by_alt_text("The sticker sticker-test-4").wait_for()
    tab.settle()

    assert tab.page.get_by_label("Number of the sticker").input_value() == "4"
    tab.sound()


@pytest.mark.parametrize("path", ["/", "/sticker_lab", "/clip_lab", "/hard_samples", "/models"])
def test_pages_are_light_and_dark_and_fit_wide_and_narrow(tab_of, path, tmp_path):
    folder = Path(os.environ.get("MER_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    for scheme, width in (("light", 1400), ("dark", 700)):
        tab = tab_of(scheme, width)
        tab.go(path)
        tab.page.wait_for_timeout(500)  # the last figure fades in
        shot = tab.page.screenshot(path=folder / f"{path.strip('/') or 'start'}-{scheme}.png")
        ground = np.asarray(Image.open(io.BytesIO(shot)).convert("L"))
        across = tab.page.evaluate("document.documentElement.scrollWidth")

        assert (np.median(ground) > 200) == (scheme == "light")
        assert across <= width
        tab.sound()


def test_start_answers_live_with_three_models(tab):
    tab.go("/")
    tab.page.get_by_text(re.compile("Live:")).nth(2).wait_for()
    tab.settle()

    assert tab.page.locator(".js-plotly-plot").count() == 3
    tab.sound()
