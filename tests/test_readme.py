"""README says what the cards say, and its example runs."""

import importlib.util
import re
from pathlib import Path

import pytest

from mer_core.checkpoints import read_card
from mer_core.errors import WeightsMissing

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def fill():
    spec = importlib.util.spec_from_file_location("fill_numbers", ROOT / "docs/fill_numbers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cards(fill):
    try:
        return {name: read_card(name) for name in fill.MODELS}
    except WeightsMissing as absent:
        pytest.skip(str(absent))


def test_the_numbers_are_those_of_the_cards(fill, cards):
    """Whoever trains again runs `make numbers`."""
    assert fill.filled(README, fill.written(cards)) == README


def test_a_changed_card_would_show(fill, cards):
    name, card = next(iter(cards.items()))
    fused = card["metrics"]["fused"]
    worse = {**fused, "test": {**fused["test"], "ceiling": fused["test"]["ceiling"] / 2}}
    other = {**cards, name: {**card, "metrics": {**card["metrics"], "fused": worse}}}

    assert fill.written(other) != fill.written(cards)


def test_every_link_inside_the_repository_leads_somewhere():
    """The picture of the app included."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert not broken


def test_the_library_example_runs_as_it_stands(tmp_path, monkeypatch, cards):
    """Ten lines from a picture on disk to a figure."""
    from PIL import Image

    from mer_core import open_dataset

    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    lines = [line for line in code.splitlines() if line and not line.startswith(("from", "import"))]
    monkeypatch.chdir(tmp_path)
    Image.fromarray(open_dataset("puppet-stickers", "valid", 1)[0].image).save("sticker.png")

    exec(compile(code, "README.md", "exec"), {})

    assert len(lines) <= 10
    assert (tmp_path / "views.html").stat().st_size > 10_000
    assert (tmp_path / "sticker.safetensors").is_file()
