"""The doctor names what is wrong and what to do about it."""

import shutil

import pytest

from mer_core import doctor
from mer_core.checkpoints import folder_of
from mer_core.doctor import Check, State, examine


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A copy of one small checkpoint, to be damaged."""
    if not (folder_of("face") / "card.json").is_file():
        pytest.skip("checkpoints/face has not been trained here")
    shutil.copytree(folder_of("face"), tmp_path / "face")
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    return tmp_path


def found(name: str) -> Check:
    return next(check for check in examine() if check.name == name)


def test_whole_weights_are_good(shelf):
    assert found("weights of face").state == State.GOOD


def test_an_edited_weights_file_is_named_with_a_remedy(shelf):
    path = shelf / "face" / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    check = found("weights of face")

    assert check.state == State.BAD
    assert "sha256" in check.says
    assert "mer train face" in check.remedy


def test_a_missing_weights_file_is_named_with_a_remedy(shelf):
    (shelf / "face" / "weights.safetensors").unlink()

    check = found("weights of face")

    assert check.state == State.BAD
    assert "git checkout" in check.remedy


def test_a_model_without_a_checkpoint_is_reported(shelf):
    check = found("weights of egmf")

    assert check.state == State.BAD
    assert "mer train egmf" in check.says


def test_an_absent_browser_is_no_fault(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)

    check = found("browser for tests")

    assert check.state == State.OPTIONAL
    assert check.remedy


def test_a_check_that_fails_itself_does_not_end_the_report(monkeypatch):
    def broken():
        raise RuntimeError("the driver is gone")

    monkeypatch.setattr(doctor, "_device", broken)

    checks = list(examine())

    assert "the driver is gone" in next(c for c in checks if c.name == "device").says
    assert any(c.name == "disk" for c in checks)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("torch>=99", "wanted >=99"),
        ("no-such-package-anywhere>=1", "is missing"),
        ("torch>=1", ""),
        ("no-such-package-anywhere>=1; extra == 'dev'", ""),
    ],
)
def test_requirements_are_compared_with_what_is_installed(line, fault):
    said = doctor._fault(line)

    assert fault in said
    assert bool(said) == bool(fault)
