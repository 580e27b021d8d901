"""A table of a set: what is known of every sample, and what every model made of it.

Plain arrays and words: a saved table is read without weights, without the data set, and without
anything that could run code.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from mer_core.disk import write_bytes
from mer_core.errors import TableInvalid
from mer_core.probes.incongruity import disagreement

FORMAT = 1
"""Version of saved tables. An older one is refused in a sentence."""

UNKNOWN = "unknown"
"""What a label is called where nobody knows it."""

AGAIN = "Make it again with `mer hard`."


@dataclass(frozen=True, eq=False)
class Labels:
    """One label a sample.

    Attributes:
        codes: Place in `names`.
        names: Every label that may occur; UNKNOWN stands for itself.
    """

    codes: Int[np.ndarray, " sample"]
    names: tuple[str, ...]

    @staticmethod
    def of(labels: Iterable[str], names: Iterable[str] = ()) -> "Labels":
        """From words; `names` come first and in their order, others follow as they occur.

        Example:
            >>> Labels.of(["mask", "sarcasm", "mask"]).codes.tolist()
            [0, 1, 0]
        """
        told = list(labels)
        known = {name: i for i, name in enumerate(dict.fromkeys([*names, *told]))}
        return Labels(np.array([known[label] for label in told], np.int16), tuple(known))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, sample: int) -> str:
        return self.names[int(self.codes[sample])]

    def words(self) -> np.ndarray:
        """(sample,) the labels as words."""
        return np.array(self.names, dtype=object)[self.codes]

    def is_any(self, names: Iterable[str]) -> Bool[np.ndarray, " sample"]:
        """Which samples have one of these labels."""
        return np.isin(self.codes, [i for i, name in enumerate(self.names) if name in set(names)])

    def present(self) -> tuple[str, ...]:
        """The labels that occur, in the order of `names`."""
        return tuple(self.names[i] for i in np.unique(self.codes))


@dataclass(frozen=True, eq=False)
class Heard:
    """What one model made of every sample.

    Attributes:
        names: The emotions, in the order of `probs`.
        probs: Calibrated probabilities with everything heard.
        modalities: In the order of `alone`.
        alone: Place in `names` of the answer when one modality is heard and the rest is silent;
            -1 where the sample lacks it.
        alone_confidence: Probability of that answer; NaN where the sample lacks the modality.
        disagreement: How far apart the modalities' answers are, in bits; NaN where fewer than two
            are present.
        maps: Name of a representation -> places on a plane, within [-1, 1]. Near points are alike
            to the model; axes and distances between groups mean nothing.
    """

    names: tuple[str, ...]
    probs: Float[np.ndarray, "sample emotion"]
    modalities: tuple[str, ...]
    alone: Int[np.ndarray, "modality sample"]
    alone_confidence: Float[np.ndarray, "modality sample"]
    disagreement: Float[np.ndarray, " sample"]
    maps: Mapping[str, Float[np.ndarray, "sample 2"]] = field(default_factory=dict)

    @property
    def answers(self) -> Labels:
        """The most probable emotion of each sample."""
        return Labels(self.probs.argmax(axis=1).astype(np.int16), self.names)

    @property
    def confidence(self) -> Float[np.ndarray, " sample"]:
        """Its calibrated probability, 0 to 1."""
        return self.probs.max(axis=1)


@dataclass(frozen=True, eq=False)
class HardTable:
    """A set, sample by sample.

    Attributes:
        data: "name", "what" (in words), "split", "demo" (whether the data is generated).
        ids: Names of the samples.
        places: Their numbers within the split: what an address calls them.
        words: What is said, or the four views one after the other.
        target: The right answer, UNKNOWN where there is none that a model could give.
        kind: Kind of conflict between the parts, where the set knows it.
        liar: The part that lies, where the set knows it.
        spread: Entropy of what people saw, in bits: 0 where all saw the same. NaN where the set
            has no ratings by people.
        origin: Where the sample's parts come from.
        models: Name -> what the model made of it.
        manifest: Weights, seeds, how maps were made and package versions, as plain data; without
            a date, so that the same run writes the same file.
    """

    data: Mapping[str, Any]
    ids: tuple[str, ...]
    places: Int[np.ndarray, " sample"]
    words: tuple[str, ...]
    target: Labels
    kind: Labels
    liar: Labels
    spread: Float[np.ndarray, " sample"]
    origin: Labels
    models: Mapping[str, Heard]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def correct(self, model: str) -> Float[np.ndarray, " sample"]:
        """1 where the model is right, 0 where it is wrong.

        NaN where nobody knows, and where the right answer is none of those that the model has.
        """
        answers = self.models[model].answers
        right = (answers.words() == self.target.words()).astype(np.float32)
        return np.where(self.target.is_any(answers.names), right, np.float32(np.nan))

    def apart(self) -> Float[np.ndarray, " sample"]:
        """How far the models' answers lie apart, in bits; NaN for fewer than two models.

        The same measure as for modalities: 0 where all models say the same, log2 of their number
        where each is certain of something else. Only models with the same emotions are compared.
        """
        alike = [
            m for m in self.models.values() if m.names == next(iter(self.models.values())).names
        ]
        if len(alike) < 2:
            return np.full(len(self), np.nan, np.float32)
        said = torch.from_numpy(np.stack([m.probs for m in alike]).astype(np.float32))
        return disagreement(said / said.sum(dim=-1, keepdim=True)).numpy()

    def differ(self) -> Bool[np.ndarray, " sample"]:
        """Where not all models give the same answer."""
        said = np.stack([m.answers.words() for m in self.models.values()])
        return (said != said[0]).any(axis=0)


def save_table(table: HardTable, path: Path) -> Path:
    """Write a table, whole or not at all; numbers in half precision, the whole compressed."""
    labels = {k: getattr(table, k) for k in ("target", "kind", "liar", "origin")}
    arrays: dict[str, np.ndarray] = {k: v.codes for k, v in labels.items()}
    arrays |= {"places": table.places, "spread": table.spread.astype(np.float16)}
    models = {}
    for name, heard in table.models.items():
        for key in ("probs", "alone_confidence", "disagreement"):
            arrays[f"{name}/{key}"] = getattr(heard, key).astype(np.float16)
        arrays[f"{name}/alone"] = heard.alone.astype(np.int8)
        for i, places in enumerate(heard.maps.values()):
            arrays[f"{name}/map/{i}"] = places.astype(np.float16)
        models[name] = [heard.names, heard.modalities, list(heard.maps)]
    about = {
        "format": FORMAT,
        "data": dict(table.data),
        "ids": table.ids,
        "words": table.words,
        "labels": {k: v.names for k, v in labels.items()},
        "models": models,
        "manifest": dict(table.manifest),
    }
    arrays["about"] = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())
    return path


def load_table(path: Path) -> HardTable:
    """Read what `save_table` wrote.

    Raises:
        TableInvalid: It is absent, damaged, no table, or of another format.
    """
    if not path.is_file():
        raise TableInvalid(f"There is no table {path.name} here. {AGAIN}")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        about = json.loads(arrays.pop("about").tobytes().decode())
        if about["format"] != FORMAT:
            raise TableInvalid(
                f"{path.name} has format {about['format']}; this version reads {FORMAT}. {AGAIN}"
            )
        return _unpacked(arrays, about)
    except (OSError, BadZipFile, ValueError, KeyError, TypeError, IndexError, EOFError) as cause:
        raise TableInvalid(
            f"{path.name} is no table of this program, or damaged. {AGAIN}"
        ) from cause


def _unpacked(arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> HardTable:
    count = len(about["ids"])
    if any(count not in values.shape for values in arrays.values()):
        raise ValueError("A column is shorter or longer than the list of samples.")
    labels = {
        key: Labels(arrays[key].astype(np.int16), tuple(names))
        for key, names in about["labels"].items()
    }
    models = {
        name: Heard(
            tuple(names),
            _rows_to_one(arrays[f"{name}/probs"].astype(np.float32)),
            tuple(modalities),
            arrays[f"{name}/alone"],
            arrays[f"{name}/alone_confidence"].astype(np.float32),
            arrays[f"{name}/disagreement"].astype(np.float32),
            {m: arrays[f"{name}/map/{i}"].astype(np.float32) for i, m in enumerate(maps)},
        )
        for name, (names, modalities, maps) in about["models"].items()
    }
    return HardTable(
        data=about["data"],
        ids=tuple(about["ids"]),
        places=arrays["places"],
        words=tuple(about["words"]),
        spread=arrays["spread"].astype(np.float32),
        models=models,
        manifest=about["manifest"],
        **labels,
    )


def _rows_to_one(probs: Float[np.ndarray, "sample emotion"]) -> Float[np.ndarray, "sample emotion"]:
    """Probabilities that sum to 1 again after they were kept in half precision."""
    return probs / probs.sum(axis=1, keepdims=True)
