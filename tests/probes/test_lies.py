"""A product of experts over what each modality says alone: who contradicts the others?"""

from dataclasses import replace

import pytest
import torch

from mer_core.errors import DataMissing
from mer_core.probes.lies import Weighing, WhoLies, fit_weighing, log_odds, posterior
from mer_core.types import Modality
from mer_core.views import figure

CERTAIN = 6.0


def said(*answers, emotions=4):
    """Log probabilities of three modalities that are fairly sure of one emotion each."""
    logits = torch.zeros(3, 1, emotions)
    for m, answer in enumerate(answers):
        logits[m, 0, answer] = CERTAIN
    return logits.log_softmax(-1)


def test_agreement_speaks_for_nobody():
    probs = posterior(said(1, 1, 1), Weighing())

    assert probs.sum() == pytest.approx(1)
    assert int(probs.argmax()) == 0


@pytest.mark.parametrize("liar", range(3))
def test_who_contradicts_two_that_agree_is_suspected(liar):
    answers = [1, 1, 1]
    answers[liar] = 2
    probs = posterior(said(*answers), Weighing())

    assert int(probs.argmax()) == 1 + liar
    assert probs[0, 1 + liar] > 0.9


def test_the_odds_are_those_of_the_sums_written_out():
    """By hand: S is the sum over e of the product, S_m replaces L_m by the mean of the others."""
    logits = torch.randn(3, 2, 5, generator=torch.Generator().manual_seed(1))
    found = log_odds(logits, torch.ones(3), torch.tensor(0.0))
    says = logits.softmax(-1)
    for b in range(2):
        whole = sum(float(says[:, b, e].prod()) for e in range(5))
        for m in range(3):
            lied = 0.0
            for e in range(5):
                others = [float(says[k, b, e]) for k in range(3) if k != m]
                elsewhere = sum(float(says[m, b, x]) for x in range(5) if x != e) / 4
                lied += others[0] * others[1] * elsewhere
            assert float(found[b, m]) == pytest.approx(float(torch.tensor(lied / whole).log()))


def test_the_fit_finds_who_is_unreliable():
    """The third modality is noise: after the fit it counts for less than the others."""
    generator = torch.Generator().manual_seed(0)
    n, truth = 600, torch.randint(0, 4, (600,), generator=generator)
    liar = torch.randint(0, 8, (n,), generator=generator).clamp(max=3)  # mostly nobody
    kind = torch.where(liar == 3, 0, liar + 1)
    logits = torch.zeros(3, n, 4)
    for m in range(3):
        shown = torch.where(kind == m + 1, (truth + 1) % 4, truth)
        logits[m, torch.arange(n), shown] = 3.0
    logits[2] = torch.randn(n, 4, generator=generator) * 3
    found = fit_weighing(logits.log_softmax(-1), kind, "w", "valid")

    assert found.sharpness[2] < 0.5 * min(found.sharpness[:2])
    assert (found.weights, found.split, found.n) == ("w", "valid", n)


def test_it_is_kept_and_a_damaged_file_says_what_to_do(tmp_path):
    how = Weighing((1.0, 2.0, 3.0), (0.1, 0.2, 0.3), 0.01, "abc", "valid", 9)
    path = tmp_path / "hct_dmg" / "lies.json"
    how.save(path)

    assert Weighing.load(path) == how
    for words in ("{", "[]", '{"format": 99}'):
        path.write_text(words)
        with pytest.raises(DataMissing, match="mer grade hct_dmg --save"):
            Weighing.load(path)


def test_with_a_silent_modality_nobody_is_accused(untrained, batch_of):
    found = WhoLies().run(untrained("hct_dmg"), batch_of("hct_dmg").silence(Modality.AUDIO))

    assert (
        found.says() == "A modality is silent here, so nobody can be compared with all the others."
    )


def test_the_figure_shows_the_probabilities_and_who_says_what(untrained, batch_of):
    found = WhoLies().run(untrained("hct_dmg"), batch_of("hct_dmg"))
    bars = figure(found, 1).data[0]

    assert list(bars.x) == pytest.approx(found.probs[1].tolist())
    assert "says" in bars.text[1]
    assert "Not calibrated" in found.caption(0)
    calm = replace(found, how=Weighing(weights="x", n=1000, split="valid"))
    assert "Calibrated on 1,000 puppets" in calm.caption(0)
