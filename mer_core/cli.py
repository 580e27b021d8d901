"""The command `mer`: everything the app does, for a shell. `--json` is for machines.

Heavy modules are imported inside the commands, so that `mer --help` answers at once.
"""

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mer_core.console import (
    Bars,
    print_answers,
    print_checks,
    print_desk,
    print_facts,
    print_field,
    print_json,
    print_result,
    print_run,
    print_table,
    waiting,
)
from mer_core.errors import BadInput, MerError, UnknownName

if TYPE_CHECKING:
    from mer_core.experiments.base import Ask, PaperExperiment, Result
    from mer_core.models.base import EmotionModel
    from mer_core.probes.experts_survey import ExpertSurvey
    from mer_core.recording import Recording

app = typer.Typer(
    name="mer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Three emotion models that answer live and show what happens inside them.",
)

os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # the commands show their own

FAILED, FAILED_FOR_MACHINES = 2, 1
PARTLY = 3
"""Exit status where some of many inputs failed and the rest is done."""

ALL = "all"
PUPPETS = "puppet-utterances"
SHIPPED = ("face", "listeners", "backbone", "mghft", "egmf", "hct_dmg", "hct_dmg_sample", "mult")
"""What `mer train all` trains, in the order in which one stands on another."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(
        help="A picture; or the parts of a clip: sound, video or pictures, a .txt file."
    ),
]
Text = Annotated[str | None, typer.Option(help="What is said, typed instead of a .txt file.")]
Views = Annotated[
    list[str] | None,
    typer.Option("--view", help="Your own view of a sticker: intention='It says thanks.'"),
]
At = Annotated[
    Path | None,
    typer.Option("--path", help="Where a real set lies: its folder or file."),
]
Keep = Annotated[
    list[str] | None,
    typer.Option(help="Hear only this modality (text, audio, vision); may be repeated."),
]


def one_sentence(command: Callable[..., None]) -> Callable[..., None]:
    """An error raised on purpose becomes one sentence on stderr, or {"error": ...} for machines."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except MerError as error:
            if kwargs.get("as_json"):
                print_json({"error": str(error)})
                raise typer.Exit(FAILED_FOR_MACHINES) from None
            typer.echo(str(error), err=True)
            raise typer.Exit(FAILED) from None

    return run


@app.command("app")
@one_sentence
def open_app(
    port: Annotated[int | None, typer.Option(help="Port; the first free one from 8501 on.")] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open a browser window too.")] = False,
) -> None:
    """Open the app on this machine."""
    from mer_core.server import choose_port, serve

    def ready(address: str) -> None:
        typer.echo(f"MER Lab answers at {address}   (stop it with Ctrl+C)")
        if browser:
            import webbrowser

            webbrowser.open(address)

    chosen = choose_port(port)
    typer.echo("Starting MER Lab ...", err=True)
    raise typer.Exit(serve(chosen, ready))


@app.command()
@one_sentence
def predict(
    files: Files = None,
    text: Text = None,
    model: Annotated[list[str] | None, typer.Option(help="Only this model.")] = None,
    view: Views = None,
    as_json: AsJson = False,
) -> None:
    """Ask the models about a sticker (a picture) or a clip (sound, video, words)."""
    from mer_core.files import chosen_readers, read_sample, views_of

    sample, notes = read_sample(files or (), text, views_of(view or ()))
    names = chosen_readers(sample, model or ())
    answers = []
    with waiting(as_json) as console:
        for name in names:
            console.update(f"{name} is looking at it")
            answers.append(_answer(name, sample))
    if as_json:
        print_json({"id": sample.id, "notes": notes, "answers": answers})
    else:
        print_answers(answers, notes)


def _answer(name: str, sample: Any) -> dict[str, Any]:
    """What one model says, as plain data."""
    from mer_core import load, record
    from mer_core.checkpoints import read_card
    from mer_core.trust import no_answer, not_all_read, trust_sentence

    model = load(name)
    recording = record(model, sample)
    said, manifest = recording.prediction, recording.manifest
    notes = (not_all_read(name, model, sample.text or ""), no_answer(said))
    return {
        "model": name,
        "answer": said.answers[0],
        "probs": {n: round(p, 4) for n, p in zip(said.names, said.probs[0].tolist(), strict=True)},
        "sentiment": None if said.sentiment is None else round(float(said.sentiment[0]), 3),
        "said": None if said.said is None else said.said[0],
        "notes": [note for note in notes if note],
        "views": {str(v): sentence for v, sentence in sample.views.items()},
        "inputs": dict(manifest.inputs[0]),
        "seconds": round(manifest.seconds, 4),
        "device": manifest.device,
        "weights": manifest.weights,
        "trust": trust_sentence(name, read_card(name)),
    }


