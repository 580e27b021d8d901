"""The face encoder reads drawn faces, takes any picture size, and knows when it is absent."""

import json
import shutil

import numpy as np
import pytest
import torch

from mer_core.datasets.puppets.face import PROTOTYPES, UNITS, draw_face
from mer_core.encoders.face import (
    FACE_FEATURES,
    FACE_NAMES,
    UNIT_NAMES,
    FaceEncoder,
    chosen_frames,
    face_folder,
)
from mer_core.errors import WeightsAltered, WeightsMissing
from mer_core.training.faces import train_face
from mer_core.types import Clip


@pytest.fixture(scope="module")
def encoder():
    return FaceEncoder.load()


def test_the_encoder_and_the_drawing_name_the_same_units():
    assert UNIT_NAMES == UNITS
    assert len(FACE_NAMES) == FACE_FEATURES


def test_it_is_small():
    assert sum(p.numel() for p in FaceEncoder().parameters()) < 400_000
    assert (face_folder() / "weights.safetensors").stat().st_size < 1_000_000


def test_it_tells_a_smile_from_grief_on_a_drawn_face(encoder):
    faces = [draw_face(PROTOTYPES[e], "cat", "flat", 64) for e in ("happiness", "sadness")]
    values, seconds = encoder.encode(Clip(np.stack(faces), 8.0))
    pull, sink = (UNIT_NAMES.index(n) for n in ("lip_corner_pull", "lip_corner_depress"))
    assert values[0, pull] > 0.7 > 0.3 > values[1, pull]
    assert values[1, sink] > 0.7 > 0.3 > values[0, sink]
    assert seconds.tolist() == [0.0, 0.125]


def test_the_embedding_is_of_unit_scale_on_puppets(encoder):
    rng = np.random.Generator(np.random.PCG64(3))
    rows = [PROTOTYPES[e] * rng.uniform(0.3, 1) for e in PROTOTYPES for _ in range(6)]
    faces = np.stack([draw_face(row, "bear", "outline", 64) for row in rows])
    looks = encoder.encode(Clip(faces, 8.0))[0][:, len(UNIT_NAMES) :]
    assert 0.3 < looks.std() < 2.0
    assert np.abs(looks).max() <= 5.0


@pytest.mark.parametrize("shape", [(64, 64), (200, 320), (30, 17), (1, 1)])
def test_any_frame_size_is_read(encoder, shape):
    values, _ = encoder.encode(Clip(np.full((2, *shape, 3), 90, np.uint8), 8.0))
    assert values.shape == (2, FACE_FEATURES)
    assert np.isfinite(values).all()


def test_a_larger_drawing_reads_like_the_small_one(encoder):
    units = PROTOTYPES["surprise"]
    small, large = (draw_face(units, "fox", "flat", s)[None] for s in (64, 192))
    a, b = (encoder.encode(Clip(x, 8.0))[0][0, : len(UNIT_NAMES)] for x in (small, large))
    assert np.abs(a - b).max() < 0.35


def test_at_most_eight_positions_a_second_are_read():
    assert chosen_frames(60, 30.0).tolist() == [0, 4, 8, 11, 15, 19, 23, 26, 30, 34, 38, 41, 45,
                                                49, 53, 56]  # fmt: skip
    assert chosen_frames(5, 4.0).tolist() == [0, 1, 2, 3, 4]
    assert len(chosen_frames(0, 30.0)) == 0
    with pytest.raises(ValueError, match="more than 0"):
        chosen_frames(3, 0.0)


def test_absent_or_damaged_weights_are_named_in_words(tmp_path):
    with pytest.raises(WeightsMissing, match="train_face"):
        FaceEncoder.load(tmp_path / "none")
    damaged = tmp_path / "damaged"
    shutil.copytree(face_folder(), damaged)
    with (damaged / "weights.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(WeightsAltered):
        FaceEncoder.load(damaged)


def test_the_shipped_card_tells_how_well_each_unit_is_read():
    card = json.loads((face_folder() / "card.json").read_text())
    assert set(card["metrics"]["r2"]) == set(UNITS)
    assert card["metrics"]["held_out_faces"] >= 1000
    assert card["metrics"]["r2_mean"] > 0.8


def test_training_writes_a_reader_that_loads(tmp_path):
    torch.manual_seed(0)
    card = train_face(tmp_path / "face", steps=4, faces=96, held_out=32)
    assert card["metrics"]["held_out_faces"] == 32
    loaded = FaceEncoder.load(tmp_path / "face")
    assert not loaded.training
    assert not any(p.requires_grad for p in loaded.parameters())
