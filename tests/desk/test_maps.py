"""Grids, renormalised weights, maps that are refined, and flips that are flips."""

import pytest
import torch

from mer_core.desk.base import Desk
from mer_core.desk.flip import EXACT, smallest_flip, tried
from mer_core.desk.maps import gate_map, refined, strength_map
from mer_core.desk.setting import (
    SettingUnfit,
    apart,
    areas,
    box_grid,
    corners,
    moved,
    parsed,
    simplex_grid,
    without,
)
from mer_core.types import Prediction
from mer_core.views import to_csv

NAMES = ("joy", "anger", "fear")
PARTS = ("a", "b", "c")


class Drawn(Desk):
    """A desk whose answer is known everywhere: a function of the weights.

    Args:
        logits: Settings -> logits of NAMES.
        gate: The own setting.
        simplex: Mixing weights or strengths.
    """

    def __init__(self, logits, gate=(0.2, 0.3, 0.5), simplex=True, parts=PARTS):
        self.logits, self.asked = logits, 0
        gate = torch.tensor(gate)
        own = Prediction(logits(gate[None]), NAMES)
        super().__init__(parts, "expert" if simplex else "stage", simplex, gate, own)

    def mixed(self, settings):
        self.asked += len(settings)
        return settings

    def after(self, mixed):
        return Prediction(self.logits(mixed), NAMES)


def line(at):
    """Joy while the first weight is below `at`, then anger."""

    def logits(settings):
        a = settings[:, 0]
        return torch.stack([at - a, a - at, torch.full_like(a, -9.0)], dim=1) * 10

    return logits


@pytest.mark.parametrize("steps", [1, 4, 10, 20])
def test_a_grid_covers_the_triangle_evenly(steps):
    grid = simplex_grid(steps)

    assert len(grid) == (steps + 1) * (steps + 2) // 2
    assert len(torch.unique(grid, dim=0)) == len(grid)
    assert torch.allclose(grid.sum(dim=1), torch.ones(len(grid)))
    assert float(areas(steps).sum()) == pytest.approx(1)
    if steps > 3:
        zeros, share = (corners(steps) == 0).sum(dim=1), areas(steps)
        assert torch.allclose(share[zeros == 1], share[zeros == 0][0] / 2)
        assert torch.allclose(share[zeros == 2], share[zeros == 0][0] / 6)


def test_the_box_has_every_combination():
    assert box_grid(4).shape == (625, 4)
    assert (box_grid(4) == 1).all(dim=1).sum() == 1


def test_moved_weight_is_half_of_all_differences_and_strengths_add_up():
    a, b = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.3, 0.3, 0.4])

    assert float(apart(a, b, simplex=True)) == pytest.approx(0.2)
    assert float(apart(a, b, simplex=False)) == pytest.approx(0.4)


def test_moving_one_weight_keeps_the_ratios_of_the_others():
    found = moved(torch.tensor([0.5, 0.3, 0.2]), 0, 0.2)

    assert float(found.sum()) == pytest.approx(1)
    assert float(found[0]) == pytest.approx(0.2)
    assert float(found[1] / found[2]) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("weights", "part", "to", "silent", "wanted"),
    [
        ((1.0, 0.0, 0.0), 0, 0.4, (), (0.4, 0.3, 0.3)),
        ((0.5, 0.5, 0.0), 0, 0.8, (2,), (0.8, 0.2, 0.0)),
        ((1.0, 0.0, 0.0), 0, 0.4, (1, 2), (1.0, 0.0, 0.0)),
        ((0.2, 0.3, 0.5), 1, 7.0, (), (0.0, 1.0, 0.0)),
    ],
)
def test_weights_that_move_always_sum_to_one(weights, part, to, silent, wanted):
    assert moved(torch.tensor(weights), part, to, silent).tolist() == pytest.approx(wanted)


def test_a_silent_expert_leaves_its_weight_to_the_others():
    weights = torch.tensor([0.5, 0.3, 0.2])

    assert without(weights, [0]).tolist() == pytest.approx([0.0, 0.6, 0.4])
    assert without(weights, [0, 1]).tolist() == [0.0, 0.0, 1.0]
    assert without(torch.tensor([1.0, 0.0, 0.0]), [0]).tolist() == [0.0, 0.5, 0.5]
    assert without(weights, []).tolist() == pytest.approx(weights.tolist())
    with pytest.raises(SettingUnfit, match="All parts are silent"):
        without(weights, [0, 1, 2])


def test_typed_weights_are_read_or_refused():
    assert parsed("0.2, 0.3,0.5", PARTS, simplex=True).tolist() == pytest.approx([0.2, 0.3, 0.5])
    assert parsed("1;0.5;2;0", "abcd", simplex=False).tolist() == [1, 0.5, 2, 0]
    for text, simplex, why in (
        ("much", True, "no setting"),
        ("0.2,0.8", True, "takes 3 weights"),
        ("0.9,0.9,0.9", True, "must sum to 1"),
        ("1,2,3", False, "from 0 to 2"),
    ):
        with pytest.raises(SettingUnfit, match=why):
            parsed(text, PARTS, simplex)


