"""Commands print on every console, take paths as people write them, and print commands that can be pasted."""

import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conversion import PROBLEMS
from processes import HOME

from datasets_cards import write_card
from generators import build, rebuild, stream
from generators.__main__ import VERBS as COMMANDS
from generators.__main__ import main
from generators.finished.audit import audit
from generators.finished.export import export
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from generators.patterns.library import library, shipped
from solver.command import Parser, parsed, pasted
from solver.refusal import InputError

CONSOLES = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "narrow": {"PYTHONIOENCODING": "latin-1:strict", "COLUMNS": "1"},
}
VERBS = {
    "list": (0, "generators list --patterns mine"),
    "show": (0, "generators show odd --patterns mine"),
    "preview": (0, "generators preview odd.yaml --patterns mine"),
    "build": (2, "generators build --weights n\u00f6"),
    "verify": (2, "generators verify n\u00f6"),
    "judge": (0, "solver judge odd.txt --answer 3"),
    "run": (1, "solver run odd.txt"),
    "table": (0, "solver table"),
    "card": (2, "datasets_cards card n\u00f6"),
    "usage": (2, "generators \u00f6"),
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A folder with a pattern, a preset and a completion whose characters few encodings have."""
    folder = tmp_path_factory.mktemp("odd")
    place = folder / "mine" / "comparison" / "odd.jinja"
    place.parent.mkdir(parents=True)
    _, front, question, *_ = shipped()["comparison/times_more.jinja"].split("---\n")
    place.write_text(f"---\n{front}---\n\u201cZo\u00eb\u2026\u201d \u0142 {question}", encoding="utf-8")
    sizes = "rows: 5\nvalidation: 1\ntest: 1\nmax_len: 1024\n"
    (folder / "odd.yaml").write_text(f"{sizes}weights: {{comparison: 100}}\npatterns: [comparison/odd]\n")
    trace = "expert: arithmetic\ntrace:\n- {op: init, var: Zo\u00eb\u0142, value: 7}\n"
    (folder / "odd.txt").write_text(trace, encoding="utf-8")
    return folder


def environment(**more):
    """Return this process's environment with changes, in which the packages under test are found from any folder."""
    return {**os.environ, "PYTHONPATH": str(HOME), **more}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("console", CONSOLES)
def test_a_console_without_a_character_shows_its_code(odd, console, verb):
    """Whatever a console can show, a command prints all else as codes and ends as it would elsewhere."""
    status, words = VERBS[verb]

    done = subprocess.run(
        [sys.executable, "-m", *words.split()], capture_output=True, cwd=odd, env=environment(**CONSOLES[console]), check=False
    )  # fmt: skip

    assert b"Traceback" not in done.stderr
    assert done.returncode == status, done.stderr
    assert done.stdout or status
    if verb in ("show", "preview") and console == "ascii":
        assert rb"Zo\xeb" in done.stdout


def on_a_terminal(words, **more):
    """Run a command on a terminal and return its status and all that it printed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", *words], stdin=theirs, stdout=theirs, stderr=theirs, cwd=HOME, env=environment(**more)
    )
    os.close(theirs)
    told = b""
    try:
        while piece := os.read(ours, 65_536):
            told += piece
    except OSError:  # the terminal is gone when its last process has ended
        pass
    os.close(ours)
    return process.wait(), told.decode()


@pytest.mark.parametrize("columns", ["1", "30", "80"])
def test_a_narrow_terminal_loses_no_name(columns):
    """On a terminal of any width the list has the whole name of every pattern."""
    status, told = on_a_terminal(["generators", "list"], COLUMNS=columns, TERM="xterm")

    assert status == 0
    assert [name for name in library().patterns if name.partition("/")[2] not in told] == []


def test_a_list_in_a_pipe_is_cut_nowhere(capsys):
    """In a pipe each pattern is one line with its whole name, steps and number."""
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()

    for pattern in library().patterns.values():
        steps = " + ".join(" ".join(trace.words) for trace in pattern.program)
        (line,) = [line for line in lines if f" {pattern.name} " in line and f" {pattern.space:,}" in line]
        assert steps in line


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with a file of problems, a folder of patterns and a preset; the current folder is another one."""
    (tmp_path / "home").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "home" / "some.jsonl").write_bytes((PROBLEMS / "gsm8k.jsonl").read_bytes())
    return tmp_path / "home"


