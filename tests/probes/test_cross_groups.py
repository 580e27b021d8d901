"""Mean maps of two groups: one grid for all lengths, and a test that finds what is there only."""

from dataclasses import replace

import pytest
import torch

from mer_core.checkpoints import folder_of, read_card
from mer_core.errors import BadInput, ResultInvalid
from mer_core.probes.cross_grid import BINS, cover, cover_of, holm, on_grid, permutation_p
from mer_core.probes.cross_groups import LEAST, group_maps, is_incongruent
from mer_core.probes.cross_kept import FILE, read_groups, shipped_groups, write_groups
from mer_core.probes.cross_maps import Heads
from mer_core.probes.cross_sides import Side
from mer_core.types import Modality
from mer_core.views import figure, to_csv


@pytest.mark.parametrize("count", [1, 3, 31, 32, 33, 200])
def test_every_step_is_covered_exactly_once(count):
    covered = cover(count, BINS)

    assert covered.shape == (BINS, count)
    torch.testing.assert_close(covered.sum(1), torch.ones(BINS))
    torch.testing.assert_close(covered.sum(0), torch.full((count,), BINS / count))


def test_positions_of_unequal_length_cover_what_they_last():
    covered = cover_of(torch.tensor([0.75, 1.0]), 4)

    torch.testing.assert_close(covered, torch.tensor([[1.0, 0], [1, 0], [1, 0], [0, 1]]))


def heads(rows, columns, weights=None):
    query = Side("text", tuple("w" * (i + 1) for i in range(rows)))
    key = Side("audio", ("x",) * columns, tuple(i / 10 for i in range(columns + 1)))
    weights = torch.rand(2, 3, rows, columns).softmax(-1) if weights is None else weights
    return Heads(query, key, weights, torch.full((columns,), 1 / columns))


@pytest.mark.parametrize("shape", [(5, 25), (40, 7), (1, 1), (32, 32)])
def test_on_the_grid_a_map_keeps_its_mean_of_one(shape):
    grid = on_grid(heads(*shape))

    assert grid.shape == (2, 3, BINS, BINS)
    torch.testing.assert_close(grid.mean(-1), torch.ones(2, 3, BINS), atol=1e-4, rtol=1e-4)


def test_a_map_of_the_grids_own_size_stays_as_it_is():
    own = heads(BINS, BINS)

    torch.testing.assert_close(on_grid(own), own.weights * BINS, atol=1e-4, rtol=1e-4)