@app.command("describe")
@one_sentence
def describe_pictures(
    folder: Annotated[Path, typer.Argument(help="Pictures; folders below are looked through too.")],
    interpreter: Annotated[
        str, typer.Option(help="Who describes: embedded, server or llava.")
    ] = "embedded",
    address: Annotated[
        str | None, typer.Option(help="Of the server, as in http://127.0.0.1:11434/v1.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Which model to ask or load.")] = None,
    key_from: Annotated[
        str | None, typer.Option(help="Environment variable that holds the server's key.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Requests at a time.")] = None,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds until the server must have answered.")
    ] = None,
    retries: Annotated[
        int | None, typer.Option(min=0, help="How often a failed request is sent again.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask anew where a kept answer lacks a view.")
    ] = False,
    cache: Annotated[Path | None, typer.Option(help="Where answers are kept.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Table to write: .csv or .json.")] = Path(
        "descriptions.csv"
    ),
    as_json: AsJson = False,
) -> None:
    """Describe every picture of a folder in four views; goes on where it was stopped.

    Exit status 0: every picture has a view. 3: some have none, the table says why. 2 (with
    --json 1): it could not begin, or had to stop.
    """
    from mer_core.interpreters import interpreter as open_interpreter
    from mer_core.interpreters.folder import describe_folder
    from mer_core.interpreters.store import Store
    from mer_core.interpreters.tables import checked_ending, write_run

    checked_ending(out)
    given = {"address": address, "model": model, "key": _key(key_from)}
    given |= {"timeout": timeout, "retries": retries}
    describer = open_interpreter(interpreter, **{k: v for k, v in given.items() if v is not None})
    if describer.sends_to:
        typer.echo(f"Pictures are sent to {describer.sends_to}, off this machine.", err=True)
    with Bars(as_json) as progress:
        done = describe_folder(folder, describer, Store(cache), workers, limit, again, progress)
    write_run(out, done)
    print_json({**done.summary(), "out": str(out)}) if as_json else print_run(done, out)
    if done.stopped:
        raise typer.Exit(FAILED_FOR_MACHINES if as_json else FAILED)
    raise typer.Exit(PARTLY if done.failures else 0)


def _key(variable: str | None) -> str | None:
    """A server's key, from the environment, so that no list of processes shows it."""
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise BadInput(f"The environment variable {variable} is not set: put the key into it.")
    return os.environ[variable]


@app.command("record")
@one_sentence
def record_file(
    model: Annotated[str, typer.Argument(help="Name of a model; `mer models` lists them.")],
    files: Files = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")] = Path(
        "recording.safetensors"
    ),
    text: Text = None,
    view: Views = None,
    as_json: AsJson = False,
) -> None:
    """Run one model once and keep everything that its taps show in one file."""
    from mer_core import load, record
    from mer_core.files import chosen_readers, read_sample, views_of

    sample, _ = read_sample(files or (), text, views_of(view or ()))
    chosen_readers(sample, [model])
    with waiting(as_json) as console:
        console.update(f"{model} is looking at it")
        recording = record(load(model), sample)
        recording.save(out)
    size = out.stat().st_size
    told = {"file": str(out), "bytes": size, "taps": sorted(recording.trace)}
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{out}: {len(told['taps'])} taps, {size / 1024:.0f} kB")


