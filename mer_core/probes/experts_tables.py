"""What EGMF's experts did, as tables of plain data: for a shell, a notebook or a machine."""

from collections.abc import Mapping
from typing import Any, cast

from mer_core.models.base import EmotionModel
from mer_core.probes.base import percent
from mer_core.probes.experts import (
    EXPERT_NAMES,
    SHORT,
    Mix,
    ReadsCosines,
    ReadsMix,
    ReadsShares,
    moved_share,
)
from mer_core.probes.experts_set import PICTURES, ExpertClasses, ExpertLikeness
from mer_core.probes.experts_survey import ExpertSurvey
from mer_core.probes.pseudo import MeetsPseudo, Pseudo
from mer_core.probes.spoken import Speaks, Speech, Spoken
from mer_core.probes.spoken_looks import GROUPS, LooksAtPrompt
from mer_core.recording import Recording

Table = dict[str, dict[str, Any]]
"""Name of a row -> column -> value."""


def sample_tables(
    recording: Recording, model: EmotionModel | None = None
) -> tuple[dict[str, Table], list[str]]:
    """Every table of the first sample of a recording, and the same in sentences.

    Args:
        recording: Of an EGMF.
        model: That recorded it; without it, what only a model can tell is left out.
    """
    tables: dict[str, Table] = {}
    told: list[str] = []
    if ReadsMix().fits(recording):
        mix = ReadsMix().read(recording)
        tables |= _mixture(mix)
        told += [kind().read(recording).says() for kind in (ReadsMix, ReadsShares, ReadsCosines)]
    if LooksAtPrompt().fits(recording):
        looks = LooksAtPrompt().read(recording)
        parts = looks.grouped()[0], looks.evenly_grouped()[0]
        tables["attention before the answer"] = _looks(*parts, looks.questions)
        told.append(looks.says())
    if model is not None:
        pseudo = MeetsPseudo().run(model, recording.batch)
        spoken = Speaks().run(model, recording.batch)
        tables["pseudo tokens"], tables["answers, token by token"] = _pseudo(pseudo), _words(spoken)
        told += [pseudo.says(), spoken.says()]
    return tables, told


def survey_tables(found: ExpertSurvey) -> tuple[dict[str, Table], list[str]]:
    """Every table of a set, and the same in sentences."""
    mix, looks = found.mix, found.looks
    means = {
        name: {
            "weight": float(mix.alpha[:, i].mean()),
            "sd": float(mix.alpha[:, i].std(unbiased=False)),
            "first stage": float(mix.first[:, i].mean()),
            "contribution": float(mix.share[:, i].mean()),
        }
        for i, name in enumerate(EXPERT_NAMES)
    }
    classes = {
        name: {"n": n} | {s: f"{m:.3f} ({a:.3f} - {b:.3f})" for s, (m, a, b) in _named(each)}
        for name, n, each in mix.drawn_as(ExpertClasses).means()
    }
    gate = {
        what: {"mean": float(values.mean()), "sd": float(values.std(unbiased=False))}
        for what, values in (
            ("entropy of the weights, share of ln 3", mix.even),
            ("share of the weight that stage 2 moves", mix.moved),
            ("KL of the stages, bits", mix.bits),
        )
    }
    alarms = {
        a.name: {"number": a.number, "threshold": a.threshold, "state": a.state}
        for a in found.alarms().alarms
    }
    tables: dict[str, Table] = {
        "mean of each expert": means,
        "gate": gate,
        "mean weight by class": classes,
        "mean cosine": _matrix(mix.drawn_as(ExpertLikeness).mean.tolist()),
        "pseudo tokens resemble": {
            c.name: {"likeness (CKA)": c.cka, "shuffles, 95 %": c.chance}
            for c in found.pseudo.carried
        },
        "attention before the answer": _looks(
            looks.grouped(), looks.evenly_grouped(), looks.questions
        ),
        "collapse alarms": alarms,
    }
    told = [mix.drawn_as(kind).says() for kind in PICTURES.values()]
    told += [found.swapped.says(), found.pseudo.says(), found.pseudo.says_words()]
    told += [looks.says(), looks.says_unread(), *(a.says() for a in found.alarms().alarms)]
    return tables, [sentence for sentence in told if sentence]


def _named(each: list[Any]) -> list[tuple[str, Any]]:
    return list(zip(SHORT, each, strict=True))


def _mixture(mix: Mix) -> dict[str, Table]:
    weights = {
        str(row["expert"]): {
            "weight": row["alpha"],
            "first stage": row["first stage"],
            "contribution": row["contribution"],
            "along the mixture": row["along the mixture"],
        }
        for row in list(mix.rows())[: len(EXPERT_NAMES)]
    }
    gate = {
        "entropy of the weights, share of ln 3": {"value": float(mix.even[0])},
        "share of the weight that stage 2 moves": {
            "value": float(moved_share(mix.alpha[0], mix.first[0]))
        },
        "KL of the stages, bits": {"value": float(mix.bits[0])},
    }
    return {"experts": weights, "gate": gate, "cosine": _matrix(mix.cosine[0].tolist())}


def _matrix(values: list[list[float]]) -> Table:
    return {
        name: dict(zip(SHORT, row, strict=True)) for name, row in zip(SHORT, values, strict=True)
    }


def _looks(shares: Any, even: Any, questions: tuple[str, ...]) -> Table:
    told: Table = {}
    for q, question in enumerate(questions):
        for layer, values in enumerate(shares[q].tolist()):
            told[f"{question}, layer {layer + 1}"] = dict(zip(GROUPS, values, strict=True))
        told[f"{question}, even look"] = dict(zip(GROUPS, even[q].tolist(), strict=True))
    return told


def _pseudo(found: Pseudo) -> Table:
    return {
        f"token {t + 1}": {
            "length over a word's": float(found.length[0, t]),
            "nearest words": ", ".join(words[:5]),
            "cosine": float(found.cosine[0, t, 0]),
            "random, 95 %": found.chance.top,
            "rank of all": found.rank[0],
        }
        for t, words in enumerate(found.words[0])
    }


def _words(found: Spoken) -> Table:
    told: Table = {}
    for speech in cast("tuple[Speech, ...]", found.speeches[0]):
        for i, step in enumerate(speech.steps):
            pairs = zip(step.words, step.probs, strict=True)
            cells: Mapping[str, str] = {
                ("said" if rank == 0 else f"or ({rank + 1})"): f"{word} {percent(prob)}"
                for rank, (word, prob) in enumerate(pairs)
            }
            told[f"{speech.question}, token {i + 1}"] = dict(cells)
    return told
