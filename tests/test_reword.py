"""Wordings proposed by a model: what is accepted stands in a file for a person to read, all else in a table of refusals."""

import gc
import json
import shutil
import signal
import subprocess
import sys

import pytest
from chat_server import HANG, Reply, says, serve
from processes import HOME, python

from generators.__main__ import main
from generators.patterns.library import library
from generators.reword.judge import Judge
from generators.reword.placeholders import with_braces, with_placeholders
from generators.reword.prompt import prompt_text
from solver import endpoint

KEY = "sk-very-secret-0123456789"
PATTERN = """---
slots:
  who:   person
  item:  collectables
  left:  5..45
  first: 2..30
  then:  2..30
  had:   = left + first + then
trace:
  - {op: init, var: $who.$item, value: $had}
  - {op: consume, entity: $who.$item, amount: $first}
  - {op: consume, entity: $who.$item, amount: $then}
  - {op: query, var: $who.$item}
answer: left
---
On a walk {{ who }} carries {{ had }} {{ item }}, drops {{ first }} of them in a wood and {{ then }} on a bridge. How many {{ item }} reach home?
"""
GOOD = [
    "How many [item] are still in the bag if [who] had [had], lost [first] on the way and [then] later?",
    "[who] packs [had] [item]. Then [first: words] fall out, and after lunch [then] fall out too. Find the number that stay.",
    "Out of [had] [item] in a bag, [first] are gone by noon. When [then] go missing in the evening, what does [who] keep?",
    "A hole in the bag of [who] lets [first] [item] slip through; then [who: they] [who: has] no luck with [then] more. Of [had], how many remain?",
]
NEAR = (
    "On a walk [who] carries [had] [item], drops [first] of them in a wood and [then] on a bridge. How many are left?"
)
BAD = {
    "": "empty",
    "  \n ": "empty",
    "Sure! Here it is:\n\n" + GOOD[0]: "more than one line",
    f"1. {GOOD[0]}\n2. {GOOD[2]}": "more than one line",
    f"{GOOD[0]} {GOOD[2]}": "slot too often",
    GOOD[0].replace("[then]", "more"): "slot left out",
    GOOD[0].replace("[who]", "the child"): "slot left out",
    GOOD[0].replace("[who]", "[name]"): "unknown placeholder",
    GOOD[0].replace("[who]", "[Who]"): "unknown placeholder",
    GOOD[0].replace("[who]", "[who"): "unknown placeholder",
    GOOD[0].replace("[who]", "who]"): "unknown placeholder",
    GOOD[0].replace("[who]", "[left]"): "unknown placeholder",
    GOOD[0].replace("[who]", "[who: shout]"): "unknown form",
    GOOD[0].replace("[who]", "[who: they]"): "slot left out",
    "Did [who: they] carry [item]? " + GOOD[0].replace("if", "when"): "refused by the pattern's checks",
    GOOD[0].replace("[had]", "[had: one]"): "refused by the pattern's checks",
    GOOD[0].replace("[who]", "{{ who }}"): "not plain text",
    GOOD[0].replace("[who]", "{% if x %}[who]"): "not plain text",
    GOOD[0].replace("[who]", "{# [who] #}[who]"): "not plain text",
    GOOD[0].replace("a bag", "a\x00bag").replace("the bag", "the\x00bag"): "not plain text",
    f"--- held out {GOOD[0]}": "not plain text",
    f"slots: {GOOD[0]}": "not plain text",
    GOOD[0].replace("?", "."): "no question",
    GOOD[0].removesuffix(" later?") + " later, what? And": "cut off",
    GOOD[0].replace("on the way", "in 3 days"): "new number",
    GOOD[0].replace("on the way", "in three days"): "new number",
    GOOD[0].replace("on the way", "with two friends"): "new number",
    GOOD[0].replace("lost [first]", "lost half of [first]"): "new number",
    GOOD[0].replace("lost [first]", "lost [first] dozen"): "new number",
    GOOD[0].replace("lost [first]", "lost 1[first]"): "refused by the pattern's checks",
    GOOD[0].replace("lost [first]", "lost [first]0"): "refused by the pattern's checks",
    GOOD[0].replace("lost [first]", "lost twice [first]"): "new number",
    GOOD[0].replace("lost [first]", "lost [first]%"): "",
    GOOD[0].replace("the bag", "a [item: a] bag"): "refused by the pattern's checks",
    GOOD[0].replace("the bag", "a orange bag"): "wrong article",
    GOOD[0].replace("lost [first]", "lost $[first: words]"): "unclean text",
    GOOD[0].replace("lost [first]", "lost $[first: money]"): "refused by the pattern's checks",
    "[item] fall out of a bag. " + GOOD[0].replace("[item]", "objects"): "unclean text",
    "A bag is torn. [item] fall out. " + GOOD[0].replace("[item]", "objects"): "unclean text",
    GOOD[0].replace("[had],", "[had] ,"): "unclean text",
    f"**{GOOD[0]}**": "not plain text",
    f"<think> Well, {GOOD[0]}": "not plain text",
    GOOD[0].replace("the bag", f"the {'very ' * 500}big bag"): "too long",
    f"{GOOD[0]} " * 50_000: "too long",
    "<think>" * 50_000: "too long",
    NEAR: "near copy",
    with_placeholders(PATTERN.rstrip().rpartition("\n")[2]): "near copy",
    GOOD[0].replace("if [who] had", "if [who][item] had"): "refused by the pattern's checks",
}
del BAD[GOOD[0].replace("lost [first]", "lost [first]%")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with one pattern."""
    path = tmp_path_factory.mktemp("patterns") / "entity_track" / "walk.jinja"
    path.parent.mkdir()
    path.write_text(PATTERN)
    return path.parents[1]


@pytest.fixture(scope="module")
def judge(folder):
    """Return the judge of the pattern."""
    patterns = library(folder)
    return Judge(patterns, patterns["walk"])


@pytest.fixture
def reword(folder, tmp_path, monkeypatch, capsys):
    """Return a function that runs the command against a server: its status, output and errors."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(endpoint, "PAUSE", 0.001)

    def run(server, *words):
        shown = ["--patterns", folder, "--endpoint", server.url, "--model", "m", "--out", tmp_path / "out"]
        alone = [] if "--workers" in words else ["--workers", 1]
        status = main(["reword", "walk", *map(str, [*shown, *alone, *words])])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def written(tmp_path):
    """Return the path of the file that the command writes."""
    return tmp_path / "out" / "entity_track" / "walk_wordings.jinja"


def text_of(*answers):
    """Return the text of a file with these answers."""
    bodies = "".join(f"---\n{with_braces(answer)}\n" for answer in answers)
    return f"---\nextends: entity_track/walk\n{bodies}"


@pytest.mark.parametrize("answer", GOOD)
def test_a_good_answer_is_accepted(answer, judge):
    """A wording that shows all slots and adds no number has no fault."""
    verdict = judge.judge(answer)

    assert (verdict.reason, verdict.detail) == ("", "")
    assert verdict.body == with_braces(answer)


@pytest.mark.parametrize(
    "around",
    [
        "New wording: {}",
        "Problem:\n{}",
        '"{}"',
        "\u201c{}\u201d",
        "\n  {}  \n\n",
        "<think>\nHm, [who] ...\n</think>\n{}",
    ],
    ids=["label", "label above", "quotes", "curly", "lines", "thoughts"],
)
def test_harmless_wrappers_are_removed(around, judge):
    """Quotation marks, space and reasoning around a wording cost it nothing."""
    assert judge.judge(around.format(GOOD[0])) == judge.judge(GOOD[0])


@pytest.mark.parametrize(
    ("answer", "reason"), BAD.items(), ids=[f"{n} {reason}" for n, reason in enumerate(BAD.values())]
)
def test_a_bad_answer_is_refused_by_its_reason(answer, reason, judge):
    """Every fault has a reason, and an example says more."""
    verdict = judge.judge(answer)

    assert verdict.reason == reason, verdict
    assert verdict.detail


def test_an_accepted_wording_is_one_to_differ_from(judge):
    """The next proposal may be no near copy of one that was accepted before."""
    grown = judge.with_accepted(with_braces(GOOD[0]))

    assert grown.judge(GOOD[0]).reason == "near copy"
    assert grown.judge(GOOD[1]).reason == ""


def test_a_question_of_another_pattern_is_refused(folder, tmp_path):
    """A wording that another pattern could ask is refused, and the pattern is named."""
    other = tmp_path / "entity_track" / "stroll.jinja"
    other.parent.mkdir()
    (tmp_path / "entity_track" / "walk.jinja").write_text(PATTERN)
    body = with_braces(GOOD[0])
    other.write_text(PATTERN.rpartition("---\n")[0] + f"---\n{body}\n")
    patterns = library(tmp_path)

    verdict = Judge(patterns, patterns["walk"]).judge(GOOD[0])

    assert verdict.reason == "clash with another pattern"
    assert "entity_track/stroll" in verdict.detail


def test_numbers_of_a_further_wording_are_new(folder, tmp_path):
    """A wording is compared with the first one: another may speak of two friends, or of a distractor."""
    path = tmp_path / "entity_track" / "walk.jinja"
    path.parent.mkdir()
    further = "Two friends and {{ who }} take {{ had }} {{ item }} along, and lose {{ first }}, then {{ then }}. How many stay?"
    own = further.replace("Two", "{{ friends }}").replace("take", "went out with").replace("and lose", "of those")
    path.write_text(f"{PATTERN}---\n{further}\n--- held out\nslots: {{friends: 3..9}}\n{own}\n")
    patterns = library(tmp_path)
    judge = Judge(patterns, patterns["walk"])

    assert judge.judge(GOOD[0]).reason == ""
    assert judge.judge(GOOD[0].replace("on the way", "with two friends")).reason == "new number"
    assert with_placeholders(further) in prompt_text(judge.pattern, 0)
    assert "friends]" not in prompt_text(judge.pattern, 0)


@pytest.mark.parametrize(
    "body", ["{{ who }} has {{ n | words }} {{item|a|upper_first}}, {{ n }}.", "No slot.", "{{ item | of(count) }}"]
)
def test_placeholders_and_braces_say_the_same(body):
    """A wording comes back from its placeholders as it was, but for spaces in braces."""
    text = with_placeholders(body)

    assert "{" not in text
    assert with_placeholders(with_braces(text)) == text


def test_the_prompt_offers_every_slot_and_its_forms(judge):
    """A model sees the wording, an example of each form, and the slots that it must use."""
    text = prompt_text(judge.pattern, 0)

    assert with_placeholders(judge.pattern.bodies[0]) in text
    assert "[item] such as" in text
    assert "[item: one] such as" in text
    assert "[first: words] such as" in text
    assert "[had: words]" not in text  # it can be above 99
    assert "[left]" not in text  # the answer is hidden
    assert "[who: a]" not in text
    assert "[who: upper_first]" not in text
    assert "[who: they] such as" in text
    assert "Use all of these: [who] [item] [first] [then] [had]" in text
    assert "only once: [first] [then] [had]" in text


def test_prompts_ask_for_different_ways(judge):
    """Calls in a row ask for different ways to word the problem."""
    assert len({prompt_text(judge.pattern, number) for number in range(12)}) == 12


def test_accepted_wordings_extend_the_pattern(reword, written):
    """The file has exactly the accepted wordings; the table has a row for every reason."""
    answers = [GOOD[0], GOOD[0].replace("[who]", "the child"), NEAR, GOOD[1], "", GOOD[2]]
    with serve(*answers) as server:
        status, shown, _ = reword(server, "-n", 3, "--max-calls", 20)

        assert status == 0
        assert written.read_text() == text_of(*(GOOD[number] for number in (0, 1, 2)))
        assert len(server.calls) == len(answers)
        assert {call["model"] for call in server.calls} == {"m"}
        assert "temperature" not in server.calls[0]
        assert "3 of 3 after 6 calls" in shown
        for reason in ("slot left out", "near copy", "empty"):
            assert reason in shown
        assert "[who]" in shown  # the detail: no markup of the terminal's


def test_the_file_loads_beside_its_pattern(folder, reword, written, tmp_path):
    """The accepted wordings are the pattern's in a folder that has both files, and later prompts stay the same."""
    with serve(*GOOD) as server:
        reword(server, "-n", 2)
        both = tmp_path / "both"
        shutil.copytree(folder, both)
        shutil.copy(written, both / "entity_track")
        patterns = library(both)

        assert patterns["walk"].bodies[1:] == tuple(map(with_braces, GOOD[:2]))
        assert prompt_text(patterns["walk"], 0) == server.calls[0]["messages"][0]["content"]


def test_what_the_server_gets_wrong_is_counted(reword, written):
    """Faults of the endpoint are reasons of their own, and cost no accepted wording."""
    replies = [
        Reply("slow down", 429, {"Retry-After": "0"}),
        GOOD[0],
        Reply("{", 200),
        Reply('{"object": "list"}'),
        Reply("oops", 500),
        GOOD[1],
        HANG,
        GOOD[2],
        says(None),
        Reply("too long", 400),
        *[Reply("oops", 500)] * endpoint.TRIES,
        GOOD[3],
    ]
    with serve(*replies) as server:
        status, shown, errors = reword(server, "-n", 4, "--timeout", 2, "--max-calls", 40)

        assert (status, errors) == (0, "")
        assert written.read_text() == text_of(*GOOD)
        assert len(server.calls) == len(replies)
        assert "4 of 4" in shown
        for reason in ("not a chat answer", "HTTP 400", "HTTP 500", "empty"):
            assert reason in shown


def test_the_same_answer_twice_is_accepted_once(reword, written):
    """A model that repeats itself is refused as a near copy of what it said before."""
    with serve(GOOD[0], GOOD[0], GOOD[1]) as server:
        reword(server, "-n", 2)

        assert written.read_text() == text_of(*GOOD[:2])


def test_an_answer_cannot_steer_the_terminal(reword):
    """Control characters of an answer or a fault are printed as marks."""
    with serve("\x1b[2Jboo\x07", Reply("\x1b[2J", 400), Reply("\x1b[2J", 404)) as server:
        status, shown, _ = reword(server, "-n", 2, "--max-calls", 2)
        _, _, errors = reword(server, "-n", 2, "--max-calls", 3)

        assert status == 0
        assert "boo" in shown
        assert "\x1b" not in shown + errors
        assert "HTTP 404: \ufffd[2J" in errors


def test_the_same_command_asks_only_what_is_lacking(reword, written):
    """A run that was cut short goes on; a finished one asks nothing."""
    with serve(GOOD[0], NEAR, GOOD[1], GOOD[2]) as server:
        reword(server, "-n", 3, "--max-calls", 2)
        assert written.read_text() == text_of(GOOD[0])
        reword(server, "-n", 3)
        assert len(server.calls) == 4
        _, shown, _ = reword(server, "-n", 3)

        assert len(server.calls) == 4
        assert written.read_text() == text_of(*GOOD[:3])
        assert "0 of 3 after 0 calls, 3 more in earlier runs" in shown
        assert shown.count("accepted") == 1  # and no refusals but one
        assert "near copy " in shown


def test_a_removed_wording_stays_removed(reword, written):
    """A person deletes a proposal from the file; later runs leave it out, and keep the person's own."""
    with serve(*GOOD) as server:
        reword(server, "-n", 2)
        mine = text_of("Mine: [had] [item] minus [first] minus [then], says [who]. How many?", GOOD[1])
        written.write_text(mine.removesuffix("\n"))
        reword(server, "-n", 3)

        assert written.read_text() == mine + text_of(GOOD[2]).removeprefix(text_of())


def test_a_person_may_edit_the_file(reword, written):
    """Comments, held-out marks and slots of a wording's own stay as they are, and are what a proposal must differ from."""
    written.parent.mkdir(parents=True)
    mine = (
        f'---\n# read twice\nextends: "entity_track/walk"\n--- held out\n{with_braces(GOOD[0])}\n---\n'
        f"slots: {{days: 2..9}}\nOn day {{{{ days }}}} of a walk, {with_braces(GOOD[1])}\n"
    )
    written.write_text(mine)
    with serve(GOOD[0], GOOD[1], GOOD[2]) as server:
        _, shown, _ = reword(server, "-n", 1)

        assert len(server.calls) == 3
        assert "near copy" in shown
        assert written.read_text() == mine + text_of(GOOD[2]).removeprefix(text_of())


@pytest.mark.parametrize(
    "text", [PATTERN, "", "---\n", "hello", "---\nextends: entity_track/run\n---\nHow many?\n", "---\n[\n---\n"]
)
def test_a_file_of_something_else_is_kept(text, reword, written):
    """A file that does not extend the pattern is refused before anything is asked."""
    written.parent.mkdir(parents=True)
    written.write_text(text)
    with serve(GOOD[0]) as server:
        status, _, errors = reword(server)

        assert status == 2
        assert "does not begin with extends: entity_track/walk" in errors
        assert written.read_text() == text
        assert server.calls == []


def test_several_workers_accept_no_more_than_asked(reword, written):
    """Calls that run at the same time are never more than the wordings that are lacking."""
    with serve(*GOOD, "") as server:
        reword(server, "-n", 3, "--workers", 8)

        assert len(server.calls) == 3
        assert written.read_text().count("\n---\n") == 3


def test_the_cap_ends_the_run(reword, written):
    """With nothing acceptable the run ends at the cap: five calls for each wording, unless told otherwise."""
    with serve("") as server:
        status, shown, _ = reword(server, "-n", 2)

        assert status == 0
        assert len(server.calls) == 10
        assert "0 of 2 after 10 calls" in shown
        assert not written.exists()


@pytest.mark.parametrize("reply", [says(KEY), Reply(KEY, 400), Reply(KEY, 401), Reply(KEY, 500), Reply(KEY)])
def test_the_key_is_nowhere(reply, reword, tmp_path):
    """The key goes to the endpoint alone: not into the output, an error or a file."""
    with serve(reply) as server:
        _, shown, errors = reword(server, "-n", 1, "--max-calls", 5)

        assert set(server.keys) == {KEY}
    files = [path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert KEY not in "".join([shown, errors, *files])


def test_temperature_and_key_variable(reword, monkeypatch):
    """Both flags reach the endpoint."""
    monkeypatch.setenv("MINE", "sk-mine")
    with serve(GOOD[0]) as server:
        reword(server, "-n", 1, "--temperature", 0.7, "--key-env", "MINE")

        assert server.calls[0]["temperature"] == 0.7
        assert server.keys == ["sk-mine"]


def test_a_dry_run_asks_nothing(reword, tmp_path):
    """`--dry-run` prints the prompt of the first call, and writes nothing."""
    with serve(GOOD[0]) as server:
        _, shown, _ = reword(server, "--dry-run")
        asked = len(server.calls)
        assert not (tmp_path / "out").exists()
        reword(server, "-n", 1)

        assert asked == 0
        assert shown == server.calls[0]["messages"][0]["content"] + "\n"


def test_a_stop_at_the_worst_moment_keeps_what_was_accepted(reword, written, monkeypatch, caplog):
    """A stop while a wording is written loses none: each is in the file at once, with its answer in the log."""
    from generators.reword import run

    append = run.append_proposal

    def stopping(*words):
        append(*words)
        if written.read_text().count("\n---\n") == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(run, "append_proposal", stopping)
    with serve(*GOOD) as server:
        status, _, errors = reword(server, "-n", 4)

        assert status == 130
        assert errors == "stopped; the same command resumes\n"
        assert written.read_text() == text_of(*GOOD[:2])
    gc.collect()
    assert caplog.records == []
    lines = [json.loads(line) for line in written.with_suffix(".answers.jsonl").read_text().splitlines()]
    assert [line["answer"] for line in lines if "answer" in line] == GOOD[:2]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"])
def test_a_stop_while_waiting_is_one_line(number, status, folder, tmp_path, written):
    """Ctrl-C and SIGTERM end the command at once, and what was accepted stays."""
    with serve(GOOD[0], HANG) as server:
        flags = [
            "--patterns",
            folder,
            "--endpoint",
            server.url,
            "--model",
            "m",
            "--out",
            tmp_path / "out",
            "--workers",
            1,
        ]
        command = [sys.executable, "-m", "generators", "reword", "walk", *map(str, flags)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HOME,
            # A shell lets its background jobs ignore Ctrl-C, and this test may be run by one.
            preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509  # it takes no lock
        )  # fmt: skip
        assert server.called.acquire(timeout=300)
        assert server.called.acquire(timeout=300)
        process.send_signal(number)
        shown, errors = process.communicate(timeout=300)

    assert (process.returncode, shown, errors) == (status, "", "stopped; the same command resumes\n")
    assert written.read_text() == text_of(GOOD[0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["times_mor"], "no pattern times_mor; did you mean times_more or "),
        (["times_more"], "--model is missing"),
        (["times_more", "--model", "m", "--endpoint", "localhost"], "no address of an endpoint"),
        (["times_more", "--model", "m", "--key-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is empty or not set"),
    ],
)
def test_a_mistake_is_one_line(words, message, capsys):
    """A wrong pattern, endpoint or key is one line with status 2."""
    assert main(["reword", *words]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(("flag", "value"), [("--temperature", "hot"), ("--temperature", "-1"), ("--timeout", "inf")])
def test_a_flag_that_is_no_number_is_refused(flag, value, capsys):
    """Temperature and time limit are plain numbers."""
    with pytest.raises(SystemExit, match="2"):
        main(["reword", "times_more", f"{flag}={value}"])

    assert "is not a number such as 0.7" in capsys.readouterr().err


def test_a_missing_library_is_one_line(tmp_path):
    """Without the extra, the error names the command that installs it."""
    script = (
        "import sys; sys.modules['openai'] = None; from generators.__main__ import main;"
        f"sys.exit(main(['reword', 'times_more', '--model', 'm', '--out', {str(tmp_path)!r}]))"
    )

    done = python("-c", script)

    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == "error: openai is not installed; pip install 'wirework[reword]', or '.[reword]' in a checkout\n"
    )


def test_asking_for_help_and_prompts_imports_no_client():
    """The library of the endpoint is imported when the first call is made, and not before."""
    script = "from generators.__main__ import main; import sys; main(['reword', 'times_more', '--dry-run']); print('openai' in sys.modules)"

    assert python("-c", script).stdout.endswith("\nFalse\n")
    assert sys.modules
