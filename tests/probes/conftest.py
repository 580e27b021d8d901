"""Models and recordings for the suites of probes and of views."""

import pytest


@pytest.fixture(scope="session")
def recorded(untrained, samples_of, batch_of):
    """Model name -> a recording of its untrained self on three samples."""
    from mer_core.recording import record

    made = {}

    def recording(name):
        if name not in made:
            made[name] = record(untrained(name), samples_of[name], batch=batch_of(name))
        return made[name]

    return recording


@pytest.fixture
def forwards(monkeypatch):
    """Call with a model: a list that grows by the size of the batch at each of its forwards."""

    def watch(model):
        sizes, forward = [], type(model).forward

        def counted(self, batch):
            sizes.append(len(batch))
            return forward(self, batch)

        monkeypatch.setattr(type(model), "forward", counted)
        return sizes

    return watch
