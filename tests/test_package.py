"""What is in the repository and what is not: sizes, hosts, paths, imports."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MEGABYTE = 1024**2
TEXT = {".py", ".md", ".toml", ".txt", ".json", ".yaml", ".yml", ".ipynb", ".cfg", ".sh", ""}
# Written in pieces, so that this file does not name them either.
HOSTS = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", r"deb\.deb" + "ian", "npm" + "js"))
)
PLACES = re.compile(r"(^|[^A-Za-z0-9_.])/(" + "|".join(("wo" + "rk", "fa" + "rm")) + ")/")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_core_never_imports_streamlit():
    """A notebook without the app must work; a lazy import inside a function counts too."""
    guilty = []
    for path in (ROOT / "mer_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module)
            guilty += [path.name for n in names if n.split(".")[0] in ("streamlit", "ui")]

    assert not guilty


def test_importing_the_package_is_light():
    """`import mer_core` and `mer --help` answer at once: nothing heavy comes with them."""
    code = (
        "import sys, mer_core, mer_core.cli; heavy = ('torch', 'transformers', 'pandas', 'umap');"
        "print([m for m in heavy if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("pattern", [HOSTS, PLACES], ids=["registry hosts", "paths of a machine"])
def test_no_tracked_file_names(pattern):
    """An address or a path of one machine would be wrong on every other."""
    named = [
        f"{path.relative_to(ROOT)}: {hit.group(0)}"
        for path in tracked()
        if path.suffix in TEXT and (hit := pattern.search(path.read_text("utf-8", "replace")))
    ]

    assert not named


def test_constraints_pin_every_dependency_and_hold_no_address():
    """What `make app` installs is decided here, not by the day on which it runs."""
    import tomllib

    name = re.compile(r"^[A-Za-z0-9._-]+")
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    pinned = {name.match(p)[0].lower().replace("_", "-") for p in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]

    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", pin) for pin in pins)
    assert {name.match(w)[0].lower().replace("_", "-") for w in wanted} <= pinned


MEANT = {ROOT / "checkpoints" / "mghft" / "weights.safetensors"}
"""Larger on purpose: a backbone of 3.4 million parameters is most of it."""


def test_no_file_is_above_eight_megabytes():
    large = [p.name for p in tracked() if p.stat().st_size > 8 * MEGABYTE and p not in MEANT]

    assert not large


def test_checkpoints_together_stay_under_25_megabytes():
    files = [p for p in (ROOT / "checkpoints").rglob("*") if p.is_file()]

    assert sum(p.stat().st_size for p in files) < 25 * MEGABYTE


def test_weights_are_safetensors_never_pickles():
    """A pickle runs code when it is read."""
    assert not [p.name for p in tracked() if p.suffix in (".pt", ".pth", ".bin", ".pkl", ".ckpt")]
