"""Tiny files in the exact layouts in which the field distributes its sets; made, not copied.

Every function writes a whole set into a folder and returns the path to give to its reader. The
numbers are drawn from a fixed seed, so that a test can say what stands where.
"""

import csv
import json
import pickle
from pathlib import Path

import numpy as np

VIDEO, START = b"03bSnISJMiM", b"0.0"


def numbers(*shape, seed=0):
    """Float32 that are never 0."""
    return np.random.default_rng(seed).uniform(0.1, 1.0, shape).astype("f4")


def dumped(path: Path, value, protocol=4) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def padded_left(rows, longest):
    """(time, feature) arrays as one array with zeros in front."""
    out = np.zeros((len(rows), longest, rows[0].shape[1]), "f4")
    for row, values in zip(out, rows, strict=True):
        row[longest - len(values) :] = values
    return out


# ---------------------------------------------------------------- MulT


LENGTHS = {"text": [3, 5, 2], "audio": [4, 7, 6], "vision": [2, 9, 5]}
"""Positions of each modality of the three utterances of every split of an unaligned file."""


def mult_split(seed, widths=(300, 5, 20), aligned=False):
    """One split as MulT has it: left-padded, minus infinity in the audio, three utterances."""
    part = {}
    for i, (name, width) in enumerate(zip(LENGTHS, widths, strict=True)):
        lengths = LENGTHS["text"] if aligned else LENGTHS[name]
        rows = [numbers(n, width, seed=seed + 10 * i + j) for j, n in enumerate(lengths)]
        part[name] = padded_left(rows, 6 if aligned else 7 + i)
    part["audio"][0, -1, 0] = -np.inf
    return part


def mosi(folder: Path, aligned=False, protocol=4) -> Path:
    """CMU-MOSI: labels (n, 1, 1), ids as tuples of three byte strings."""
    data = {}
    for seed, split in enumerate(("train", "valid", "test")):
        part = mult_split(100 * seed, aligned=aligned)
        part["labels"] = np.array([-1.8, 0.0, 2.4]).reshape(3, 1, 1) + seed / 10
        part["id"] = [(VIDEO, START, str(10 * seed + i).encode()) for i in range(3)]
        data[split] = part
    return dumped(folder / f"mosi_data{'' if aligned else '_noalign'}.pkl", data, protocol)


def mosei(folder: Path) -> Path:
    """CMU-MOSEI: 74 and 35 channels, ids as an array of words."""
    data = {}
    for seed, split in enumerate(("train", "valid", "test")):
        part = mult_split(100 * seed, (300, 74, 35))
        part["labels"] = np.array([-1.0, 0.0, 3.0]).reshape(3, 1, 1)
        part["id"] = np.array([[f"v{seed}{i}", "0.0", "2.5"] for i in range(3)])
        data[split] = part
    return dumped(folder / "mosei_senti_data_noalign.pkl", data)


IEMOCAP_ANSWERS = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]])
"""Yes or no to neutral, happy, sad, angry, of the three utterances."""


def iemocap(folder: Path) -> Path:
    """IEMOCAP: labels (n, 4, 2) one-hot, no ids."""
    data = {}
    for seed, split in enumerate(("train", "valid", "test")):
        part = mult_split(100 * seed, (300, 74, 35))
        part["labels"] = np.eye(2)[IEMOCAP_ANSWERS]
        data[split] = part
    return dumped(folder / "iemocap_data_noalign.pkl", data)


# ---------------------------------------------------------------- MMSA


def mmsa_split(seed, unimodal=False, lengths=True, names="mosi"):
    """One split as MMSA has it: right-padded, lengths, BERT vectors and their mask."""
    text, audio, vision = numbers(3, 6, 768), numbers(3, 9, 5), numbers(3, 8, 20)
    mask = np.zeros((3, 3, 6), "f4")
    for row, n in enumerate((4, 6, 3)):
        mask[row, 0, :n], mask[row, 1, :n] = 101, 1
    ends = {"audio": [5, 9, 2], "vision": [3, 8, 0]}
    for name, values in (("audio", audio), ("vision", vision)):
        for row, n in enumerate(ends[name]):
            values[row, n:] = 0
    vision[1, 2, 3], audio[1, 4, 0] = np.nan, -np.inf
    part = {
        "raw_text": ["I like it", "so so", "no"],
        "text": text,
        "text_bert": mask,
        "audio": audio,
        "vision": vision,
        "id": [f"video_{seed:04d}$_${i:04d}" for i in range(3)],
        "annotations": ["Positive", "Neutral", "Negative"],
        "classification_labels": np.array([2, 1, 0]),
        "regression_labels": np.array([0.8, 0.0, -0.6], "f4"),
    }
    if lengths:
        part |= {f"{name}_lengths": n for name, n in ends.items()}
    if unimodal:
        part |= {
            f"regression_labels_{x}": np.array([0.2 * i, 0.0, -1.0]) for i, x in enumerate("TAV")
        }
    return part


