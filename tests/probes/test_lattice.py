"""The lattice of modalities: its terms are known for made-up games, and sum exactly for models."""

import csv
import io
import itertools

import pytest
import torch

from mer_core.errors import UnknownName
from mer_core.models import MODELS
from mer_core.probes.lattice import (
    CONFLICT,
    KINDS,
    SHARED,
    UNIQUE,
    Lattice,
    SplitsByModality,
    contested,
    dividends,
)
from mer_core.probes.silence import every_subset
from mer_core.types import Modality
from mer_core.views import figure, to_csv

TEXT, AUDIO, VISION = Modality
EXACT = 1e-9


def played(worth, modalities=(TEXT, AUDIO, VISION)):
    """Lattice of a made-up model: `worth` maps the set of heard modalities to the score of yes."""
    heard = every_subset(modalities)
    sets = [{m for m, on in zip(modalities, row, strict=True) if on} for row in heard.tolist()]
    scores = torch.tensor([float(worth(one)) for one in sets], dtype=torch.float64)
    return Lattice(
        ids=("made up",),
        target=("yes",),
        modalities=modalities,
        heard=heard,
        logits=torch.stack([scores, -scores], dim=-1)[:, None] + 7.0,
        names=("yes", "no"),
        temperature=1.0,
        absent=torch.zeros(len(modalities), 1, dtype=torch.bool),
    )


def told(found):
    """(kind, who) -> value, of the terms that are not 0."""
    terms = {(t.kind, "+".join(t.modalities)): t.value for t in found.terms()}
    return {
        key: pytest.approx(value, abs=EXACT) for key, value in terms.items() if abs(value) > EXACT
    }


