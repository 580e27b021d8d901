"""Sentences beside the puppets: who learns from which, in which order, and how it is judged."""

from dataclasses import replace

import pytest
import torch

from mer_core.datasets.situations import is_situation
from mer_core.models.egmf import EGMF, EGMFConfig
from mer_core.task import EMOTIONS
from mer_core.training.cards import _sentences
from mer_core.training.loop import TrainConfig, order_of
from mer_core.training.recipes import COMPARED, config_for, sentences_of, versions
from mer_core.training.sentence_report import sentence_report
from mer_core.training.sentences import (
    TOGETHER,
    SentencePlan,
    SentenceTable,
    WithSentences,
    bare,
    dialogue_of,
    meld_sentences,
    parted,
)
from mer_core.types import Batch, Modality, Stream

HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode\n"
MELD = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
PLAN = SentencePlan(situations=4, batch=8, held_out=0.25, alone=1)


def lines(count, start=0):
    """Two lines a dialogue; neutral ones are as frequent as all others together."""
    for i in range(count):
        emotion = MELD[(i // 2) % 7] if i % 2 else "neutral"
        yield f'{i},"Well, line {start + i}!",Joey,{emotion},neutral,{i // 2},{i % 2},1,1\n'


@pytest.fixture(scope="module", autouse=True)
def data(tmp_path_factory):
    """MELD's tables, tiny, where the real data would lie."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "meld").mkdir()
    for stem, count, start in (("train", 56, 0), ("dev", 14, 100)):
        text = HEADER + "".join(lines(count, start))
        (folder / "meld" / f"{stem}_sent_emo.csv").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_DATA_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def model() -> EGMF:
    torch.manual_seed(0)
    return EGMF(EGMFConfig.demo(layers=1, hidden=32, heads=4)).eval()


class Puppets:
    """Three batches of four that hear everything."""

    def steps(self, config):
        return 3

    def training(self, config):
        def batches(generator):
            for _ in range(3):
                ones = torch.ones(4, 2, dtype=torch.bool)
                yield Batch({Modality.AUDIO: Stream(Modality.AUDIO, torch.ones(4, 2, 5), ones)})

        return batches


def test_a_dialogue_is_never_on_both_sides() -> None:
    train, held = parted(meld_sentences("train"), 0.25)
    sides = [{dialogue_of(s) for s in side} for side in (train, held)]

    assert len(sides[0]) == 21
    assert len(sides[1]) == 7
    assert not sides[0] & sides[1]
    assert {s.target for s in train} <= set(EMOTIONS)  # MELD's joy is our happiness


def test_no_held_out_line_is_learned_from(model: EGMF) -> None:
    table = SentenceTable(model, PLAN)
    held = {s.id for s in parted(meld_sentences("train"), 0.25)[1]}

    assert held == set(table.held.ids)
    assert not held & set(table.batch.ids)
    assert not set(table.unseen.ids) & set(table.batch.ids)
    assert len(table) == 42 + 4 * len(EMOTIONS)


def test_what_is_typed_has_no_punctuation() -> None:
    assert bare("No, I don't -- REALLY!") == "no i dont really"


def test_rare_emotions_are_drawn_more_often_the_more_balance_is_asked(model: EGMF) -> None:
    def share(balance: float) -> float:
        table = SentenceTable(model, replace(PLAN, balance=balance))
        rows = torch.cat(table.training(torch.Generator().manual_seed(0), 60))
        told = table.batch.target[rows[rows < table.drawn]]
        return float((told == EMOTIONS.index("neutral")).float().mean())

    assert share(1.0) < share(0.0) - 0.1


def test_the_first_epoch_is_sentences_alone_and_later_ones_are_mixed(model: EGMF) -> None:
    both = WithSentences(Puppets(), SentenceTable(model, PLAN))
    config = TrainConfig(seed=3, batch=4)
    kinds = []
    for epoch in (0, 1):
        made = list(both.training(config)(order_of(epoch, config)))
        kinds.append(sum(Modality.TEXT not in b.streams for b in made))
        assert len(made) == both.steps(config)

    assert kinds == [0, 3]


def test_the_order_is_the_seeds(model: EGMF) -> None:
    both = WithSentences(Puppets(), SentenceTable(model, PLAN))

    def ids(seed: int) -> list:
        config = TrainConfig(seed=seed, batch=4)
        return [b.ids for b in both.training(config)(order_of(1, config))]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)


def test_only_versions_that_hear_text_learn_from_sentences() -> None:
    told = {v.name: sentences_of("egmf", v) is not None for v in versions("egmf")}

    assert told == {"fused": True, "text-only": True, "audio-only": False, "vision-only": False}
    assert all(sentences_of("mghft", v) is None for v in COMPARED["mghft"])
    assert config_for("egmf", versions("egmf")[0], 1).select == TOGETHER
    assert config_for("egmf", versions("egmf")[2], 1).select == "accuracy"


def test_both_scores_choose_the_epoch(model: EGMF) -> None:
    found = WithSentences(Puppets(), SentenceTable(model, PLAN)).score(model, {"accuracy": 0.5})
    parts = [v for k, v in found.items() if k != TOGETHER]

    assert len(parts) == 4
    assert found[TOGETHER] == pytest.approx(sum(parts) / 4)


def test_the_card_says_how_sentences_alone_are_read(model: EGMF) -> None:
    told = sentence_report([model, model])
    dev, typed = told["meld_dev"], told["typed"]
    card = "\n".join(_sentences({"sentences": told}))

    assert dev["n"] == 14
    assert dev["weighted_f1"] == {**dev["weighted_f1"], "sd": 0.0, "n": 2}
    assert typed["right"] == 35 - len(typed["wrong"]) == sum(typed["each"].values())
    assert typed["right_by_seed"] == [typed["right"]] * 2
    assert "Poria" in card
    assert f"| {typed['wrong'][0]['sentence']} |" in card
    # an untrained model answers alike whatever it reads
    assert max(typed["each"].values()) == 5 or typed["right"] < 20


def test_typed_sentences_are_none_of_the_situations() -> None:
    from mer_core.training.typed import listen, typed_sentences

    assert not [s for s in typed_sentences() if is_situation(s.text)]
    assert not is_situation(listen().text)


def test_typed_sentences_are_no_lines_of_meld() -> None:
    """On the tiny tables, which proves the way; the real ones are checked when a card is made."""
    from mer_core.training.typed import typed_sentences

    known = {bare(s.text or "") for split in ("train", "valid") for s in meld_sentences(split)}
    assert known
    assert not known & {bare(s.text) for s in typed_sentences()}
    assert bare("Well, line 3!") in known
