"""The notebooks of docs/notebooks run from top to bottom and show what they promise."""

from pathlib import Path

import pytest

from mer_core.checkpoints import folder_of

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).resolve().parents[1]
NEEDS = {"sticker": ("mghft", "interpreter"), "clip": ("egmf", "hct_dmg", "face")}


def test_every_notebook_is_run_here():
    there = {path.stem for path in (ROOT / "docs" / "notebooks").glob("*.ipynb")}

    assert there == set(NEEDS)


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_the_notebook_runs_and_draws(name, monkeypatch):
    """A cell that raises fails the test; at least one figure must come out."""
    if absent := [n for n in NEEDS[name] if not (folder_of(n) / "card.json").is_file()]:
        pytest.skip(f"not trained here: {', '.join(absent)}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path = ROOT / "docs" / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)

    done = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}
    ).execute()

    outputs = [out for cell in done.cells if cell.cell_type == "code" for out in cell.outputs]
    kinds = {kind for out in outputs for kind in out.get("data", {})}
    assert "application/vnd.plotly.v1+json" in kinds


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_the_notebook_is_stored_without_outputs(name):
    """Outputs would go stale and hide that a notebook no longer runs."""
    notebook = nbformat.read(ROOT / "docs" / "notebooks" / f"{name}.ipynb", as_version=4)

    assert not any(cell.get("outputs") for cell in notebook.cells)
