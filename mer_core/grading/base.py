"""Grades as plain data: how well each number finds known lies, on what, and at what price."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mer_core.checkpoints import folder_of, read_card
from mer_core.disk import write_json
from mer_core.errors import ResultInvalid
from mer_core.grading.names import CONTROLS, REFERENCES, WHAT

FORMAT = 1
"""Version of saved grades. An older one is refused in a sentence."""

FILE = "grades.json"
CHANCE = 0.5
"""AUROC of a number that knows nothing."""

WORKS, HELPS = 0.9, 0.5
"""Shares of the oracle from which a number is said to find lies, or to find some."""


@dataclass(frozen=True)
class Score:
    """A measured value with its 95 % bootstrap interval over samples.

    Attributes:
        value, low, high: In [0, 1].
        chance: What guessing gets.
        share: How far from chance towards the oracle, 1 being the oracle's own.
        n: Samples that it rests on.
    """

    value: float
    low: float
    high: float
    chance: float
    share: float
    n: int


@dataclass(frozen=True)
class Grade:
    """One number, graded.

    Attributes:
        name: In `WHAT`.
        incongruent: AUROC of telling samples in which something lies; None where it cannot be
            asked, and then `note` says why.
        liar: How often it names who lies, among the samples in which something does.
        forwards: Rows that it puts through the model for one sample.
        milliseconds: Measured, for one sample; None where nothing is computed.
        fitted: On which split something was fitted for it: "train", "valid" or "".
        origin: Where the label that it needs comes from, if it needs one: "true unimodal
            labels", "predicted" or "proxy".
        note: What a reader must know.
    """

    name: str
    incongruent: Score | None
    liar: Score | None = None
    forwards: float = 0.0
    milliseconds: float | None = None
    fitted: str = ""
    origin: str = ""
    note: str = ""


@dataclass(frozen=True)
class Grades:
    """All grades of one model on one split.

    Attributes:
        model: Name of the checkpoint.
        split: Of the puppets.
        data: "name", "what", "n", "incongruent", "world", "demo".
        grades: In the order of `WHAT`.
        found: The answer in sentences made from the grades.
        manifest: weights_sha256, code, seed, seeds of the bootstrap, versions, test_read.
        notes: What must be known before a number is believed.
    """

    model: str
    split: str
    data: Mapping[str, Any]
    grades: tuple[Grade, ...]
    found: tuple[str, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Grade:
        for grade in self.grades:
            if grade.name == name:
                return grade
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(grade.name == name for grade in self.grades)

    @property
    def probes(self) -> tuple[Grade, ...]:
        """Grades of what is no reference and could be asked."""
        return tuple(g for g in self.grades if g.name not in REFERENCES and g.incongruent)

    @property
    def controls(self) -> tuple[Grade, ...]:
        """Those of `probes` that read the inputs and not the model."""
        return tuple(g for g in self.probes if g.name in CONTROLS)

    @property
    def own(self) -> tuple[Grade, ...]:
        """Those of `probes` that ask the model; not what is combined of several."""
        return tuple(g for g in self.probes if g.name not in (*CONTROLS, "combination"))

    def plain(self) -> dict[str, Any]:
        """Everything as plain data."""
        return json.loads(json.dumps(asdict(self)))


def grades_path(model: str) -> Path:
    """Where the grades of a checkpoint lie."""
    return folder_of(model) / FILE


def save_grades(grades: Grades) -> Path:
    """Write the grades of one split beside the weights; those of other splits stay if they fit.

    Grades of other weights are dropped: they say nothing of what ships now.
    """
    path = grades_path(grades.model)
    splits: dict[str, Any] = {}
    if path.is_file():
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            splits = told["splits"] if told.get("format") == FORMAT else {}
        except (ValueError, KeyError, AttributeError):
            splits = {}
    now = grades.manifest["weights_sha256"]
    splits = {s: g for s, g in splits.items() if g["manifest"].get("weights_sha256") == now}
    splits[grades.split] = grades.plain()
    write_json(path, {"format": FORMAT, "model": grades.model, "splits": splits})
    return path


def load_grades(model: str, split: str | None = None) -> Grades:
    """What `save_grades` wrote; by default of the test split, or of valid where that is all.

    Raises:
        ResultInvalid: There are none, they are damaged or of another format, or they were
            measured on other weights than those that are here.
        WeightsMissing, CardInvalid: See `mer_core.checkpoints.read_card`.
    """
    path, again = grades_path(model), f"Run `mer grade {model} --save`."
    if not path.is_file():
        raise ResultInvalid(f"The probes of {model} are not graded yet. {again}")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise ResultInvalid(f"The grades of {model} are of another version. {again}")
        splits = told["splits"]
        wanted = split or ("test" if "test" in splits else "valid")
        if wanted not in splits:
            raise ResultInvalid(f"The probes of {model} are not graded on {wanted}. {again}")
        found = _read(splits[wanted])
    except (ValueError, TypeError, KeyError, AttributeError) as cause:
        raise ResultInvalid(f"The grades of {model} are damaged. {again}") from cause
    if found.manifest.get("weights_sha256") != read_card(model)["weights_sha256"]:
        raise ResultInvalid(f"The probes of {model} were graded on other weights. {again}")
    return found


def _read(told: Mapping[str, Any]) -> Grades:
    def score(plain: Mapping[str, Any] | None) -> Score | None:
        return None if plain is None else Score(**plain)

    grades = tuple(
        Grade(**{**g, "incongruent": score(g["incongruent"]), "liar": score(g["liar"])})
        for g in told["grades"]
    )
    more = {"found": tuple(told["found"]), "notes": tuple(told["notes"])}
    return Grades(**{**told, **more, "grades": grades})


def grade_of(name: str, model: str) -> tuple[Grade, Grades]:
    """One grade, and all that it stands among.

    Raises:
        ResultInvalid: It is not graded; the sentence says what to do. See also `load_grades`.
    """
    grades = load_grades(model)
    if name not in grades:
        raise ResultInvalid(f"“{WHAT.get(name, name)}” is not graded for {model}.")
    return grades[name], grades


def verdict(share: float) -> str:
    """A share of the oracle in words."""
    if share >= WORKS:
        return "finds lies nearly as well as can be"
    if share >= HELPS:
        return "finds many lies"
    return "finds some lies" if share >= 0.15 else "hardly finds lies"


def grade_sentence(name: str, model: str) -> str:
    """How well a number finds known lies, in one line for beside it.

    Raises:
        ResultInvalid: See `grade_of`.
    """
    grade, grades = grade_of(name, model)
    if grade.incongruent is None:
        return grade.note
    found, n = grade.incongruent, grades.data["n"]
    told = (
        f"On {n:,} puppets this number {verdict(found.share)}: AUROC {found.value:.2f} "
        f"({found.low:.2f} to {found.high:.2f}; chance 0.50, {_oracle(grades)})"
    )
    if grade.liar is not None:
        told += f"; it names who lies in {100 * grade.liar.value:.0f} % (n = {grade.liar.n:,})"
    return f"{told}."


def _oracle(grades: Grades) -> str:
    best = grades["oracle"].incongruent if "oracle" in grades else None
    return f"oracle {best.value:.2f}" if best else "oracle unknown"


def best_of(grades: Sequence[Grade]) -> Grade | None:
    """The grade with the highest AUROC; None where none could be asked."""
    asked = [g for g in grades if g.incongruent is not None]
    return max(asked, key=lambda g: g.incongruent.value) if asked else None  # type: ignore[union-attr]
