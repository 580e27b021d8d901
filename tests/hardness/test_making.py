"""A table made from models: what it says is what the models say, map and labels included."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from mer_core.checkpoints import read_card
from mer_core.datasets.puppets import utterance
from mer_core.errors import BadInput, UnknownName, UnknownTap
from mer_core.hardness import load_table, maps
from mer_core.hardness.making import hard_table, readers_of
from mer_core.hardness.representations import (
    Representation,
    chosen_representations,
    representable,
    vectors,
)
from mer_core.hardness.sets import (
    CLIPS,
    STICKERS,
    Examined,
    conflict_of,
    examined,
    is_sticker,
    spread_of,
    target_of,
    words_of,
)
from mer_core.hardness.shelf import SHIPPED, outdated, recorded_tables, table_path
from mer_core.hardness.summing import says
from mer_core.probes.incongruity import Incongruity
from mer_core.trace import Reading, Trace
from mer_core.types import Batch, Modality, Sample, Stream


def stream(modality: Modality, real: list[list[bool]], silent: list[bool]) -> Stream:
    mask = torch.tensor(real)
    values = torch.zeros(*mask.shape, 1)
    return Stream(modality, values, mask, silent=torch.tensor(silent))


def batch() -> Batch:
    """Two samples: text of 3 and 1 real positions; the second has no audio."""
    return Batch(
        {
            Modality.TEXT: stream(
                Modality.TEXT, [[True, True, True], [True, False, False]], [False, False]
            ),
            Modality.AUDIO: stream(Modality.AUDIO, [[True, True], [True, True]], [False, True]),
            Modality.VISION: stream(Modality.VISION, [[True], [True]], [False, False]),
        }
    )


def seen(values: list[list[float]], axes: str = "batch time hidden", **over: str) -> Reading:
    return Reading(torch.tensor(values)[..., None], tuple(axes.split()), over)


def test_a_tap_over_time_is_averaged_over_what_is_real():
    trace = Trace({"H.text": [seen([[1.0, 2.0, 6.0], [5.0, 9.0, 9.0]], time="text")]})
    found = vectors(Representation("words", "H.text"), trace, batch())

    assert found[:, 0].tolist() == [3.0, 5.0]


def test_of_a_silent_stream_only_the_learned_silence_counts():
    trace = Trace({"H.audio": [seen([[1.0, 3.0], [7.0, 9.0]], time="audio")]})
    found = vectors(Representation("voice", "H.audio"), trace, batch())

    assert found[:, 0].tolist() == [2.0, 7.0]


def test_where_the_leader_varies_each_sample_has_the_mask_of_its_own():
    weights = torch.tensor([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])  # text leads the first, vision last
    trace = Trace(
        {
            "R": [seen([[1.0, 2.0, 6.0], [5.0, 9.0, 9.0]], time="primary")],
            "gate.omega_by_sample": [Reading(weights, ("batch", "modality"))],
        }
    )
    found = vectors(Representation("all", "R"), trace, batch())

    assert found[:, 0].tolist() == [3.0, 5.0]


def test_further_rows_of_a_forward_are_left_out_and_taps_add_up_or_stand_side_by_side():
    trace = Trace(
        {
            "a": [seen([[1.0], [2.0], [8.0], [9.0]], "batch query hidden")],
            "b": [Reading(torch.tensor([[10.0], [20.0], [0.0], [0.0]]), ("batch", "hidden"))],
        }
    )

    assert vectors(Representation("", "a+b"), trace, batch())[:, 0].tolist() == [11.0, 22.0]
    assert vectors(Representation("", "a,b"), trace, batch()).tolist() == [[1.0, 10.0], [2.0, 20.0]]


@pytest.mark.parametrize("name", ["mghft", "egmf", "hct_dmg", "mult", "hct_dmg_sample"])
def test_every_model_has_a_representation_of_every_sample(name, untrained, batch_of):
    model, given = untrained(name), batch_of(name)
    found = hard_table(
        Examined("toys", "test", _Counted(given), "toys", True), (name,), models={name: model}
    )
    heard = found.models[name]
    expected = Incongruity().run(model, given)

    assert len(heard.maps) >= 1
    np.testing.assert_allclose(heard.probs, expected.together.numpy(), atol=1e-4)
    np.testing.assert_allclose(heard.disagreement, expected.bits.numpy(), atol=1e-4)
    assert heard.modalities == tuple(map(str, model.modalities))
    best = expected.alone.argmax(-1)
    assert heard.alone.tolist() == torch.where(expected.present, best, -1).tolist()


class _Counted(list):
    """The samples that a batch was made of."""

    def __init__(self, given: Batch) -> None:
        from mer_core.datasets.puppets import sticker

        pictured = given.ids[0].startswith("sticker")
        super().__init__((sticker if pictured else utterance)(i, "train") for i in range(3))


def test_only_taps_that_hold_a_vector_a_sample_can_be_mapped(untrained):
    model = untrained("hct_dmg")

    assert {"R", "C", "H.text"} <= set(representable(model))
    assert "gate.omega" not in representable(model)
    with pytest.raises(UnknownTap, match="Did you mean"):
        chosen_representations(model, ("H.tex",))
    with pytest.raises(UnknownTap):
        chosen_representations(model, ("R+stage1.first.layers.0.attention.pattern",))


def test_a_model_of_another_kind_of_sample_is_refused_in_a_sentence():
    found = examined(STICKERS, "test", 2)

    with pytest.raises(BadInput, match="egmf does not read stickers"):
        hard_table(found, ("egmf",))
    with pytest.raises(UnknownName, match="egmff"):
        hard_table(found, ("egmff",))
    assert "mghft" in readers_of(found.samples[0])
    assert "mghft" not in readers_of(utterance(0, "train"))


def test_a_progress_that_raises_stops_the_work(untrained):
    class Enough(Exception):
        pass

    def stop(words, done, total):
        raise Enough

    with pytest.raises(Enough):
        hard_table(
            examined(CLIPS, "valid", 2), ("hct_dmg",), (), stop, {"hct_dmg": untrained("hct_dmg")}
        )


def test_few_samples_are_laid_out_by_components_and_the_caption_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    line = np.outer(np.linspace(-1, 1, 5), [3.0, 4.0, 0.0]).astype(np.float32)
    places = maps.plane(line)

    np.testing.assert_allclose(places[:, 0], np.linspace(-1, 1, 5), atol=1e-5)
    np.testing.assert_allclose(places[:, 1], 0, atol=1e-5)
    assert "too few for UMAP" in maps.says(5)
    assert "UMAP" in maps.says(100)
    assert "too few" not in maps.says(100)


def test_a_map_is_the_same_twice_is_kept_and_tells_groups_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    draw = np.random.default_rng(0)
    groups = np.repeat([0.0, 50.0], 20)[:, None]
    many = (draw.normal(size=(40, 8)) + groups).astype(np.float32)
    first = maps.plane(many)
    (kept,) = (tmp_path / "maps").glob("*.npy")
    kept.write_bytes(b"damaged")
    second = maps.plane(many)

    np.testing.assert_array_equal(first, second)
    assert np.abs(first).max() == pytest.approx(1)
    centres = first[:20].mean(0), first[20:].mean(0)
    within = max(first[:20].std(0).max(), first[20:].std(0).max())
    assert np.linalg.norm(centres[0] - centres[1]) > 3 * within
    monkeypatch.setattr(maps, "_umap", None)
    np.testing.assert_array_equal(maps.plane(many), first)  # read, not drawn


def test_what_a_sample_says_of_itself():
    clip = utterance(0, "train")
    kind, liar = conflict_of(clip)

    assert kind == clip.truth.kind
    assert liar == (clip.truth.liar or "none")
    assert target_of(Sample("a", target="joy")) == "happiness"
    assert target_of(Sample("a")) == "unknown"
    assert conflict_of(Sample("a")) == ("unknown", "unknown")
    assert conflict_of(Sample("a", target="sarcastic")) == ("sarcasm", "unknown")
    assert conflict_of(Sample("a", target="not sarcastic")) == ("congruent", "unknown")
    assert target_of(Sample("a", target="sarcastic")) == "unknown"
    assert math.isnan(spread_of({}))
    assert spread_of({"joy": 0.3}) == 0
    assert spread_of(dict.fromkeys("abcd", 0.2)) == pytest.approx(2)
    assert not is_sticker(clip)
    assert words_of(clip) == clip.text


def test_features_of_other_sets_are_refused_before_a_model_sees_them(monkeypatch):
    foreign = Sample("a", text="hm", features={Modality.AUDIO: np.zeros((4, 74), np.float32)})
    monkeypatch.setattr("mer_core.hardness.sets.open_dataset", lambda *_: [foreign])

    with pytest.raises(BadInput, match="74 channels; the models that ship read 42"):
        examined("mosi", "test")


def test_words_alone_have_nothing_to_disagree_with(untrained):
    found = Examined("toys", "test", [Sample("a", text="oh"), Sample("b", text="great")], "t", True)
    table = hard_table(found, ("hct_dmg",), models={"hct_dmg": untrained("hct_dmg")})
    heard = table.models["hct_dmg"]

    assert np.isnan(heard.disagreement).all()
    assert (heard.alone >= 0).tolist() == [[True, True], [False, False], [False, False]]
    assert "nothing to disagree with" in says(table, "hct_dmg", "HCT-DMG")


def test_a_stickers_liar_is_named_by_what_lies():
    told = [conflict_of(s) for s in examined(STICKERS, "test", 60).samples]

    assert ("congruent", "none") in told
    assert any(kind == f"{liar} lies" for kind, liar in told if liar != "none")


def test_emoji_know_how_far_people_are_split():
    found = pytest.importorskip("mer_core.datasets.stickers.emoji")
    try:
        rated = found.emoji_set().rated
    except Exception as absent:
        pytest.skip(f"no emoji here: {absent}")
    spreads = [spread_of(s.rated) for s in rated.told]

    assert min(spreads) > 0
    assert max(spreads) <= 3
    assert max(spreads) - min(spreads) > 1


def test_the_tables_that_ship_are_about_the_weights_that_ship():
    """After weights were sealed again: `mer hard all`."""
    shipped = [load_table(table_path(name)) for name in SHIPPED]

    for table in shipped:
        assert outdated(table) == ()
        here = readers_of(_first(table.data["name"]))
        assert set(here) <= set(table.models)
        for name in here:
            assert table.manifest["models"][name]["code"] == read_card(name)["code_hash"]
    assert [len(t) for t in shipped] == [1000, 600]
    assert list(recorded_tables())[:2] == [table_path(name).stem for name in SHIPPED]
    assert sum(table_path(name).stat().st_size for name in SHIPPED) < 600_000


def _first(name: str) -> Sample:
    return examined(name, "test", 1).samples[0]


def test_other_weights_than_those_of_the_table_are_noticed():
    table = load_table(table_path(CLIPS))
    told = dict(table.manifest["models"])
    told["egmf"] = told["egmf"] | {"weights": "0" * 64}
    changed = dataclasses.replace(table, manifest={**table.manifest, "models": told})

    assert outdated(changed) == ("egmf",)
