"""mer_core.interpreters.server against a server process that speaks the protocol."""

import json
import socket
import subprocess
import sys

import numpy as np
import pytest

from mer_core.errors import BadInput, InterpreterFailed, InterpreterRefused, UnknownName
from mer_core.interpreters import available, interpreter
from mer_core.interpreters.answers import ABSENT, UNTOLD
from mer_core.types import View

MODEL = "tiny-vision"
WHOLE = {"intention": "Hi.", "style": "Flat lines.", "role": "A cat.", "posture": "It sits."}


def ask(server, picture, **options):
    options = {"model": MODEL, "retries": 0} | options
    return interpreter("server", address=server.address, **options).describe(picture)


def test_four_sentences_come_from_the_picture_itself(serve):
    """Another picture gets another answer: pixels reach the server unharmed."""
    server = serve()
    describer = interpreter("server", address=server.address, model=MODEL)

    red, blue = (
        describer.describe(np.full((20, 20, 3), c, np.uint8)) for c in ((250, 0, 0), (0, 0, 250))
    )

    assert red.views[View.ROLE] == "A 250-0-0 square."
    assert blue.views[View.ROLE] == "A 0-0-250 square."
    assert set(red.views) == set(View)
    assert not red.missing
    assert red.guessed == {View.INTENTION}


def test_a_large_picture_is_made_smaller_a_small_one_is_not(serve):
    server = serve()

    for shape in ((900, 1200, 3), (60, 80, 3)):
        ask(server, np.zeros(shape, np.uint8))

    assert [tuple(r["size"]) for r in server.asked()] == [(768, 576), (80, 60)]


def test_the_answer_is_asked_for_by_schema_with_exactly_the_four_views(serve, picture):
    server = serve()

    ask(server, picture)

    form = server.asked()[0]["rest"]["response_format"]
    schema = form["json_schema"]["schema"]
    assert form["type"] == "json_schema"
    assert set(schema["properties"]) == set(schema["required"]) == {str(v) for v in View}
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("refuses", "forms"),
    [
        (["json_schema"], ["json_schema", "json_object"]),
        (["json_schema", "json_object"], ["json_schema", "json_object", None]),
    ],
    ids=["no schema", "no form at all"],
)
def test_a_server_that_cannot_do_the_form_is_asked_without_it_from_then_on(
    serve, picture, refuses, forms
):
    server = serve(refuses=refuses)
    describer = interpreter("server", address=server.address, model=MODEL, retries=0)

    first, second = describer.describe(picture), describer.describe(picture)

    assert len(first.views) == len(second.views) == 4
    used = [r["rest"].get("response_format", {}).get("type") for r in server.asked()]
    assert used == [*forms, forms[-1]]


@pytest.mark.parametrize("name", ["temperature", "max_tokens"])
def test_a_parameter_that_the_model_does_not_take_is_left_out(serve, picture, name):
    server = serve(cannot=[name])

    assert len(ask(server, picture).views) == 4
    assert [name in r["rest"] for r in server.asked()] == [True, False]


@pytest.mark.parametrize(
    "answer",
    [
        "```json\n" + json.dumps(WHOLE) + "\n```",
        "Of course! Here it is:\n" + json.dumps(WHOLE) + "\nAnything else?",
        '<think>{"role": "a dog?"}</think>' + json.dumps(WHOLE),
        json.dumps({k.title(): v for k, v in WHOLE.items()}),
        json.dumps({"views": WHOLE}),
    ],
    ids=["fence", "prose around", "thoughts", "capitals", "wrapped"],
)
def test_a_whole_answer_is_found_whatever_stands_around_it(serve, picture, answer):
    server = serve(say=[answer])

    said = ask(server, picture)

    assert {str(v): text for v, text in said.views.items()} == WHOLE
    assert len(server.asked()) == 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        (None, UNTOLD),
        ("null", UNTOLD),
        ("N/A", UNTOLD),
        ("...", "no words"),
        ("a" * 401, "over 400"),
        (7, "type int"),
        (["A cat."], "type list"),
        ({"text": "A cat."}, "type dict"),
        (True, "type bool"),
    ],
)
def test_a_view_that_is_wrong_is_missing_with_its_reason_and_the_others_stay(
    serve, picture, value, why
):
    server = serve(say=[json.dumps({**WHOLE, "role": value})])

    said = ask(server, picture)

    assert set(said.views) == set(View) - {View.ROLE}
    assert set(said.missing) == {View.ROLE}
    assert why in said.missing[View.ROLE]
    assert all(text.strip() for text in said.views.values())
    assert len(server.asked()) == 1


def test_a_view_that_is_left_out_is_missing(serve, picture):
    server = serve(say=[json.dumps({"role": "A cat.", "mood": "glad"})])

    said = ask(server, picture)

    assert said.views == {View.ROLE: "A cat."}
    assert said.missing == dict.fromkeys(set(View) - {View.ROLE}, ABSENT)
    assert said.guessed == frozenset()


TRUNCATED = json.dumps(WHOLE)[:40]


