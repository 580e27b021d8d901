"""Gates: what one vector for all inputs is, and what varies by sample."""

import pytest
import torch

from mer_core.probes.gates import EXPERT_NAMES, ExpertGateReader, Gate, ModalityGateReader


def test_the_gate_of_hct_dmg_is_one_vector_and_says_so(recorded):
    found = ModalityGateReader().read(recorded("hct_dmg"))

    assert found.fixed
    assert (found.weights == found.weights[0]).all()
    assert "ONE vector for all inputs" in found.says()
    assert "One vector for all inputs" in found.caption()


def test_the_gate_of_egmf_has_two_stages_for_each_sample(recorded):
    found = ExpertGateReader().read(recorded("egmf"))
    weights = torch.stack([found.weights, found.before])

    assert not found.fixed
    assert weights.shape == (2, len(found.ids), len(EXPERT_NAMES))
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, len(found.ids)))


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (None, "The b counts most, with 70 %."),
        ([0.2, 0.7, 0.1], "the second stage leaves the first as it was"),
        ([0.3, 0.3, 0.4], "the second stage raises the b from 30 % to 70 %"),
        ([0.65, 0.3, 0.05], "the second stage lowers the a from 65 % to 20 %"),
    ],
)
def test_the_sentence_says_what_the_second_stage_did(before, said):
    gate = Gate(
        ids=("x",),
        target=(),
        weights=torch.tensor([[0.2, 0.7, 0.1]]),
        names=("a", "b", "c"),
        of="expert",
        before=None if before is None else torch.tensor([before]),
    )

    assert said in gate.says()
