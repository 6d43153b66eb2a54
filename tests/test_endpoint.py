"""The client of chat endpoints, against a scripted one: every reply is an answer, a fault of one prompt, or one error."""

import json
import time
from email.utils import formatdate

import pytest
from chat_server import HANG, TRICKLE, Reply, says, serve

from solver import endpoint
from solver.endpoint import Client, Prompt, read_endpoint
from solver.journal import Journal
from solver.refusal import InputError

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    """Set the key, and let retries follow at once."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(endpoint, "PAUSE", 0.001)


def prompts(count):
    """Return different prompts."""
    return [Prompt(({"role": "user", "content": f"say {number}"},)) for number in range(count)]


def ask(server, path, count=1, *, workers=1, max_calls=None, timeout=5.0):
    """Ask some prompts and return the client and the replies."""
    client = Client(
        read_endpoint(server.url, "m", timeout=timeout), Journal(path), workers=workers, max_calls=max_calls
    )
    replies = []
    client.ask(prompts(count), lambda prompt, reply: replies.append(reply))
    return client, replies


def test_every_prompt_gets_its_answer(tmp_path):
    """Several workers ask all prompts once, with the key and the model."""
    with serve("yes") as server:
        client, replies = ask(server, tmp_path / "j", 10, workers=4)

        assert [reply.text for reply in replies] == ["yes"] * 10
        assert client.calls == len(server.calls) == 10
        assert {call["path"] for call in server.calls} == {"/v1/chat/completions"}
        assert {call["messages"][0]["content"] for call in server.calls} == {f"say {number}" for number in range(10)}
        assert {call["model"] for call in server.calls} == {"m"}
        assert set(server.keys) == {KEY}


def test_options_are_sent_only_if_given(tmp_path):
    """Temperature and length are the endpoint's own unless a user gives them."""
    with serve("yes") as server:
        for options in ({}, {"temperature": 0.0, "max_tokens": 7}):
            client = Client(read_endpoint(server.url, "m", **options), Journal(tmp_path / str(len(options))))
            client.ask(prompts(1), lambda prompt, reply: None)

        bare, given = server.calls
        assert not {"temperature", "max_tokens"} & bare.keys()
        assert (given["temperature"], given["max_tokens"]) == (0.0, 7)


@pytest.mark.parametrize(
    "first",
    [
        Reply("slow down", 429, {"Retry-After": "0"}),
        Reply("slow down", 429, {"Retry-After": formatdate(time.time() - 60, usegmt=True)}),
        Reply("slow down", 429, {"Retry-After": "soon"}),
        Reply("slow down", 429),
        Reply("broken", 500),
        Reply("loading", 503),
        Reply("timed out", 408),
        HANG,
        TRICKLE,
    ],
    ids=["429", "429 until a date", "429 until nonsense", "429 bare", "500", "503", "408", "hang", "trickle"],
)
def test_a_busy_endpoint_is_asked_again(first, tmp_path):
    """A prompt is sent again after an error that may pass, or when no answer comes in time."""
    with serve(first, "yes") as server:
        client, replies = ask(server, tmp_path / "j", timeout=1.0)

        assert [(reply.text, reply.fault) for reply in replies] == [("yes", "")]
        assert client.calls == len(server.calls) == 2


