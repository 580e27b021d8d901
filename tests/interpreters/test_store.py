"""mer_core.interpreters.store: answers that survive, and damaged ones that do not."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from threading import Thread

import numpy as np
import pytest

from mer_core.encoders.interpreter import Description
from mer_core.errors import BadInput
from mer_core.interpreters import Describer, interpreter
from mer_core.interpreters.store import Remembered, Store, picture_digest
from mer_core.types import View


@dataclass
class Counting:
    """Describes a picture by its brightness and counts how often it is asked."""

    version: str = "one"
    name: str = "counting"
    at_once: int = 1
    sends_to: str = ""
    asked: int = 0

    def describe(self, image):
        self.asked += 1
        views = {View.ROLE: f"A ghost of brightness {image.mean():.0f}.", View.STYLE: "Zwölf 漫画."}
        why = {View.INTENTION: "It could not tell.", View.POSTURE: "Cut off."}
        sure, named = {View.ROLE: 0.25}, {"character": {"ghost": 0.25, "cat": 0.75}}
        return Description(views, sure, named, frozenset({View.STYLE}), why)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def entry_of(store, describer, picture):
    return store.path(describer, picture_digest(picture))


def test_what_was_kept_comes_back_whole(store, picture):
    describer = Counting()
    said = describer.describe(picture)

    store.put(describer, picture_digest(picture), said)

    assert store.get(describer, picture_digest(picture)) == said


def test_the_same_picture_is_asked_about_once_another_one_anew(store, picture):
    describer = Counting()
    remembered = Remembered(describer, store)

    first, second = remembered.describe(picture), remembered.describe(picture.copy())
    other = remembered.describe(255 - picture)

    assert isinstance(remembered, Describer)
    assert first == second != other
    assert describer.asked == 2


def test_other_models_and_prompts_are_asked_for_themselves(store, picture):
    one, other = Counting("one"), Counting("another")

    for describer in (one, other, one):
        Remembered(describer, store).describe(picture)

    assert (one.asked, other.asked) == (1, 1)


def test_size_counts_not_bytes_alone():
    """The same bytes in another shape are another picture."""
    wide, tall = np.zeros((8, 16, 3), np.uint8), np.zeros((16, 8, 3), np.uint8)

    assert wide.tobytes() == tall.tobytes()
    assert picture_digest(wide) != picture_digest(tall)


def _halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _emptied(path):
    path.write_bytes(b"")


def _edited(path):
    path.write_text(path.read_text(encoding="utf-8").replace("ghost of", "demon of"), "utf-8")


def _of_another_kind(path):
    path.write_text("[1, 2]")


def _rotten(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [_halved, _emptied, _edited, _of_another_kind, _rotten])
def test_a_damaged_entry_is_asked_for_again_and_mended(store, picture, harm):
    describer = Counting()
    remembered = Remembered(describer, store)
    said = remembered.describe(picture)
    harm(entry_of(store, describer, picture))

    assert store.get(describer, picture_digest(picture)) is None
    assert remembered.describe(picture) == said
    assert remembered.describe(picture) == said
    assert describer.asked == 2


def test_an_entry_under_the_name_of_another_picture_is_not_believed(store, picture):
    describer = Counting()
    Remembered(describer, store).describe(picture)
    other = entry_of(store, describer, 255 - picture)
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(entry_of(store, describer, picture).read_bytes())

    assert store.get(describer, picture_digest(255 - picture)) is None


WRITER = """
import sys
import numpy as np
from pathlib import Path
from mer_core.encoders.interpreter import Description
from mer_core.interpreters.store import Store
from mer_core.types import View

class Named:
    name, version, at_once, sends_to = "counting", "one", 1, ""

store, who = Store(Path(sys.argv[1])), sys.argv[2]
for turn in range(60):
    for digest in ("a" * 64, "b" * 64, "c" * 64):
        text = f"{who} " * 40
        store.put(Named, digest, Description({View.ROLE: text}, {}, {}))
        assert store.get(Named, digest) is not None, "a reader saw half an entry"
print("done")
"""


def test_processes_and_threads_on_one_folder_leave_whole_entries(store):
    """Each writes and reads the same three entries over and over."""
    command = [sys.executable, "-c", WRITER, str(store.folder)]
    writers = [
        subprocess.Popen([*command, who], stdout=subprocess.PIPE, text=True)
        for who in ("first", "second")
    ]
    said = Description({View.ROLE: "third " * 40}, {}, {})
    threads = [
        Thread(target=lambda: [store.put(Counting(), "a" * 64, said) for _ in range(60)])
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [writer.communicate(timeout=120)[0].strip() for writer in writers] == ["done", "done"]
    for digest in ("a" * 64, "b" * 64, "c" * 64):
        kept = store.get(Counting(), digest)
        assert kept is not None
        assert kept.views[View.ROLE].split()[0] in ("first", "second", "third")
    assert not list(store.folder.rglob("*.part"))


def test_what_killed_processes_left_is_swept_what_others_write_now_is_not(store, picture):
    describer = Counting()
    Remembered(describer, store).describe(picture)
    whole = entry_of(store, describer, picture)
    old, fresh = (whole.with_name(f".{name}.json.1-1.part") for name in ("old", "fresh"))
    for path in (old, fresh):
        path.write_text("{")
    os.utime(old, (0, 0))

    assert store.sweep() == 1
    assert (whole.exists(), old.exists(), fresh.exists()) == (True, False, True)


def test_a_folder_that_cannot_be_written_is_said(tmp_path, picture):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(BadInput, match="cannot be kept"):
        Remembered(Counting(), Store(tmp_path / "file")).describe(picture)


def test_answers_lie_in_the_cache_folder(tmp_path):
    assert Store().folder == tmp_path / "cache" / "descriptions"


def test_the_embedded_interpreter_says_the_same_from_the_store(store, picture):
    """Confidence and attributes come back too, as the page shows them."""
    describer = interpreter("embedded")
    remembered = Remembered(describer, store)

    fresh, kept = remembered.describe(picture), remembered.describe(picture)

    assert kept == fresh
    assert set(kept.views) == set(View)
    assert kept.attributes
    told = json.loads(entry_of(store, describer, picture).read_text(encoding="utf-8"))
    assert told["interpreter"] == "embedded"
    assert "heads" in told["version"]
