"""mer_core.interpreters.answers and prompts: what is asked, and that nothing empty gets through."""

import inspect
import json
import random

import pytest

from mer_core.interpreters import prompts
from mer_core.interpreters.answers import MOST_REPEATED, Reply, answer_in, ask, read
from mer_core.types import View


def test_every_view_has_its_question_in_the_prompt():
    for view in View:
        assert f"- {view}: {prompts.QUESTIONS[view]}" in prompts.PROMPT
        assert f'"{view}"' in prompts.REPAIR


def test_the_version_follows_the_words():
    """Whoever edits the prompt need not remember to count anything up."""
    source = inspect.getsource(prompts)
    versions = set()
    for edited in (source, source.replace("its face show?", "its face say?")):
        namespace = {"__name__": "edited"}
        exec(edited, namespace)
        versions.add(namespace["VERSION"])

    assert len(versions) == 2
    assert prompts.VERSION in versions


ODD = ["", " ", "\u200b", "null", "?!", "\x00\x07", 0, 1.5, True, None, [], {}, ["a"], "x" * 401]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_answered_each_view_is_a_sentence_or_a_reason(seed):
    """Random answers from pieces that have been seen to go wrong."""
    chance = random.Random(seed)
    pieces = [*ODD, "A cat.", "一只猫。", "  It\nsits.  "]
    answer = {str(v): chance.choice(pieces) for v in View if chance.random() < 0.8}

    said = read(answer)

    assert set(said.views) | set(said.missing) == set(View)
    assert not set(said.views) & set(said.missing)
    for text in [*said.views.values(), *said.missing.values()]:
        assert text.strip() == text != ""
        assert text.isprintable()
        assert len(text) <= prompts.LONGEST


def test_every_cut_of_an_answer_is_unreadable_or_the_whole():
    """A truncated object is never taken for a smaller one."""
    whole = json.dumps({str(v): f"It is {v}." for v in View})

    assert [answer_in(whole[:n]) for n in range(len(whole))] == [None] * len(whole)
    assert answer_in(whole) == json.loads(whole)


def test_a_sentence_over_lines_becomes_one_line():
    assert read({"role": " A cat\n\tin a hat. "}).views[View.ROLE] == "A cat in a hat."


def test_a_very_long_answer_is_shown_again_only_in_part():
    heard = []

    def say(turns):
        heard.append(turns)
        return Reply("blah " * 10_000)

    said = ask(say)

    assert len(said.missing) == 4
    assert [len(turns) for turns in heard] == [1, 3]
    assert len(heard[1][1].text) <= MOST_REPEATED
