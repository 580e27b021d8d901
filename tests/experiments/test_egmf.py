"""EGMF's own experiments: measures by hand, results, the shipped weights asked."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mer_core.errors import BadInput
from mer_core.experiments import EXPERIMENTS
from mer_core.experiments.base import ACCURACY, Ask, load_result, save_result
from mer_core.experiments.egmf import (
    bench,
    experts,
    gating,
    language,
    lora,
    modalities,
    pseudo,
    redundancy,
    tasks,
)
from mer_core.experiments.egmf.bench import Inside
from mer_core.experiments.egmf.scores import (
    MAE,
    SHIPPED,
    TRAINED,
    Said,
    apart,
    scored,
    sure,
    told_of_cases,
)
from mer_core.experiments.egmf.short import Bench as ShortBench
from mer_core.experiments.egmf.short import Ended
from mer_core.models.egmf import EGMFConfig
from mer_core.task import EMOTIONS
from mer_core.trace import capture

N = 20
TABLE = EXPERIMENTS["egmf"]
MIXED = {
    "modalities": modalities, "experts": experts, "tasks": tasks, "pseudo": pseudo,
    "redundancy": redundancy, "gating": gating,
}  # fmt: skip
TRAINING = {"lora": lora, "language": language}


def quiet(*_):
    """A progress that tells nobody."""


# What is measured


def said(right, error):
    return Said(np.array(right, float), np.array(error, float))


def test_a_case_notes_how_far_it_lies_from_its_base_sample_by_sample():
    base = said([[1, 1, 1, 0]], [[0.5, 0.5, 0.5, 0.5]])
    rows = scored("none", said([[1, 0, 1, 0]], [[0.5, 1.5, 0.5, 0.5]]), base, note="a note")

    assert [r.value for r in rows] == [0.5, 0.75]
    assert rows[0].note.startswith("-25.0 points (-75.0 to +0.0: may be none)")
    assert rows[1].note.startswith("+0.250 (+0.000 to ")
    assert rows[0].note.endswith("; a note")
    assert not rows[0].reference
    assert all(r.reference for r in scored("all", base))


def test_the_interval_of_a_difference_is_that_of_the_pairs():
    """Two cases that move together lie exactly apart, however much each varies."""
    scores = np.random.default_rng(0).random((3, 50))

    assert apart(MAE, scores + 0.25, scores) == "+0.250 (+0.250 to +0.250; sd over seeds 0.000)"


def test_what_was_not_asked_has_no_row():
    rows = scored("class alone", said([[1, 0]], np.zeros((1, 0))))

    assert [r.measure for r in rows] == [ACCURACY]


def test_the_sentence_tells_every_case_once():
    base = said([[1, 1]], [[1, 1]])
    rows = [*scored("all", base), *scored("none", said([[0, 0]], [[2, 2]]), base)]

    maybe = scored("less", said([[1, 0]], [[1, 1]]), base)
    assert told_of_cases([*rows, *maybe]) == (
        "all: 100.0 % right, 1.000 off; none: -100.0 points, +1.000 off; "
        "less: -50.0 points (may be none), +0.000 off (may be none)."
    )


def test_a_difference_that_is_no_greater_than_the_seeds_differ_may_be_none():
    """Every sample agrees within a seed; the seeds do not."""
    base = np.zeros((2, 8))
    apart_by_seed = np.stack([np.full(8, 0.6), np.full(8, 0.0)])

    assert apart(MAE, apart_by_seed, base) == (
        "+0.300 (+0.300 to +0.300; sd over seeds 0.424: may be none)"
    )
    rows = scored("none", Said(apart_by_seed, apart_by_seed), Said(base, base))
    assert not any(sure(row) for row in rows)
    assert sure(scored("all", Said(base + 1, base), Said(base, base))[0])


def test_the_emotion_explains_what_lies_between_emotions():
    groups = np.array([0, 0, 1, 1])

    assert tasks.explained(np.array([1.0, 1, 3, 3]), groups) == 1
    assert tasks.explained(np.array([1.0, 3, 1, 3]), groups) == 0
    assert tasks.explained(np.ones(4), groups) == 0
    assert tasks.explained(np.array([0.0, 2, 2, 4]), groups) == pytest.approx(0.5)


def test_alpha_by_emotion_is_the_mean_of_its_samples():
    target = torch.tensor([0, 0, 3, 3])
    alpha = np.array([[[0.2, 0.3, 0.5]] * 2 + [[0.6, 0.2, 0.2]] * 2])
    rows = tasks.by_emotion(alpha, target)
    found = {(r.case, r.group): r for r in rows if r.measure == tasks.WEIGHT}
    named = "fine-grained expert, by emotion"

    assert found["anger", named].value == pytest.approx(0.2)
    assert found["happiness", named].value == pytest.approx(0.6)
    assert found[tasks.ALL, named].value == pytest.approx(0.4)
    assert found[tasks.ALL, named].reference
    assert found["anger", named].n == 2
    assert {r.case for r in rows if r.measure == tasks.WEIGHT} == {tasks.ALL, "anger", "happiness"}
    assert all(r.value == pytest.approx(1) for r in rows if r.measure == tasks.BETWEEN)
    even = next(r for r in rows if (r.case, r.measure) == ("happiness", tasks.EVEN))
    assert even.value == pytest.approx(0.950 / np.log(3), abs=1e-3)


def test_nobody_is_its_own_partner_and_everybody_is_one():
    found = pseudo.partners(37)

    assert sorted(found.tolist()) == list(range(37))
    assert not (found == torch.arange(37)).any()
    assert torch.equal(found, pseudo.partners(37))
    assert pseudo.partners(1).tolist() == [0]


# Results of made-up runs


def made_up(run):
    """What a short run might come to, without training: it depends on what is changed."""
    c = run.config
    fewer = 2 * (len(run.plan.keep) + len(run.without)) + (c.rank == 0) + (c.layers or 0) % 3
    fewer += 3 * (c.gating != "hierarchical") + 4 * (run.language is not None)
    right = np.ones(N)
    right[: min(fewer + run.seed, N)] = 0
    skew = 0.2 if not c.limits else 0.0
    alpha = np.tile([1 / 3 + skew / 2, 1 / 3 - skew, 1 / 3 + skew / 2], (N, 1))
    error = np.full(N, 0.1 * (1 + fewer))
    none = np.zeros(0)
    return Ended(
        right if c.emotions else none, error if c.limits else none,
        np.zeros(N) if c.emotions else none, alpha, 1000 + c.rank,
    )  # fmt: skip


class MadeUp(bench.Bench):
    """A bench of shipped weights whose answers are worse the more is changed."""

    found: Inside

    def __init__(self):
        draw = torch.Generator().manual_seed(0)
        sentiment, target = torch.linspace(-3, 3, N), torch.arange(N) % len(EMOTIONS)
        batch = SimpleNamespace(sentiment=sentiment, target=target)
        same = torch.randn(N, 1, 8, generator=draw)
        heard = torch.cat([same, 2 * same, torch.randn(N, 1, 8, generator=draw)], 1)
        alpha = torch.rand(N, 3, generator=draw).softmax(-1)
        for name, value in {
            "split": "valid",
            "progress": quiet,
            "models": dict.fromkeys((0, 1), SimpleNamespace(config=EGMFConfig.demo())),
            "weights": {0: "a", 1: "b"},
            "table": SimpleNamespace(batch=batch),
            "found": Inside(heard, alpha, alpha, torch.randn(N, 4, 8, generator=draw)),
        }.items():
            object.__setattr__(self, name, value)

    def __len__(self):
        return N

    def ask(self, what, keep=(), edits=None):
        right = np.ones((2, N))
        right[:, : 4 * bool(edits) + 5 * (3 - len(keep) if keep else 0)] = 0
        return Said(right, 1.5 - right)

    def inside(self, seed, keep=()):
        return self.found


@pytest.fixture
def play(monkeypatch):
    """Experiments on made-up weights and runs."""
    monkeypatch.setattr(ShortBench, "__init__", opened)
    monkeypatch.setattr(ShortBench, "__len__", lambda self: N)
    monkeypatch.setattr(ShortBench, "run", lambda self, run, what="": made_up(run))
    for module in MIXED.values():
        monkeypatch.setattr(module, "open_bench", lambda ask, progress: MadeUp())


def opened(self, ask, progress):
    self.split, self.seeds, self.progress = ask.split, ask.seeds or (0, 1, 2), progress


@pytest.mark.parametrize("name", TABLE)
def test_a_result_says_what_the_runs_say(play, tmp_path, name):
    """Rows with n and seeds, sentences, what was found on what, saved and read again."""
    found = TABLE[name].run(Ask("valid", N), quiet)

    assert found.model == "egmf"
    assert found.experiment == name
    assert all(found.of(measure) for measure in found.measures)
    assert set(found.measures) == {r.measure for r in found.rows}
    assert {r.n for r in found.rows} <= set(range(1, N + 1))
    assert {r.seeds for r in found.rows} <= {2, 3}
    assert found.data["demo"]
    assert found.manifest["world"]
    assert all(found.found)
    assert all(found.notes)
    if name in TRAINING or name != "redundancy":
        assert any("Short runs, comparable with each other only" in n for n in found.notes)
    assert load_result(save_result(found, tmp_path / "it.json")).plain() == found.plain()


@pytest.mark.parametrize("name", MIXED)
def test_in_haste_trained_weights_alone_are_asked(play, monkeypatch, name):
    """What a page runs while somebody waits trains nothing and still tells."""
    monkeypatch.setattr(ShortBench, "run", lambda *_: pytest.fail("trained"))
    found = TABLE[name].run(Ask("valid", N, quick=True), quiet)

    assert TABLE[name].live
    assert found.found
    assert all(found.of(measure) for measure in found.measures)
    assert found.seeds == (0, 1)
    assert "short runs" not in found.manifest


def test_what_only_training_can_tell_is_not_run_while_somebody_waits():
    assert not any(TABLE[name].live for name in TRAINING)


def test_verdicts_follow_the_rows(play):
    """Each from what was made up: text counts less than both others, LoRA helps, gates do."""
    told = {name: " ".join(TABLE[name].run(Ask("valid", N), quiet).found) for name in TABLE}

    assert (
        "text counts less than audio and video together, unlike in the paper" in told["modalities"]
    )
    assert "LoRA adds +5.0 points, which may be chance" in told["lora"]
    assert told["gating"].count("The gate in two stages is right more often") == 2
    assert "Beyond chance, most is lost with" in told["experts"]
    assert "they are heard" in told["pseudo"]
    assert "This is what the paper says of classification and regression" in told["tasks"]
    assert "redundant by the digest's 0.9: fine-grained and semantic" in told["redundancy"]
    assert "are right instead of" in told["pseudo"]
    assert "over the best language model that learned nothing before" in told["language"]


def test_an_expert_pair_that_says_the_same_is_alike_in_every_measure(play):
    found = redundancy.run(Ask("valid", N), quiet)
    same = "fine-grained and semantic"

    assert found.row(same, redundancy.COSINE).value == pytest.approx(1, abs=1e-5)
    assert found.row(same, redundancy.CKA).value == pytest.approx(1, abs=1e-5)
    assert "unrelated outputs stay below 0." in found.row(same, redundancy.CKA).note
    assert found.row(same, redundancy.OVER).value == 1
    assert found.row("semantic and global", redundancy.OVER).value < 0.2


# The shipped weights


@pytest.fixture(scope="module")
def few():
    """How much is asked of the shipped weights here."""
    from mer_core.checkpoints import read_card

    return Ask("valid", 12, (int(read_card("egmf")["training"]["seed"]),), quick=True)


@pytest.fixture(scope="module")
def shipped(few):
    return bench.open_bench(few, quiet)


def test_answers_come_in_the_order_of_the_split(shipped):
    """The same as asking about one utterance after the other."""
    (seed, model), batch = next(iter(shipped.models.items())), shipped.table.batch
    base = shipped.ask("all")
    right, error = [], []
    for i in range(3):
        one = batch.select(torch.tensor([i]))
        one = type(one)(
            {m: s.at(s.values.float()) if s.values.is_floating_point() else s
             for m, s in one.streams.items()}, one.target, one.sentiment,
        )  # fmt: skip
        with torch.no_grad():
            found = model(one)
        right.append(float(found.logits.argmax() == one.target))
        error.append(float((found.sentiment - one.sentiment).abs()))

    assert base.right.shape == (1, 12)
    assert base.right[0, :3].tolist() == right
    np.testing.assert_allclose(base.error[0, :3], error, atol=2e-3)
    assert shipped.inside(seed).alpha.sum(1).numpy() == pytest.approx(np.ones(12), abs=1e-4)


def test_own_pseudo_tokens_put_back_change_nothing_and_others_do(shipped):
    """The order of rows holds inside too."""
    seed = next(iter(shipped.models))
    tokens = shipped.inside(seed).pseudo
    other = tokens[pseudo.partners(12)]
    base = shipped.ask("all")
    same = shipped.ask("own", edits=lambda _, rows: {"fusion.pseudo": lambda x: tokens[rows].to(x)})
    swapped = shipped.ask(
        "other", edits=lambda _, rows: {"fusion.pseudo": lambda x: other[rows].to(x)}
    )

    np.testing.assert_allclose(same.error, base.error, atol=1e-4)
    assert np.abs(swapped.error - base.error).max() > 1e-3


def test_an_expert_is_swapped_under_the_weight_of_the_other(shipped):
    """With every expert replaced by the third, the answer is that of the third alone."""
    model = next(iter(shipped.models.values()))
    batch = shipped.table.evaluation()[0]

    def third(heard):
        return heard[:, 2:].expand(-1, 3, -1)

    with (
        torch.no_grad(),
        capture(model, "fusion.enhanced", edits={"fusion.expert_out": third}) as a,
    ):
        model.prompt(batch)
    edit = experts.dropped((0, 1))
    with torch.no_grad(), capture(model, "fusion.enhanced", edits=edit) as b:
        model.prompt(batch)

    torch.testing.assert_close(
        a["fusion.enhanced"].values, b["fusion.enhanced"].values, atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize("name", ["modalities", "pseudo"])
def test_experiments_run_on_the_shipped_weights(few, name):
    found = TABLE[name].run(few, quiet)

    assert {r.n for r in found.rows} == {12}
    assert found.groups[0] in (SHIPPED, pseudo.ALL)
    assert TRAINED not in found.groups
    assert len(found.manifest["weights"]) == 1


def test_weights_that_are_not_here_are_named_with_how_to_get_them():
    with pytest.raises(BadInput, match="mer train egmf --version fused --seed 77"):
        bench.trained((77,))
    with pytest.raises(BadInput, match="at least 1"):
        bench.open_bench(Ask("valid", 0), quiet)