def test_the_endpoint_says_how_long_to_wait(tmp_path, monkeypatch):
    """`Retry-After` replaces the pause."""
    monkeypatch.setattr(endpoint, "PAUSE", 20.0)
    began = time.monotonic()
    with serve(Reply("slow down", 429, {"Retry-After": "0.2"}), "yes") as server:
        _, replies = ask(server, tmp_path / "j")

    assert replies[0].text == "yes"
    assert 0.2 <= time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply("broken", 500), "HTTP 500: broken"),
        (Reply("slow down", 429), "HTTP 429: slow down"),
        (HANG, "no answer within 1 s"),
    ],
    ids=["500", "429", "hang"],
)
def test_an_endpoint_that_stays_busy_is_given_up(reply, fault, tmp_path):
    """After the last try the prompt has a fault, and the journal no answer."""
    with serve(reply) as server:
        client, replies = ask(server, tmp_path / "j", timeout=1.0)

        assert [reply.fault for reply in replies] == [fault]
        assert client.calls == len(server.calls) == endpoint.TRIES
        assert client.journal.records == {}


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "<html>hello</html>",
        "[]",
        "{}",
        '{"choices": null}',
        '{"choices": []}',
        '{"choices": [{}]}',
        '{"choices": [{"message": "hello"}]}',
        '{"choices": [{"message": {"content": 5}}]}',
        "",
        "\udcff",
        '{"choices": [{"message": {"content": "\udcff"}}]}',
        r'{"choices": [{"message": {"content": "\ud800"}}]}',
        "[" * 100_000,
        '{"x": ' * 100_000,
    ],
    ids=[
        "half",
        "html",
        "list",
        "empty",
        "null",
        "no choice",
        "no message",
        "text",
        "number",
        "nothing",
        "no UTF-8",
        "no UTF-8 within",
        "half a pair",
        "deep list",
        "deep mapping",
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_a_reply_that_is_no_chat_answer_is_a_fault(body, kind, tmp_path):
    """Whatever a server sends, the prompt has a fault and the next one is asked."""
    with serve(Reply(body, headers={"Content-Type": kind}), "yes") as server:
        _, replies = ask(server, tmp_path / "j", 2)

        assert replies[0].fault.startswith("not a chat answer")
        assert replies[1].text == "yes"


def test_an_empty_reply_is_told(tmp_path):
    """The fault says that nothing came, and does not end with a colon."""
    with serve(Reply(""), "yes") as server:
        _, replies = ask(server, tmp_path / "j", 2)

    assert replies[0].fault == "not a chat answer: nothing"


def test_an_empty_answer_is_an_answer(tmp_path):
    """A model may say nothing; it is not asked again."""
    with serve(says(None), "") as server:
        ask(server, tmp_path / "j", 2)
        _, replies = ask(server, tmp_path / "j", 2)

        assert [(reply.text, reply.fault) for reply in replies] == [("", "")] * 2
        assert len(server.calls) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_an_endpoint_that_refuses_the_first_prompt_is_one_error(status, tmp_path):
    """A wrong address, model or key is an error at once: all prompts would get it."""
    with serve(Reply("no such model", status)) as server:
        with pytest.raises(InputError, match=rf"HTTP {status}: .*; check the address, the model's name and the key"):
            ask(server, tmp_path / "j", 5)

        assert len(server.calls) == 1


def test_a_prompt_that_is_refused_later_is_a_fault(tmp_path):
    """One prompt may be too long, or be filtered; the others are still asked."""
    with serve("yes", Reply("too long", 400), "yes") as server:
        _, replies = ask(server, tmp_path / "j", 3)

        assert [reply.fault for reply in replies] == ["", "HTTP 400: too long", ""]


def test_a_server_that_is_not_there_is_one_error(tmp_path):
    """A refused connection says what would do."""
    with serve("yes") as server:
        pass

    with pytest.raises(InputError, match=r"no connection: .*; start the server, or correct the address"):
        ask(server, tmp_path / "j")


def test_a_wait_that_is_too_long_is_one_error(tmp_path):
    """Nobody waits an hour for a progress bar: the journal lets the same command go on later."""
    with (
        serve(Reply("quota", 429, {"Retry-After": "3600"})) as server,
        pytest.raises(InputError, match="asks to wait 3,600 s"),
    ):
        ask(server, tmp_path / "j")


def test_the_journal_answers_what_was_asked(tmp_path):
    """A second run asks only the prompts without an answer."""
    with serve("one", Reply("broken", 400), "two", "three") as server:
        ask(server, tmp_path / "j", 3)
        client, replies = ask(server, tmp_path / "j", 3)

        assert sorted((reply.text, reply.again) for reply in replies) == [
            ("one", True),
            ("three", False),
            ("two", True),
        ]
        assert client.calls == 1


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 30, "completion_tokens": 5}, (5, 30)),
        ({"completion_tokens": 5}, (5, None)),
        ({"completion_tokens": "5", "prompt_tokens": -1}, (None, None)),
        ("many", (None, None)),
        (None, (None, None)),
    ],
    ids=["both", "one", "odd", "text", "none"],
)
def test_tokens_are_those_that_the_endpoint_tells(usage, expected, tmp_path):
    """A server may tell tokens in any form or none; the answer counts, and the journal keeps what was told."""
    with serve(says("yes", usage=usage, finish="length")) as server:
        _, asked = ask(server, tmp_path / "j")
        _, known = ask(server, tmp_path / "j")

    for reply in (*asked, *known):
        assert (reply.text, reply.cut) == ("yes", True)
        assert (reply.tokens, reply.prompt_tokens) == expected
    assert [known[0].again, asked[0].again] == [True, False]


def test_another_model_or_sample_is_asked_anew(tmp_path):
    """The journal's answers are those of the same request: messages, model, options, sample and grammar."""
    message = ({"role": "user", "content": "hello"},)
    with serve("yes") as server:
        for model, options, sample in (("m", {}, 0), ("n", {}, 0), ("m", {"temperature": 1.0}, 0), ("m", {}, 1)):
            client = Client(read_endpoint(server.url, model, **options), Journal(tmp_path / "j"))
            client.ask([Prompt(message, sample)], lambda prompt, reply: None)
        client.ask([Prompt(message, sample, 'root ::= "yes"')], lambda prompt, reply: None)

        assert len(server.calls) == 5


