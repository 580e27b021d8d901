"""SER30K: stickers that three people each gave one of seven emotions.

    Images/<topic>/<file_name>
    Annotations/image-level/{train,val,test}.json   or   Annotations/{train,val,test}.json
    Annotations/all_annos.json
    Annotations_mg/...                              descriptions, laid out the same, if you have any

The pictures are given on application to the authors and are not part of this repository.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mer_core.datasets.location import existing
from mer_core.datasets.stickers.collection import Gathering, Source, StickerSet, find, real
from mer_core.datasets.stickers.described import sections
from mer_core.datasets.stickers.tables import read_json
from mer_core.errors import BadInput, DataMissing
from mer_core.task import EMOTIONS
from mer_core.types import Sample, View

SPLITS = {"train": "train", "val": "valid", "test": "test"}
"""Name of the file -> name of the split."""

PUBLISHED = {
    "anger": 550,
    "disgust": 42,
    "fear": 165,
    "happiness": 2251,
    "neutral": 2163,
    "sadness": 672,
    "surprise": 305,
}
"""Stickers of each emotion in the test split, worked out from published recalls.

Source: MGHFT, arXiv 2507.18929, and TGCA-PVT; derived, not printed in either.
"""

SOURCE = Source(
    "SER30K (Liu et al., 2022, SER30K: A Large-Scale Dataset for Sticker Emotion Recognition, "
    "ACM Multimedia).",
    "On application to its authors, for research",
)
ALL = "all_annos"
_UNDESCRIBED = (
    "There is no description of this sticker (Annotations_mg); `mer describe` writes one."
)
_Key = tuple[str, str]


def ser30k_set(
    folder: Path | None = None,
    classes: Sequence[str] = EMOTIONS,
    descriptions: Path | None = None,
) -> StickerSet:
    """SER30K as distributed: emotion, three votes, the words in the picture, four views.

    `rated` is the share of the three votes that each emotion got; `text` the words in the picture.

    Args:
        folder: Holds `Images` and `Annotations`; None for `ser30k` among the real data.
        classes: Emotion of label 1, 2, ... 7. The default is alphabetical, as reports print
            them; which number means which is in no published code, so it is unverified.
        descriptions: Folder laid out like `Annotations` whose `text` is a description; None for
            `Annotations_mg` in `folder`, where it is there.

    Raises:
        DataMissing: There is no folder, or no annotation file in it.
        BadInput: A file is damaged, or `classes` are not seven different names.
    """
    if len(classes) != len(EMOTIONS) or len(set(classes)) != len(EMOTIONS):
        raise BadInput(f"SER30K has seven different classes; got {', '.join(classes)}.")
    folder = existing(folder, "ser30k", "SER30K")
    gathered, tested = Gathering(), Counter[str]()
    said = _descriptions(descriptions or folder / "Annotations_mg", descriptions is not None)
    for split, where, row in _rows(folder / "Annotations", gathered):
        if fault := _fault(row):
            gathered.lack(where, fault)
            continue
        key = _key(row)
        told = _told(row, classes, said.get(key, ""))
        tested[str(told.target)] += split == "test"
        gathered.take(told, find(folder / "Images", told.id), key[0], split)
    stickers = tuple(gathered.stickers.values())
    notes, missing = (_order_note(tested, classes),), tuple(gathered.missing)
    return StickerSet("ser30k", stickers, tuple(classes), missing, SOURCE, notes)


def _rows(folder: Path, gathered: Gathering) -> Iterator[tuple[str | None, str, Any]]:
    """Split, place and content of every row; all_annos.json speaks only where no split does."""
    files = _files(folder)
    whole = folder / f"{ALL}.json"
    if not files and not whole.is_file():
        raise DataMissing(
            f"{folder} has neither image-level/train.json nor train.json nor {ALL}.json: "
            "is this the folder of SER30K?"
        )
    seen: set[_Key] = set()
    for name, split in SPLITS.items() if files else ():
        if name not in files:
            gathered.lack(f"{name}.json", f"There is no such file: the split {split} is empty.")
            continue
        for i, row in enumerate(_annotations(files[name])):
            if isinstance(row, Mapping):
                seen.add(_key(row))
            yield split, f"{files[name].name} row {i + 1}", row
    for i, row in enumerate(_annotations(whole) if whole.is_file() else ()):
        where = f"{whole.name} row {i + 1}"
        if not files:
            yield None, where, row
        elif isinstance(row, Mapping) and _key(row) not in seen:
            gathered.lack(where, "It is in none of the split files, so it is left out.")


def _files(folder: Path) -> dict[str, Path]:
    """The split files, in the layout that has any; the inner one wins."""
    for place in (folder / "image-level", folder):
        found = {n: place / f"{n}.json" for n in SPLITS if (place / f"{n}.json").is_file()}
        if found:
            return found
    return {}


def _annotations(path: Path) -> list[Any]:
    told = read_json(path)
    rows = told.get("annotations") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise BadInput(f"{path} has no list 'annotations': copy the file again.")
    return rows


def _key(row: Mapping[str, Any]) -> _Key:
    return str(row.get("topic") or ""), str(row.get("file_name") or "")


def _fault(row: Any) -> str:
    """Why a row cannot be used; "" where it can."""
    if not isinstance(row, Mapping):
        return f"It is no object with named fields but a {type(row).__name__}."
    if not _key(row)[1]:
        return "It has no file_name."
    if _label(row.get("anno")) is None:
        return f"Its anno is {row.get('anno')!r}; a number from 1 to 7 is expected."
    return ""


def _label(value: Any) -> int | None:
    """Index of a class from a label that counts from 1; None where it is no such label."""
    if isinstance(value, bool) or not str(value).strip().isdecimal():
        return None
    label = int(str(value)) - 1
    return label if 0 <= label < len(EMOTIONS) else None


def _told(row: Mapping[str, Any], classes: Sequence[str], description: str) -> Sample:
    votes = [_label(row.get(f"anno{i}")) for i in (1, 2, 3)]
    valid = [vote for vote in votes if vote is not None]
    said, unsaid = sections(description)
    label = _label(row["anno"])
    assert label is not None  # `_fault` saw to it
    return Sample(
        "/".join(part for part in _key(row) if part),
        text=str(row.get("text") or "").strip() or None,
        views=said,
        target=classes[label],
        provenance=real(bool(said)),
        rated={name: valid.count(i) / len(valid) for i, name in enumerate(classes)}
        if valid
        else {},
        missing=unsaid if description.strip() else dict.fromkeys(View, _UNDESCRIBED),
    )


def _descriptions(folder: Path, asked: bool) -> dict[_Key, str]:
    """(topic, file_name) -> description, from every file there; the first one counts."""
    if not folder.is_dir():
        if asked:
            raise DataMissing(f"There is no folder {folder} with descriptions.")
        return {}
    found: dict[_Key, str] = {}
    whole = folder / f"{ALL}.json"
    for path in [*_files(folder).values(), *([whole] if whole.is_file() else [])]:
        for row in _annotations(path):
            if isinstance(row, Mapping):
                found.setdefault(_key(row), str(row.get("text") or ""))
    return found


def _order_note(counts: Mapping[str, int], classes: Sequence[str]) -> str:
    """Whether the order of the classes agrees with the published test split."""
    found = [counts.get(name, 0) for name in classes]
    if {name: counts.get(name, 0) for name in PUBLISHED} == PUBLISHED:
        return "The order of the classes gives the published number of test stickers of each."
    if sum(found) == sum(PUBLISHED.values()):
        by_count = {count: name for name, count in PUBLISHED.items()}
        likely = [by_count.get(count, "?") for count in found]
        return (
            "The order of the classes does NOT give the published number of test stickers of "
            f"each: by those numbers it is {', '.join(likely)}."
        )
    return (
        f"The order of the classes is taken to be {', '.join(classes)}, which is unverified: "
        "no published code names them."
    )
