"""What the map of a gate costs, against as many whole forwards and the layers after the gate.

    python benchmarks/gate_map.py [--rounds 20] [--model egmf]

One sample, one thread, untrained models of the size that ships (seed 0); everything in turn within
each round, in an order that changes from round to round. Times are of this thread's processor, so
that other work on the machine disturbs them less. What is timed, for each model:

* map       the answers at all settings of the first map, on a desk that stands: 66 mixtures, or 68
            strengths (MGHFT)
* making    the desk itself: all that no gate touches, and the model's own answer
* floor     the layers that come after the gate, and nothing else, on the same settings in the same
            batches, with what they read laid ready. EGMF: the language model from the pseudo tokens
            on, called here without the desk, keys and values of the prefix in place for every
            setting. HCT-DMG: self-attention and head. MGHFT: from Soft-Fusion to the head, every
            setting by itself
* forwards  as many whole forwards, one after another
* batched   the same in batches
* slider    the answer at one setting, as a slider asks for it

Limits: map / floor at most 1.2, and a slider's answer within 100 ms. The making is outside the
first limit: a desk is made once for a sample, and then serves its map, its sliders and its flip;
the ratio with it is printed beside. Ratios are medians over rounds of ratios within a round.
"""

import argparse
import platform
import time
from collections.abc import Callable, Mapping
from statistics import median, stdev
from typing import Any, cast

import torch
from torch import Tensor

from mer_core.datasets import open_dataset
from mer_core.desk import Desk, EGMFDesk, desk_of
from mer_core.desk.base import CHUNK
from mer_core.desk.maps import gate_map, strength_map
from mer_core.desk.mghft import Fused
from mer_core.models import EmotionModel, demo_config, kind_of
from mer_core.models.egmf import Prompt
from mer_core.types import Batch

OF_FLOOR, SLIDER = 1.2, 0.1
MODELS = ("egmf", "hct_dmg", "hct_dmg_sample", "mghft")


def built(name: str) -> tuple[EmotionModel, Batch]:
    """An untrained model of the size that ships, and one generated sample."""
    torch.manual_seed(0)
    model = kind_of(name)(demo_config(name)).eval().requires_grad_(False)
    dataset = "puppet-stickers" if name == "mghft" else "puppet-utterances"
    sample = next(iter(open_dataset(dataset, "valid", 1)))
    return model, model.processor()([sample])


def first_map(desk: Desk) -> Any:
    """The map as a page draws it first."""
    return gate_map(desk, "sample") if desk.simplex else strength_map(desk, "sample")


def settings_of(desk: Desk) -> Tensor:
    """The settings of that map, each once in its order."""
    if desk.simplex:
        return desk.grid()
    found = strength_map(desk, "sample")
    settings = found.around.repeat(len(desk.parts), len(found.levels), 1)
    for i in range(len(desk.parts)):
        settings[i, :, i] = found.levels
    return settings.flatten(0, 1)


def plain(mixed: Any) -> Any:
    """What stands behind the gate, nothing shared between settings."""
    if not isinstance(mixed, Fused):
        return mixed
    local = tuple(x[which] for x, which in zip(mixed.local, mixed.which, strict=True))
    each = torch.arange(len(mixed.whole))
    return Fused(mixed.whole, local, (each,) * len(local))


def language_floor(desk: EGMFDesk) -> Callable[[], Tensor]:
    """The language model behind the prefix and nothing else, on all settings of the map."""
    model, ready = desk.model, []
    start, network = len(model.prefix_ids), model.language.network
    for some in settings_of(desk).split(CHUNK):
        prompt = cast(Prompt, desk.mixed(some))
        embeds, mask = prompt.embeds.to(network.dtype), prompt.mask.long()
        before = network(
            inputs_embeds=embeds[:, :start], attention_mask=mask[:, :start], use_cache=True
        )
        given = {
            "inputs_embeds": embeds[:, start:],
            "attention_mask": mask,
            "position_ids": (mask.cumsum(dim=1) - 1).clamp(min=0)[:, start:],
            "logits_to_keep": model.questions(prompt) - start,
            "past_key_values": before.past_key_values,
            "use_cache": True,
        }
        ready.append(given)

    def run() -> Tensor:
        found = []
        for given in ready:
            found.append(network(**given).logits[:, 0, model.answers_ids].float())
            given["past_key_values"].crop(-given["inputs_embeds"].shape[1])  # what it wrote
        return torch.cat(found)

    return run


