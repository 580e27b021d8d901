"""Stickers are the same everywhere, know their answer, and cannot be read by one modality alone."""

import hashlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mer_core.datasets.puppets import WORLD, sticker
from mer_core.datasets.puppets.face import PROTOTYPES, UNITS, draw_face
from mer_core.datasets.puppets.plots import PICTURED, SILENT, verdict
from mer_core.datasets.puppets.sticker_oracle import (
    READERS,
    sticker_ceilings,
    sticker_plot,
    sticker_posterior,
)
from mer_core.datasets.puppets.stickers import Scene
from mer_core.datasets.puppets.views import allowed, realise, write_views
from mer_core.datasets.puppets.wording import FACES, FRAMES, PURPOSES
from mer_core.datasets.puppets.world import (
    CHARACTERS,
    HELD_OUT_CHARACTERS,
    POSTURES,
    PROPS,
    STYLES,
    rng,
)
from mer_core.errors import UnknownName
from mer_core.task import EMOTIONS
from mer_core.types import Modality, View

FIRST_LATENTS = "3742c0a2e3cccae6"
FIRST_PICTURE = (
    "333333333333333333334"
    "333333333333333333333"
    "333433232232232333333"
    "333333332222332333333"
    "333333332332332333333"
    "333333333333333333333"
    "333333333333333333333"
)


@pytest.fixture(scope="module")
def some():
    return [sticker(i, "valid") for i in range(40)]


def _latents() -> str:
    rows = []
    for split in ("train", "valid", "test"):
        for i in range(5):
            s = sticker(i, split)
            rows.append(repr((s.id, s.target, s.truth.plot, sorted(s.views.items()))))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def _coarse(image: np.ndarray) -> np.ndarray:
    """A picture so coarse that other rounding of edges does not change it."""
    return (image.reshape(7, 32, 7, 32, 3).mean((1, 3)) / 64 + 0.5).astype(int)


def test_the_first_latents_and_sentences_are_the_ones_the_weights_were_trained_on():
    assert _latents() == FIRST_LATENTS


def test_the_first_picture_is_the_one_the_weights_were_trained_on():
    coarse = _coarse(sticker(0, "train").image)
    pinned = np.array([int(c) for c in FIRST_PICTURE]).reshape(7, 7, 3)
    assert (coarse != pinned).mean() < 0.05
    assert (_coarse(sticker(1, "train").image) != pinned).mean() > 0.1


def test_a_sticker_is_a_function_of_its_world_split_and_index():
    one, again = sticker(3, "train"), sticker(3, "train")
    assert np.array_equal(one.image, again.image)
    assert one.views == again.views
    assert one.truth == again.truth
    others = (sticker(4, "train"), sticker(3, "test"), sticker(3, "train", replace(WORLD, seed=1)))
    assert all(one.views != other.views for other in others)


def test_a_wrong_split_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="train, valid or test"):
        rng(WORLD, "sticker plot", "dev", 0)


def test_the_target_is_what_most_carriers_say(some):
    for s in some:
        assert verdict(s.truth.carriers.values()) == s.target
        for liar in s.truth.liars:
            assert s.truth.carriers[liar] not in (None, s.target)
    assert any(s.truth.liars for s in some)
    assert any(not s.truth.liars for s in some)


def test_every_emotion_is_a_target():
    counts = Counter(sticker_plot(i, "train").emotion for i in range(1400))
    assert set(counts) == set(EMOTIONS)
    assert min(counts.values()) > 140


def test_the_drawing_carries_what_the_truth_says(some):
    for s in some:
        t = s.truth
        assert POSTURES[t.posture] == t.carriers["posture"]
        assert PROPS[t.prop] == t.carriers["prop"]
        assert (t.caption is None) == (t.carriers["caption"] is None)
        assert s.image.shape == (224, 224, 3)


def test_carriers_lie_inside_the_picture_and_not_everywhere(some):
    for s in some:
        assert {"face", "posture"} <= set(s.truth.boxes) <= set(PICTURED)
        assert ("prop" in s.truth.boxes) == (s.truth.prop != "none")
        for left, top, right, bottom in s.truth.boxes.values():
            assert 0 <= left < right <= 224
            assert 0 <= top < bottom <= 224
        left, top, right, bottom = s.truth.boxes["face"]
        assert (right - left) * (bottom - top) < 0.4 * 224 * 224


def test_views_name_the_emotion_that_the_truth_says_they_tell(some):
    for s in some:
        told = s.truth.carriers["intention"]
        said = [
            e for e, words in PURPOSES.items() if any(w in s.views[View.INTENTION] for w in words)
        ]
        assert said == ([] if told is None else [told])
        face = s.truth.told["face"]
        feelings = [
            e for e, words in FACES.items() if any(w in s.views[View.POSTURE] for w in words)
        ]
        assert feelings == ([face] if face not in (None, SILENT) else [])