def test_a_refined_map_is_the_fine_map_and_asks_only_for_new_points():
    desk = Drawn(line(0.37))
    first = gate_map(desk, "s")
    asked = desk.asked
    told = []
    second = refined(desk, first, lambda done, total: told.append((done, total)))

    assert len(first.settings) == 66
    assert desk.asked - asked == 231 - 66
    assert told[-1] == (165, 165)
    whole = gate_map(Drawn(line(0.37)), "s", 20)
    assert torch.equal(second.settings, whole.settings)
    assert torch.allclose(second.probs, whole.probs, atol=1e-6)


def test_shares_of_a_map_are_areas():
    """Above 0.5125 lies a smaller triangle, of 0.4875 squared."""
    desk = Drawn(line(0.5125))
    found = refined(desk, refined(desk, gate_map(desk, "s")))
    shares = found.shares()

    assert shares["anger"] == pytest.approx(0.4875**2, abs=0.01)
    assert sum(shares.values()) == pytest.approx(1)
    assert "76 % say joy and 24 % say anger" in found.says()
    assert "fear" not in shares


def test_a_map_on_which_nothing_changes_says_so():
    desk = Drawn(line(2.0))

    assert gate_map(desk, "s").says().startswith("All 66 mixtures say joy")


def test_a_map_as_a_table_has_every_point():
    rows = to_csv(gate_map(Drawn(line(0.5)), "s")).splitlines()

    assert rows[0].startswith("# calibrated probability")
    assert rows[1] == "sample,a,b,c,answer,joy,anger,fear"
    assert len(rows) == 2 + 66


def test_a_strength_map_moves_one_strength_at_a_time():
    desk = Drawn(line(1.5), gate=(1.0, 1.0, 1.0), simplex=False)
    found = strength_map(desk, "s")

    assert found.probs.shape == (3, 17, 3)
    assert (found.labels[0] == (found.levels > 1.5)).all()
    assert (found.labels[1:] == 0).all()
    assert "a can turn it to anger" in found.says()
    assert len(list(found.rows())) == 3 * 17


@pytest.mark.parametrize("at", [0.21, 0.437, 0.95])
def test_the_flip_is_where_the_answer_turns(at):
    """From (0.2, 0.3, 0.5) the first weight has to grow to `at`, whoever gives it."""
    desk = Drawn(line(at))
    found = smallest_flip(desk, desk.gate, tried(desk))

    assert found.target == ("joy",)
    assert found.to == "anger"
    assert found.distance == pytest.approx(at - 0.2, abs=EXACT)
    assert desk.answer(found.at).answers == ["anger"]
    assert desk.answer(found.before).answers == ["joy"]
    assert float(desk.apart(found.at, found.before)) <= EXACT
    assert "into anger" in found.says()
    assert "of the weight moved from" in found.says()


def test_nothing_smaller_flips_on_the_way():
    """Two thin bands of anger; the way to the second crosses the first."""

    def bands(settings):
        a = settings[:, 0]
        here = ((a > 0.42) & (a < 0.56)) | (a > 0.9)
        return torch.stack([~here, here, torch.zeros_like(here)], dim=1).float()

    desk = Drawn(bands)
    found = smallest_flip(desk, desk.gate, tried(desk))
    way = torch.linspace(0, 1, 301)[:-3, None] * (found.at - desk.gate) + desk.gate

    assert found.distance == pytest.approx(0.22, abs=2 * EXACT)
    assert (desk.labels(way[desk.apart(way, found.at) > EXACT]) == 0).all()


def test_a_narrow_island_before_the_next_point_of_the_grid_is_met_on_the_way():
    """Only one point of the grid answers otherwise; the way there crosses a nearer island."""

    def islands(settings):
        a = settings[:, 0]
        here = (a > 0.999) | ((a > 0.62) & (a < 0.69))
        return torch.stack([~here, here, torch.zeros_like(here)], dim=1).float()

    desk = Drawn(islands)
    found = smallest_flip(desk, desk.gate, tried(desk))

    assert found.distance == pytest.approx(0.42, abs=2 * EXACT)


def test_no_point_of_the_grid_that_is_nearer_flips():
    torch.manual_seed(0)
    mix = torch.randn(3, 3) * 3
    desk = Drawn(lambda s: s @ mix)
    known = tried(desk)
    found = smallest_flip(desk, desk.gate, known)
    nearer = desk.apart(desk.gate, known.settings) < found.distance

    assert found.at is not None
    assert nearer.any()
    assert (known.labels[nearer] == known.labels.new_tensor(NAMES.index(found.target[0]))).all()


def test_where_nothing_flips_the_sentence_says_how_much_was_tried():
    desk = Drawn(line(2.0))
    found = smallest_flip(desk, desk.gate, tried(desk))

    assert found.at is None
    assert found.distance == float("inf")
    assert "all 66 mixtures of the grid say joy" in found.says()


def test_a_flip_of_strengths_names_the_strength():
    desk = Drawn(line(1.3), gate=(1.0, 1.0, 1.0), simplex=False)
    found = smallest_flip(desk, desk.gate, tried(desk))

    assert found.distance == pytest.approx(0.3, abs=EXACT)
    assert "a from 1.00 to 1.30" in found.says()