def test_a_tilde_is_filled_in_by_every_verb(home, odd, capsys):
    """The shell fills in `~/x` and leaves `--out=~/x` alone; both are the home, and nothing is written elsewhere."""
    (home / "mine").symlink_to(odd / "mine")
    (home / "mine.yaml").write_bytes((odd / "odd.yaml").read_bytes())
    lines = """
        build --weights=~/mine.yaml --patterns=~/mine --against=~/some.jsonl --out=~/d
        build --recipe=~/d/recipe.json --against=~/some.jsonl --out=~/again
        import gsm8k --from=~/some.jsonl --against=~/some.jsonl --out=~/none
        import gsm8k --from=~/some.jsonl --out=~/g
        verify ~/d
        export ~/d --to chat ~/chat
        coverage run8 --from=~/g
        preview ~/mine.yaml --patterns=~/mine
        list --patterns=~/mine
        gallery ~/page.html
    """.strip()
    done = {line.split()[0]: main(line.split()) for line in lines.splitlines() if "none" not in line}

    assert done == dict.fromkeys(done, 0), capsys.readouterr().err
    assert write_card("~/d", plots=False) == home / "d" / "README.md"
    assert {path.name for path in home.iterdir()} >= {"d", "again", "g", "chat", "page.html"}
    assert list(home.parent.joinpath("elsewhere").iterdir()) == []


def test_a_tilde_is_filled_in_by_every_function(home):
    """The functions take the same paths as the commands."""
    built = build("run8", rows=20, out="~/d")

    assert built.folder == home / "d"
    assert rebuild("~/d", "~/again").manifest == built.manifest
    assert audit("~/d").passed
    assert export("~/d", "~/verl", "verl")["train.parquet"] == 20
    assert import_problems(Request("gsm8k", origin="~/some.jsonl"), "~/g").folder == home / "g"
    with pytest.raises(InputError, match=f"{home}/none"):
        stream("run8", patterns="~/none")
    assert list(home.parent.joinpath("elsewhere").iterdir()) == []


@pytest.mark.parametrize("sign", "*?[]:")
@pytest.mark.parametrize("inside", ["a{}b", "{}/inner", "{}"])
def test_a_name_that_load_dataset_reads_as_a_pattern_is_refused(run8, tmp_path, capsys, sign, inside):
    """Each verb that writes a dataset folder refuses such a name before it writes anything."""
    place = str(tmp_path / inside.format(sign))
    some = str(PROBLEMS / "gsm8k.jsonl")
    for words in (
        ["build", "--rows", "20", "--out", place],
        ["build", "--recipe", str(run8.folder), "--out", place],
        ["import", "gsm8k", "--from", some, "--out", place],
        ["export", str(run8.folder), "--to", "chat", place],
    ):
        assert main(words) == 2, words
        said = capsys.readouterr().err
        assert said.startswith(f"error: {place}: load_dataset reads {sign} in a path as a pattern; choose a path")
        assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_current_folder_counts_too(tmp_path, monkeypatch):
    """A plain name in a folder with such a sign cannot be loaded either."""
    (tmp_path / "a[1]").mkdir()
    monkeypatch.chdir(tmp_path / "a[1]")

    with pytest.raises(InputError, match=r"a\[1\]/d: load_dataset reads \[ in a path"):
        build("run8", rows=20, out="d")
    assert list((tmp_path / "a[1]").iterdir()) == []


