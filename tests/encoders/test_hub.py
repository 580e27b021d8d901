"""What is published on the hub: found in the cache, or missed at once and in one sentence."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import save_file

from mer_core.encoders import hub
from mer_core.encoders.pyramid import Pyramid, imagenet
from mer_core.encoders.text import TextEncoder
from mer_core.errors import WeightsMissing


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache of the hub's client."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def unreachable(monkeypatch):
    """A hub whose address refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        yield


@pytest.fixture
def asked(monkeypatch):
    """A hub that refuses every file, and the requests that it got."""
    got = []

    class Refuses(BaseHTTPRequestHandler):
        def do_HEAD(self):
            got.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Refuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield got
    server.shutdown()
    server.server_close()


@pytest.fixture
def no_retries(monkeypatch):
    """Fails where a hub client would go to the network."""

    def fetch(*_args, **about):
        assert about.get("local_files_only"), "the client was sent to a hub that does not answer"
        raise FileNotFoundError

    monkeypatch.setattr(hub, "hf_hub_download", fetch)


def test_a_hub_that_refuses_connections_does_not_answer(unreachable):
    assert not hub.hub_answers()


def test_a_hub_that_keeps_silent_is_given_up_soon(monkeypatch):
    """Somebody listens and says nothing: patience ends it, not the default of the system."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(hub, "PATIENCE", 0.2)

        assert not hub.hub_answers()


def test_a_hub_that_refuses_the_question_answers(asked):
    assert hub.hub_answers()
    assert len(asked) == 1


def test_offline_mode_asks_nobody(asked, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    assert not hub.hub_answers()
    assert not asked


def test_missing_imagenet_weights_are_one_sentence(unreachable, cache, no_retries):
    with pytest.raises(WeightsMissing, match=r"pvt_v2_b0 \(trained on ImageNet\) are not on this"):
        imagenet("pvt_v2_b0")


def test_a_missing_text_encoder_is_one_sentence(unreachable, cache, caplog):
    with pytest.raises(WeightsMissing, match="'bert-base-uncased' are not on this machine") as told:
        TextEncoder.load("bert-base-uncased")

    assert "\n" not in str(told.value)
    assert not caplog.records  # no retries are reported, because there are none


def test_a_folder_that_holds_no_encoder_asks_nobody(asked, tmp_path):
    with pytest.raises(WeightsMissing, match="Give the folder that holds it"):
        TextEncoder.load(str(tmp_path))

    assert not asked


def test_cached_imagenet_weights_are_used_without_a_network(unreachable, cache):
    """They are laid where the hub's client keeps them, and come out as the pyramid's own."""
    import timm

    torch.manual_seed(3)
    whole = timm.create_model("pvt_v2_b0")
    at = cache / "models--timm--pvt_v2_b0.in1k"
    (at / "refs").mkdir(parents=True)
    (at / "refs" / "main").write_text("abc")
    (at / "snapshots" / "abc").mkdir(parents=True)
    save_file(whole.state_dict(), at / "snapshots" / "abc" / "model.safetensors")
    pyramid = Pyramid("pvt_v2_b0", 64)
    pyramid.load_state_dict(imagenet("pvt_v2_b0"))
    kept = pyramid.body.state_dict()

    assert all(torch.equal(v, whole.state_dict()[_whole(k)]) for k, v in kept.items())


def _whole(key):
    """Name in the whole network of a weight of its features: timm flattens 'stages.0' so."""
    return key.replace("stages_", "stages.")