def test_an_answer_that_cannot_be_read_is_asked_for_once_more(serve, picture):
    """The second request shows the model what it said."""
    server = serve(say=[TRUNCATED, json.dumps(WHOLE)])

    said = ask(server, picture)

    assert len(said.views) == 4
    first, second = server.asked()
    assert len(first["texts"]) == 1
    assert second["texts"][0] == first["texts"][0]
    assert second["texts"][1] == TRUNCATED
    assert "could not be read" in second["texts"][2]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (TRUNCATED, "not the JSON"),
        ("It is a happy cat.", "not the JSON"),
        ("[1, 2]", "not the JSON"),
        ('{"mood": "glad"}', "not the JSON"),
        ("{" * 5000, "not the JSON"),
        ('{"role":' * 3000, "not the JSON"),
        ("", "empty"),
        (None, "empty"),
        ([TRUNCATED, "length"], "cut off"),
    ],
    ids=["cut", "prose", "list", "other keys", "braces", "deep", "empty", "null", "too long"],
)
def test_twice_unreadable_means_four_missing_views_and_no_third_request(
    serve, picture, answer, why
):
    server = serve(say=[answer])

    said = ask(server, picture)

    assert said.views == {}
    assert set(said.missing) == set(View)
    assert all(why in reason for reason in said.missing.values())
    assert len(server.asked()) == 2


@pytest.mark.parametrize("failing", [500, 503, "drop"])
def test_what_may_pass_is_asked_again_after_a_growing_pause(serve, picture, failing):
    """Half a second, then a whole one, each up to a quarter shorter by chance."""
    server = serve(fail=[failing, failing])

    assert len(ask(server, picture, retries=2).views) == 4
    first, second, third = (r["time"] for r in server.asked())
    assert second - first > 0.37
    assert third - second > 0.74


def test_the_server_says_when_to_come_back(serve, picture):
    """Retry-After is longer than our own first pause would have been."""
    server = serve(fail=[[429, {"retry-after": "1.5"}, "busy"]])

    assert len(ask(server, picture, retries=1).views) == 4
    first, second = (r["time"] for r in server.asked())
    assert second - first > 1.45


@pytest.mark.parametrize(
    ("always", "told"),
    [
        (500, "failed (500), asked 2 times. It says: told to fail"),
        (429, "too busy (429), asked 2 times"),
        ("drop", "cannot be reached or hangs up"),
    ],
)
def test_what_does_not_pass_fails_in_one_sentence(serve, picture, always, told):
    server = serve(always=always)

    with pytest.raises(InterpreterFailed) as failed:
        ask(server, picture, retries=1)

    assert told in str(failed.value)
    assert not isinstance(failed.value, InterpreterRefused)
    assert len(server.asked()) == 2


def test_a_slow_server_is_given_up(serve, picture):
    server = serve(delay=3)

    with pytest.raises(InterpreterFailed, match=r"did not answer within 0\.3 seconds"):
        ask(server, picture, timeout=0.3)


def test_no_server_at_all_is_said(picture):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(InterpreterFailed, match="cannot be reached"):
        interpreter(
            "server", address=f"http://127.0.0.1:{port}/v1", model=MODEL, retries=0
        ).describe(picture)


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "answer",
    [
        [200, {"content-type": "text/html"}, "<html>Welcome</html>"],
        [200, JSON, '{"choices": [{"mess'],
        [200, JSON, "[]"],
        [200, JSON, '{"choices": []}'],
        [200, JSON, '{"choices": [{"message": null}]}'],
    ],
    ids=["a web page", "cut off", "a list", "no choice", "no message"],
)
def test_an_answer_outside_the_protocol_is_told_from_a_bad_answer(serve, picture, answer):
    server = serve(always=answer)

    with pytest.raises(InterpreterFailed, match="not in the protocol"):
        ask(server, picture)


def test_a_wrong_model_is_not_asked_for_twice_and_the_right_ones_are_named(serve, picture):
    server = serve(models=["llava", "qwen-vl"])

    with pytest.raises(InterpreterRefused, match="It has: llava, qwen-vl"):
        ask(server, picture, model="lava", retries=3)

    assert len(server.asked()) == 1


def test_an_address_without_its_end_is_met_with_a_hint(serve, picture):
    server = serve()
    short = server.address.removesuffix("/v1")

    with pytest.raises(InterpreterRefused, match=r"mostly in /v1\?"):
        interpreter("server", address=short, model=MODEL, retries=0).describe(picture)
    with pytest.raises(InterpreterFailed, match=r"mostly in /v1\?"):
        interpreter("server", address=short, retries=0)


def test_a_wrong_key_is_not_tried_twice_and_never_shown(serve, picture):
    """The server's words are passed on; a key that it repeats is not."""
    server = serve(key="right")

    with pytest.raises(InterpreterRefused, match="refuses the key") as refused:
        ask(server, picture, key="wr0ng-secret", retries=3)

    assert "wr0ng-secret" not in str(refused.value)
    assert "(the key)" in str(refused.value)
    assert len(server.asked()) == 1
    assert len(ask(server, picture, key="right").views) == 4