def floor_of(desk: Desk) -> Callable[[], Tensor]:
    """The layers after the gate on all settings of the map; returns the logits."""
    if isinstance(desk, EGMFDesk):
        return language_floor(desk)
    ready = [plain(desk.mixed(some)) for some in settings_of(desk).split(CHUNK)]
    return lambda: torch.cat([desk.after(mixed).logits for mixed in ready])


def runs(model: EmotionModel, batch: Batch) -> dict[str, Callable[[], Any]]:
    """What is timed, by name."""
    desk = desk_of(model, batch)
    settings = settings_of(desk)
    parts = torch.zeros(len(settings), dtype=torch.long).split(CHUNK)
    many = [batch.select(rows) for rows in parts]
    return {
        "map": lambda: first_map(desk),
        "making": lambda: desk_of(model, batch),
        "floor": floor_of(desk),
        "forwards": lambda: [model(batch) for _ in settings],
        "batched": lambda: [model(some) for some in many],
        "slider": lambda: desk.answer(settings[len(settings) // 2 + 1]),
    }


def measure(timed: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of this thread's processor for each, round by round."""
    names, found = list(timed), {name: [] for name in timed}
    with torch.no_grad():
        for run in timed.values():
            run()
        for i in range(rounds):
            shift = i % len(names)
            for name in names[shift:] + names[:shift]:
                start = time.thread_time()
                timed[name]()
                found[name].append(time.thread_time() - start)
    return found


def ratio(over: list[float], under: list[float]) -> tuple[float, float]:
    """Median and standard deviation of the ratio within a round."""
    each = [a / b for a, b in zip(over, under, strict=True)]
    return median(each), stdev(each) if len(each) > 1 else 0.0


def told(name: str, rounds: int) -> bool:
    """Print one model; whether it keeps both limits."""
    model, batch = built(name)
    timed = runs(model, batch)
    count = len(timed["floor"]())
    found = measure(timed, rounds)
    print(f"\n{name}: {count} settings, n = {rounds} rounds")
    for what, times in found.items():
        spread = stdev(times) if len(times) > 1 else 0.0
        print(f"  {what:9} {1e3 * median(times):9.2f} ms  sd {1e3 * spread:.2f}")
    both = [a + b for a, b in zip(found["map"], found["making"], strict=True)]
    middle, spread = ratio(found["map"], found["floor"])
    fine = middle <= OF_FLOOR
    verdict = f"at most {OF_FLOOR}: {'kept' if fine else 'BROKEN'}"
    print(f"  {'map / floor':25} {middle:6.2f} (sd {spread:.2f}), {verdict}")
    for what, over, under in (
        ("(making + map) / floor", both, found["floor"]),
        ("forwards / (making + map)", found["forwards"], both),
        ("batched / (making + map)", found["batched"], both),
    ):
        middle, spread = ratio(over, under)
        print(f"  {what:25} {middle:6.2f} (sd {spread:.2f})")
    quick = median(found["slider"]) <= SLIDER
    print(f"  slider within {1e3 * SLIDER:.0f} ms: {'kept' if quick else 'BROKEN'}")
    return fine and quick


def main() -> None:
    """Print every model; exit with 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--model", action="append", choices=MODELS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, torch {torch.__version__}, one "
        "thread, untrained models of the size that ships (seed 0)"
    )
    kept = [told(name, max(2, given.rounds)) for name in given.model or MODELS]
    raise SystemExit(not all(kept))


if __name__ == "__main__":
    main()