def mmsa(folder: Path, **how) -> Path:
    splits = enumerate(("train", "valid", "test"))
    return dumped(folder / "unaligned_50.pkl", {s: mmsa_split(i, **how) for i, s in splits})


def ch_sims(folder: Path, words=False) -> Path:
    """CH-SIMS v2: unimodal labels; the words only in meta.csv, whose clip numbers lost zeros."""
    data = {}
    for seed, split in enumerate(("train", "valid", "test")):
        data[split] = mmsa_split(seed, unimodal=True)
        if not words:
            del data[split]["raw_text"]
    dumped(folder / "ch-simsv2s.pkl", data)
    head = ["video_id", "clip_id", "text", "label", "label_T", "label_A", "label_V", "annotation"]
    with (folder / "meta.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*head, "mode"])
        for seed, split in enumerate(("train", "valid", "test")):
            for i, said in enumerate(("我喜欢", "还行", "不")):
                row = [f"video_{seed:04d}", i, said, 0.8, 0, 0.2, 0.4, "Positive", split]
                table.writerow(row)
    return folder


# ---------------------------------------------------------------- MultiBench


def multibench(folder: Path, name="sarcasm") -> Path:
    """A pack of MultiBench: word-aligned, left-padded; the last utterance has no words."""
    widths = {"sarcasm": (300, 81, 371), "humor": (300, 81, 371), "mosi_raw": (300, 74, 35)}[name]
    labels = {
        "sarcasm": np.array([[1.0], [-1.0], [1.0]]),
        "humor": np.array([[1], [0], [1]]),
        "mosi_raw": np.array([[[2.4]], [[-0.6]], [[0.0]]]),
    }[name]
    data = {}
    for seed, split in enumerate(("train", "valid", "test")):
        part = mult_split(100 * seed, widths, aligned=True)
        part["text"][2] = 0
        data[split] = part | {"labels": labels, "id": np.array([f"{seed}_{i}" for i in range(3)])}
    return dumped(folder / f"{name}.pkl", data)


# ---------------------------------------------------------------- UR-FUNNY


def ur_funny(folder: Path, version=2, as_arrays=False) -> Path:
    """Six pickles; features as lists of lists, a vector for padding at index 0."""
    ids = {"train": [1, 2], "dev": [3], "test": [4]}
    words = {1: "so he said", 2: "well yes", 3: "and that was it", 4: "thanks"}
    language, voice, face = {}, {}, {}
    for id, said in words.items():
        count = len(said.split())
        language[id] = {
            "punchline_embedding_indexes": [id + i for i in range(count)],
            "context_embedding_indexes": [[1, 2], [3]],
            "punchline_sentence": said,
            "context_sentences": ["one two", "three"],
            "punchline_intervals": [[10.0 + i, 10.5 + i] for i in range(count)],
            "context_intervals": [[[0.0, 1.0], [1.0, 2.0]], [[2.0, 3.0]]],
        }
        for table, width in ((voice, 81), (face, 371 if version == 2 else 75)):
            values = numbers(count, width, seed=id).astype(float)
            table[id] = {
                "punchline_features": values if as_arrays else values.tolist(),
                "context_features": [[[0.5] * width] * 2, [[0.5] * width]],
            }
    voice[1]["punchline_features"][0][0] = float("-inf")
    dumped(folder / "data_folds.pkl", ids)
    name = "language_sdk" if version == 2 else "word_embedding_indexes_sdk"
    dumped(folder / f"{name}.pkl", language)
    dumped(folder / "covarep_features_sdk.pkl", voice)
    dumped(folder / "openface_features_sdk.pkl", face)
    dumped(folder / "humor_label_sdk.pkl", {1: 1, 2: 0, 3: 1, 4: 0})
    vectors = [[0.0] * 300, *numbers(9, 300).astype(float).tolist()]
    dumped(folder / "word_embedding_list.pkl", vectors)
    return folder


# ---------------------------------------------------------------- MUStARD


SHOWS = ("BBT", "FRIENDS", "GOLDENGIRLS", "BBT", "FRIENDS")


def mustard(folder: Path, voices=True, lines=40) -> Path:
    """Lines in turn from four shows; five folds; the voice as (283, moments)."""
    told, sound = {}, {}
    for i in range(lines):
        id = f"{1 + i % 2}_{60 + i}"
        told[id] = {
            "utterance": f"It's just a privilege, number {i}.",
            "speaker": "SHELDON",
            "context": ["I never would have.", "What's your plan?"],
            "context_speakers": ["LEONARD", "SHELDON"],
            "show": SHOWS[i % len(SHOWS)],
            "sarcasm": bool(i // 2 % 2),
        }
        sound[id] = numbers(283, 4 + i % 3, seed=i).astype("f8")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sarcasm_data.json").write_text(json.dumps(told, indent=4), "utf-8")
    places = np.arange(lines)
    folds = [(places[places % 5 != k], places[places % 5 == k]) for k in range(5)]
    dumped(folder / "split_indices.p", folds, 2)
    if voices:
        dumped(folder / "audio_features.p", sound, 2)
    return folder


# ---------------------------------------------------------------- MELD


def meld(folder: Path, apostrophe=b"\x92") -> Path:
    """Three tables; the apostrophe as cp1252 writes it, whatever the rest is."""
    head = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,"
    rows = (
        '1,"Oh my, he@s lost it.",Phoebe,sadness,negative,0,0,4,7,"00:20:57,256","00:21:00,049"',
        '2,What?,Monica,surprise,negative,0,1,4,7,"00:21:01,927","00:21:03,261"',
        '3,You@re a genius!,Chandler,joy,positive,1,0,4,4,"00:12:32,334","00:12:33,960"',
    )
    folder.mkdir(parents=True, exist_ok=True)
    for stem in ("train", "dev", "test"):
        text = "\n".join([head + "StartTime,EndTime", *rows, ""]).encode()
        (folder / f"{stem}_sent_emo.csv").write_bytes(text.replace(b"@", apostrophe))
    return folder


# ---------------------------------------------------------------- MSE-Adapter


def mse_adapter(folder: Path, name="meld") -> Path:
    """A list of utterances for each split: right-padded voice and face with their lengths."""
    labels = {"meld": ("joy", "neutral", "anger"), "cherma": ("高兴", "平静", "愤怒")}[name]
    for seed, split in enumerate(("train", "valid", "test")):
        items = []
        for i, label in enumerate(labels):
            inside = {"text": f"line {i}", "audio_len": 3 + i, "video_len": 2 * i}
            inside["audio"] = numbers(7, 64, seed=seed + i)
            inside["video"] = numbers(6, 32, seed=seed + i)
            inside["audio"][3 + i :], inside["video"][2 * i :] = 0, 0
            items.append({"features": inside, "label": label})
        dumped(folder / f"{name}_{split}.pkl", items)
    return folder


# ---------------------------------------------------------------- the word-aligned extract


def mosi_words(folder: Path) -> Path:
    """Flat arrays cut by offsets; five utterances of three videos; the vectors beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    offsets = np.array([0, 2, 5, 6, 10, 12])
    ids = np.arange(12, dtype="i4") % 7
    np.savez(
        folder / "mosi_aligned.npz",
        offsets=offsets,
        word_ids=ids,
        words=np.array([f"w{i}" for i in ids]),
        audio=numbers(12, 74),
        vision=numbers(12, 47, seed=1),
        label=np.array([0.8, -1.6, 2.0, -2.2, 0.0], "f4"),
        segment=np.array([f"video{v}[{i}]" for i, v in enumerate((0, 0, 1, 1, 2))]),
        video=np.array(["video0", "video0", "video1", "video1", "video2"]),
    )
    vectors = {"words": np.array([f"w{i}" for i in range(7)]), "vectors": numbers(7, 300, seed=2)}
    np.savez(folder / "mosi_glove840b_300d.npz", **vectors)
    return folder / "mosi_aligned.npz"


WRITERS = {
    "mosi": mosi,
    "mosi, word-aligned": lambda folder: mosi(folder, aligned=True),
    "mosi, extract": mosi_words,
    "mosei": mosei,
    "iemocap": iemocap,
    "mmsa": mmsa,
    "ch-sims-v2": ch_sims,
    "multibench, sarcasm": multibench,
    "multibench, humor": lambda folder: multibench(folder, "humor"),
    "multibench, mosi_raw": lambda folder: multibench(folder, "mosi_raw"),
    "ur-funny": ur_funny,
    "ur-funny, version 1": lambda folder: ur_funny(folder, version=1),
    "mustard": mustard,
    "meld": meld,
    "mse-adapter, meld": mse_adapter,
    "mse-adapter, cherma": lambda folder: mse_adapter(folder, "cherma"),
}
"""Format -> what writes it. The part before the comma is the key in DATASETS."""
