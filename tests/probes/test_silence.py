"""Every subset of modalities, in one batch."""

import pytest
import torch

from mer_core.models import MODELS
from mer_core.probes.silence import Shares, Sharing, Silencing, every_subset
from mer_core.types import Modality

TEXT, AUDIO, VISION = Modality


@pytest.fixture(params=MODELS)
def name(request):
    return request.param


@pytest.fixture
def found(name, untrained, batch_of):
    return Silencing().run(untrained(name), batch_of(name))


def test_subsets_are_all_and_begin_with_all():
    heard = every_subset([TEXT, AUDIO, VISION])

    assert heard[0].all()
    assert not heard[-1].any()
    assert len({tuple(row) for row in heard.tolist()}) == len(heard) == 8


def test_silencing_nothing_is_the_unedited_answer(found, name, untrained, batch_of):
    with torch.no_grad():
        plain = untrained(name)(batch_of(name)).probs

    torch.testing.assert_close(found.probs[0], plain, atol=1e-5, rtol=1e-5)


def test_each_case_is_what_its_own_forward_would_say(found, name, untrained, batch_of):
    model, batch = untrained(name), batch_of(name)
    for case, heard in enumerate(found.heard.tolist()):
        silent = [m for m, on in zip(found.modalities, heard, strict=True) if not on]
        with torch.no_grad():
            alone = model(batch.silence(*silent)).probs
        torch.testing.assert_close(found.probs[case], alone, atol=1e-4, rtol=1e-4)


def test_silence_moves_the_answer(found):
    assert (found.lost.abs().amax(dim=1) > 1e-6).all()
    assert (found.probs.sum(dim=-1) - 1).abs().max() < 1e-5


def test_with_nothing_heard_samples_are_alike(found):
    """Nothing of a sample can reach the answer when all of it is silent."""
    assert (found.probs[-1] - found.probs[-1, :1]).abs().max() < 1e-4
    assert (found.probs[0] - found.probs[0, :1]).abs().max() > 1e-4


def test_what_is_absent_already_loses_nothing(name, untrained, batch_of):
    model, gone = untrained(name), untrained(name).modalities[-1]
    found = Sharing().run(model, batch_of(name).silence(gone))

    assert found.absent[-1].all()
    assert not found.absent[0].any()
    assert found.lost[-1].abs().max() < 1e-5
    assert found.shapley[-1].abs().max() < 1e-5


def test_shares_sum_to_the_whole_way(name, untrained, batch_of):
    found = Sharing().run(untrained(name), batch_of(name))
    way = found.told[0] - found.told[-1]

    torch.testing.assert_close(found.shapley.sum(dim=0), way, atol=1e-5, rtol=1e-4)


def game(worth):
    """Shares of a made-up model: `worth` maps the set of heard modalities to a probability."""
    modalities = (TEXT, AUDIO, VISION)
    heard = every_subset(modalities)
    told = [worth({m for m, on in zip(modalities, h, strict=True) if on}) for h in heard.tolist()]
    probs = torch.tensor([[[p, 1 - p]] for p in told])
    absent = torch.zeros(3, 1, dtype=torch.bool)
    return Shares(
        ids=("made up",),
        target=("yes",),
        modalities=modalities,
        heard=heard,
        probs=probs,
        names=("yes", "no"),
        absent=absent,
    )


def test_an_additive_game_is_shared_as_it_is_played():
    found = game(lambda heard: 0.1 + 0.3 * (TEXT in heard) + 0.2 * (AUDIO in heard))

    torch.testing.assert_close(found.shapley[:, 0], torch.tensor([0.3, 0.2, 0.0]))


def test_what_takes_two_is_shared_between_the_two():
    """Silencing either loses all of it, so the losses sum to twice the way; the shares do not."""
    found = game(lambda heard: 0.2 + 0.6 * ({TEXT, AUDIO} <= heard))

    torch.testing.assert_close(found.shapley[:, 0], torch.tensor([0.3, 0.3, 0.0]))
    torch.testing.assert_close(found.lost[:, 0], torch.tensor([0.6, 0.6, 0.0]))


def test_the_sentence_is_made_from_the_numbers():
    found = game(lambda heard: 0.1 + 0.3 * (TEXT in heard) - 0.05 * (VISION in heard))

    assert found.says() == (
        "From silence to everything heard, yes goes from 10 % to 35 %: "
        "text +30 points, audio +0.0 points and vision −5 points."  # noqa: RUF001
    )
