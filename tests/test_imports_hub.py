"""Without --from an import reads its source's dataset on the Hub, and says in one line when that cannot be."""

import json
import subprocess
import sys
import textwrap

import hub
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conversion import PROBLEMS
from hub.accounts import Account

from generators.imports.importer import import_problems
from generators.imports.sources.request import Request

UPLOAD = """
    import sys
    from huggingface_hub import HfApi
    name, folder = sys.argv[1:]
    HfApi().create_repo(name, repo_type="dataset")
    HfApi().upload_folder(repo_id=name, folder_path=folder, repo_type="dataset")
"""
IMPORT = """
    import sys
    from generators.__main__ import main
    sys.exit(main(["import", *sys.argv[1:]]))
"""


def run(env, script, *words):
    """Run a client process and return its exit status and errors."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), *map(str, words)],
        env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def write_parquet(path, entries):
    """Write entries as one Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(entries), path)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run a Hub that has openai/gsm8k and ChilleD/SVAMP, laid out as the real ones are."""
    folder = tmp_path_factory.mktemp("hub")
    lines = (PROBLEMS / "gsm8k.jsonl").read_text(encoding="utf-8").splitlines()
    gsm8k, svamp = folder / "gsm8k", folder / "svamp"
    problems = [json.loads(line) for line in lines]
    write_parquet(gsm8k / "main" / "train-00000-of-00001.parquet", problems)
    write_parquet(gsm8k / "main" / "test-00000-of-00001.parquet", problems[:5])
    write_parquet(gsm8k / "socratic" / "train-00000-of-00001.parquet", problems[:3])
    (gsm8k / "README.md").write_text(
        "---\nconfigs:\n- config_name: main\n  data_files:\n  - split: train\n    path: main/train-*\n"
        "  - split: test\n    path: main/test-*\n- config_name: socratic\n  data_files:\n  - split: train\n"
        "    path: socratic/train-*\n---\n"
    )
    entries = json.loads((PROBLEMS / "svamp.json").read_text(encoding="utf-8"))
    write_parquet(svamp / "data" / "train-00000-of-00001.parquet", [{k: str(v) for k, v in e.items()} for e in entries])
    with hub.serve(folder / "served") as running:
        running.accounts["hf_alice"] = Account("alice", orgs=("openai", "ChilleD"), writes=True)
        for name, place in (("openai/gsm8k", gsm8k), ("ChilleD/SVAMP", svamp)):
            status, told = run(running.env(), UPLOAD, name, place)
            assert status == 0, told
        yield running


@pytest.mark.parametrize(("source", "extract"), [("gsm8k", "gsm8k.jsonl"), ("svamp", "svamp.json")])
def test_the_hub_gives_the_rows_that_the_file_gives(server, tmp_path, source, extract):
    """`import gsm8k` and `import svamp` read the Hub, and their rows are those of the local file."""
    status, told = run(server.env(token=None), IMPORT, source, "--out", tmp_path / "online")
    assert status == 0, told
    import_problems(Request(source, origin=str(PROBLEMS / extract)), tmp_path / "local")

    online, local = (pq.read_table(next((tmp_path / name / "data").iterdir())) for name in ("online", "local"))
    assert local.num_rows > 0
    assert online.to_pylist() == local.to_pylist()


def test_the_hub_gives_the_test_split_for_evaluation(server, tmp_path):
    """`--split test --eval-only` reads the test split and no other."""
    status, told = run(
        server.env(token=None), IMPORT, "gsm8k", "--split", "test", "--eval-only", "--out", tmp_path / "out"
    )

    assert status == 0, told
    assert pq.read_table(next((tmp_path / "out" / "data").iterdir())).num_rows == 5


@pytest.mark.parametrize(
    ("words", "told", "rows"),
    [
        (["--from", "openai/gsm8k:socratic/train"], "openai/gsm8k:socratic/train: 3 problems read, from question, answer", 3),
        (["--from", "openai/gsm8k:socratic"], "openai/gsm8k:socratic: 3 problems read, from question, answer", 3),
        (["--from", "openai/gsm8k:main/test", "--split", "test", "--eval-only"], "main/test: 5 problems read", 5),
        (["--against", "openai/gsm8k:main/test"], "openai/gsm8k:main/test: 5 questions guarded, from question", None),
        (["--against", "openai/gsm8k"], "openai/gsm8k: 5 questions guarded, from question", None),
        (["--against", "ChilleD/SVAMP:default/train"], "questions guarded, from Body and Question", None),
    ],
)  # fmt: skip
def test_a_name_on_the_hub_has_a_configuration_and_a_split(server, tmp_path, words, told, rows):
    """`ORG/NAME:CONFIG/SPLIT` names what is read, for `--from` and for `--against`, and the line says so."""
    status, said = run(server.env(token=None), IMPORT, "gsm8k", *words, "--out", tmp_path / "out")

    assert status == 0, said
    assert told in said
    (shard,) = (tmp_path / "out" / "data").iterdir()
    assert rows is None or pq.read_metadata(shard).num_rows == rows


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "openai/gsm8k:nope/train"], "nope"),
        (["--from", "openai/nothing-here"], "openai/nothing-here: not a folder, and cannot be loaded from the Hub"),
        (["--from", "openai/gsm8k:main/test"], "names the split test, and --split is train; give the same split"),
        (["--against", "openai/gsm8k:main/dev"], "dev"),
        (["--against", "openai/gsm8k:socratic"], "test"),
    ],
)
def test_a_name_that_is_not_on_the_hub_is_one_line(server, tmp_path, words, told):
    """A repository, a configuration, a split or a column that is not there is one line, and nothing is written."""
    status, said = run(server.env(token=None), IMPORT, "gsm8k", *words, "--out", tmp_path / "out")
    lines = [line for line in said.splitlines() if not line.endswith("read, from question, answer")]

    assert status == 2
    assert len(lines) == 1
    assert told in lines[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [
        # The Hub's client tries again for half a minute before it gives up.
        pytest.param({"HF_ENDPOINT": "http://127.0.0.1:1"}, marks=pytest.mark.slow, id="no network"),
        pytest.param({"HF_HUB_OFFLINE": "1"}, id="offline"),
        pytest.param({"HF_TOKEN": "hf_nobody"}, id="odd token"),
    ],
)
def test_a_hub_out_of_reach_is_one_line_that_names_from(server, tmp_path, change):
    """Whatever keeps the Hub away, the user is told in one line, with the flag that does without it."""
    status, told = run({**server.env(), **change}, IMPORT, "gsm8k", "--out", tmp_path / "out")

    assert status == 2
    assert told.count("\n") == 1
    assert "openai/gsm8k" in told
    assert "--from" in told
    assert not (tmp_path / "out").exists()


READING = """
    import sys
    from solver import dataset_reading
    print([(read.language, [str(one.value) for one in read.constants]) for read in map(dataset_reading, sys.argv[1:])],
          file=sys.stderr)
"""


def test_a_recipe_on_the_hub_says_how_questions_are_read(server, tmp_path):
    """The constants and the language of a dataset on the Hub are known; a dataset without a recipe is English."""
    recipe = {
        "about": {"language": ["es-MX"]},
        "files": {"own constants.yaml": "strings_per_guitar: {value: 6, words: [guitarra]}\n"},
    }
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    assert run(server.env(), UPLOAD, "openai/own", tmp_path) == (0, "")

    status, said = run(server.env(token=None), READING, "openai/own", "openai/own:default/test", "openai/gsm8k")

    assert (status, said) == (0, "[('es', ['6']), ('es', ['6']), ('en', [])]\n")


def test_a_missing_folder_that_may_be_a_name_is_one_line(server):
    """A folder that is not there, and whose path may be a name on the Hub, is not told by the status of a request."""
    script = "import sys; from solver.__main__ import main; sys.exit(main(sys.argv[1:]))"
    status, told = run(server.env(token=None), script, "grammar", "--dataset", "data/missing")

    assert (status, told) == (
        2,
        "error: data/missing: no such folder, and no dataset of this name on the Hub that you may read\n",
    )
