"""A user's own stickers, and what every reader shares: tables, pictures, splits, descriptions."""

import json
import os
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from mer_core.datasets import open_dataset, real_stickers
from mer_core.datasets.stickers.collection import Absent, find
from mer_core.datasets.stickers.described import sections
from mer_core.datasets.stickers.folder import folder_set
from mer_core.datasets.stickers.splits import kept_split, stratified
from mer_core.datasets.stickers.tables import read_json, read_table
from mer_core.errors import BadInput, DataMissing, UnknownName
from mer_core.types import View


def picture(path, colour=(200, 40, 40)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 10), colour).save(path)
    return path


@pytest.fixture
def own(tmp_path):
    """A folder with two pictures and room for a table."""
    picture(tmp_path / "a.png")
    picture(tmp_path / "more" / "b.png", (0, 0, 255))
    return tmp_path


def table(folder, text, encoding="utf-8", name="stickers.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# ---------------------------------------------------------------- tables of one's own


def test_a_table_gives_pictures_labels_views_and_words(own):
    table(
        own,
        "emotion,file,intention,role,text\n"
        'Joy,a.png,"It says hello, gladly.",A cat.,hi\n'
        "sadness,more/b.png,,,\n",
    )

    found = folder_set(own)

    first, second = found
    assert (found.classes, found.missing) == (("joy", "sadness"), ())
    assert (first.id, first.target, first.text) == ("a.png", "joy", "hi")
    assert first.views == {View.INTENTION: "It says hello, gladly.", View.ROLE: "A cat."}
    assert first.missing[View.STYLE] == "The CSV has no column 'style'."
    assert second.missing[View.ROLE] == "Its cell is empty."
    assert (second.text, second.views) == (None, {})
    assert first.image.shape == (10, 12, 3)
    assert tuple(second.image[0, 0]) == (0, 0, 255)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_byte_order_marks_do_not_matter(own, delimiter, encoding):
    lines = ("Picture", " LABEL ", "style"), ("a.png", "fröhlich", "黑白"), ("more\\b.png", "", "")
    table(own, "\r\n".join(delimiter.join(cells) for cells in lines), encoding)

    found = folder_set(own)

    assert [s.target for s in found.told] == ["fröhlich", None]
    assert found.told[0].views == {View.STYLE: "黑白"}
    assert found[1].image is not None


def test_what_describe_writes_is_read_with_its_reasons_and_folders_give_the_labels(own):
    heads = [*View, *(f"missing_{view}" for view in View)]
    cells = ["It thanks.", "", "", "", "", "", "The server was down.", ""]
    lines = [f"file,{','.join(heads)}", f"more/b.png,{','.join(cells)}", f"a.png,{',' * 7}"]
    table(own, "\n".join(lines))

    found = folder_set(own)

    assert found.told[0].views == {View.INTENTION: "It thanks."}
    assert found.told[0].missing[View.ROLE] == "The server was down."
    assert found.told[0].missing[View.STYLE] == "Its cell is empty."
    assert [s.target for s in found.told] == ["more", None]
    assert found.notes == ("Folders are taken as emotions: more.",)


def test_another_encoding_is_refused_in_a_sentence_and_can_be_named(own):
    path = table(own, "file,emotion\na.png,fröhlich\n", "cp1252")

    with pytest.raises(BadInput, match=r"not written in utf-8: save it as UTF-8"):
        folder_set(path)

    assert folder_set(path, ("utf-8", "cp1252")).classes == ("fröhlich",)


def test_unknown_columns_are_told_with_a_guess(own):
    table(own, "file,emotoin,colour\na.png,joy,red\n")

    found = folder_set(own)

    assert found.told[0].target is None
    assert "'emotoin' of stickers.csv is not read. Did you mean 'emotion'?" in found.notes[0]
    assert found.notes[1].startswith("The column 'colour' of stickers.csv is not read. Known: file")


def test_what_cannot_be_used_is_listed_and_the_rest_is_read(own):
    table(
        own,
        "file,emotion\na.png,joy\na.png,anger\ngone.png,joy\n,joy\nmore/b.png,joy,it spilled\n",
    )

    found = folder_set(own)

    assert [s.id for s in found.told] == ["a.png"]
    assert found.told[0].target == "joy"
    assert found.missing == (
        Absent("a.png", "It is named twice: the first row is used."),
        Absent("gone.png", "There is no such picture."),
        Absent("stickers.csv line 5", "It names no picture."),
        Absent(
            "stickers.csv line 6",
            "It has more cells than there are columns: put quotes around text with commas.",
        ),
    )


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "more/../../secret.png", "{root}/secret.png", "link.png", "..\\secret.png"],
)
def test_a_path_that_leaves_the_folder_is_never_opened(tmp_path, name):
    secret = picture(tmp_path / "secret.png")
    inside = tmp_path / "inside"
    picture(inside / "more" / "a.png")
    (inside / "link.png").symlink_to(secret)
    table(inside, f"file\n{name.format(root=tmp_path)}\nmore/a.png\n")

    found = folder_set(inside)

    assert [s.id for s in found.told] == ["more/a.png"]
    assert [gap.why for gap in found.missing] == [
        "This path leaves the folder of the set: it is not opened."
    ]