def test_what_happens_at_the_end_stands_at_the_end_of_the_grid():
    weights = torch.zeros(1, 1, 4, 10)
    weights[..., 9] = 1.0
    grid = on_grid(heads(4, 10, weights))[0, 0]

    assert float(grid[:, : BINS // 2].abs().max()) < 1e-4
    assert float(grid[:, -1].min()) == pytest.approx(10, rel=1e-3)


def test_the_test_finds_a_difference_and_no_difference():
    torch.manual_seed(0)
    group = torch.arange(60) % 2 == 0
    noise = torch.randn(60, 50)

    assert permutation_p(noise + group[:, None] * 1.0, group) == pytest.approx(1 / 1000)
    assert permutation_p(noise, group) > 0.05


def test_p_values_of_nothing_are_spread_evenly():
    torch.manual_seed(1)
    group = torch.arange(24) % 3 == 0
    p = torch.tensor([permutation_p(torch.randn(24, 10), group, 199) for _ in range(120)])

    assert float((p < 0.1).float().mean()) < 0.2
    assert 0.35 < float(p.mean()) < 0.65


def test_holm_by_hand():
    p = torch.tensor([0.01, 0.04, 0.03, 0.005])

    torch.testing.assert_close(holm(p), torch.tensor([0.03, 0.06, 0.06, 0.02]))
    assert holm(torch.tensor([0.5, 0.9])).tolist() == pytest.approx([1.0, 1.0])


@pytest.fixture(scope="module")
def clips():
    """Generated utterances in which both groups have enough."""
    from mer_core.datasets import open_dataset

    return list(open_dataset("puppet-utterances", "train", 24))


@pytest.fixture(scope="module", params=["hct_dmg", "egmf", "hct_dmg_sample"])
def found(request, untrained, clips):
    return group_maps(untrained(request.param), clips, "puppets, train split")


def test_groups_are_those_whose_parts_disagree(clips):
    for clip in clips:
        assert is_incongruent(clip) == (clip.truth.kind != "congruent")
    assert is_incongruent(replace(clips[0], labels={})) is None
    assert is_incongruent(replace(clips[0], labels={Modality.TEXT: "anger"})) is None


def test_each_head_has_two_mean_maps_and_a_p_value(found, clips):
    lying = sum(clip.truth.kind != "congruent" for clip in clips)
    for one in found.maps:
        layers, heads_and_mean = one.p.shape
        assert one.congruent.shape == (layers, heads_and_mean, BINS, BINS)
        assert one.counts == (len(clips) - lying, lying)
        assert bool(((one.p > 0) & (one.p <= 1)).all())
        assert bool((one.adjusted() >= one.p - 1e-6).all())
        mean = one.congruent[:, :-1].mean(1)
        torch.testing.assert_close(one.congruent[:, -1], mean, atol=1e-3, rtol=1e-3)
        assert 0 <= float(one.apart().max()) <= 1


def test_maps_of_two_groups_are_said_drawn_and_written(found):
    heads = found.maps[0].p[:, :-1].numel()
    assert found.says().endswith(f" of {heads}.")
    assert f"n = {found.n}" in found.caption()
    drawing = figure(found)
    assert [trace.type for trace in drawing.data] == ["heatmap"] * 3
    first = found.maps[0]
    assert len(to_csv(found.only(first.name)).splitlines()) == 2 + first.p.numel()
    assert drawing.layout.coloraxis2.cmin == -drawing.layout.coloraxis2.cmax


def test_maps_come_back_from_the_disk(found, tmp_path):
    write_groups(found, tmp_path / FILE)
    kept = read_groups(tmp_path / FILE)

    assert (kept.model, kept.weights, kept.n) == (found.model, found.weights, found.n)
    for one, other in zip(kept.maps, found.maps, strict=True):
        assert (one.name, one.counts) == (other.name, other.counts)
        torch.testing.assert_close(one.congruent, other.congruent, atol=2e-2, rtol=1e-2)
        torch.testing.assert_close(one.p, other.p)


@pytest.mark.parametrize("content", [b"", b"not a tensor", None])
def test_a_damaged_file_is_refused_in_a_sentence(content, tmp_path):
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ResultInvalid, match="Make them again"):
        read_groups(tmp_path / FILE)


def test_batches_change_nothing_and_progress_is_told(untrained, clips, monkeypatch):
    model, told = untrained("hct_dmg"), []
    whole = group_maps(model, clips, "x")
    monkeypatch.setattr("mer_core.probes.cross_groups.BATCH", 7)
    parts = group_maps(model, clips, "x", lambda *at: told.append(at))

    assert [done for _, done, _ in told] == [0, 7, 14, 21, 24]
    for one, other in zip(whole.maps, parts.maps, strict=True):
        torch.testing.assert_close(one.congruent, other.congruent, atol=2e-3, rtol=2e-3)
        assert one.counts == other.counts


def test_too_few_of_a_group_or_no_labels_are_refused_in_a_sentence(untrained, clips):
    same = [clip for clip in clips if clip.truth.kind == "congruent"]
    with pytest.raises(BadInput, match=f"at least {LEAST}"):
        group_maps(untrained("hct_dmg"), same[:6], "x")
    bare = [replace(clip, labels={}) for clip in clips[:6]]
    with pytest.raises(BadInput, match="choose a set with a label for each modality"):
        group_maps(untrained("hct_dmg"), bare, "x")


def test_a_model_that_never_looks_across_is_refused(untrained, sticker_samples):
    labelled = [
        replace(s, labels={Modality.TEXT: "a", Modality.VISION: "b"}) for s in sticker_samples
    ]
    with pytest.raises(BadInput, match="no attention between"):
        group_maps(untrained("mghft"), labelled, "x")


@pytest.mark.parametrize("name", ["hct_dmg", "egmf", "hct_dmg_sample", "mult"])
def test_shipped_maps_are_those_of_the_shipped_weights(name):
    if not (folder_of(name) / "card.json").is_file():
        pytest.skip(f"the weights of {name} do not ship yet")
    kept = shipped_groups(name)

    assert kept is not None
    assert kept.weights == read_card(name)["weights_sha256"]
    assert kept.n >= 400
    assert all(min(one.counts) >= LEAST for one in kept.maps)
