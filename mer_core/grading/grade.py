"""Put every number of a model to the test: does it find the puppets in which something lies?"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.stats import rankdata

from mer_core.checkpoints import code_hash, folder_of, load, read_card
from mer_core.datasets.puppets import WORLD
from mer_core.datasets.puppets.oracle import believe
from mer_core.datasets.puppets.utterances import KINDS, UtteranceTruth
from mer_core.errors import BadInput, DataMissing
from mer_core.grading.base import Grade, Grades, Score
from mer_core.grading.combine import (
    Fitted,
    Known,
    as_measured,
    fit,
    fitted_scores,
    out_of_fold,
)
from mer_core.grading.names import REFERENCES, WHAT
from mer_core.grading.scores import FORWARDS, Evidence, Measured, plain_scores
from mer_core.grading.seen import CHUNK, Seen, reordered, see
from mer_core.grading.tables import utterance_table
from mer_core.grading.telling import found_sentences
from mer_core.listeners import Listeners, can_hear
from mer_core.models import EmotionModel
from mer_core.probes.lies import FILE as LIES
from mer_core.recording import versions as package_versions
from mer_core.task import EMOTIONS
from mer_core.tendencies import FILE, Tendencies, tendencies_of
from mer_core.training.features import trimmed
from mer_core.training.report import TEST_READ
from mer_core.training.tendencies import can_lean, fit_tendencies
from mer_core.types import Modality

Progress = Callable[[str, int, int], None]

SPLITS = ("valid", "test")
ROUNDS = 1000
"""Of the bootstrap over samples."""

ONE_FOR_ALL = (
    "One vector for all inputs, learned in training: no input moves it, so it is the same on every "
    "sample and cannot be a probe of one."
)


@dataclass(frozen=True, eq=False)
class Split:
    """One split of the utterances as one model saw it.

    Attributes:
        name: "valid" or "test".
        evidence: What scores are made from.
        truths: What each sample knows of itself.
        known: Who lies, and what each modality itself expresses.
    """

    name: str
    evidence: Evidence
    truths: tuple[UtteranceTruth, ...]
    known: Known

    @property
    def kind(self) -> Int[np.ndarray, " sample"]:
        """0 where nobody lies, else 1 + the place of who does."""
        return self.known.kind.numpy()


def grade(
    name: str, split: str = "valid", limit: int | None = None, save: bool = False,
    progress: Progress = lambda *_: None, keep: Callable[[Grades], Any] = lambda _: None,
) -> Grades:  # fmt: skip
    """Grade every number of a model on a split of the puppets.

    Whatever is fitted is fitted on train and valid; where the grades are those of valid, each
    sample's number comes from a fit that has not seen it.

    Args:
        name: Of the checkpoint.
        split: "valid" while something is tried out, "test" to report.
        limit: Only the first so many samples of the split.
        save: Also keep what was fitted beside the weights, and the grades.
        progress: Told how far it is.
        keep: Given the grades of valid, which every grading has to make first.

    Raises:
        BadInput: No such split, or a limit that leaves no liar.
        UnknownName, WeightsMissing, WeightsAltered, CardInvalid: See `mer_core.load`.
    """
    if split not in SPLITS:
        raise BadInput(f"--split is valid or test, not {split!r}: train is what was learned from.")
    model = load(name)
    weights = str(read_card(name)["weights_sha256"])
    if Modality.AUDIO not in model.modalities:
        from mer_core.grading.stickers import grade_stickers

        return grade_stickers(model, name, weights, split, limit, progress, keep)
    tendencies = _tendencies(model, name, weights, save, progress)
    valid = open_split(model, "valid", None if split == "test" else limit, tendencies, progress)
    fitted = fit(valid.evidence, valid.known, weights)
    told = out_of_fold(valid.evidence, valid.known, weights)
    found = graded(model, name, valid, told, weights, fitted)
    if save:
        fitted.weighings["posterior"].save(folder_of(name) / LIES)
    keep(found)
    if split == "valid":
        return found
    here = open_split(model, split, limit, tendencies, progress)
    return graded(model, name, here, fitted_scores(here.evidence, fitted), weights, fitted)


def _tendencies(
    model: EmotionModel, name: str, weights: str, save: bool, progress: Progress
) -> Tendencies | None:
    """The linear probes beside the weights; fitted now where they are not there."""
    if not can_lean(model):
        return None
    try:
        return tendencies_of(name, weights)
    except DataMissing:
        about = {"split": "train", "world": WORLD.digest(), "model": name}
        table, _ = utterance_table(model, "train", None, progress)
        made = fit_tendencies(model, table.batch, weights, about, progress)
        if save:
            made.save(folder_of(name) / FILE)
        return made


def open_split(
    model: EmotionModel,
    split: str,
    limit: int | None,
    tendencies: Tendencies | None,
    progress: Progress,
    deep: bool = True,
    listen: bool = True,
) -> Split:
    """Show a model the utterances of a split.

    Args:
        model: Who is asked.
        split: Of the puppets.
        limit: Only the first so many samples.
        tendencies: Its linear probes, where it has any.
        progress: Told how far it is.
        deep: See `see`.
        listen: Also ask the listeners, which hear one modality each and no model.

    Raises:
        BadInput: Too few samples: some kind of lie is missing.
        DataMissing: The listeners are asked for and not here.
    """
    table, truths = utterance_table(model, split, limit, progress)
    kind = np.array([list(KINDS).index(t.kind) for t in truths])
    if len(set(kind.tolist())) < len(KINDS) or np.bincount(kind).min() < 2:
        raise BadInput("So few samples hold no lie of some kind: ask for more with --limit.")
    rows = table.by_length.split(CHUNK)
    batches = [trimmed(table.batch.select(some)) for some in rows]
    seen: Seen = see(model, batches, progress, deep)
    seen = reordered(seen, torch.cat(list(rows)).argsort())
    listened = None
    if listen and can_hear(table.batch):
        start = time.perf_counter()
        listened = Listeners.load().hear(table.batch)
        spent = 1000 * (time.perf_counter() - start) / len(table)
        seen = replace(seen, milliseconds={**seen.milliseconds, "listening": spent})
    return Split(split, Evidence(seen, tendencies, listened), truths, known_of(truths))


def known_of(truths: Sequence[UtteranceTruth]) -> Known:
    """Who lies and what each modality expresses, as the maker knows."""
    places = {None: 0} | {m: i + 1 for i, m in enumerate(Modality)}
    own = [[EMOTIONS.index(t.emotions[m]) for t in truths] for m in Modality]
    return Known(torch.tensor([places[t.liar] for t in truths]), torch.tensor(own))


def graded(
    model: EmotionModel,
    name: str,
    here: Split,
    told: dict[str, Float[np.ndarray, "sample kind"]],
    weights: str,
    fitted: Fitted,
) -> Grades:
    """Grades of every number, beside the oracle, in the order of `WHAT`.

    Args:
        model, name: Who was asked.
        here: What it showed.
        told: Probabilities of kinds by what was fitted on other samples.
        weights: sha256 of its weights.
        fitted: On all of validation, for the record.
    """
    measured = [*plain_scores(here.evidence), *as_measured(told, fitted)]
    kinds = believe(list(here.truths)).joint.sum(2)
    oracle = Measured("oracle", 1 - kinds[:, 0], kinds[:, 1:], ())
    best = _scored(oracle, here.kind, None)
    times = here.evidence.seen.milliseconds
    rows = {m.name: _grade(m, here.kind, best, times) for m in (*measured, oracle)}
    if type(model).__name__ == "HCTDMG" and "omega" not in rows:
        rows["batch gate"] = Grade("batch gate", None, note=ONE_FOR_ALL)
    found = Grades(
        model=name,
        split=here.name,
        data=_data(here),
        grades=tuple(rows[key] for key in WHAT if key in rows),
        found=(),
        manifest=manifest_of(model, name, here.name, weights, fitted),
        notes=NOTES,
    )
    return replace(found, found=found_sentences(found))


NOTES = (
    "Incongruent means that one of words, voice and face was made to express another emotion than "
    "the other two (the maker's own labels, origin “true unimodal labels”).",
    "Share of the oracle: (AUROC - 0.5) over the oracle's, and (accuracy - 1/3) over the oracle's. "
    "The oracle sees the numbers from which puppets are made; no reader of features can know more.",
    "Forwards: rows that one sample takes through the model. Milliseconds are wall time on the "
    "machine of the manifest, other work beside it included.",
)


def _data(here: Split) -> dict[str, Any]:
    return {
        "name": "puppet-utterances",
        "what": "generated utterances of which it is known who lies (demo data, no real people)",
        "n": len(here.kind),
        "incongruent": int((here.kind > 0).sum()),
        "world": WORLD.digest(),
        "demo": True,
    }


def manifest_of(
    model: EmotionModel, name: str, split: str, weights: str, fitted: Fitted | None = None
) -> dict[str, Any]:
    """Where grades come from, as plain data without a date."""
    told: dict[str, Any] = {
        "weights_sha256": weights,
        "code": code_hash(type(model)),
        "seed": (model.origin or {}).get("seed"),
        "bootstrap": {"rounds": ROUNDS, "seed": 0},
        "versions": package_versions(),
    }
    if split == "test":
        told["test_read"] = TEST_READ.get(name, "")
    if fitted is not None:
        told["fitted"] = {
            key: {"sharpness": list(w.sharpness), "bias": list(w.bias), "floor": w.floor, "n": w.n}
            for key, w in fitted.weighings.items()
        }
    return told


def _grade(
    measured: Measured,
    kind: Int[np.ndarray, " sample"],
    best: tuple[Score, Score | None],
    times: dict[str, float],
) -> Grade:
    incongruent, liar = _scored(measured, kind, best)
    spent = [times[p] for p in measured.passes if p in times]
    return Grade(
        measured.name,
        incongruent,
        liar,
        forwards=float(sum(FORWARDS[p] for p in measured.passes)),
        milliseconds=round(sum(spent), 3) if spent else None,
        fitted=measured.fitted,
        origin=measured.origin,
        note=measured.note,
    )


def _scored(
    measured: Measured,
    kind: Int[np.ndarray, " sample"],
    best: tuple[Score, Score | None] | None,
) -> tuple[Score, Score | None]:
    lies = kind > 0
    one = auroc_score(measured.score, lies, best[0] if best else None)
    if measured.liar is None:
        return one, None
    named = measured.liar[lies].argmax(1) == kind[lies] - 1
    ceiling = best[1] if best else None
    return one, accuracy_score(named, 1 / measured.liar.shape[1], ceiling)


def auroc(score: Float[np.ndarray, " sample"], positive: Bool[np.ndarray, " sample"]) -> float:
    """Probability that a positive sample has the higher score, ties counting half."""
    yes, no = int(positive.sum()), int((~positive).sum())
    ranks = rankdata(score)[positive].sum()
    return float((ranks - yes * (yes + 1) / 2) / (yes * no))


def auroc_score(
    score: Float[np.ndarray, " sample"],
    positive: Bool[np.ndarray, " sample"],
    oracle: Score | None,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Score:
    """AUROC with its interval; samples are drawn anew within each class."""
    draw = np.random.default_rng(seed)
    yes, no = np.flatnonzero(positive), np.flatnonzero(~positive)
    truth = np.repeat([True, False], [len(yes), len(no)])
    drawn = []
    for _ in range(rounds):
        some = np.concatenate([draw.choice(yes, len(yes)), draw.choice(no, len(no))])
        drawn.append(auroc(score[some], truth))
    low, high = np.percentile(drawn, [2.5, 97.5])
    value = auroc(score, positive)
    share = 1.0 if oracle is None else (value - 0.5) / (oracle.value - 0.5)
    return _rounded(value, low, high, 0.5, share, len(score))


def accuracy_score(
    right: Bool[np.ndarray, " sample"],
    chance: float,
    oracle: Score | None,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Score:
    """Share of right answers with its interval."""
    draw = np.random.default_rng(seed).integers(0, len(right), (rounds, len(right)))
    low, high = np.percentile(right[draw].mean(axis=1), [2.5, 97.5])
    value = float(right.mean())
    share = 1.0 if oracle is None else (value - chance) / (oracle.value - chance)
    return _rounded(value, low, high, chance, share, len(right))


def _rounded(value: float, low: float, high: float, chance: float, share: float, n: int) -> Score:
    ends = [round(float(x), 5) for x in (value, low, high, chance, share)]
    return Score(ends[0], ends[1], ends[2], ends[3], ends[4], n)


def graded_names(grades: Grades) -> tuple[str, ...]:
    """Names of the probes among the grades, best first."""
    order = sorted(grades.probes, key=lambda g: -(g.incongruent.value if g.incongruent else 0))
    return tuple(g.name for g in order if g.name not in REFERENCES)