@pytest.mark.parametrize("name", ["a\0.png", "x" * 5000 + ".png", "more"])
def test_a_name_that_is_no_file_is_a_gap(own, name):
    assert isinstance(find(own, name), Absent)
    assert find(own, "more/b.png") == (own / "more" / "b.png").resolve()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names none of the columns file"),
        ("name;feeling\na.png;joy\n", "it is 'name;feeling'"),
        ("emotion,text\njoy,hi\n", "has no column 'file'"),
        ("file,picture\na.png,a.png\n", "has both 'file' and 'picture'"),
        ("file,emotion,label\na.png,joy,joy\n", "has both 'emotion' and 'label'"),
        ("file,text,Text\na.png,x,y\n", "names the column 'text' twice"),
        ('file,text\na.png,"never closed\n', "Look for an open quote"),
        ("file,text\na.png," + "x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_broken_table_is_one_sentence(own, text, says):
    table(own, text)

    with pytest.raises(BadInput) as caught:
        folder_set(own)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_csv_may_lie_alone_beside_its_pictures_and_be_named(own):
    one = table(own, "file\na.png\n", name="one.csv")
    table(own, "file\nmore/b.png\n", name="two.csv")

    assert [s.id for s in folder_set(one)] == ["a.png"]
    with pytest.raises(BadInput, match=r"several tables \(one.csv, two.csv\)"):
        folder_set(own)


# ---------------------------------------------------------------- folders of pictures


def test_folders_are_emotions_and_loose_pictures_have_none(tmp_path):
    for name in ("Joy/a.png", "Joy/deep/b.png", "fear/c.png", "loose.png", ".hidden/d.png"):
        picture(tmp_path / name)
    (tmp_path / "fear" / "notes.txt").write_text("x")
    (tmp_path / "fear" / "e.heic").write_bytes(b"x")

    found = folder_set(tmp_path)

    assert found.classes == ("fear", "joy")
    assert {s.id: s.target for s in found.told} == {
        "Joy/a.png": "joy",
        "Joy/deep/b.png": "joy",
        "fear/c.png": "fear",
        "loose.png": None,
    }
    assert found.missing == (
        Absent("fear/e.heic", "This kind of picture is not read: save it as PNG."),
    )
    assert found.notes == ("Folders are taken as emotions: fear, joy.",)


def test_an_empty_folder_is_an_empty_set(tmp_path):
    found = folder_set(tmp_path)

    assert (len(found), found.classes, found.missing, dict(found.sizes)) == (0, (), (), {})
    assert list(found) == []


def test_no_folder_and_no_table_are_sentences(tmp_path):
    with pytest.raises(DataMissing, match="--path"):
        folder_set(None)
    with pytest.raises(DataMissing, match="There is no file or folder"):
        folder_set(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="neither a folder nor a CSV"):
        folder_set(picture(tmp_path / "a.png"))


# ---------------------------------------------------------------- a set, opened


def test_pictures_are_read_when_asked_for_and_not_before(own):
    found = folder_set(own)
    (own / "a.png").write_bytes((own / "a.png").read_bytes()[:50])
    (own / "more" / "b.png").unlink()

    assert [s.image for s in found.told] == [None, None]
    with pytest.raises(BadInput, match=r"sticker a\.png.*damaged or cut off"):
        _ = found[0]
    with pytest.raises(DataMissing, match=r"sticker more/b\.png cannot be opened"):
        _ = found[-1]
    with pytest.raises(IndexError):
        _ = found[2]


def test_slices_and_choices_are_sets_that_keep_their_classes(tmp_path):
    for emotion in ("joy", "fear"):
        for i in range(3):
            picture(tmp_path / emotion / f"{i}.png")

    found = folder_set(tmp_path)
    joy = found.where(lambda sticker: sticker.told.target == "joy")

    assert [s.id for s in found[4:]] == ["joy/1.png", "joy/2.png"]
    assert [s.id for s in found.select([5, 0])] == ["joy/2.png", "fear/0.png"]
    assert (len(joy), joy.classes) == (3, found.classes)
    assert len(found.rated) == 0
    assert len(found.unrated) == 6
    with pytest.raises(UnknownName, match="Did you mean 'train'"):
        found.split("trian")


def test_a_transparent_picture_is_laid_on_white(tmp_path):
    Image.new("RGBA", (12, 10), (255, 0, 0, 0)).save(tmp_path / "clear.png")

    assert (folder_set(tmp_path)[0].image == 255).all()


# ---------------------------------------------------------------- the table of data sets


def test_a_set_opens_by_name_and_a_set_without_splits_is_given_whole(own):
    assert len(open_dataset("folder", "test", path=own)) == 2
    assert len(open_dataset("folder", "valid", 1, own)) == 1
    with pytest.raises(UnknownName):
        open_dataset("folders", "test", path=own)
    with pytest.raises(BadInput, match="puppet-stickers is generated"):
        open_dataset("puppet-stickers", "test", path=own)


def test_looking_for_a_set_never_raises(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_DATA_DIR", str(tmp_path))
    (tmp_path / "ser30k").mkdir()

    absent, hollow = real_stickers("met-meme").look(), real_stickers("ser30k").look()
    here = real_stickers("folder").describe(tmp_path)

    assert (absent["present"], absent["where"]) == (False, "MER_DATA_DIR/met_meme")
    assert "--path" in absent["says"]
    assert not hollow["present"]
    assert "is this the folder of SER30K?" in hollow["says"]
    assert (here["present"], here["missing"], here["classes"]) == (True, 0, [])


# ---------------------------------------------------------------- JSON and CSV at the bottom


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'[{"a": 1', "no whole JSON: Expecting"),
        (b"", "no whole JSON"),
        (b"[" * 100_000, "nested too deeply"),
        ('["fröhlich"]'.encode("latin-1"), "not written in utf-8"),
    ],
)
def test_broken_json_says_where(tmp_path, data, says):
    path = tmp_path / "x.json"
    path.write_bytes(data)

    with pytest.raises(BadInput) as caught:
        read_json(path)

    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_json_may_have_a_byte_order_mark(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes('{"a": "é"}'.encode("utf-8-sig"))

    assert read_json(path) == {"a": "é"}


def test_a_table_is_read_by_names_and_keeps_lines_within_quotes(tmp_path):
    path = table(tmp_path, '\n Text ,,FILE\n"two\nlines",x,a.png\n,,\nlast\n')

    read = read_table(path, ("file", "text"))

    assert read.columns == ("text", "file")
    assert [row.cells for row in read.rows] == [
        {"text": "two\nlines", "file": "a.png"},
        {"text": "last", "file": ""},
    ]


# ---------------------------------------------------------------- splits


def test_every_class_is_split_alike_and_the_order_of_the_file_does_not_matter():
    answers = {f"{emotion}{i}": emotion for emotion in ("joy", "fear") for i in range(20)}
    split = stratified(answers)

    counts = Counter((answers[name], place) for name, place in split.items())
    assert {counts[e, "train"] for e in ("joy", "fear")} == {12}
    assert {counts[e, p] for e in ("joy", "fear") for p in ("valid", "test")} == {4}
    assert split == stratified(dict(reversed(answers.items())))
    assert split != stratified(answers, seed=1)


@pytest.mark.parametrize(("n", "shares"), [(1, (1, 0, 0)), (2, (2, 0, 0)), (3, (1, 1, 1))])
def test_a_small_class_is_in_every_split_or_in_training_only(n, shares):
    counts = Counter(stratified({str(i): "fear" for i in range(n)}).values())

    assert tuple(counts[p] for p in ("train", "valid", "test")) == shares


def test_a_split_is_kept_and_read_again(tmp_path):
    path = tmp_path / "split.json"
    answers = {str(i): "joy" for i in range(10)}

    first, note = kept_split(path, answers)
    grown, told = kept_split(path, answers | {"new": "joy"})

    assert not note
    assert grown == first
    assert told.startswith("1 of the labels are in no split")
    assert os.listdir(tmp_path) == ["split.json"]


def test_a_damaged_or_foreign_split_is_refused(tmp_path):
    path = tmp_path / "split.json"
    kept_split(path, {"a": "joy"}, seed=3)
    with pytest.raises(BadInput, match="seed 3, not 0"):
        kept_split(path, {"a": "joy"})

    for splits in ({"train": ["a"]}, {"train": ["a"], "valid": ["a"], "test": []}, None):
        path.write_text(json.dumps({"format": 1, "seed": 0, "splits": splits}))
        with pytest.raises(BadInput, match="is no split of format 1"):
            kept_split(path, {"a": "joy"})


def test_a_split_that_cannot_be_kept_is_told_and_used(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")

    split, note = kept_split(blocked / "split.json", {"a": "joy"})

    assert split == {"a": "train"}
    assert note.startswith("The split could not be kept")


# ---------------------------------------------------------------- descriptions


def test_sections_are_known_by_name_in_any_order_and_number():
    said, unsaid = sections(
        "Sure! #The sticker's postures and expression are calm. #the stickers' Styles are flat.\n"
        "# The sticker\u2019s intentions are kind #The sticker's main role is a cat"
    )

    assert list(said) == list(View)
    assert said[View.POSTURE] == "The sticker's postures and expression are calm."
    assert said[View.STYLE] == "the stickers' Styles are flat."
    assert said[View.INTENTION] == "The sticker\u2019s intentions are kind"
    assert said[View.ROLE] == "The sticker's main role is a cat"
    assert unsaid == {}


def test_an_absent_or_empty_section_is_a_missing_view_and_never_an_empty_sentence():
    said, unsaid = sections("#The sticker's style is: #The sticker's colour is red #1 cat")

    assert said == {}
    assert unsaid[View.STYLE] == "Its section is empty."
    assert unsaid[View.POSTURE] == "The description has no section of this name."
    assert sections("")[1] == dict.fromkeys(View, "It is not described.")


def test_gesture_and_posture_are_one_view():
    said, _ = sections("#The sticker's gesture is a wave. #The sticker's posture is upright.")

    assert (
        said[View.POSTURE] == "The sticker's gesture is a wave. The sticker's posture is upright."
    )


def test_samples_of_a_slice_have_pictures(own):
    images = [sample.image for sample in folder_set(own)[:2]]

    assert all(isinstance(image, np.ndarray) and image.dtype == np.uint8 for image in images)