def test_every_view_sometimes_tells_the_truth_sometimes_lies_and_sometimes_says_nothing():
    from mer_core.datasets.puppets.stickers import _evidence

    kinds = {view: Counter() for view in View}
    for i in range(1500):
        for view, worth in _evidence(sticker_plot(i, "train")).items():
            kinds[view][worth] += 1
    for view in View:
        assert {"truthful", "lying", "generic"} <= set(kinds[view]), view


def test_about_one_view_in_ten_is_generic():
    plots = [sticker_plot(i, "train") for i in range(1500)]
    share = np.mean([p.generic for p in plots], axis=0)
    assert np.all(np.abs(share - WORLD.generic) < 0.03)


@pytest.mark.parametrize("view", list(View))
def test_a_view_has_at_least_two_hundred_forms(view):
    forms = {sticker_views(i)[view] for i in range(700)}
    assert len(forms) >= 200


def sticker_views(index: int) -> dict[View, str]:
    generator = np.random.default_rng(index)
    plot = sticker_plot(index, "train")
    told = dict(plot.told) | {"intention": plot.says["intention"]}
    return write_views(Scene("cat", "flat", "standing", "mug"), told, generator, plot.generic)


def test_training_never_sees_the_characters_and_wordings_kept_for_the_other_splits():
    train = [sticker(i, "train").truth for i in range(40)]
    other = [sticker(i, "test").truth for i in range(40)]
    assert not {t.character for t in train} & set(HELD_OUT_CHARACTERS)
    assert {t.character for t in other} & set(HELD_OUT_CHARACTERS)
    assert not any(t.unseen for t in train)
    assert any(t.unseen for t in other)
    for options in (*FRAMES.values(), *FACES.values(), *PURPOSES.values()):
        assert not set(allowed(options, True)) & set(allowed(options, False))


def test_labels_of_one_modality_are_what_it_alone_expresses(some):
    seen = 0
    for s in some:
        alone = verdict(s.truth.carriers[c] for c in PICTURED)
        assert s.labels.get(Modality.VISION) == alone
        seen += alone not in (None, s.target)
    assert seen > 0


def test_an_ideal_reader_needs_both_modalities():
    ceilings = sticker_ceilings("valid", 400)
    assert 0.6 <= ceilings["vision"] <= 0.77
    assert 0.6 <= ceilings["text"] <= 0.79
    assert ceilings["both"] >= 0.92
    assert ceilings["both"] - max(ceilings["vision"], ceilings["text"]) >= 0.2


@pytest.mark.parametrize("reader", READERS)
def test_a_posterior_is_calibrated(reader):
    plots = [sticker_plot(i, "train") for i in range(500)]
    posteriors = np.array([sticker_posterior(p, reader) for p in plots])
    assert np.allclose(posteriors.sum(1), 1)
    hits = np.array(
        [EMOTIONS[int(p.argmax())] == q.emotion for p, q in zip(posteriors, plots, strict=True)]
    )
    assert abs(hits.mean() - posteriors.max(1).mean()) < 0.07


def test_an_unknown_reader_is_refused():
    with pytest.raises(ValueError, match="vision"):
        sticker_posterior(sticker_plot(0, "train"), "nose")


def test_a_world_is_named_by_its_knobs():
    assert WORLD.digest() == replace(WORLD).digest()
    assert WORLD.digest() != replace(WORLD, lie=0.5).digest()


def test_guessed_attributes_become_four_sentences():
    shown = {"face_emotion": "anger", "posture": "stomping", "prop": "flames", "character": "fox",
             "style": "bold", "caption_emotion": "none"}  # fmt: skip
    sure, unsure = realise(shown), realise(shown, {"posture": 0.2})
    assert set(sure) == set(View)
    assert any(w in sure[View.INTENTION] for w in PURPOSES["anger"])
    assert sure[View.INTENTION].split(",")[0] in ("Perhaps", "Probably", "Maybe", "It seems")
    assert any(w in sure[View.POSTURE] for w in FACES["anger"])
    assert unsure[View.POSTURE] != sure[View.POSTURE]
    assert realise(shown, variant=1) != sure
    calm = realise(shown | {"face_emotion": "neutral", "posture": "standing", "prop": "mug"})
    assert any(w in calm[View.INTENTION] for w in PURPOSES["neutral"])


def test_every_emotion_has_its_own_face_on_every_character_and_style():
    for i, character in enumerate(CHARACTERS):
        faces = [draw_face(PROTOTYPES[e], character, STYLES[i % 9], 64) for e in EMOTIONS]
        assert faces[0].shape == (64, 64, 3)
        for a in range(7):
            for b in range(a):
                assert np.abs(faces[a].astype(int) - faces[b]).mean() > 0.5


def test_prototypes_are_units_between_none_and_full():
    assert set(PROTOTYPES) == set(EMOTIONS)
    for units in PROTOTYPES.values():
        assert units.shape == (len(UNITS),)
        assert units.min() >= 0
        assert units.max() <= 1


def test_an_unknown_character_is_refused_with_a_hint():
    with pytest.raises(UnknownName, match="Did you mean 'cat'"):
        draw_face(PROTOTYPES["neutral"], "cta", "flat", 64)
