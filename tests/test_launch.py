"""What opens first comes first: imports begin with the server, models after the first page."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from mer_core.server import HOST, command
from ui import launch, resources

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = """
import gc, sys
from ui.launch import import_pages
before = "torch" in sys.modules
import_pages()
there = ["torch" in sys.modules, "ui.start" in sys.modules]
print(before, *there, gc.isenabled(), gc.get_freeze_count() > 0)
"""


@pytest.fixture
def shelf(monkeypatch):
    """A shelf whose models are their names; loading them would take long and shows no more."""
    for name in ("_import_and_freeze", "_load_encoders"):
        monkeypatch.setattr(resources, name, lambda: None)
    monkeypatch.setattr(resources, "_load", lambda name: name)
    made = resources.Shelf()
    yield made
    made.begin()


def test_the_launcher_imports_what_pages_stand_on_and_nothing_before():
    said = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["False", "True", "True", "True", "True"]


def test_the_server_keeps_freed_memory_before_it_imports_or_runs_anything(monkeypatch):
    done = []
    monkeypatch.setattr(launch, "keep_freed_memory", lambda: done.append("memory"))
    monkeypatch.setattr(launch, "import_pages", lambda: None)
    monkeypatch.setattr(launch.cli, "main", lambda **_: done.append("server"))
    launch.main()

    assert done == ["memory", "server"]


def test_the_server_is_bound_to_this_machine():
    assert f"--server.address={HOST}" in command(8600)
    assert "--server.port=8600" in command(8600)


def test_no_model_is_loaded_before_someone_begins(shelf):
    time.sleep(0.1)

    assert shelf.busy()
    assert not any(shelf.ready(name) for name in resources.NAMES)

    shelf.begin()

    assert [shelf.get(name) for name in resources.NAMES] == list(resources.NAMES)
    assert not shelf.busy()


def test_whoever_asks_for_a_model_begins(shelf):
    assert shelf.get("egmf") == "egmf"
