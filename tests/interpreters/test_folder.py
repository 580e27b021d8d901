"""`mer describe`: a folder through a server, killed, resumed, and what is told in the end."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from PIL import Image
from typer.testing import CliRunner

from mer_core.cli import FAILED, FAILED_FOR_MACHINES, PARTLY, app
from mer_core.errors import BadInput, InterpreterFailed
from mer_core.interpreters import interpreter
from mer_core.interpreters.folder import PATIENCE, UNASKED, describe_folder, pictures_in
from mer_core.interpreters.store import Store, picture_digest
from mer_core.processing.media import read_picture
from mer_core.types import View

MODEL = "tiny-vision"
MER = [sys.executable, "-c", "from mer_core.cli import app; app()"]


def words(folder, server, *more):
    """The words of the command, after `mer`."""
    told = ["describe", folder, "--interpreter", "server", "--address", server.address]
    return [str(w) for w in (*told, "--model", MODEL, "--retries", 0, *more)]


def mer(folder, server, *more):
    return CliRunner().invoke(app, words(folder, server, *more))


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def opened(server, **options):
    return interpreter("server", address=server.address, model=MODEL, **{"retries": 0} | options)


def test_a_table_with_a_sentence_for_every_picture_and_view(serve, gallery, tmp_path):
    """Each row speaks of its own picture."""
    server, folder, out = serve(), gallery(5), tmp_path / "out.csv"

    said = mer(folder, server, "--out", out)

    assert said.exit_code == 0, said.output
    rows = rows_of(out)
    assert [row["file"] for row in rows] == [f"{i:03}.png" for i in range(5)]
    for i, row in enumerate(rows):
        assert row["role"] == f"A {i}-{255 - i}-{37 * i % 256} square."
        assert all(row[str(v)] and not row[f"missing_{v}"] for v in View)
    assert "5 described now" in said.output


def test_killed_half_way_it_goes_on_and_asks_nothing_twice_that_was_answered(
    serve, gallery, tmp_path
):
    """kill -9 on the real process; what was under way may be asked again, what was kept is not."""
    server, folder, out = serve(delay=0.5), gallery(14), tmp_path / "out.csv"
    command = [*MER, *words(folder, server, "--workers", 2, "--out", out)]
    describer, store = opened(server), Store()

    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(server.answered()) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not out.exists()

    paths = pictures_in(folder)
    digests = [picture_digest(read_picture(path.read_bytes()).image) for path in paths]
    kept = [store.get(describer, digest) is not None for digest in digests]
    before = Counter(entry["picture"] for entry in server.asked())
    assert 4 <= sum(kept) < 14
    again = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=120)

    assert again.returncode == 0, again.stderr
    told = json.loads(again.stdout)
    assert told["kept from before"] == sum(kept)
    assert told["described now"] == 14 - sum(kept)
    asked = Counter(entry["picture"] for entry in server.asked())
    assert len(asked) == 14
    assert sum((asked - before).values()) == 14 - sum(kept)
    assert sum(asked.values()) - 14 <= 2  # what two workers had under way
    assert all(row[str(v)] for row in rows_of(out) for v in View)


def test_a_second_run_asks_nothing(serve, gallery, tmp_path):
    server, folder = serve(), gallery(4)

    first, second = (mer(folder, server, "--out", tmp_path / f"{i}.csv") for i in range(2))

    assert first.exit_code == second.exit_code == 0
    assert len(server.asked()) == 4
    assert (tmp_path / "0.csv").read_bytes() == (tmp_path / "1.csv").read_bytes()


@pytest.mark.parametrize(("workers", "least", "most"), [(1, 1, 1), (4, 2, 4)])
def test_as_many_requests_are_under_way_as_wished(serve, gallery, workers, least, most):
    """Counted by the server: requests that had come in when the first answer went out."""
    server = serve(delay=1.5)

    run = describe_folder(gallery(4), opened(server), Store(), workers=workers)

    came = next(i for i, entry in enumerate(server.log()) if "answered" in entry)
    assert not run.failures
    assert least <= came <= most


def test_the_same_picture_under_two_names_is_asked_about_once(serve, gallery, tmp_path):
    server, folder = serve(delay=0.3), gallery(2)
    (folder / "sub").mkdir()
    (folder / "sub" / "copy.png").write_bytes((folder / "000.png").read_bytes())

    run = describe_folder(folder, opened(server), Store(), workers=3)

    assert len(server.asked()) == 2
    assert [o.file for o in run.outcomes] == ["000.png", "001.png", "sub/copy.png"]
    assert run.outcomes[0].said == run.outcomes[2].said


def test_what_failed_is_told_in_a_table_and_is_no_empty_sentence(serve, gallery, tmp_path):
    """A damaged file, a picture that the server chokes on, and a view that is not told."""
    answer = json.dumps({"intention": None, "style": "", "role": "A [bold]cat[/x].", "posture": 5})
    server, folder, out = serve(say=[answer]), gallery(2), tmp_path / "out.csv"
    (folder / "broken[").mkdir()  # what rich would take for its markup
    (folder / "broken[" / "b].png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)

    said = mer(folder, server, "--out", out)

    assert said.exit_code == PARTLY
    flat = " ".join(said.output.split())
    for part in ("broken[/b].png", "damaged or cut off", "could not tell", "empty sentence", "int"):
        assert part in flat
    rows = rows_of(out)
    assert [row["file"] for row in rows] == ["000.png", "001.png"]
    assert rows[0]["role"] == "A [bold]cat[/x]."
    for view in ("intention", "style", "posture"):
        assert rows[0][view] == ""
        assert rows[0][f"missing_{view}"].endswith(".")


def test_a_missing_view_reaches_the_model_as_missing_not_as_an_empty_sentence(serve, gallery):
    """From the server's answer over the table to the words that the model hears."""
    from mer_core.datasets.stickers.folder import folder_set
    from mer_core.encoders.text import TextEncoder
    from mer_core.processing.text import views_stream

    answer = json.dumps({"intention": "", "style": "Flat.", "role": None, "posture": "It sits."})
    server, folder = serve(say=[answer]), gallery(1)

    mer(folder, server, "--out", folder / "views.csv")
    sample = folder_set(folder)[0]
    heard = views_stream([sample], TextEncoder.load()).mask[0].any(dim=-1)

    assert set(sample.views) == {View.STYLE, View.POSTURE}
    assert "empty sentence" in sample.missing[View.INTENTION]
    assert "could not tell" in sample.missing[View.ROLE]
    assert heard.tolist() == [False, True, False, True]


