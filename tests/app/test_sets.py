"""Samples of real sets in the labs: by address, by hand, and from the page Hard samples."""

from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from field_files import meld, mosi, mustard
from hard_tables import table

from mer_core.datasets import DATASETS
from mer_core.errors import BadInput
from mer_core.hardness import save_table
from ui.sets import WAY, WRITER, address_of, kind_of_set, opened, sample_of

FIXTURES = Path(__file__).parents[1] / "fixtures" / "stickers"
CLIP_PAGES = ("clip_lab", "surgery", "cross_attention", "experts", "mixing_desk")


@pytest.fixture
def real(tmp_path, monkeypatch):
    """Small sets in the layouts of MUStARD, MELD, CMU-MOSI and the emoji."""
    mustard(tmp_path / "mustard", voices=False)
    meld(tmp_path / "meld")
    (tmp_path / "emoji_stickers").symlink_to(FIXTURES / "emoji_stickers")
    monkeypatch.setenv("MER_DATA_DIR", str(tmp_path))
    opened.clear()
    sample_of.clear()
    yield tmp_path
    opened.clear()
    sample_of.clear()


def badges(page) -> str:
    return "\n".join(m.value for m in page.at.markdown if "badge" in m.value)


@pytest.mark.parametrize("name", CLIP_PAGES)
def test_every_page_about_clips_opens_a_line_of_a_real_set_by_its_address(open_page, real, name):
    page = open_page(name, **address_of("mustard", "test", 1))
    wanted = opened("mustard", "test").samples[1]

    assert wanted.text
    assert wanted.text.replace(".", "") in page.words.replace("\\", "").replace(".", "")
    assert f"number 1 of {len(opened('mustard', 'test').samples)}" in page.words
    assert not page.errors
    other = open_page(name, **address_of("mustard", "test", 2))
    assert other.words != page.words


def test_a_real_line_says_what_is_real_and_what_is_not_there(open_page, real):
    page = open_page("clip_lab", **address_of("mustard", "test", 0))

    assert "words: real" in badges(page)
    assert "voice: silent" in badges(page)
    assert "face: silent" in badges(page)
    assert "yours" not in badges(page)
    assert "as its label says" in page.words
    assert "demo data" not in badges(page)


def test_a_set_is_chosen_by_hand_too(open_page, real):
    page = open_page("clip_lab")
    page.choose("clip-from", WAY)
    page.at.selectbox(key="clip-set").select("meld")
    page.run()
    assert "lost it" in page.words.replace("\\", "")
    page.at.number_input(key="clip-number").set_value(1)
    page.run()

    assert "What?" in page.words


@pytest.mark.parametrize("name", ["sticker_lab", "mixing_desk"])
def test_a_real_emoji_opens_with_the_descriptions_of_its_set(open_page, real, name):
    split = next(s for s in ("train", "valid", "test") if len(DATASETS["emoji"](s, None)))
    own = DATASETS["emoji"](split, None)[0]
    page = open_page(
        name, **{"desk-model": "MGHFT"}, **address_of("emoji", split, 0, described=True)
    )

    assert own.views
    assert set(own.views.values()) <= {a.value for a in page.at.text_area}
    assert "As they stand in the set." in page.words
    assert page.answers or page.charts
    assert not page.errors
    plain = open_page(name, **{"desk-model": "MGHFT"}, **address_of("emoji", split, 0))
    assert not set(own.views.values()) & {a.value for a in plain.at.text_area}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (address_of("mustard", "test", 9999), "has the numbers 0 to"),
        (address_of("mosi", "test", 0), "MER_DATA_DIR"),
        ({"clip-from": WAY, "clip-set": "nonsense", "clip-split": "evil"}, ""),
    ],
)
def test_what_cannot_be_opened_gets_a_sentence(open_page, real, address, said):
    page = open_page("clip_lab", **address)

    assert said in "\n".join(page.errors)


def test_features_that_no_shipped_model_reads_are_refused(open_page, real):
    mosi(real / "mosi")
    page = open_page("clip_lab", **address_of("mosi", "test", 0))

    assert "channels; the models that ship read" in "\n".join(page.errors)


def test_generated_sets_and_folders_have_no_such_address():
    assert kind_of_set("puppet-utterances") is None
    assert kind_of_set("folder") is None
    assert kind_of_set("emoji") == "sticker"
    assert kind_of_set("mustard") == "clip"
    assert address_of("emoji", "test", 3, described=True)["writer"] == WRITER
    with pytest.raises(BadInput, match="No page opens folder by itself"):
        address_of("folder", "test", 0)


@pytest.fixture
def shown(open_page, tmp_path, monkeypatch):
    """A function: name, split and ids of a set -> the page with its sample 1 opened."""

    def opened_at(name, split, ids, **changes):
        data = {"name": name, "what": "a set", "split": split, "demo": False}
        made = table(data=data, ids=tuple(ids), **changes)
        path = save_table(made, tmp_path / f"{name}.npz")
        monkeypatch.setattr("ui.hard.recorded_tables", lambda: {f"{name}-{split}": path})
        return open_page("hard_samples", **{"hard-sample": "1"})

    return opened_at


def links(page) -> list[str]:
    return [link.proto.label for link in page.at.get("page_link")]


def test_a_hard_sample_of_a_real_set_is_one_click_from_every_lab(shown, real):
    samples = opened("mustard", "test").samples
    page = shown("mustard", "test", [samples[i].id for i in range(6)])

    wanted = {"Clip lab", "Surgery", "Cross-attention", "Experts", "Mixing desk"}
    assert {f"Open in {room}" for room in wanted} <= set(links(page))
    told = page.at.get("page_link")[-1].proto
    assert "clip-set=mustard" in told.query_string
    assert "clip-number=1" in told.query_string


def test_a_line_of_a_real_set_goes_on_from_lab_to_lab(open_page, real):
    here = address_of("mustard", "test", 1)
    ways = {
        ("clip_lab", "Set its weights by hand"): {"inside": "HCT-DMG"},
        ("clip_lab", "Its experts, and whether they are heard"): {"inside": "EGMF"},
        ("experts", "Mix them by hand"): {},
        ("mixing_desk", "What these experts do, and whether they are heard"): {},
    }
    for (name, label), more in ways.items():
        page = open_page(name, **here, **more)
        told = [link.proto for link in page.at.get("page_link") if link.proto.label == label]
        assert len(told) == 1, (name, label, links(page))
        assert parse_qs(told[0].query_string).items() >= {k: [v] for k, v in here.items()}.items()
    page = open_page("clip_lab", **here)
    assert "Every head of it, with the sound" not in links(page)  # words alone: nobody to look at


def test_a_hard_generated_clip_is_one_click_from_the_experts_and_the_desk(open_page):
    page = open_page("hard_samples", **{"hard-sample": "3"})

    assert {"Open in Experts", "Open in Mixing desk"} <= set(links(page))


def test_the_card_says_plainly_why_a_sample_cannot_be_opened(shown, real):
    samples = opened("mustard", "test").samples
    other = shown("mustard", "test", [f"other-{samples[i].id}" for i in range(6)])
    assert "or another version of it does" in other.words
    assert not any(label.startswith("Open in") for label in links(other))

    valid = shown("puppet-utterances", "valid", [f"clip-{i}" for i in range(6)])
    assert "test split only" in valid.words
    own = shown("folder", "test", [f"mine-{i}" for i in range(6)], places=np.arange(6))
    assert "Upload the sample there" in own.words
