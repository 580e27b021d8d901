"""Silencing, swapping and blending samples, on puppets whose labels are known."""

import numpy as np
import pytest

from mer_core.errors import BadInput
from mer_core.processing.operations import (
    Step,
    blended,
    congruent,
    expectation,
    has,
    odd_one,
    operated,
    silenced,
    swapped,
)
from mer_core.recording import provenance
from mer_core.types import Modality, Provenance, Sample, Sound

TEXT, AUDIO, VISION = Modality


def labelled(**emotions):
    """A sample whose parts are there and labelled."""
    return Sample(
        id="made up",
        text="Fine.",
        sound=Sound(np.zeros(10, np.float32), 10),
        features={VISION: np.zeros((2, 3), np.float32)},
        labels={Modality(m): e for m, e in emotions.items()},
        target="joy",
    )


@pytest.fixture
def pair(utterance_samples):
    return utterance_samples[0], utterance_samples[1]


def test_a_swapped_part_is_the_donors_and_the_rest_its_own(pair):
    own, donor = pair
    mixed = swapped(own, donor, AUDIO)

    assert np.array_equal(mixed.sound.wave, donor.sound.wave)
    assert not np.array_equal(mixed.sound.wave, own.sound.wave)
    assert mixed.text == own.text
    assert mixed.clip is own.clip
    assert mixed.provenance["sound"] == Provenance.DONATED
    assert mixed.provenance["text"] == Provenance.GENERATED
    assert mixed.labels == {**own.labels, AUDIO: donor.labels[AUDIO]}


def test_nobody_knows_what_a_mixture_means(pair):
    mixed = swapped(*pair, TEXT)

    assert pair[0].target is not None
    assert mixed.target is None
    assert mixed.sentiment is None
    assert mixed.truth is None
    assert mixed.id != pair[0].id


def test_parts_of_other_lengths_make_a_batch(pair, untrained):
    own, donor = pair
    assert len(own.sound.wave) != len(donor.sound.wave)
    mixed = [swapped(own, donor, m) for m in Modality]
    batch = untrained("hct_dmg").processor()([own, donor, *mixed])
    lengths = {m: s.mask.sum(dim=1).tolist() for m, s in batch.streams.items()}

    for i, m in enumerate(Modality):
        for other in Modality:
            of = 1 if other == m else 0
            assert lengths[other][2 + i] == lengths[other][of]
            row, source = batch.streams[other].values[[2 + i, of]]
            assert (row - source).abs().max() < 1e-4
    assert provenance(mixed[0], batch, 2)["text"] == Provenance.DONATED


def test_features_travel_with_their_modality():
    own, donor = labelled(), labelled()
    donor.features[VISION][:] = 1
    mixed = swapped(own, donor, VISION)

    assert mixed.features[VISION].max() == 1
    assert own.features[VISION].max() == 0
    assert VISION not in silenced(own, VISION).features
    assert silenced(own, VISION).provenance == {"clip": Provenance.SILENT}
    assert mixed.provenance == {"clip": Provenance.DONATED}


def test_a_sticker_gives_its_picture_and_its_descriptions(sticker_samples):
    own, donor = sticker_samples[:2]
    assert np.array_equal(swapped(own, donor, VISION).image, donor.image)
    assert swapped(own, donor, TEXT).views == donor.views
    assert swapped(own, donor, TEXT).provenance["views"] == Provenance.DONATED
    assert not silenced(own, TEXT).views


def test_silence_takes_a_part_and_what_is_known_of_it(pair):
    quiet = silenced(pair[0], AUDIO)

    assert has(pair[0], AUDIO)
    assert not has(quiet, AUDIO)
    assert quiet.provenance["sound"] == Provenance.SILENT
    assert AUDIO not in quiet.labels
    assert quiet.target == pair[0].target


def test_a_plan_is_carried_out_part_by_part(pair):
    own, donor = pair
    plan = {TEXT: Step.SWAP, AUDIO: Step.SILENCE, VISION: Step.KEEP}
    mixed = operated(own, plan, donor)

    assert mixed.text == donor.text
    assert mixed.sound is None
    assert mixed.clip is own.clip
    assert operated(own, {}) is own


def test_a_swap_without_a_donor_is_refused(pair):
    with pytest.raises(BadInput, match="takes a donor"):
        operated(pair[0], {TEXT: Step.SWAP})
    with pytest.raises(BadInput, match="The donor has no voice to give"):
        swapped(pair[0], silenced(pair[1], AUDIO), AUDIO)


def test_a_blend_takes_each_part_from_whom_it_is_said(utterance_samples):
    a, b, c = utterance_samples
    three = blended(a, b, c)
    two = blended(a, b, a)

    assert (three.text, three.sound, three.clip) == (a.text, b.sound, c.clip)
    assert (two.text, two.sound, two.clip) == (a.text, b.sound, a.clip)
    assert two.labels == {TEXT: a.labels[TEXT], AUDIO: b.labels[AUDIO], VISION: a.labels[VISION]}
    assert blended(a, a, a) is a


@pytest.mark.parametrize(
    ("said", "alike", "odd", "words"),
    [
        ("joy joy joy", True, None, "all parts say joy: congruent."),
        ("joy fear fear", False, TEXT, "incongruent; the words stand alone."),
        ("fear joy fear", False, AUDIO, "incongruent; the voice stands alone."),
        ("joy fear anger", False, None, "the face says anger: incongruent."),
        ("joy fear", False, None, "the words say joy, the voice says fear: incongruent."),
        ("joy", None, None, "nothing can be expected."),
    ],
)
def test_what_is_expected_follows_from_the_labels(said, alike, odd, words):
    sample = labelled(**dict(zip(Modality, said.split(), strict=False)))

    assert congruent(sample) is alike
    assert odd_one(sample) == odd
    assert words in expectation(sample)


def test_puppets_of_every_kind_are_expected_as_they_were_made():
    """What the labels say of a puppet is what its maker says: who lies stands alone."""
    from mer_core.datasets.puppets import utterance
    from mer_core.datasets.puppets.utterances import KINDS, utterance_latent

    seen = set()
    for i in range(40):
        kind = utterance_latent(i, "train").kind
        if kind in seen:
            continue
        seen.add(kind)
        sample = utterance(i, "train")
        assert odd_one(sample) == KINDS[kind]
        assert congruent(sample) is (kind == "congruent")
    assert len(seen) >= 3
