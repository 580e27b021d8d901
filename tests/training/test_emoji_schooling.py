"""A backbone that looks at emoji that nobody rated: what it learns from, and what it never sees."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image

from mer_core.checkpoints import load
from mer_core.datasets.stickers.emoji import CLASSES, STYLES
from mer_core.models.mghft import MGHFT
from mer_core.training import emoji_schooling
from mer_core.training.emoji import rated_emoji
from mer_core.training.emoji_schooling import (
    NEAR,
    Schooling,
    Tutor,
    leanings,
    lessons_of,
    mean_words,
    schooled,
    unrated_emoji,
)
from mer_core.training.loop import TrainConfig

QUICK = Schooling(TrainConfig(epochs=2, batch=4, lr=1e-3, weight_decay=0.05))
WORDS = ("furious and angry", "waiting for a present", "a crying sad child", "a heart full of love")


@pytest.fixture(scope="module")
def emoji_on_disk(tmp_path_factory):
    """Three rated emoji and four that nobody rated, in both styles."""
    data = tmp_path_factory.mktemp("data")
    folder = data / "emoji_stickers"
    entries = []
    for i in range(7):
        entry = {"id": f"1f{600 + i}", "vendors": list(STYLES), "name": f"face {i}"}
        if i < 3:
            entry |= {"emotag": dict.fromkeys(CLASSES, 0.1) | {CLASSES[i]: 0.6}}
        else:
            entry |= {"cldr_keywords": [WORDS[i - 3]]}
        entries.append(entry)
        for k, style in enumerate(STYLES):
            (folder / "images" / style).mkdir(parents=True, exist_ok=True)
            picture = Image.new("RGB", (16, 16), (30 * i, 90 * k, 120))
            picture.save(folder / "images" / style / f"1f{600 + i}.png")
    (folder / "emoji_meta.json").write_text(json.dumps(entries))
    return data


@pytest.fixture(autouse=True)
def here(emoji_on_disk, tmp_path, monkeypatch):
    monkeypatch.setenv("MER_DATA_DIR", str(emoji_on_disk))
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def source() -> MGHFT:
    model = load("mghft")
    assert isinstance(model, MGHFT)
    return model


def same(one: MGHFT, other: MGHFT, part: str = "") -> bool:
    left, right = one.state_dict(), other.state_dict()
    return all(torch.equal(t, right[n]) for n, t in left.items() if n.startswith(part))


def test_rated_emoji_are_never_among_those_learned_from(source):
    rated, unrated = rated_emoji(), unrated_emoji()

    assert len(set(unrated.groups)) == 4
    assert not set(rated.groups) & set(unrated.groups)
    assert len(set(unrated_emoji(2).groups)) == 2
    with pytest.raises(ValueError, match="nobody rated"):
        schooled(source, rated, QUICK)


def test_only_the_backbone_of_a_copy_learns_and_its_statistics_stay(source):
    before = {name: tensor.clone() for name, tensor in source.state_dict().items()}

    taught = schooled(source, unrated_emoji(), QUICK)

    assert all(torch.equal(tensor, before[name]) for name, tensor in source.state_dict().items())
    changed = {n for n, t in taught.state_dict().items() if not torch.equal(t, before[n])}
    assert changed
    assert all(name.startswith("backbone.") for name in changed)
    assert not any("running_" in name for name in changed)
    assert not taught.training
    frozen = {n: p.requires_grad for n, p in source.named_parameters()}
    assert {n: p.requires_grad for n, p in taught.named_parameters()} == frozen


def test_it_is_learned_once_and_again_where_the_file_is_damaged(source, tmp_path, monkeypatch):
    learned = []
    learn = emoji_schooling._learn
    monkeypatch.setattr(
        emoji_schooling, "_learn", lambda *given: (learned.append(1), learn(*given))
    )
    first = schooled(source, unrated_emoji(), QUICK)
    again = schooled(source, unrated_emoji(), QUICK)

    assert len(learned) == 1
    assert same(first, again)
    (kept,) = (tmp_path / "cache" / "emoji").glob("backbone-*.safetensors")
    kept.write_bytes(kept.read_bytes()[:100])
    assert same(first, schooled(source, unrated_emoji(), QUICK))
    assert len(learned) == 2
    other = schooled(source, unrated_emoji(), replace(QUICK, contrast=0.0))
    assert not same(first, other, "backbone.")


def test_too_few_emoji_teach_nothing(source):
    assert same(source, schooled(source, unrated_emoji(1), QUICK))


def test_words_lean_to_the_emotion_that_they_name(source):
    encoder = source.processor().encoder
    words = mean_words([[text] for text in WORDS], encoder)
    near = mean_words([[NEAR[name]] for name in CLASSES], encoder)

    found = leanings(words, near, 1.5)

    assert found.sum(1).tolist() == pytest.approx([1.0] * 4)
    top = [CLASSES[int(i)] for i in found.argmax(1)]
    assert top == ["anger", "anticipation", "sadness", "trust"]
    assert float(leanings(words, near, 0.0).std()) == pytest.approx(0.0, abs=1e-6)


def test_a_missing_sentence_counts_as_nothing(source):
    encoder = source.processor().encoder
    one, half = mean_words([["a face", "a face"], ["a face", ""]], encoder)

    torch.testing.assert_close(half, one / 2)


def test_both_styles_of_an_emoji_have_its_words(source):
    lessons = lessons_of(unrated_emoji(), source, QUICK)
    torch.manual_seed(0)
    tutor = Tutor(8, lessons.words.shape[1], replace(QUICK, emotion=0.0)).eval()
    seen, rows = torch.randn(4, 8), torch.tensor([0, 1, 2, 3])
    words, leaning = lessons.words[:4], lessons.leanings[:4]

    apart = tutor(seen, words, rows, leaning)
    paired = tutor(seen, words, torch.tensor([0, 0, 1, 1]), leaning)
    swapped = tutor(seen[[1, 0, 3, 2]], words, torch.tensor([0, 0, 1, 1]), leaning)

    assert len(lessons.pixels) == 8
    assert not torch.isclose(apart, paired)
    torch.testing.assert_close(paired, swapped)  # whichever style: the words of both are right