@pytest.fixture(scope="module", params=MODELS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def found(name, untrained, batch_of):
    return SplitsByModality().run(untrained(name), batch_of(name))


def test_baseline_and_terms_sum_to_the_score_of_every_emotion(found):
    """To 1e-9, and the terms are not nothing."""
    for emotion in found.names:
        lattice = found.of(emotion)
        for sample in range(len(lattice.ids)):
            start, end = lattice.ends(sample)
            values = [term.value for term in lattice.terms(sample)]
            assert abs(lattice.gap(sample)) < EXACT
            assert start + sum(values) == pytest.approx(end, abs=EXACT)
            assert sum(abs(value) for value in values) > 1e-6


def test_with_everything_heard_the_score_is_the_models_own(found, name, untrained, batch_of):
    with torch.no_grad():
        prediction = untrained(name)(batch_of(name))
    logits = prediction.logits - prediction.logits.mean(dim=-1, keepdim=True)

    assert list(found.target) == prediction.answers
    for sample in range(len(found.ids)):
        own = float(logits[sample].max())
        assert found.ends(sample)[1] == pytest.approx(own, abs=1e-4)
        torch.testing.assert_close(
            found.probs[0, sample].float(), prediction.probs[sample], atol=1e-4, rtol=1e-3
        )


def test_each_unique_term_is_what_the_modality_says_alone(found, name, untrained, batch_of):
    model, batch = untrained(name), batch_of(name)
    for i, m in enumerate(found.modalities):
        with torch.no_grad():
            alone = model(batch.silence(*(o for o in found.modalities if o != m))).logits
        for sample, emotion in enumerate(found.target):
            own = alone[sample, found.names.index(emotion)] - alone[sample].mean()
            step = float(own) - found.ends(sample)[0]
            assert float(found.unique[i, sample]) == pytest.approx(step, abs=1e-4)


def test_the_number_of_terms_follows_the_number_of_modalities(found):
    """Two modalities: 2 unique ones and one interaction in two parts; three: 3, and 4 in two."""
    kinds = [term.kind for term in found.terms()]
    interactions = {2: 1, 3: 4}[len(found.modalities)]

    assert (
        kinds
        == [UNIQUE] * len(found.modalities) + [SHARED] * interactions + [CONFLICT] * interactions
    )
    assert set(kinds) == set(KINDS)


def test_what_is_absent_says_nothing_and_fights_with_nobody(name, untrained, batch_of):
    model, gone = untrained(name), untrained(name).modalities[-1]
    found = SplitsByModality().run(model, batch_of(name).silence(gone))
    of_gone = [t.value for t in found.terms() if gone in t.modalities]
    others = [t.value for t in found.terms() if gone not in t.modalities]

    assert max(map(abs, of_gone)) < 1e-4
    assert max(map(abs, others)) > 1e-4
    assert found.lacks(0) == (gone,)


def test_an_additive_game_has_unique_terms_only():
    """Even where they pull apart: the model merely adds, so nothing is in conflict."""
    found = played(lambda heard: 0.5 + 2 * (TEXT in heard) - 3 * (AUDIO in heard))

    assert told(found) == {(UNIQUE, "text"): 2, (UNIQUE, "audio"): -3}
    assert float(found.tension[0]) == pytest.approx(0, abs=EXACT)


def test_what_two_say_alike_is_taken_back_as_shared():
    """Each alone brings all of it, both together no more than one: said twice."""
    found = played(lambda heard: 2.0 * bool(heard & {TEXT, AUDIO}))

    assert told(found) == {(UNIQUE, "text"): 2, (UNIQUE, "audio"): 2, (SHARED, "text+audio"): -2}
    assert next(t.along for t in found.terms() if t.kind == SHARED) is False


def test_what_takes_two_is_shared_and_goes_along():
    """A little alone, much together: they strengthen each other."""
    found = played(lambda heard: {0: 0, 1: 1, 2: 5}[len(heard & {TEXT, VISION})])

    assert told(found)[(SHARED, "text+vision")] == 3
    assert not any(kind == CONFLICT for kind, _ in told(found))
    assert all(t.along for t in found.terms() if t.kind == SHARED and t.value > EXACT)


def test_who_wins_against_an_equal_wins_by_conflict():
    """Text says yes as strongly as the voice says no, and together they say yes."""
    sides = {frozenset({TEXT}): 2, frozenset({AUDIO}): -2, frozenset({TEXT, AUDIO}): 2}
    found = played(lambda heard: sides.get(frozenset(heard - {VISION}), 0))

    assert told(found) == {
        (UNIQUE, "text"): 2,
        (UNIQUE, "audio"): -2,
        (CONFLICT, "text+audio"): 2,
    }
    assert float(found.tension[0]) == pytest.approx(2)


def test_an_uneven_fight_is_contested_by_what_stands_against_each_other():
    """3 for and 1 against: of 4 said, 1 and 1 cancel, so half of the interaction is conflict."""
    found = played(
        lambda heard: 3 * (TEXT in heard) - (AUDIO in heard) + ({TEXT, AUDIO} <= heard) * 1.0
    )

    assert told(found)[(CONFLICT, "text+audio")] == 0.5
    assert told(found)[(SHARED, "text+audio")] == 0.5


def test_two_against_one_leave_a_part_of_the_threefold_term_to_each():
    """2 + 2 for, 1 against: 2 x 1 of 5 are contested."""
    signs = {TEXT: 2, AUDIO: 2, VISION: -1}
    found = played(lambda heard: sum(signs[m] for m in heard) + 10.0 * (len(heard) == 3))

    assert told(found)[(CONFLICT, "text+audio+vision")] == 4
    assert told(found)[(SHARED, "text+audio+vision")] == 6


def test_nothing_jumps_where_a_modality_says_next_to_nothing():
    """A hair for or a hair against: the label of the interaction hardly changes."""

    def conflict(hair):
        return float(
            played(
                lambda heard: (
                    2 * (TEXT in heard) + hair * (AUDIO in heard) - ({TEXT, AUDIO} <= heard) * 1.0
                )
            ).tension[0]
        )

    assert conflict(1e-6) == conflict(0.0) == 0
    assert 0 < conflict(-1e-6) < 1e-5
    assert conflict(-2.0) == pytest.approx(1)


def test_contested_shares_stay_between_none_and_all():
    alone = torch.randn(3, 200, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    share = contested(alone, every_subset((TEXT, AUDIO, VISION)))

    assert share.min() == 0
    assert 0.99 < share.max() <= 1
    assert share[[3, 5, 6, 7]].abs().max() == 0  # one alone, or nobody, contradicts nobody
    torch.testing.assert_close(share, contested(-alone, every_subset((TEXT, AUDIO, VISION))))


def test_dividends_of_all_subsets_of_a_set_sum_to_its_worth():
    heard = every_subset((TEXT, AUDIO, VISION))
    worth = torch.randn(8, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    parts = dividends(worth)
    for case in range(8):
        inside = [s for s in range(8) if bool((heard[s] <= heard[case]).all())]
        torch.testing.assert_close(parts[inside].sum(dim=0), worth[case], atol=EXACT, rtol=0)


def test_the_order_of_modalities_does_not_matter():
    def worth(heard):
        return len(heard) ** 2 - 3.5 * (TEXT in heard) + 2 * ({AUDIO, VISION} <= heard)

    first = {(k, frozenset(w.split("+"))): v for (k, w), v in told(played(worth)).items()}
    for order in itertools.permutations((TEXT, AUDIO, VISION)):
        other = told(played(worth, order))
        assert first == {(k, frozenset(w.split("+"))): v.expected for (k, w), v in other.items()}


def test_a_common_offset_of_all_logits_is_no_term():
    """`played` adds 7 to every logit; the score in silence is still what was played."""
    assert played(lambda heard: 0.25).ends() == (0.25, 0.25)


def test_the_batch_of_the_lattice_is_one_forward(name, untrained, batch_of, forwards):
    model, batch = untrained(name), batch_of(name)
    sizes = forwards(model)
    SplitsByModality().run(model, batch)

    assert sizes == [2 ** len(model.modalities) * len(batch)]


def test_the_sentence_is_made_from_the_numbers():
    sides = {frozenset({TEXT}): 2, frozenset({AUDIO}): -2, frozenset({TEXT, AUDIO}): 2}
    found = played(lambda heard: sides.get(frozenset(heard - {VISION}), 0))

    assert found.says() == (
        "The score of yes goes from 0.00 in silence to 2.00. Each heard alone adds: text +2.00, "
        "audio −2.00 and vision +0.00 (unique). Together, what goes the same way adds +0.00 "  # noqa: RUF001
        "(shared) and what stands against each other +2.00 (conflict)."
    )
    assert found.in_terms().says() == (
        "0.00 (silence) + 0.00 (unique) + 0.00 (shared) + 2.00 (conflict) = 2.00, the score of "
        "yes. The largest term is text with +2.00."
    )
    assert "(left over: 0e+00)" in found.caption()


def test_an_unknown_emotion_is_refused():
    with pytest.raises(UnknownName, match="no name 'maybe'"):
        played(lambda heard: 1.0).of("maybe")


def test_the_table_holds_every_term_and_every_answer(found):
    table = to_csv(found).split("\n", 1)[1]
    rows = [r for r in csv.DictReader(io.StringIO(table)) if r["sample"] == found.ids[0]]
    by_kind = {kind: [float(r["logit"]) for r in rows if r["kind"] == kind] for kind in KINDS}
    heard = {r["of"]: float(r["logit"]) for r in rows if r["kind"] == "heard"}
    start = next(float(r["logit"]) for r in rows if r["kind"] == "baseline")

    assert len(heard) == 2 ** len(found.modalities)
    assert start == pytest.approx(heard["none"])
    whole = heard["+".join(found.modalities)]
    assert start + sum(sum(v) for v in by_kind.values()) == pytest.approx(whole, abs=EXACT)


def test_the_diagram_has_a_box_for_every_set_and_a_line_for_every_addition(found):
    drawing = figure(found)
    n = len(found.modalities)
    lines = [t for t in drawing.data if t.mode == "lines"]

    assert len(lines) == n * 2 ** (n - 1)
    assert len(drawing.layout.annotations) == 2**n + 1  # and the caption
    assert sum("silence" in a.text for a in drawing.layout.annotations[:-1]) == 1


def test_lines_are_dashed_where_the_score_falls():
    found = played(lambda heard: 2 * (TEXT in heard) - 1 * (AUDIO in heard))
    dashes = {t.customdata[0]: t.line.dash for t in figure(found).data if t.mode == "lines"}

    assert dashes["adding text: +2.00"] == "solid"
    assert dashes["adding audio: −1.00"] == "dash"  # noqa: RUF001


def test_the_waterfall_ends_at_the_score(found):
    drawing = figure(found.in_terms())
    bars = [t for t in drawing.data if t.type == "bar"]
    start, end = found.ends()
    last = bars[-1]

    assert len(bars) == len(found.terms())
    assert bars[0].base[0] == pytest.approx(start)
    assert last.base[0] + last.x[0] == pytest.approx(end, abs=EXACT)
    assert {b.marker.pattern.shape for b in bars} == {None, "/", "x"}
