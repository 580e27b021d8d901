"""Opening pages in process, without a browser: Streamlit's AppTest on the real app."""

from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mer_core.errors import WeightsMissing

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180  # seconds a run may take: the first one loads every model


class Opened:
    """One session of the app, with the few things that these tests ask of a page."""

    def __init__(self, page: str | None, address: dict[str, str]) -> None:
        self.at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        for key, value in address.items():
            self.at.query_params[key] = value
        if page not in (None, "start"):
            self.at.switch_page(f"pages/{page}.py")  # first of the session, as a deep link is
        self.at.run()

    def run(self) -> "Opened":
        """Run the page once more and insist that it did not crash."""
        self.at.run()
        self.sound()
        return self

    def upload(self, key: str, name: str, data: bytes) -> "Opened":
        """Give one file to an upload field."""
        self.at.file_uploader(key=key).upload(name, data)
        return self.run()

    def choose(self, key: str, value: str) -> "Opened":
        """Choose in a segmented control."""
        self.at.segmented_control(key=key).set_value(value)
        return self.run()

    def sound(self) -> None:
        """No exception reached the page."""
        assert not self.at.exception, [e.value for e in self.at.exception]

    @property
    def errors(self) -> list[str]:
        return [e.value for e in self.at.error]

    @property
    def words(self) -> str:
        """Everything that the page says in text and captions."""
        said = [*self.at.markdown, *self.at.caption, *self.at.title, *self.at.subheader]
        return "\n".join(str(element.value) for element in said)

    @property
    def answers(self) -> list[str]:
        """The headlines of the answers' boxes."""
        return [m.value for m in self.at.markdown if m.value.startswith("### ")]

    @property
    def charts(self) -> int:
        return len(self.at.get("plotly_chart"))


@pytest.fixture
def open_page():
    """A function: page, parameters of the address -> the opened page, sound."""

    def opened(page: str | None = None, **address: str) -> Opened:
        made = Opened(page, address)
        made.sound()
        return made

    return opened


@pytest.fixture(autouse=True)
def models_are_there(request):
    """Wait for the background loading, so that no test sees it half done."""
    if "no_weights" not in request.fixturenames:
        from ui.resources import NAMES, shelf

        for name in NAMES:
            shelf().get(name)


@pytest.fixture
def no_weights(tmp_path, monkeypatch):
    """A machine without any checkpoint; gives the place where the shipped ones are."""
    from mer_core.checkpoints import folder_of
    from ui.resources import NAMES, shelf

    shipped, here = folder_of("mghft").parent, shelf()
    kept = {name: here.get(name) for name in NAMES}
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    for name in NAMES:
        absent = Future()
        absent.set_exception(WeightsMissing(name, "Run `mer train`."))
        here._models[name] = absent
    yield shipped
    for name, model in kept.items():
        back = Future()
        back.set_result(model)
        here._models[name] = back


@pytest.fixture(scope="session")
def sticker_png() -> bytes:
    """A puppet's picture as a user would upload it: pixels and nothing else."""
    from mer_core.datasets.puppets import sticker
    from ui.media import jpeg

    image = sticker(5, "valid").image
    assert image is not None
    return jpeg(image, 224)


@pytest.fixture(scope="session")
def voice_wav() -> bytes:
    """One second of a hum."""
    from mer_core.types import Sound
    from ui.media import wav

    seconds = np.arange(16_000) / 16_000
    wave = 0.3 * np.sin(2 * np.pi * 180 * seconds) * (1 + 0.3 * np.sin(2 * np.pi * 4 * seconds))
    return wav(Sound(wave.astype(np.float32), 16_000))