def test_after_a_failure_only_what_failed_is_asked_again(serve, gallery, tmp_path):
    """The first request about each picture fails: the second run is the first that succeeds."""
    server, folder, out = serve(fail=[500]), gallery(3), tmp_path / "out.csv"
    with_one_kept = describe_folder(folder, opened(server, retries=1), Store(), limit=1)
    assert not with_one_kept.failures

    first = mer(folder, server, "--out", out)
    failed = rows_of(out)
    second = mer(folder, server, "--out", out)

    assert (first.exit_code, second.exit_code) == (PARTLY, 0)
    assert [bool(row["role"]) for row in failed] == [True, False, False]
    assert "failed (500)" in failed[1]["missing_role"]
    assert all(row["role"] for row in rows_of(out))
    assert sorted(Counter(e["picture"] for e in server.asked()).values()) == [2, 2, 2]


def test_retries_get_every_picture_through_a_server_that_fails_now_and_then(serve, gallery):
    server, folder = serve(fail=[503, "drop"]), gallery(3)

    run = describe_folder(folder, opened(server, retries=2), Store(), workers=3)

    assert not run.failures
    assert not run.stopped
    assert len(server.asked()) == 9


def test_a_server_that_is_gone_ends_the_run_before_every_picture_was_tried(serve, gallery):
    """What is kept from before is still told."""
    good, bad, folder = serve(), serve(always=500), gallery(PATIENCE + 12)
    describe_folder(folder, opened(good), Store(), limit=2)

    run = describe_folder(folder, opened(bad), Store(), workers=1)

    assert len(bad.asked()) == PATIENCE
    assert f"{PATIENCE} pictures in a row" in run.stopped
    assert sum(o.kept for o in run.outcomes) == 2
    assert run.outcomes[-1].why == UNASKED


@pytest.mark.parametrize("as_json", [False, True])
def test_a_wrong_model_stops_the_run_at_once(serve, gallery, tmp_path, as_json):
    server, folder = serve(models=["another"]), gallery(12)
    more = ["--json"] if as_json else []

    said = mer(folder, server, "--workers", 1, "--out", tmp_path / "out.csv", *more)

    assert said.exit_code == (FAILED_FOR_MACHINES if as_json else FAILED)
    assert "It has: another" in said.output
    assert len(server.asked()) == 1


def test_the_key_comes_from_the_variable_that_is_named(serve, gallery, tmp_path, monkeypatch):
    server, folder = serve(key="s3cret"), gallery(1)
    monkeypatch.setenv("MY_KEY", "s3cret")
    out = tmp_path / "out.json"

    said = mer(folder, server, "--key-from", "MY_KEY", "--out", out)
    unset = mer(folder, server, "--key-from", "NO_SUCH_KEY", "--out", out)

    assert said.exit_code == 0, said.output
    assert (unset.exit_code, "NO_SUCH_KEY is not set" in unset.stderr) == (FAILED, True)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left
    assert not [path for path in left if b"s3cret" in path.read_bytes()]