@pytest.mark.parametrize("reply", ["yes", Reply("broken", 500)], ids=["answers", "retries"])
def test_calls_are_capped(reply, tmp_path):
    """All calls count, retries too, whatever the number of workers."""
    with serve(reply) as server:
        client, _ = ask(server, tmp_path / "j", 20, workers=4, max_calls=7)

        assert client.calls == len(server.calls) == 7


def test_a_stop_keeps_what_was_answered(tmp_path):
    """After Ctrl-C, the journal has every answer that came, and the next run asks the rest."""

    def stop(prompt, reply):
        if len(client.journal.records) == 3:
            raise KeyboardInterrupt

    with serve("yes") as server:
        client = Client(read_endpoint(server.url, "m"), Journal(tmp_path / "j"), workers=1)
        with pytest.raises(KeyboardInterrupt):
            client.ask(prompts(5), stop)
        again, replies = ask(server, tmp_path / "j", 5)

        assert again.calls == 2
        assert len(replies) == 5


def test_the_key_is_masked_everywhere(tmp_path):
    """The key stands neither in answers nor in faults, errors or the journal, though the endpoint sends it back."""
    with serve(says(f"your key is {KEY}"), Reply(f"bad {KEY}", 400), Reply(f"<p>{KEY}</p>"), Reply(KEY, 404)) as server:
        client = Client(read_endpoint(server.url, "m"), Journal(tmp_path / "j"), workers=1)
        replies = []
        with pytest.raises(InputError) as error:
            client.ask(prompts(4), lambda prompt, reply: replies.append(reply))

        assert server.keys == [KEY] * 4
        assert "[key]" in str(error.value)
        assert KEY not in f"{error.value} {replies} {client.endpoint} {(tmp_path / 'j').read_text()}"


@pytest.mark.parametrize("key", ["two words", 'a"b', "snø", "a\\b", "a\nb"])
def test_a_key_that_no_header_takes_is_refused_unseen(key, monkeypatch):
    """A key with a space, a quote or a letter beyond ASCII is one error, which does not show it."""
    monkeypatch.setenv("OPENAI_API_KEY", key)

    with pytest.raises(InputError, match="OPENAI_API_KEY holds a character that no key has") as error:
        read_endpoint("http://localhost/v1", "m")

    assert key not in str(error.value)


def test_a_named_variable_must_hold_a_key(monkeypatch):
    """Without a key at all a local server is asked; a variable that the user names must be set."""
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("MINE", "sk-mine")

    assert read_endpoint("http://localhost/v1", "m").key == ""
    assert read_endpoint("http://localhost/v1", "m", "MINE").key == "sk-mine"
    with pytest.raises(InputError, match="OTHER is empty or not set"):
        read_endpoint("http://localhost/v1", "m", "OTHER")


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8000", "ftp://localhost", "http://", "http://[", "http://h:99999/v1", "http://h:x/v1"],
)
def test_an_address_that_is_none_is_refused(url):
    """The address of an endpoint is http or https with a host."""
    with pytest.raises(InputError, match="no address of an endpoint; write one such as"):
        read_endpoint(url, "m")


@pytest.mark.parametrize("url", ["http://me:secret@h/v1", "http://h/v1?key=secret", "http://h/v1#secret"])
def test_an_address_holds_no_secret(url):
    """A secret in the address would be printed with it."""
    with pytest.raises(InputError) as error:
        read_endpoint(url, "m")

    assert "secret" not in str(error.value)


def test_a_torn_last_line_is_dropped(tmp_path):
    """A process that was killed while it wrote costs one answer, and no later one."""
    path = tmp_path / "j"
    Journal(path).add("a", answer="æ")
    with path.open("a") as file:
        file.write('{"request": "b", "ans')

    journal = Journal(path)
    journal.add("c", answer="3")
    journal.add("a", verdict="good")

    assert Journal(path).records == {
        "a": {"request": "a", "answer": "æ", "verdict": "good"},
        "c": {"request": "c", "answer": "3"},
    }


@pytest.mark.parametrize("line", ["hello", "[]", '{"answer": "1"}', '{"request": "1", "answer": 2}', '{"request": 1}'])
def test_a_line_that_is_none_is_refused(line, tmp_path):
    """A damaged journal is one error that says where."""
    path = tmp_path / "j"
    path.write_text(f"{json.dumps({'request': 'a'})}\n{line}\n")

    with pytest.raises(InputError, match="j, line 2: no"):
        Journal(path)