def test_a_complaint_of_another_kind_is_passed_on(serve, picture):
    """A model without eyes says so; asking for less would not help."""
    body = json.dumps({"error": {"message": "this model\x1b[31m does not support images"}})
    server = serve(always=[400, JSON, body])

    with pytest.raises(InterpreterFailed) as failed:
        ask(server, picture)

    assert "does not support images" in str(failed.value)
    assert str(failed.value).isprintable()
    assert len(server.asked()) == 1


def test_the_only_model_of_a_server_need_not_be_named(serve, picture):
    one, two = serve(), serve(models=["a", "b"])

    assert interpreter("server", address=one.address).version.startswith(MODEL)
    with pytest.raises(BadInput, match="has a, b"):
        interpreter("server", address=two.address)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_picture_never_follows_a_redirect(serve, picture, status):
    other = serve()
    server = serve(always=[status, {"location": other.address + "/chat/completions"}, ""])

    with pytest.raises(InterpreterRefused, match="another address"):
        ask(server, picture)

    assert len(server.asked()) == 1
    assert other.asked() == []


def test_nothing_of_the_environment_reaches_the_server(serve, picture, monkeypatch):
    """Neither keys and accounts meant for others, nor a proxy, nor names of this machine."""
    elsewhere = serve()
    for name, value in {
        "OPENAI_API_KEY": "meant-for-others",
        "OPENAI_ADMIN_KEY": "meant-for-others",
        "OPENAI_ORG_ID": "meant-for-others",
        "OPENAI_PROJECT_ID": "meant-for-others",
        "OPENAI_CUSTOM_HEADERS": "X-Trace: meant-for-others",
        "OPENAI_BASE_URL": elsewhere.address,
        "HTTP_PROXY": f"http://127.0.0.1:{elsewhere.port}",
        "http_proxy": f"http://127.0.0.1:{elsewhere.port}",
        "ALL_PROXY": f"http://127.0.0.1:{elsewhere.port}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server = serve()

    assert len(ask(server, picture).views) == 4

    headers = server.asked()[0]["headers"]
    assert set(headers) <= {
        "host", "content-type", "content-length", "accept", "accept-encoding", "connection"
    }  # fmt: skip
    assert "meant-for-others" not in str(headers)
    assert elsewhere.log() == []


def test_the_key_of_one_server_is_never_sent_to_another(serve, picture, monkeypatch):
    own, other = serve(), serve()
    monkeypatch.setenv("MER_INTERPRETER_ADDRESS", own.address)
    monkeypatch.setenv("MER_INTERPRETER_MODEL", MODEL)
    monkeypatch.setenv("MER_INTERPRETER_KEY", "own-key")

    interpreter("server").describe(picture)
    interpreter("server", address=other.address).describe(picture)

    assert own.asked()[0]["headers"]["authorization"] == "Bearer own-key"
    assert "authorization" not in other.asked()[0]["headers"]


def test_where_pictures_go_is_known_before_one_is_sent():
    here, there = (
        interpreter("server", address=f"http://{host}:8000/v1", model=MODEL)
        for host in ("127.0.0.1", "192.168.7.7")
    )

    assert here.sends_to == ""
    assert there.sends_to == "http://192.168.7.7:8000/v1"


@pytest.mark.parametrize(
    "address", ["", "  ", "localhost:11434", "ftp://a/v1", "http://", "http://a:b/v1", "file:///v1"]
)
def test_what_is_no_address_is_refused_before_anything_is_sent(address):
    with pytest.raises(BadInput, match="address"):
        interpreter("server", address=address, model=MODEL)


def test_a_password_in_an_address_is_refused_and_not_shown():
    with pytest.raises(BadInput, match="name or a password") as refused:
        interpreter("server", address="http://me:hunter2@example.org/v1", model=MODEL)

    assert "hunter2" not in str(refused.value)


def test_models_and_prompts_have_versions_of_their_own():
    one, other = (
        interpreter("server", address="http://127.0.0.1:1/v1", model=name) for name in ("a", "b")
    )

    assert one.version != other.version


def test_the_server_is_offered_where_one_is_named(monkeypatch):
    assert "MER_INTERPRETER_ADDRESS" in dict(available())["server"]

    monkeypatch.setenv("MER_INTERPRETER_ADDRESS", "http://127.0.0.1:1/v1")

    assert dict(available())["server"] == ""


def test_a_misspelt_interpreter_or_option_is_met_with_the_right_one():
    with pytest.raises(UnknownName, match="server"):
        interpreter("sever")
    with pytest.raises(BadInput, match=r"takes no address; server does"):
        interpreter("embedded", address="http://127.0.0.1:1/v1")


def test_the_client_library_is_imported_only_when_a_server_is_asked():
    """The app names every interpreter at its start; that must not cost seconds."""
    code = (
        "import sys; from mer_core.interpreters import available; available();"
        "import mer_core.interpreters.server; print('openai' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"