@app.command()
@one_sentence
def train(
    model: Annotated[
        list[str], typer.Argument(help=f"What to train, in that order; '{ALL}' for what ships.")
    ],
    seed: Annotated[list[int] | None, typer.Option(help="Only this seed; may be repeated.")] = None,
    version: Annotated[
        list[str] | None, typer.Option(help="Only this version: fused, text-only, ...")
    ] = None,
    ship: Annotated[
        bool, typer.Option("--ship", help="Then read the test split, write checkpoint and card.")
    ] = False,
    dataset: Annotated[
        str | None, typer.Option(help="Train on this set of the field and print its table.")
    ] = None,
    path: Annotated[Path | None, typer.Option(help="Where that set lies: file or folder.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="On that set: paper (default), small, or overfit.")
    ] = None,
    layers: Annotated[
        int | None, typer.Option(min=1, help="Of every transformer, on that set.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over that set.")] = None,
    folds: Annotated[
        bool, typer.Option("--folds", help="MUStARD alone: the mean over its five official folds.")
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(help="egmf on that set: its language model, a folder or a name on the hub."),
    ] = None,
    lora: Annotated[
        bool | None, typer.Option(help="egmf on that set: learn by LoRA (default: not on Chinese).")
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(help="egmf on that set: its language model in full, bf16 or 4bit."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train again what ships, or a model on a set of the field. A stopped run goes on."""
    from mer_core.training import recipes

    names = SHIPPED if ALL in model else tuple(model)
    asked = {"path": path, "preset": preset, "layers": layers, "epochs": epochs}
    asked |= {"language": language, "lora": lora, "precision": precision}
    chosen = {k: v for k, v in asked.items() if v is not None}
    if dataset:
        if ship or version or ALL in model:
            raise BadInput("With --dataset name the models; --ship and --version are for puppets.")
        _train_on_set(names, dataset, chosen, seed or recipes.SEEDS, folds, as_json)
        return
    chosen |= {"folds": True} if folds else {}
    if chosen:
        raise BadInput(f"--{', --'.join(chosen)}: only together with --dataset. Name the set.")
    _train_on_puppets(names, seed or recipes.SEEDS, version or (), ship, as_json)
    told = {"trained": list(names), "folder": str(recipes.RUNS)}
    if as_json:
        print_json(told)
    else:
        typer.echo(f"Trained: {', '.join(names)}. The runs lie in {recipes.RUNS.name}/.")


def _train_on_puppets(
    names: Sequence[str], seeds: Sequence[int], version: Sequence[str], ship: bool, as_json: bool
) -> None:
    """Everything that ships with the app, one name after the other."""
    from mer_core.allocator import keep_freed_memory
    from mer_core.models import NAMES
    from mer_core.training import recipes, report

    keep_freed_memory()
    with Bars(as_json) as progress:
        for name in names:
            recipes.train(name, progress, seeds, version)
            if ship and name in NAMES:
                report.report(name, progress, seeds)
            if ship and name == "mghft":
                report.ship_interpreter()
            if ship and name in NAMES:
                report.finish([name], progress)


def _train_on_set(
    names: Sequence[str],
    dataset: str,
    chosen: dict[str, Any],
    seeds: Sequence[int],
    folds: bool,
    as_json: bool,
) -> None:
    """From a file of the field to its table, for each model."""
    from mer_core.allocator import keep_freed_memory
    from mer_core.datasets import open_utterances
    from mer_core.datasets.utterances.mustard import FOLDS, mustard_set
    from mer_core.training.field import train_on, train_on_folds
    from mer_core.training.field_plans import Wish, check

    path = chosen.pop("path", None)
    wish = Wish(seeds=tuple(seeds), **chosen)
    for name in names:  # before a file of gigabytes is read
        check(name, wish)
    if folds and dataset != "mustard":
        raise BadInput(f"--folds: {dataset} has no official folds; mustard has.")
    keep_freed_memory()
    with Bars(as_json) as progress:
        if folds:
            parts = [mustard_set(path, fold) for fold in range(1, FOLDS + 1)]
            found = [train_on_folds(parts, name, wish, progress) for name in names]
        else:
            data = open_utterances(dataset, path)
            found = [train_on(data, name, wish, progress) for name in names]
    if as_json:
        print_json({each["model"]: each for each in found})
        return
    for each in found:
        print_field(each)


@app.command()
@one_sentence
def evaluate(
    model: Annotated[str, typer.Argument(help="Name of a model.")],
    dataset: Annotated[str, typer.Option(help="Name of a data set; `mer datasets` lists them.")],
    split: Annotated[str, typer.Option(help="train, valid or test.")] = "valid",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    keep: Keep = None,
    path: At = None,
    as_json: AsJson = False,
) -> None:
    """Score a model on a split of a data set, or on your own labelled stickers (folder)."""
    from mer_core.training.scoring import evaluate as score

    with Bars(as_json) as progress:
        scores = score(model, dataset, split, limit, tuple(keep or ()), progress, path)
    print_json(scores) if as_json else print_table(scores, "heard" if ALL in scores else "views")


@app.command()
@one_sentence
def real(
    model: Annotated[list[str], typer.Argument(help="Models or 'all'; weights must be here.")],
    as_json: AsJson = False,
) -> None:
    """Score shipped weights, untuned, on real data (MER_DATA_DIR), and write it on their cards."""
    from mer_core.models import NAMES
    from mer_core.training.real import measure

    with Bars(as_json) as progress:
        found = measure(NAMES if ALL in model else model, progress)
    if as_json:
        print_json(found)
        return
    for name, sets in found.items():
        print_table(sets, name)


@app.command("attention")
@one_sentence
def mean_attention(
    model: Annotated[str, typer.Argument(help="A model in which modalities look at each other.")],
    dataset: Annotated[str, typer.Option(help="A set with a label for each modality.")] = PUPPETS,
    split: Annotated[str, typer.Option(help="train, valid or test.")] = "valid",
    limit: Annotated[int, typer.Option(min=1, help="Only the first so many.")] = 400,
    path: At = None,
    ship: Annotated[bool, typer.Option("--ship", help="Keep the maps beside the weights.")] = False,
    as_json: AsJson = False,
) -> None:
    """Mean maps of cross-attention where words, voice and face disagree, and where they agree."""
    from mer_core.checkpoints import folder_of, load
    from mer_core.datasets import open_dataset
    from mer_core.probes.cross_groups import group_maps
    from mer_core.probes.cross_kept import FILE, write_groups

    samples = open_dataset(dataset, split, limit, path)
    demo = " (demo data)" if dataset == PUPPETS else ""
    with Bars(as_json) as told:
        found = group_maps(load(model), samples, f"{dataset}, {split} split{demo}", told)
    if ship:
        write_groups(found, folder_of(model) / FILE)
    rows = list(found.rows())
    if as_json:
        print_json({"says": found.says(), "n": found.n, "weights": found.weights, "rows": rows})
        return
    print_facts({"Found": found.says(), "About": found.caption()})
    means = {
        f"{r['from']} to {r['to']}, layer {r['layer']}": {k: r[k] for k in ("apart", "p", "p_holm")}
        for r in rows
        if r["head"] == "mean"
    }
    print_table(means, "mean of heads")


@app.command("experiment")
@one_sentence
def paper_experiment(
    model: Annotated[str, typer.Argument(help="Whose paper: mghft, egmf or hct_dmg.")],
    name: Annotated[
        list[str] | None, typer.Argument(help=f"Which experiments; '{ALL}' for all. None lists.")
    ] = None,
    split: Annotated[str, typer.Option(help="valid while trying out, test to report.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    seeds: Annotated[
        list[int] | None, typer.Option("--seeds", help="Only this seed; may be repeated.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the result beside the weights.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the experiments of a model's paper again, on what is here.

    Exit status 3: some could not run, the others did. 2 (with --json 1): none could.
    """
    from mer_core.experiments import EXPERIMENTS
    from mer_core.experiments.base import Ask, chosen
    from mer_core.experiments.freshness import saved_states

    known = chosen(EXPERIMENTS, model, () if not name or ALL in name else name)
    if save and (limit or seeds or split != Ask().split):
        raise BadInput(
            "--save keeps what a whole experiment found: leave out --limit, --seeds and --split."
        )
    if not name:
        states, why = saved_states(known)
        listing = {e.name: {"question": e.question, "saved": states[e.name]} for e in known}
        print_json(listing) if as_json else print_table(listing, "experiment")
        for sentence in why:
            typer.echo(sentence, err=True)
        return
    found, failed = _results(known, Ask(split, limit, tuple(seeds or ())), save, as_json)
    if as_json:
        print_json({r.experiment: r.plain() for r in found} | {n: {"error": e} for n, e in failed})
    for result in () if as_json else found:
        print_result(EXPERIMENTS[model][result.experiment], result)
    if failed:
        for name_of, why in failed:
            typer.echo(f"{name_of}: {why}", err=True)
        raise typer.Exit(PARTLY if found else FAILED_FOR_MACHINES if as_json else FAILED)


def _results(
    known: "tuple[PaperExperiment, ...]", ask: "Ask", save: bool, quiet: bool
) -> "tuple[list[Result], list[tuple[str, str]]]":
    """What each experiment found, and why others could not run; each is saved when it ends."""
    from mer_core.experiments.base import save_result

    found, failed = [], []
    with Bars(quiet) as progress:
        for experiment in known:
            try:
                result = experiment.run(ask, progress)
            except MerError as error:
                failed.append((experiment.name, str(error)))
                continue
            found.append(result)
            if save:
                save_result(result)
    return found, failed


@app.command("grade")
@one_sentence
def grade_probes(
    model: Annotated[
        list[str] | None, typer.Argument(help="Models; none means all whose weights are here.")
    ] = None,
    split: Annotated[str, typer.Option(help="valid while trying out, test to report.")] = "valid",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep grades, and what was fitted, beside the weights.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Grade every probe: how well does it find the puppets in which something lies?"""
    from mer_core.checkpoints import folder_of
    from mer_core.console import print_grades
    from mer_core.errors import WeightsMissing
    from mer_core.grading import save_grades
    from mer_core.grading.grade import grade
    from mer_core.models import NAMES

    here = [m for m in NAMES if (folder_of(m) / "card.json").is_file()]
    if not (model or here):
        raise WeightsMissing("every model", "Restore checkpoints/ or run `mer train all`.")
    if save and limit:
        raise BadInput("--save keeps grades of a whole split: leave out --limit.")
    found = []
    with Bars(as_json) as progress:
        for name in model or here:
            keep = save_grades if save else (lambda _: None)
            found.append(grade(name, split, limit, save, progress, keep))
            keep(found[-1])
    if as_json:
        print_json({each.model: each.plain() for each in found})
        return
    for each in found:
        print_grades(each)


@app.command("experts")
@one_sentence
def look_at_experts(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help="A generated clip by its number, a recording (.safetensors), or the parts of a "
            "clip: sound, video or pictures, a .txt file. None reads a whole set."
        ),
    ] = None,
    text: Text = None,
    split: Annotated[str, typer.Option(help="Of the set: train, valid or test.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    dataset: Annotated[str, typer.Option(help="Which set of utterances.")] = PUPPETS,
    path: At = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the survey of a set beside the weights.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Who does the work in EGMF: experts, pseudo tokens, looks, answers, collapse alarms."""
    from mer_core.probes.experts_tables import sample_tables, survey_tables

    if what or text:
        if save or limit or path:
            raise BadInput("--save, --limit and --path are for a whole set: name no clip then.")
        with waiting(as_json) as console:
            console.update("egmf is looking at it")
            about, recording, model = _recorded_clip(what or [], text, split)
            tables, told = sample_tables(recording, model)
    else:
        about, found = _surveyed(dataset, split, limit, path, save, as_json)
        tables, told = survey_tables(found)
    if as_json:
        print_json({**about, "says": told, "tables": tables})
        return
    print_facts(about)
    for name, rows in tables.items():
        typer.echo()
        print_table(rows, name)
    typer.echo()
    for sentence in told:
        typer.echo(sentence)


def _recorded_clip(
    what: Sequence[str], text: str | None, split: str
) -> "tuple[dict[str, Any], Recording, EmotionModel | None]":
    """What is known of a clip, EGMF's recording of it, and the model if it is the same one."""
    from mer_core import load, record
    from mer_core.datasets import open_dataset
    from mer_core.files import chosen_readers, read_sample
    from mer_core.probes.experts_read import recording_of, same_model

    if len(what) == 1 and Path(what[0]).suffix == ".safetensors":
        recording = recording_of(Path(what[0]))
        model = same_model(recording)
        note = "" if model else "its weights are not here: what needs the model is left out"
    else:
        if len(what) == 1 and what[0].isdigit():
            clips = open_dataset(PUPPETS, split)
            if int(what[0]) >= len(clips):
                raise BadInput(f"The {split} split has clips 0 to {len(clips) - 1}.")
            sample, note = clips[int(what[0])], "demo data"
        else:
            sample, notes = read_sample([Path(name) for name in what], text)
            note = " ".join(notes)
        chosen_readers(sample, ["egmf"])
        model = load("egmf")
        recording = record(model, sample)
    said = recording.prediction
    about: dict[str, Any] = {"clip": recording.samples[0].id, "answer": said.answers[0]}
    about |= {"probability": round(float(said.probs[0].max()), 4)}
    about |= {"weights": recording.manifest.weights} | ({"note": note} if note else {})
    return about, recording, model


def _surveyed(
    dataset: str, split: str, limit: int | None, path: Path | None, save: bool, quiet: bool
) -> "tuple[dict[str, Any], ExpertSurvey]":
    """What is known of a survey, and the survey; kept beside the weights if asked to."""
    from mer_core.checkpoints import folder_of, load
    from mer_core.datasets import SPLITS
    from mer_core.hardness.sets import examined, is_sticker
    from mer_core.probes.experts_kept import FILE, write_survey
    from mer_core.probes.experts_survey import survey

    if split not in SPLITS:
        raise UnknownName(split, SPLITS)
    with Bars(quiet) as progress:
        data = examined(dataset, split, limit, path, progress)
        if is_sticker(data.samples[0]):
            raise BadInput(f"{dataset} holds stickers; EGMF reads clips of words, voice and face.")
        name = f"{dataset}, {split} split{' (demo data)' if data.demo else ''}"
        found = survey(load("egmf"), data.samples, name, split, progress)
    about: dict[str, Any] = {"data": name, "n": found.about.n, "seed": found.about.seed}
    about |= {"weights": found.about.weights}
    if save:
        about["file"] = str(write_survey(found, folder_of("egmf") / FILE))
    return about, found


@app.command("desk")
@one_sentence
def set_gate(
    model: Annotated[str, typer.Argument(help="egmf, hct_dmg, hct_dmg_sample or mghft.")],
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help="A generated sample of test by its number, a picture, or the parts of a clip: "
            "sound, video or pictures, a .txt file."
        ),
    ] = None,
    setting: Annotated[
        str | None,
        typer.Option("--set", help="Weights: 0.2,0.3,0.5; for mghft strengths: 1,1,0.5,2."),
    ] = None,
    map_to: Annotated[
        Path | None, typer.Option("--map", help="Write the answers at all settings: a .csv file.")
    ] = None,
    text: Text = None,
    view: Views = None,
    ship: Annotated[
        bool,
        typer.Option("--ship", help="Collect which settings training met, beside the weights."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Set a model's gate by hand: the answer there, its own answer, and the nearest flip."""
    from mer_core import load
    from mer_core.checkpoints import folder_of
    from mer_core.desk import desk_of
    from mer_core.desk.met import FILE, collect, write_met
    from mer_core.desk.report import report, whole_map
    from mer_core.desk.setting import parsed
    from mer_core.disk import write_bytes
    from mer_core.views import to_csv

    if ship:
        if what or text or setting or map_to:
            raise BadInput("--ship collects over a whole set: name no sample and no setting then.")
        with Bars(as_json) as progress:
            met = collect(model, progress)
        write_met(met, folder_of(model) / FILE)
        told = {"file": str(folder_of(model) / FILE), "source": met.source, "reach": met.reach}
        print_json(told) if as_json else print_facts(told)
        return
    sample, notes = _desk_sample(model, what or [], text, view)
    with waiting(as_json) as console:
        console.update(f"{model} is looking at it")
        loaded = load(model)
        desk = desk_of(loaded, loaded.processor()([sample]))
        at = None if setting is None else parsed(setting, desk.parts, desk.simplex)
        found, known = whole_map(desk, sample.id)
        told = report(loaded, desk, at, sample.id, known) | {"map": found.says(), "notes": notes}
    if map_to is not None:
        write_bytes(map_to, to_csv(found).encode())
        told["file"] = str(map_to)
    print_json(told) if as_json else print_desk(told)


def _desk_sample(
    model: str, what: Sequence[str], text: str | None, view: Sequence[str] | None
) -> tuple[Any, tuple[str, ...]]:
    """A generated sample by its number, or what is read from files."""
    from mer_core.datasets import open_dataset
    from mer_core.files import chosen_readers, read_sample, views_of

    if len(what) == 1 and what[0].isdigit() and not Path(what[0]).exists():
        samples = open_dataset("puppet-stickers" if model == "mghft" else PUPPETS, "test")
        if int(what[0]) >= len(samples):
            raise BadInput(f"The test split has samples 0 to {len(samples) - 1}.")
        sample, notes = samples[int(what[0])], ("A puppet: demo data.",)
    else:
        sample, notes = read_sample([Path(name) for name in what], text, views_of(view or ()))
    chosen_readers(sample, [model])
    return sample, notes


@app.command("hard")
@one_sentence
def hard_samples(
    dataset: Annotated[
        str, typer.Argument(help=f"A data set; '{ALL}' for the tables that ship, both saved.")
    ],
    model: Annotated[
        list[str] | None, typer.Option(help="Only this model; may be repeated.")
    ] = None,
    split: Annotated[str, typer.Option(help="train, valid or test.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    tap: Annotated[
        list[str] | None, typer.Option(help="Draw a map of this tap; may be repeated.")
    ] = None,
    path: At = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep it for the page Hard samples.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Keep it in this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask models about every sample of a set: which are hard, and do the modalities disagree?"""
    from mer_core.hardness import save_table
    from mer_core.hardness.making import hard_table
    from mer_core.hardness.sets import examined
    from mer_core.hardness.shelf import SHIPPED, table_path
    from mer_core.hardness.summing import summary

    if limit and (save or dataset == ALL):
        raise BadInput(
            f"--save and {ALL!r} keep the table of a whole split: leave out --limit, or write "
            "part of one elsewhere with --out."
        )
    if model and (dataset == ALL or (save and dataset in SHIPPED)):
        raise BadInput(
            "The tables that ship hold every model: leave out --model, or write a table of some "
            "models elsewhere with --out and without --save."
        )
    limits = SHIPPED if dataset == ALL else {dataset: limit}
    told = {}
    with Bars(as_json) as progress:
        for name, count in limits.items():
            found = examined(name, split, limit or count, path, progress)
            table = hard_table(found, model or (), tap or (), progress)
            file = out or (table_path(name, split) if save or dataset == ALL else None)
            rows = summary(table)
            told[name] = {"models": rows, "file": file and str(save_table(table, file))}
    if as_json:
        print_json(told)
        return
    for name, made in told.items():
        print_table(made["models"], name)
        if made["file"]:
            typer.echo(f"Written to {made['file']}.")


@app.command()
@one_sentence
def datasets(
    name: Annotated[str | None, typer.Argument(help="Tell more of this real set.")] = None,
    path: At = None,
    as_json: AsJson = False,
) -> None:
    """List the data sets: how many samples each split has, whether the real ones are here."""
    from mer_core.datasets import DATASETS, SPLITS, open_dataset, real_set
    from mer_core.datasets.stickers.shelf import RealStickers
    from mer_core.datasets.utterances.shelf import RealUtterances

    if name or path:
        told = real_set(name or "folder").describe(path)
        print_json(told) if as_json else print_facts(told)
        return
    sizes = {
        key: found.look()
        if isinstance(found, RealStickers | RealUtterances)
        else {s: len(open_dataset(key, s)) for s in SPLITS}
        for key, found in DATASETS.items()
    }
    if as_json:
        print_json(sizes)
        return
    why = {key: size.pop("says") for key, size in sizes.items() if "says" in size}
    print_table(sizes, "data set")
    for key, sentence in why.items():
        typer.echo(f"{key}: {sentence}")


@app.command()
@one_sentence
def models(as_json: AsJson = False) -> None:
    """List the models: what they read, how large they are, whether weights are here."""
    from mer_core.checkpoints import folder_of
    from mer_core.models import NAMES, kind_of

    told = {
        name: {
            "reads": ", ".join(str(m) for m in kind_of(name).modalities),
            "weights": (folder_of(name) / "weights.safetensors").is_file(),
        }
        for name in NAMES
    }
    print_json(told) if as_json else print_table(told, "model")


@app.command()
@one_sentence
def doctor(as_json: AsJson = False) -> None:
    """Say what this installation has, what it lacks, and what to do. Exit status 2: unusable."""
    from mer_core.doctor import State, examine

    checks = list(examine()) if as_json else print_checks(examine())
    ill = any(c.state == State.BAD for c in checks)
    if as_json:
        print_json({"ok": not ill, "checks": [vars(c) for c in checks]})
    if ill:
        raise typer.Exit(FAILED_FOR_MACHINES if as_json else FAILED)