def test_json_has_who_said_what_and_why_not(serve, gallery, tmp_path):
    server, folder, out = serve(), gallery(2), tmp_path / "out.json"

    mer(folder, server, "--out", out)

    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["interpreter"] == "server"
    assert told["version"].startswith(f"{MODEL}, prompt ")
    assert [s["file"] for s in told["stickers"]] == ["000.png", "001.png"]
    assert set(told["stickers"][0]["views"]) == {str(v) for v in View}
    assert told["stickers"][0]["guessed"] == ["intention"]


def test_where_pictures_go_is_said_if_it_is_not_this_machine(serve, gallery, tmp_path):
    folder, out = gallery(1), tmp_path / "out.csv"
    told = ["describe", folder, "--interpreter", "server", "--model", MODEL, "--retries", 0]
    away = [*told, "--address", "http://203.0.113.9/v1", "--timeout", 0.2, "--out", out]

    said = CliRunner().invoke(app, [str(w) for w in away])
    here = mer(folder, serve(), "--out", out)

    assert "sent to http://203.0.113.9/v1" in said.stderr
    assert "sent to" not in here.stderr


def test_pictures_with_missing_views_are_asked_about_anew_where_that_is_wished(
    serve, gallery, tmp_path
):
    good = {str(v): "It is so." for v in View}
    server = serve(say=[json.dumps({"role": "A cat."}), json.dumps(good)])
    folder, out = gallery(1), tmp_path / "out.csv"

    for more in ((), (), ("--again",), ("--again",)):
        assert mer(folder, server, "--out", out, *more).exit_code == 0

    assert len(server.asked()) == 2  # not by the second run, nor by the last
    assert rows_of(out)[0]["style"] == "It is so."


def test_only_pictures_are_looked_at_whatever_else_lies_there(tmp_path):
    for name in ("b.PNG", "a.jpeg", "notes.txt", ".hidden.png"):
        Image.new("RGB", (9, 9)).save(tmp_path / name, "PNG")
    for name in (".git", "deep"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (9, 9)).save(tmp_path / name / "c.png")
    os.mkfifo(tmp_path / "pipe.png")

    found = [p.relative_to(tmp_path).as_posix() for p in pictures_in(tmp_path)]

    assert found == ["a.jpeg", "b.PNG", "deep/c.png"]


@pytest.mark.parametrize(
    ("folder", "more", "told"),
    [
        ("nowhere", (), "is no folder"),
        ("empty", (), "holds no pictures"),
        ("full", ("--out", "out.xlsx"), "neither in .csv nor in .json"),
        ("full", ("--interpreter", "lava"), "llava"),
        ("full", ("--interpreter", "embedded"), "takes no address"),
        ("full", ("--address", "localhost:1"), "is no address"),
    ],
)
def test_what_cannot_begin_says_so_in_one_sentence(serve, gallery, tmp_path, folder, more, told):
    gallery(1, "full")
    (tmp_path / "empty").mkdir()

    said = mer(tmp_path / folder, serve(), *more)

    assert said.exit_code == FAILED
    assert told in said.stderr
    assert said.stderr.strip().count("\n") == 0


class _Interrupted:
    """Ctrl+C comes while it looks at the third picture."""

    name, version, at_once, sends_to = "interrupted", "1", 1, ""

    def __init__(self):
        self.asked = 0

    def describe(self, image):
        self.asked += 1
        if self.asked == 3:
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5 if self.asked >= 3 else 0)
        raise InterpreterFailed("It says nothing.")


def test_by_hand_it_stops_soon_and_tells_what_it_has(gallery):
    describer = _Interrupted()
    # a process that was started in the background may have been told to ignore it
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run = describe_folder(gallery(9), describer, Store())
    finally:
        signal.signal(signal.SIGINT, before)

    assert "stopped by hand" in run.stopped
    assert 3 <= describer.asked < 8
    assert len(run.outcomes) == 9
    assert run.outcomes[-1].why == UNASKED


class _Broken(_Interrupted):
    def describe(self, image):
        self.asked += 1
        raise BadInput("Its weights are not here.")


def test_what_concerns_every_picture_is_raised_and_ends_the_run(gallery):
    describer = _Broken()

    with pytest.raises(BadInput, match="weights"):
        describe_folder(gallery(9), describer, Store())

    assert describer.asked == 1


def test_the_embedded_interpreter_describes_a_folder_with_nothing_else(gallery, tmp_path):
    folder, out = gallery(2), tmp_path / "out.csv"

    said = CliRunner().invoke(app, ["describe", str(folder), "--out", str(out), "--json"])

    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["interpreter"] == "embedded"
    assert all(row[str(v)] for row in rows_of(out) for v in View)
