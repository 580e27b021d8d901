"""A chat server in a process of its own, and folders of pictures to ask it about."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPT = Path(__file__).with_name("chat_server.py")
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Running:
    """A started server: where it answers, and what it has seen."""

    def __init__(self, process, port):
        self.process, self.port = process, port
        self.address = f"http://127.0.0.1:{port}/v1"

    def log(self):
        with DIRECT.open(f"http://127.0.0.1:{self.port}/seen", timeout=10) as told:
            return json.load(told)

    def asked(self):
        """The requests about pictures, in the order in which they came."""
        return [entry for entry in self.log() if "picture" in entry]

    def answered(self):
        return [entry["answered"] for entry in self.log() if "answered" in entry]


@pytest.fixture
def serve():
    """Start a chat server that does as it is told; all end with the test."""
    started = []

    def start(**does):
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), json.dumps(does)], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        return Running(process, int(process.stdout.readline()))

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch, tmp_path):
    """No address, key or cache of whoever runs the tests."""
    for name in ("ADDRESS", "MODEL", "KEY"):
        monkeypatch.delenv(f"MER_INTERPRETER_{name}", raising=False)
    monkeypatch.delenv("MER_LLAVA_MODEL", raising=False)
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "cache"))


def coloured(i):
    """A picture of one colour; every i up to 255 has its own."""
    return np.full((24, 32, 3), (i, 255 - i, (37 * i) % 256), np.uint8)


@pytest.fixture
def picture():
    return coloured(200)


@pytest.fixture
def gallery(tmp_path):
    """A folder of n pictures, no two alike."""

    def make(n, name="pictures"):
        folder = tmp_path / name
        folder.mkdir()
        for i in range(n):
            Image.fromarray(coloured(i)).save(folder / f"{i:03}.png")
        return folder

    return make
