"""MELD: which of seven emotions does this line of a dialogue express? Its words.

    train_sent_emo.csv, dev_sent_emo.csv, test_sent_emo.csv:
    Sr No., Utterance, Speaker, Emotion, Sentiment, Dialogue_ID, Utterance_ID, Season, Episode,
    StartTime, EndTime

Copies differ in how their apostrophes are written: UTF-8, cp1252, or cp1252's numbers as UTF-8.

Source: Poria et al. (2019), MELD: A Multimodal Multi-Party Dataset for Emotion Recognition in
Conversations, github.com/declare-lab/MELD.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from mer_core.datasets.location import VARIABLE, data_folder
from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.stickers.tables import Row, parsed, read_file
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import REAL
from mer_core.errors import BadInput, DataMissing
from mer_core.types import Sample

EMOTIONS = ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger")
"""In the order of the numbers that MELD's own code gives them."""

SPLITS = {"train": "train", "dev": "valid", "test": "test"}
COLUMNS = ("utterance", "speaker", "emotion", "sentiment", "dialogue_id", "utterance_id")
_SOURCE = Source(
    "MELD (Poria et al., 2019, MELD: A Multimodal Multi-Party Dataset for Emotion Recognition in "
    "Conversations, ACL)",
    "GPL-3.0",
)


def meld_set(path: Path | None = None) -> UtteranceSet:
    """MELD's tables: what is said and its emotion. Each line stands alone, without the dialogue.

    Args:
        path: The folder with the tables; None for `meld` or `meld_text` among the real data.

    Raises:
        DataMissing: There is none of the tables.
        BadInput: A table is damaged or lacks a column.
    """
    folder = _folder(path)
    splits, problems = {}, []
    for stem, split in SPLITS.items():
        file = folder / f"{stem}_sent_emo.csv"
        if not file.is_file():
            problems.append(f"There is no {file.name} in {folder}: the split {split} is empty.")
            splits[split] = Utterances(_nothing, ())
            continue
        samples, faults = _samples(file)
        splits[split] = Utterances(lambda row, own=samples: own[row], range(len(samples)))
        problems += faults
    return UtteranceSet(
        "meld",
        "MELD",
        "classes",
        splits,
        {},
        EMOTIONS,
        tuple(problems),
        source=_SOURCE,
        notes=("Words alone: the tables hold no voice and no face.",),
    )


def _folder(path: Path | None) -> Path:
    places = [path] if path is not None else [data_folder() / n for n in ("meld", "meld_text")]
    for place in places:
        if any((place / f"{stem}_sent_emo.csv").is_file() for stem in SPLITS):
            return place
    where = str(path) if path is not None else f"{VARIABLE}/meld"
    raise DataMissing(
        f"There is no train_sent_emo.csv, dev_sent_emo.csv or test_sent_emo.csv in {where}. Put "
        "MELD's tables there, or say where they are with --path."
    )


def _nothing(row: int) -> Sample:
    raise IndexError(f"Utterance {row} of an empty split.")


def _samples(file: Path) -> tuple[list[Sample], list[str]]:
    table = parsed(decoded(read_file(file)), file, COLUMNS)
    needed = ("utterance", "emotion", "dialogue_id", "utterance_id")
    if lacking := [name for name in needed if name not in table.columns]:
        raise BadInput(f"{file} lacks the column {' and '.join(lacking)}: is it MELD's table?")
    samples: dict[str, Sample] = {}
    faults: list[str] = []
    for row in table.rows:
        place = f"dia{row.cells['dialogue_id']}_utt{row.cells['utterance_id']}"
        id = f"{file.name.split('_')[0]}/{place}"  # each table counts its dialogues from 0
        if fault := _fault(row, id in samples):
            faults.append(f"{file.name} line {row.line}: {fault}")
        else:
            samples[id] = _sample(id, row.cells)
    return list(samples.values()), faults


def _fault(row: Row, twice: bool) -> str:
    emotion = row.cells["emotion"].casefold()
    if emotion not in EMOTIONS:
        return f"its emotion is {emotion!r}, none of {', '.join(EMOTIONS)}."
    return "it is named twice: the first is used." if twice else ""


def _sample(id: str, cells: Mapping[str, str]) -> Sample:
    return Sample(
        id,
        text=cells["utterance"] or None,
        target=cells["emotion"].casefold(),
        provenance=REAL,
    )


def decoded(data: bytes) -> str:
    """UTF-8; a byte that is none is read as cp1252, and so is a number that only cp1252 prints.

    Examples:
        >>> decoded(b"it\\x92s") == decoded("it\\x92s".encode()) == decoded("it\\u2019s".encode())
        True
    """
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff\x80-\x9f]", _printed, text)


def _printed(found: re.Match[str]) -> str:
    return bytes([ord(found[0]) & 0xFF]).decode("cp1252", "replace")