def test_a_card_is_not_written_where_nothing_can_be_loaded(run8, tmp_path):
    """`card` names the sign, since its load command could not work."""
    (tmp_path / "a[1]").mkdir()

    with pytest.raises(InputError, match=r"load_dataset reads \["):
        write_card(tmp_path / "a[1]", plots=False)
    assert list((tmp_path / "a[1]").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["build", "--rows", "20", "--out", ""],
        ["build", "--rows", "20", "--out", "~no-such-user/x"],
        ["build", "--rows", "20", "--out", "data/\udcff"],
        ["build", "--rows", "20", "--weights", ""],
        ["build", "--rows", "20", "--against", ""],
        ["import", "gsm8k", "--from", ""],
        ["import", "gsm8k", "--from", str(PROBLEMS / "gsm8k.jsonl"), "--out", ""],
        ["import", "gsm8k", "--from", str(PROBLEMS / "gsm8k.jsonl"), "--against", ""],
        ["list", "--patterns", ""],
        ["verify", ""],
        ["build", "--recipe", ""],
    ],
    ids=lambda words: " ".join(words[:1] + words[-2:]).encode("ascii", "replace").decode(),
)
def test_a_path_that_is_none_is_refused(home, capsys, words):
    """An empty path, as of a variable that is not set, is an error and not a default; nothing is written."""
    try:
        status = main(words)
    except SystemExit as stopped:
        status = stopped.code

    assert status == 2
    assert capsys.readouterr().err.splitlines()[-1].partition("error: ")[1]
    assert list(home.parent.joinpath("elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["plain", "it's a & b;$c"])
def test_the_next_commands_work_when_pasted(tmp_path, name):
    """The lines behind `next` run as they stand, with the interpreter and the flags of the command that printed them."""
    flags = [sys.executable, "-W", "ignore", "-Xutf8", "-B"]
    out = tmp_path / name
    words = [*flags, "-m", "generators", "build", "--rows", "20", f"--out={out}"]
    built = subprocess.run(words, capture_output=True, text=True, cwd=HOME, env=environment(), check=False)
    verify, load = built.stdout.partition("next ")[2].splitlines()

    assert shlex.split(verify) == [*flags, "-m", "generators", "verify", str(out)]
    for command in (verify, shlex.join([sys.executable, "-c", f"import datasets; print({load.strip()})"])):
        done = subprocess.run(
            command, shell=True, capture_output=True, text=True, cwd=HOME, env=environment(), check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("argv", "typed", "told"),
    [
        (["python", "-m", "generators", "build"], "__main__.py", "python -m generators verify 'a b'"),
        (["python3", "-W", "ignore", "-m", "generators"], "__main__.py", "python3 -W ignore -m generators verify 'a b'"),
        (["/a b/python", "-Im", "generators"], "__main__.py", "'/a b/python' -I -m generators verify 'a b'"),
        (["python", "-Xutf8", "-uc", "import x"], "-c", "python -Xutf8 -u -m generators verify 'a b'"),
        (["python", "-X", "utf8", "script.py", "-m"], "script.py", "python -X utf8 -m generators verify 'a b'"),
        (["python"], "", "python -m generators verify 'a b'"),
        (["python", "/no/bin/wirework", "build"], "/no/bin/wirework", "/no/bin/wirework verify 'a b'"),
    ],
)  # fmt: skip
def test_a_pasted_command_runs_as_this_one_did(monkeypatch, argv, typed, told):
    """Interpreter and flags are taken over, not what stands behind them."""
    monkeypatch.setattr(sys, "orig_argv", argv)
    monkeypatch.setattr(sys, "argv", [typed])
    monkeypatch.setenv("PATH", "")

    assert pasted("generators", "verify", "a b") == told


def test_a_folder_that_looks_like_a_flag_is_none(monkeypatch):
    """A relative folder whose name begins with a hyphen is pasted as a folder."""
    monkeypatch.setattr(sys, "orig_argv", ["python"])

    assert pasted("finetune", "sft", "--out", Path("-d")) == "python -m finetune sft --out ./-d"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--dataset", "a", "--dataset", "b"], "argument --dataset: is given twice; give it once"),
        (["--dataset=a", "--datas=b"], "argument --dataset: is given twice; give it once"),
        (["--datset", "a"], "unrecognized argument --datset; did you mean --dataset?"),
        (["--datset=a", "--out", "x"], "unrecognized argument --datset; did you mean --dataset?"),
        (["--quite-another"], "the following arguments are required: --out"),
    ],
)
def test_an_option_is_given_once_and_spelt_right(capsys, words, told):
    """A second value would silently replace the first, and a misspelt option is told before what is missing."""
    top = Parser(prog="x")
    verb = top.add_subparsers(dest="verb").add_parser("train")
    verb.add_argument("--dataset")
    verb.add_argument("--out", required=True)

    with pytest.raises(SystemExit, match="2"):
        parsed(top, ["train", *words])

    assert capsys.readouterr().err.rstrip().endswith(told)


def test_an_option_that_collects_is_given_often():
    """A list takes each value, and the next command of the same parser starts anew."""
    top = Parser(prog="x")
    top.add_argument("--row", action="append")
    top.add_argument("--seed")

    assert parsed(top, ["--row", "1", "--row", "2", "--seed", "1"]).row == ["1", "2"]
    assert parsed(top, ["--seed", "2"]).seed == "2"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["solver grammar", "solver table", "generators constants", "generators list"])
def test_a_full_device_is_one_line(words, unbuffered):
    """Where standard output cannot be written, a command ends with one line and status 2."""
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", *words.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=HOME,
            env=environment(PYTHONUNBUFFERED=unbuffered),
        )

    assert (run.returncode, run.stderr) == (2, "error: standard output: cannot be written: No space left on device\n")


def test_a_closed_output_is_no_fault():
    """A command whose standard output the shell has closed ends as it would."""
    run = subprocess.run(
        [sys.executable, "-m", "solver", "table"], stderr=subprocess.PIPE, text=True, check=False, cwd=HOME,
        preexec_fn=lambda: os.close(1),
    )  # fmt: skip

    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["build"], "stopped; the same command resumes"),
        (["import", "gsm8k"], "stopped; the same command resumes"),
        (["import", "gsm8k", "--as-patterns", "p"], "stopped"),
        (["verify", "d"], "stopped"),
        (["export", "d", "--to", "chat", "out"], "stopped"),
        (["push", "d", "acme/d"], "stopped"),
        (["check"], "stopped"),
        (["stats", "d"], "stopped"),
        (["gallery", "g.html"], "stopped"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_only_what_resumes_is_said_to(monkeypatch, capsys, words, told):
    """After Ctrl-C, a verb that keeps nothing does not promise that the same command resumes."""

    def stopped(_args):
        raise KeyboardInterrupt

    monkeypatch.setitem(COMMANDS, words[0], stopped)

    assert main(words) == 130
    assert capsys.readouterr().err == f"{told}\n"
