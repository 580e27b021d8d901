"""Disagreement in bits, and each modality alone."""

import pytest
import torch

from mer_core.models import MODELS
from mer_core.probes.incongruity import Incongruity, disagreement
from mer_core.types import Modality


def test_equal_answers_do_not_disagree():
    answer = torch.tensor([[0.7, 0.2, 0.1]])

    torch.testing.assert_close(disagreement(torch.stack([answer] * 3)), torch.zeros(1))


@pytest.mark.parametrize("modalities", [2, 3])
def test_certain_and_different_answers_reach_the_bound(modalities):
    answers = torch.eye(3)[:modalities, None]

    torch.testing.assert_close(disagreement(answers), torch.tensor([float(modalities)]).log2())


def test_order_of_modalities_does_not_matter():
    answers = torch.rand(3, 4, 7).softmax(-1)

    torch.testing.assert_close(disagreement(answers), disagreement(answers.flip(0)))


def test_what_is_absent_has_no_say():
    """The third modality is certain of something else, and is not there."""
    answers = torch.eye(3)[[0, 0, 1], None]
    present = torch.tensor([[True], [True], [False]])

    torch.testing.assert_close(disagreement(answers, present), torch.zeros(1))
    assert disagreement(answers) > 0.5


def test_one_who_is_alone_cannot_disagree():
    present = torch.tensor([[True], [False]])

    assert disagreement(torch.eye(2)[:, None], present).isnan().all()


def test_one_modality_is_refused():
    with pytest.raises(ValueError, match="two modalities or more, got 1"):
        disagreement(torch.ones(1, 1, 1))


def test_logits_are_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        disagreement(torch.zeros(2, 1, 3))


def test_wrong_rank_is_refused_before_any_arithmetic():
    """The annotation is the check: jaxtyping and beartype enforce it under pytest."""
    with pytest.raises(Exception, match="modality batch emotion"):
        disagreement(torch.ones(3, 4))


@pytest.mark.parametrize("name", MODELS)
def test_alone_is_the_answer_with_the_rest_silent(name, untrained, batch_of):
    model, batch = untrained(name), batch_of(name)
    found = Incongruity().run(model, batch)
    for i, m in enumerate(model.modalities):
        with torch.no_grad():
            alone = model(batch.silence(*(o for o in model.modalities if o != m))).probs
        torch.testing.assert_close(found.alone[i], alone, atol=1e-4, rtol=1e-4)

    assert (found.bits > 0).all()


def test_a_sample_with_one_modality_is_told_so(untrained, batch_of):
    quiet = batch_of("hct_dmg").silence(Modality.AUDIO, Modality.VISION)
    found = Incongruity().run(untrained("hct_dmg"), quiet)

    assert found.says() == "Only text is here, so there is nothing to disagree with."
