"""SER30K, MET-MEME and the emoji, read from fixtures in their exact layouts."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from mer_core.datasets import open_dataset
from mer_core.datasets.location import data_folder
from mer_core.datasets.stickers import emoji, met_meme, ser30k
from mer_core.datasets.stickers.collection import Absent
from mer_core.datasets.stickers.emoji import emoji_set
from mer_core.datasets.stickers.met_meme import met_meme_set
from mer_core.datasets.stickers.ser30k import ser30k_set
from mer_core.errors import BadInput, DataMissing
from mer_core.task import EMOTIONS
from mer_core.types import View

FIXTURES = Path(__file__).parents[1] / "fixtures" / "stickers"


@pytest.fixture
def shelf(tmp_path):
    """Copies of the fixtures, named as among the real data, free to be damaged."""
    shutil.copytree(FIXTURES, tmp_path / "data")
    return tmp_path / "data"


def rewrite(path, change):
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(change(told)), "utf-8")


# ---------------------------------------------------------------- SER30K


def test_ser30k_gives_labels_votes_words_and_splits(shelf):
    found = ser30k_set(shelf / "ser30k")

    bear = found[0]
    assert dict(found.sizes) == {"train": 2, "valid": 1, "test": 1}
    assert (bear.id, bear.target, bear.text) == ("bear_pack/001.png", "happiness", "hello")
    assert bear.rated == pytest.approx(
        {"happiness": 2 / 3, "neutral": 1 / 3} | {e: 0 for e in EMOTIONS if e[0] not in "hn"}
    )
    assert [s.target for s in found.told] == ["happiness", "anger", "neutral", "surprise"]
    assert found.groups == ("bear_pack", "bear_pack", "cat_pack", "cat_pack")
    assert all(sample.image.shape == (10, 12, 3) for sample in found)


def test_ser30k_lists_pictures_that_are_gone_and_rows_in_no_split(shelf):
    assert ser30k_set(shelf / "ser30k").missing == (
        Absent("bear_pack/gone.png", "There is no such picture."),
        Absent("all_annos.json row 6", "It is in none of the split files, so it is left out."),
    )


def test_ser30k_views_are_known_by_name_and_a_missing_one_says_why(shelf):
    bear, bears, cat, undescribed = ser30k_set(shelf / "ser30k").told

    assert bear.views[View.INTENTION] == "The sticker's intention is to greet."
    assert bear.views[View.POSTURE] == "The sticker's gesture is a wave."
    assert bears.views[View.POSTURE] == "The sticker's postures are stiff."
    assert not bear.missing
    assert set(cat.views) == {View.INTENTION, View.ROLE}
    assert cat.missing == {
        View.STYLE: "Its section is empty.",
        View.POSTURE: "The description has no section of this name.",
    }
    assert set(undescribed.missing) == set(View)
    assert "mer describe" in undescribed.missing[View.STYLE]


def test_ser30k_reads_both_layouts_alike(shelf):
    inner = ser30k_set(shelf / "ser30k")
    for part in ("Annotations", "Annotations_mg"):
        for path in (shelf / "ser30k" / part / "image-level").iterdir():
            path.rename(path.parents[1] / path.name)
        (shelf / "ser30k" / part / "image-level").rmdir()

    outer = ser30k_set(shelf / "ser30k")

    assert outer.told == inner.told
    assert outer.sizes == inner.sizes


def test_ser30k_with_all_annotations_alone_has_no_splits(shelf):
    shutil.rmtree(shelf / "ser30k" / "Annotations" / "image-level")

    found = ser30k_set(shelf / "ser30k")

    assert dict(found.sizes) == {"unsplit": 5}
    assert found.told[-1].id == "cat_pack/stray.png"


def test_ser30k_without_a_split_file_lists_it(shelf):
    (shelf / "ser30k" / "Annotations" / "image-level" / "val.json").unlink()

    found = ser30k_set(shelf / "ser30k")

    assert dict(found.sizes) == {"train": 2, "test": 1}
    assert Absent("val.json", "There is no such file: the split valid is empty.") in found.missing


def test_ser30k_takes_another_order_of_classes_and_says_that_its_own_is_unverified(shelf):
    turned = tuple(reversed(EMOTIONS))

    plain, other = ser30k_set(shelf / "ser30k"), ser30k_set(shelf / "ser30k", turned)

    assert "unverified" in plain.notes[0]
    assert other.classes == turned
    assert [s.target for s in other.told] == ["happiness", "surprise", "fear", "anger"]
    assert other.told[0].rated["fear"] == pytest.approx(1 / 3)
    with pytest.raises(BadInput, match="seven different classes"):
        ser30k_set(shelf / "ser30k", EMOTIONS[:6])


def test_ser30k_checks_the_order_against_published_counts(shelf, monkeypatch):
    assert sum(ser30k.PUBLISHED.values()) == 6_148
    few = {name: count for count, name in enumerate(EMOTIONS, start=1)}
    monkeypatch.setattr(ser30k, "PUBLISHED", few)
    rows = [
        {"topic": "t", "file_name": f"{label}-{i}.png", "text": "", "anno": label + 1}
        for label, count in enumerate(few.values())
        for i in range(count)
    ]
    test = shelf / "ser30k" / "Annotations" / "image-level" / "test.json"
    test.write_text(json.dumps({"annotations": rows}))

    right = ser30k_set(shelf / "ser30k").notes[0]
    wrong = ser30k_set(shelf / "ser30k", tuple(reversed(EMOTIONS))).notes[0]

    assert right == "The order of the classes gives the published number of test stickers of each."
    assert f"by those numbers it is {', '.join(EMOTIONS)}" in wrong


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"topic": "bear_pack", "file_name": "001.png", "anno": 8}, "from 1 to 7"),
        ({"topic": "bear_pack", "file_name": "001.png", "anno": 0}, "from 1 to 7"),
        ({"topic": "bear_pack", "file_name": "001.png", "anno": True}, "from 1 to 7"),
        ({"topic": "bear_pack", "file_name": "001.png"}, "from 1 to 7"),
        ({"topic": "bear_pack", "anno": 1}, "no file_name"),
        ({"topic": "..", "file_name": "../x.png", "anno": 1}, "leaves the folder"),
        ({"topic": "", "file_name": "/etc/hostname", "anno": 1}, "leaves the folder"),
        ("a string", "no object"),
    ],
)
def test_ser30k_lists_a_row_that_cannot_be_used(shelf, row, why):
    path = shelf / "ser30k" / "Annotations" / "image-level" / "train.json"
    rewrite(path, lambda told: {"annotations": [row]})
    (shelf / "ser30k" / "Annotations" / "all_annos.json").unlink()

    found = ser30k_set(shelf / "ser30k")

    assert dict(found.sizes) == {"valid": 1, "test": 1}
    assert why in found.missing[0].why


def test_ser30k_counts_only_votes_that_were_given(shelf):
    path = shelf / "ser30k" / "Annotations" / "image-level" / "train.json"

    def fewer(told):
        first, second, _ = told["annotations"]
        first |= {"anno": "4", "anno1": "4", "anno2": None, "anno3": 9}
        for i in (1, 2, 3):
            del second[f"anno{i}"]
        return {"annotations": [first, second]}

    rewrite(path, fewer)
    first, second = ser30k_set(shelf / "ser30k").told[:2]

    assert (first.target, first.rated["happiness"], sum(first.rated.values())) == (
        "happiness",
        1.0,
        1.0,
    )
    assert second.rated == {}


def test_ser30k_that_is_damaged_or_elsewhere_is_one_sentence(shelf, tmp_path):
    train = shelf / "ser30k" / "Annotations" / "image-level" / "train.json"
    with pytest.raises(DataMissing, match="say where it is with --path"):
        ser30k_set(tmp_path / "nowhere")
    with pytest.raises(DataMissing, match="with descriptions"):
        ser30k_set(shelf / "ser30k", descriptions=tmp_path / "nowhere")
    train.write_text("[]")
    with pytest.raises(BadInput, match="has no list 'annotations'"):
        ser30k_set(shelf / "ser30k")
    train.write_text('{"annotations": [')
    with pytest.raises(BadInput, match="no whole JSON"):
        ser30k_set(shelf / "ser30k")


def test_ser30k_may_be_empty(shelf):
    for path in (shelf / "ser30k" / "Annotations").rglob("*.json"):
        path.write_text('{"annotations": []}')

    found = ser30k_set(shelf / "ser30k")

    assert (len(found), found.missing, found.classes) == (0, (), EMOTIONS)


# ---------------------------------------------------------------- MET-MEME


def test_the_fixture_is_in_the_encoding_and_width_of_the_real_tables():
    data = (FIXTURES / "met_meme" / "label_C.csv").read_bytes()

    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    head = data.decode("gb18030").split("\r\n")[0]
    assert head.startswith("images_name,")
    assert head.count(",") > 200
    assert head.index("source domain") < head.index("target domain")


def test_met_meme_gives_sentiments_of_its_own_and_the_words(shelf):
    found = met_meme_set(shelf / "met_meme")

    chinese = {s.id: s for s in found.told if s.id.startswith("C/")}
    assert found.classes == met_meme.CLASSES != EMOTIONS
    assert Counter(s.target for s in found.told if s.id.startswith("E/")) == {
        "happiness": 5,
        "sorrow": 3,
    }
    assert chinese["C/Image_(1).jpg"].target == "anger"
    assert chinese["C/Image_(1).jpg"].text == "别走\uff01\n你走吧, 好"
    assert chinese["C/Image_(2).jpg"].text is None
    assert set(found.told[0].missing) == set(View)
    assert found[0].image.shape == found[-1].image.shape == (10, 12, 3)


def test_met_meme_lists_a_label_without_its_picture(shelf):
    found = met_meme_set(shelf / "met_meme", ["E"])

    assert found.missing == (Absent("image_ (8).jpg", "There is no such picture."),)
    assert not [s for s in found.told if s.target == "surprise"]


def test_met_meme_keeps_its_split_beside_the_tables(shelf):
    first = met_meme_set(shelf / "met_meme", ["E"])
    kept = shelf / "met_meme" / "split_E_seed0.json"
    rewrite(kept, lambda told: told | {"splits": told["splits"] | {"test": [], "valid": []}})
    again = met_meme_set(shelf / "met_meme", ["E"])

    assert dict(first.sizes) == {"train": 4, "valid": 2, "test": 2}
    assert again.sizes["train"] == 4
    assert again.sizes["unsplit"] == 4
    assert "delete it to split anew" in again.notes[0]


def test_met_meme_splits_alike_whichever_pictures_are_here(shelf):
    whole = {s.told.id: s.split for s in met_meme_set(shelf / "met_meme", ["E"]).stickers}
    (shelf / "met_meme" / "split_E_seed0.json").unlink()
    (shelf / "met_meme" / "Eimages" / "image_ (0).jpg").unlink()
    less = {s.told.id: s.split for s in met_meme_set(shelf / "met_meme", ["E"]).stickers}

    assert less.items() < whole.items()


@pytest.mark.parametrize("language", ["E", "C"])
def test_met_meme_reads_columns_by_name_in_any_order(shelf, language):
    before = met_meme_set(shelf / "met_meme", [language])
    path = shelf / "met_meme" / f"label_{language}.csv"
    lines = path.read_bytes().decode("gb18030").split("\r\n")
    turned = [",".join(reversed(line.split(","))) for line in lines]
    path.write_bytes("\r\n".join(turned).encode("gb18030"))

    assert met_meme_set(shelf / "met_meme", [language]).told == before.told


def test_met_meme_believes_the_number_and_lists_cells_that_have_none(shelf):
    path = shelf / "met_meme" / "label_E.csv"
    path.write_text(
        "file_name,sentiment category\n"
        "image_ (0).jpg,4(hate)\n"
        "image_ (1).jpg, 6 \n"
        "image_ (2).jpg,8(joy)\n"
        "image_ (3).jpg,happiness\n"
        "image_ (4).jpg,\n"
        "image_ (0).jpg,1(happiness)\n"
    )

    found = met_meme_set(shelf / "met_meme", ["E"])

    assert [s.target for s in found.told] == ["sorrow", "hate"]
    assert [gap.what for gap in found.missing] == [f"image_ ({i}).jpg" for i in (2, 3, 4, 0)]
    assert found.notes[-1].startswith("1 cells of label_E.csv name another sentiment")


def test_met_meme_without_a_language_lists_it_and_without_labels_is_missing(shelf):
    (shelf / "met_meme" / "label_C.csv").unlink()
    (shelf / "met_meme" / "E_text.csv").unlink()

    found = met_meme_set(shelf / "met_meme")

    assert {gap.what for gap in found.missing} >= {"label_C.csv", "E_text.csv"}
    assert {s.text for s in found.told} == {None}
    with pytest.raises(DataMissing, match="is this the folder of MET-MEME"):
        met_meme_set(shelf / "met_meme", ["C"])
    with pytest.raises(BadInput, match="no language 'D'"):
        met_meme_set(shelf / "met_meme", ["D"])


def test_met_meme_table_without_sentiments_is_one_sentence(shelf):
    (shelf / "met_meme" / "label_E.csv").write_text("file_name,mood\nimage_ (0).jpg,4\n")

    with pytest.raises(BadInput, match="needs the columns file_name or images_name and sentiment"):
        met_meme_set(shelf / "met_meme", ["E"])


# ---------------------------------------------------------------- emoji


def test_emoji_have_scores_a_target_where_one_is_highest_and_both_styles(shelf):
    found = emoji_set(shelf / "emoji_stickers")

    by_id = {s.id: s for s in found.told}
    assert found.classes == emoji.CLASSES
    assert set(by_id) == {"noto/1f600", "blob/1f600", "noto/2b05", "blob/2b05", "noto/1f1e7"} | {
        "noto/1f4a7"
    }
    assert by_id["noto/1f600"].rated == by_id["blob/1f600"].rated
    assert by_id["noto/1f600"].rated["trust"] == 0.42
    assert by_id["noto/1f600"].target == "joy"
    assert by_id["noto/2b05"].target is None
    assert (len(found.rated), len(found.unrated)) == (4, 2)
    assert found.rated.groups == ("1f600", "1f600", "2b05", "2b05")


def test_emoji_say_each_keyword_once_in_the_view_it_belongs_to(shelf):
    noto, blob, arrow, *_ = emoji_set(shelf / "emoji_stickers").told

    assert noto.views[View.INTENTION] == "It is sent to say: happy, big smile, smiley."
    assert noto.views[View.ROLE] == "The sticker shows: grinning face, which is a face."
    assert noto.views[View.POSTURE] == "It can be seen as: face, grin."
    assert noto.views[View.STYLE] != blob.views[View.STYLE]
    assert {v: t for v, t in noto.views.items() if v != View.STYLE} == {
        v: t for v, t in blob.views.items() if v != View.STYLE
    }
    assert arrow.missing == {View.POSTURE: "CLDR has no keyword for it beyond its name."}


def test_emoji_views_do_not_know_the_ratings(shelf):
    table = shelf / "emoji_stickers" / "emoji_meta.json"
    before = [s.views for s in emoji_set(shelf / "emoji_stickers").told]

    def other(told):
        told[0]["emotag"] = dict.fromkeys(emoji.CLASSES, 0.0) | {"fear": 1.0}
        told[0] |= {"emotag_top": "fear", "sentiment_counts": [9, 0, 0], "unicode_group": "x"}
        return told

    rewrite(table, other)
    after = emoji_set(shelf / "emoji_stickers")

    assert after.told[0].target == "fear"
    assert [s.views for s in after.told] == before


def test_emoji_list_what_was_not_drawn_and_what_is_gone(shelf):
    assert emoji_set(shelf / "emoji_stickers").missing == (
        Absent("25a0", "It was drawn in neither style."),
        Absent("blob/1f4a7.png", "There is no such picture."),
    )


def test_emoji_of_one_style_can_be_asked_for(shelf):
    found = emoji_set(shelf / "emoji_stickers", ["blob"])

    assert [s.id for s in found] == ["blob/1f600", "blob/2b05"]
    with pytest.raises(BadInput, match="no style 'apple'"):
        emoji_set(shelf / "emoji_stickers", ["apple"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: {"emoji": told}, "should hold a list"),
        (lambda told: [{"id": "1f600"}], "Row 1 of"),
        (lambda told: [told[0] | {"id": "../x"}], "has the id '../x'"),
        (lambda told: [told[0] | {"vendors": None}], "no list of vendors"),
        (lambda told: [told[0] | {"emotag": {"joy": 1.0}}], "should rate anger"),
        (lambda told: [told[0] | {"emotag": told[0]["emotag"] | {"joy": 1.5}}], "each 0 to 1"),
        (lambda told: [told[0] | {"emotag": told[0]["emotag"] | {"joy": "x"}}], "each 0 to 1"),
    ],
)
def test_a_damaged_emoji_table_is_one_sentence(shelf, change, says):
    rewrite(shelf / "emoji_stickers" / "emoji_meta.json", change)

    with pytest.raises(BadInput) as caught:
        emoji_set(shelf / "emoji_stickers")

    assert says in str(caught.value)


@pytest.fixture(scope="module")
def real_emoji():
    try:
        return emoji_set(data_folder() / "emoji_stickers")
    except DataMissing as absent:
        pytest.skip(f"needs the real emoji stickers: {absent}")


def test_the_real_emoji_are_all_there_and_split_by_id(real_emoji):
    rated = real_emoji.rated
    sides = {}
    for sticker in rated.stickers:
        sides.setdefault(sticker.group, set()).add(sticker.split)

    assert (len(rated), len(sides), len(real_emoji)) == (234, 117, 628 + 627)
    assert all(len(side) == 1 for side in sides.values())
    assert Counter(s.target for s in rated.told)[None] == 4
    assert {s.told.target for s in rated.stickers if s.split == "test"} == set(emoji.CLASSES)
    assert rated[0].image.shape == (128, 128, 3)


def test_the_real_emoji_open_by_name(real_emoji, monkeypatch):
    monkeypatch.setenv("MER_DATA_DIR", str(data_folder()))

    sizes = {split: len(open_dataset("emoji", split)) for split in ("train", "valid", "test")}

    assert sum(sizes.values()) == 230
    assert sizes["test"] == sizes["valid"] < sizes["train"]
