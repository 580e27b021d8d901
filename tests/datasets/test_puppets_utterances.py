"""The generated utterances: the same everywhere, honest about themselves, and hard enough."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from mer_core.datasets.puppets import clips, oracle, sentences, voices
from mer_core.datasets.puppets.collection import stickers, utterances
from mer_core.datasets.puppets.face import PROTOTYPES, UNITS
from mer_core.datasets.puppets.utterances import (
    HELD_OUT_SPEAKERS,
    KINDS,
    SPEAKERS,
    utterance,
    utterance_latent,
    utterance_sample,
    utterance_words,
)
from mer_core.datasets.puppets.world import CHARACTERS, HELD_OUT_CHARACTERS, WORLD
from mer_core.errors import UnknownName
from mer_core.processing.audio import PROSODY, raw_features
from mer_core.task import EMOTIONS, VALENCE
from mer_core.types import Modality

LATENTS = {split: [utterance_latent(i, split) for i in range(1500)] for split in ("train", "valid")}


def test_an_utterance_is_a_function_of_its_name_alone():
    first, again = utterance(3, "train"), utterance(3, "train")
    assert first.text == again.text
    assert np.array_equal(first.sound.wave, again.sound.wave)
    assert np.array_equal(first.clip.frames, again.clip.frames)
    for other in (utterance(4, "train"), utterance(3, "valid")):
        assert not np.array_equal(first.sound.wave[:1000], other.sound.wave[:1000])
    seeded = utterance_latent(3, "train", replace(WORLD, seed=WORLD.seed + 1))
    assert not np.array_equal(seeded.cues, first.truth.cues)


def test_the_first_utterances_are_the_pinned_ones():
    told = []
    for i in range(24):
        truth = utterance_latent(i, "train")
        text, _ = utterance_words(i, "train")
        numbers = np.round(np.concatenate([truth.cues, truth.units]), 4) + 0.0
        told.append(f"{text}|{truth.kind}|{truth.target}|{truth.said}|{numbers.tolist()}")
    assert hashlib.sha256("\n".join(told).encode()).hexdigest()[:16] == "56cabac8ddb390c5"


def test_a_sample_carries_what_the_types_promise():
    sample = utterance(0, "train")
    assert sample.sound.rate == 16_000
    assert sample.sound.wave.dtype == np.float32
    assert np.abs(sample.sound.wave).max() <= 1.0
    assert 2.0 <= sample.sound.seconds <= 5.0
    assert sample.clip.frames.shape[1:] == (64, 64, 3)
    assert sample.clip.frames.dtype == np.uint8
    assert sample.clip.seconds == pytest.approx(sample.sound.seconds, abs=0.07)
    assert set(sample.labels) == set(Modality)
    assert sample.provenance == dict.fromkeys(("text", "sound", "clip"), "generated")


def test_without_media_the_words_and_answers_are_the_same():
    light, whole = utterance_sample(5, "valid", media=False), utterance(5, "valid")
    assert light.sound is None
    assert light.clip is None
    assert (light.text, light.target, light.sentiment) == (
        whole.text,
        whole.target,
        whole.sentiment,
    )


def test_kinds_come_in_their_shares_and_only_the_liar_differs_from_the_target():
    shares = {k: np.mean([t.kind == k for t in LATENTS["train"]]) for k in KINDS}
    assert shares["congruent"] == pytest.approx(0.7, abs=0.04)
    for kind in ("sarcasm", "feigned voice", "mask"):
        assert shares[kind] == pytest.approx(0.1, abs=0.025)
    for truth in LATENTS["train"]:
        assert truth.liar == KINDS[truth.kind]
        odd = [m for m, e in truth.emotions.items() if e != truth.target]
        assert odd == ([] if truth.liar is None else [truth.liar])


def test_sentiment_is_three_times_valence_times_intensity():
    for i in range(40):
        sample = utterance_sample(i, "train", media=False)
        expected = 3 * VALENCE[sample.target] * sample.truth.intensity
        assert sample.sentiment == pytest.approx(expected)
        assert -3 <= sample.sentiment <= 3


def test_held_out_forms_characters_and_speakers_never_appear_in_training():
    assert {t.character for t in LATENTS["train"]} == set(CHARACTERS) - set(HELD_OUT_CHARACTERS)
    assert set(HELD_OUT_CHARACTERS) < {t.character for t in LATENTS["valid"]}
    assert max(t.speaker for t in LATENTS["train"]) < SPEAKERS
    assert SPEAKERS <= max(t.speaker for t in LATENTS["valid"]) < SPEAKERS + HELD_OUT_SPEAKERS
    held = {s: [utterance_words(i, s)[1].held_out for i in range(400)] for s in LATENTS}
    assert not any(held["train"])
    assert np.mean(held["valid"]) == pytest.approx(WORLD.unseen, abs=0.08)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_emotion_has_hundreds_of_sentences_in_three_styles(emotion):
    forms = sentences.forms(emotion)
    assert {f.style for f in forms} == {"direct", "indirect", "idiomatic"}
    assert sentences.surface_forms(emotion) > 1000
    for strong in (False, True):
        assert {f.held_out for f in forms if f.strong is strong} == {False, True}


def test_unclear_sentences_stand_between_neighbours_and_slips_are_rare():
    unclear = [t for t in LATENTS["train"] if not isinstance(t.said, str)]
    assert len(unclear) / 1500 == pytest.approx(WORLD.text_noise, abs=0.03)
    assert all(t.emotions[Modality.TEXT] in t.said for t in unclear)
    quiet = replace(WORLD, text_noise=0.0, text_slip=0.0)
    clear = [utterance_latent(i, "train", quiet) for i in range(200)]
    assert all(t.said == t.emotions[Modality.TEXT] for t in clear)


def test_no_sentence_keeps_a_hole_and_every_one_begins_with_a_capital():
    for i in range(300):
        text, _ = utterance_words(i, "valid")
        assert "{" not in text
        assert text[0].isupper()


def test_unknown_emotion_is_refused_in_words():
    with pytest.raises(UnknownName, match="anger"):
        sentences.forms("angr")


def _prosody(emotion: str) -> dict[str, float]:
    """Means over six speakers of the noiseless voice."""
    rng = np.random.Generator(np.random.PCG64(1))
    rows = []
    for number in range(6):
        sound = voices.speak(voices.PROTOTYPES[emotion], voices.speaker(number), rng)
        rows.append(raw_features(sound)[0][:, -len(PROSODY) :].mean(0))
    return dict(zip(PROSODY, np.mean(rows, axis=0).tolist(), strict=True))


def test_anger_sounds_higher_louder_and_brighter_than_sadness():
    anger, sadness, neutral = (_prosody(e) for e in ("anger", "sadness", "neutral"))
    for name in ("pitch", "energy"):
        assert anger[name] > neutral[name] > sadness[name]
    assert anger["tilt"] < neutral["tilt"] < sadness["tilt"]


def test_pitch_of_the_voice_follows_the_cue():
    for step in (-1.0, 1.0):
        cues = np.zeros(8)
        cues[0] = step
        rng = np.random.Generator(np.random.PCG64(2))
        who = voices.speaker(1)
        found = raw_features(voices.speak(cues, who, rng))[0][:, -len(PROSODY)]
        expected = np.log2(who.pitch / 150.0) + 0.38 * step
        assert np.median(found) == pytest.approx(expected, abs=0.15)


def test_a_face_rises_from_rest_to_its_apex_and_fades():
    rng = np.random.Generator(np.random.PCG64(0))
    pull = UNITS.index("lip_corner_pull")
    track = clips.unit_track(PROTOTYPES["happiness"], 3.0, rng)[:, pull]
    assert track[0] < 0.3
    assert track.max() > 0.9
    assert track[-1] < 0.6
    assert 6 < track.argmax() < 22


def test_the_oracle_reaches_the_ceilings_that_the_world_was_set_for():
    found = oracle.utterance_ceilings("train", 3000)
    assert found["n"] == 3000
    for modality in Modality:
        assert 0.75 < found[modality] < 0.84
        assert found[modality] + 0.1 < found["fused"]
    assert 0.94 < found["fused"] < 0.985
    assert 0.93 < found["incongruity"] < 0.99
    assert 0.85 < found["liar"] < 0.95


def test_the_oracle_loses_when_noise_grows_and_is_calibrated():
    loud = replace(WORLD, audio_noise=2.0)
    quiet, noisy = (oracle.utterance_ceilings("train", 800, w) for w in (WORLD, loud))
    assert noisy["audio"] < quiet["audio"] - 0.2
    belief = oracle.believe(LATENTS["train"])
    answers = belief.joint.sum(1)
    right = [
        EMOTIONS[a] == t.target for a, t in zip(answers.argmax(1), LATENTS["train"], strict=True)
    ]
    assert answers.max(1).mean() == pytest.approx(np.mean(right), abs=0.015)
    assert np.allclose(belief.joint.sum((1, 2)), 1.0)


def test_a_world_without_lies_has_nothing_to_detect():
    honest = replace(WORLD, sarcasm=0.0, mask=0.0, feigned=0.0)
    found = oracle.utterance_ceilings("train", 200, honest)
    assert found["incongruent"] == 0
    assert np.isnan(found["liar"])


@pytest.mark.parametrize("collection", [stickers, utterances])
def test_a_split_that_is_none_gets_a_sentence(collection):
    with pytest.raises(UnknownName, match="Did you mean 'test'"):
        collection("tset")
