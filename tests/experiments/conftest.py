"""A few stickers with everything computed once, shared by the tests of experiments."""

import pytest

LIMIT = 40


def quiet(*_):
    """A progress that tells nobody."""


@pytest.fixture(scope="session")
def cached(tmp_path_factory):
    """Caches of these tests lie in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def few(cached):
    """How much is asked in these tests: the first stickers of valid, the shipped weights."""
    from mer_core.checkpoints import read_card
    from mer_core.experiments.base import Ask

    return Ask("valid", LIMIT, (int(read_card("mghft")["training"]["seed"]),))


@pytest.fixture(scope="session")
def bench(few):
    from mer_core.experiments.mghft.bench import open_bench

    return open_bench(few, quiet)


@pytest.fixture(scope="session")
def found(few):
    """Name of an experiment -> its result on few stickers; each runs once."""
    from mer_core.experiments import EXPERIMENTS

    made = {}

    def result(name):
        if name not in made:
            made[name] = EXPERIMENTS["mghft"][name].run(few, quiet)
        return made[name]

    return result
