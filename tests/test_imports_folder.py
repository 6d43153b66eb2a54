"""Imports write whole folders: every line is a row or dropped with its reason, every row is proved again by the audit."""

import json
import os
import shutil
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conversion import PROBLEMS
from datasets import load_dataset
from folders import rows_of
from msgspec.structs import replace
from processes import python

from datasets_cards import write_card
from generators.__main__ import main
from generators.builder.dataset import rebuild
from generators.files.manifest import WrittenShard, file_hash, frame, read_manifest
from generators.files.parquet import ShardRecord, to_parquet
from generators.finished.audit import audit
from generators.finished.recipes import read_recipe
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from solver.refusal import InputError
from solver.reward import judge
from solver.schema import SCHEMA, content_hash

LINES = [
    {"question": "Ann has 1,200 red beads. She gives 200 beads to Ben. How many beads are left?",
     "answer": "Ann has 1200-200=<<1200-200=1,000>>1,000 beads left.\n#### 1,000"},
    {"question": "A coat costs $80. It is 25% off. How much is it now?",
     "answer": "The discount is 80*.25=$<<80*.25=20>>20.\nSo it is 80-20=$<<80-20=60>>60.\n#### 60"},
    {"question": "Tom reads 9 pages on each of 4 days and 7 more pages. How many pages is that?",
     "answer": "He reads 9*4=<<9*4=36>>36 pages.\nThat is 36+7=<<36+7=43>>43 pages.\n#### 43"},
    {"question": "Bob is x years old, three times as old as Al. Together they are 48. How old is Al?",
     "answer": "Let x be Al's age. x + 3x = 48. So 4x = 48 and x = 12.\n#### 12"},
]  # fmt: skip
UNGROUNDED = {
    "question": "Ann scores 80, Ben scores 90 and Cy scores 70. What is their average?",
    "answer": "The sum is 80+90+70=<<80+90+70=240>>240.\nThe average is 240/3=<<240/3=80>>80.\n#### 80",
}
"""A problem whose number of addends is not written."""
BAD = {
    '{"question": 3}': "line",
    "no json": "line",
    "[1, 2]": "line",
    '{"question": "How many?", "answer": "#### many"}': "answer",
    '{"question": "Q?", "answer": "none"}': "answer",
    '{"question": "2 and 3?", "answer": "2+3=<<2+3=6>>6\\n#### 6"}': "annotation",
    '{"question": "Is it 7 or 9?", "answer": "It is 7\\n#### 12345"}': "no_program",
    json.dumps(LINES[0]): "twice",
    json.dumps(UNGROUNDED): "ungrounded",
}
"""Lines that become no row, and the kind of reason that says why."""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A jsonl with four problems and lines that become no row."""
    path = tmp_path_factory.mktemp("source") / "some.jsonl"
    path.write_text("\n".join([json.dumps(line) for line in LINES] + list(BAD)), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def imported(source, tmp_path_factory):
    """The folder of that jsonl."""
    return import_problems(
        Request("gsm8k", origin=source), tmp_path_factory.mktemp("imported") / "out", grade="C"
    ).folder


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    """The first problems of GSM-8K, imported."""
    return import_problems(
        Request("gsm8k", origin=str(PROBLEMS / "gsm8k.jsonl"), gate=False),
        tmp_path_factory.mktemp("gsm8k") / "out",
        grade="C",
    )


def dropped_of(folder):
    """Return the lines of dropped.jsonl."""
    return [json.loads(line) for line in (folder / "dropped.jsonl").read_text(encoding="utf-8").splitlines()]


def test_rows_and_dropped_are_all_problems(imported):
    """Nothing is lost: each line is a row, or stands in dropped.jsonl with a reason of its kind."""
    dropped = dropped_of(imported)

    assert [row["id"] for row in rows_of(imported)] == [f"gsm8k/train/{number}" for number in range(4)]
    assert [line["reason"].partition(":")[0] for line in dropped] == list(BAD.values())
    assert [line["id"] for line in dropped] == [f"gsm8k/train/{number}" for number in range(4, 4 + len(BAD))]


def test_the_funnel_counts_the_problems(extract):
    """The funnel on GSM-8K's first 40 problems; labels in order, all problems first."""
    funnel = dict(extract.manifest.funnel)

    assert funnel["problems"] == len(rows_of(extract.folder)) + len(dropped_of(extract.folder)) == 40
    assert funnel["a trace executes to the gold answer"] == 40
    assert funnel["... without an inferred step"] == 36
    assert [funnel[f"wiring {how}"] for how in ("annotated", "unique", "chosen")] == [0, 26, 14]
    assert [funnel[f"grade {letter}"] for letter in "ABC"] == [26, 10, 4]


def test_every_trace_scores_one_and_has_the_schema(imported):
    """Every gold trace is worth 1.0, in the schema of built datasets."""
    table = pq.read_table(next(imported.glob("data/train-*.parquet")))
    rewards = [
        judge(r["completion"][0]["content"], r["experts"], r["answer"], r["question"]).reward for r in table.to_pylist()
    ]

    assert table.schema.equals(SCHEMA)
    assert rewards == [1.0] * 4


def test_answers_with_commas_are_read_right(imported):
    """`#### 1,000` is a thousand."""
    assert [row["answer"] for row in rows_of(imported)] == ["1000", "60", "43", "12"]


def test_percent_idioms_fold(imported):
    """A discount worked out and taken off becomes one percent_off of the written rate."""
    trace = rows_of(imported)[1]["trace"]

    assert "op: percent_off" in trace
    assert "value: 25}" in trace


def test_operands_name_their_spans(extract):
    """Each operand's span in the metadata is the text of the question that it was read from."""
    for row in rows_of(extract.folder):
        for operands in json.loads(row["metadata"])["operands"]:
            for origin in operands.values():
                if "span" in origin:
                    start, end = origin["span"]
                    assert row["question"][start:end] == origin["text"]
                else:
                    assert set(origin) == {"constant"}


def test_verify_passes_on_imports(imported, extract, capsys):
    """`verify` proves an imported folder as it does a built one."""
    assert audit(extract.folder).faults == []
    assert main(["verify", str(imported)]) == 0
    assert "sound" in capsys.readouterr().out


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
@pytest.mark.parametrize("name", ["data/train-00000-of-00001.parquet", "dropped.jsonl", "recipe.json"])
def test_a_changed_byte_is_found(imported, tmp_path, name, share):
    """One flipped bit of data, recipe or what was dropped is a fault, or no recipe any more."""
    folder = shutil.copytree(imported, tmp_path / "copy")
    data = bytearray((folder / name).read_bytes())
    data[int(len(data) * share)] ^= 1
    (folder / name).write_bytes(data)

    try:
        found = audit(folder)
    except InputError as error:
        assert "recipe.json" in str(error)  # noqa: PT017 - either way of being told is right
    else:
        assert not found.passed


def spoil(folder, change):
    """Rewrite the rows through `change` and mend the hashes of data and rows, as a forger would."""
    path = next(folder.glob("data/train-*.parquet"))
    table = pa.Table.from_pylist([change(row) for row in pq.read_table(path).to_pylist()], schema=SCHEMA)
    record = ShardRecord(rows=len(table), content=content_hash(table))
    path.write_bytes(to_parquet(table, record))
    shard = WrittenShard("train", path.relative_to(folder).as_posix(), path.stat().st_size, file_hash(path), record)
    manifest = read_manifest(folder)
    framed = frame(read_recipe(folder), {"train": manifest.splits["train"]}, [shard])
    (folder / "manifest.json").write_text(replace(manifest, **framed).text())


def _provenance(row):
    metadata = json.loads(row["metadata"])
    for operands in metadata["operands"]:
        for origin in operands.values():
            origin["span"] = [0, 3]
    return row | {"metadata": json.dumps(metadata)}


FORGERIES = {
    "answer": (lambda row: row | {"answer": "7"}, "expected 7"),
    "prompt": (lambda row: row | {"prompt": [{"role": "user", "content": "?"}]}, "prompt"),
    "completion": (lambda row: row | {"completion": [{"role": "assistant", "content": "?"}]}, "completion"),
    "steps": (lambda row: row | {"steps": 1}, "steps"),
    "expert": (lambda row: row | {"expert": "percentage" if row["expert"] == "arithmetic" else "arithmetic"}, "expert"),
    "provenance": (_provenance, "is not read from"),
    "metadata": (lambda row: row | {"metadata": "{}"}, "operands"),
    "null": (lambda row: row | {"trace": None}, "an empty column"),
}


@pytest.mark.parametrize(("change", "told"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_row_is_found_though_hashes_were_mended(imported, tmp_path, change, told):
    """The audit reads rows, not hashes alone: what a forger changed is named."""
    folder = shutil.copytree(imported, tmp_path / "copy")
    spoil(folder, change)

    assert any(told in fault for fault in audit(folder).faults)


def test_the_same_file_gives_the_same_bytes_in_another_process(source, tmp_path, imported):
    """An import is deterministic, whatever order a process gives its sets."""
    command = ["-m", "generators", "import", "gsm8k", "--from", source, "--grade", "C", "--out", tmp_path / "out"]
    for seed in ("1", "2"):
        assert python(*command, env=os.environ | {"PYTHONHASHSEED": seed}).returncode == 0
        for path in (tmp_path / "out").rglob("*"):
            if path.is_file() and path.name != "README.md":
                assert path.read_bytes() == (imported / path.relative_to(tmp_path / "out")).read_bytes(), path


def test_a_grade_keeps_the_rest_in_dropped(tmp_path, extract):
    """By default only grade A is kept; the others stand in dropped.jsonl, and the funnel says what they would add."""
    best = import_problems(Request("gsm8k", origin=str(PROBLEMS / "gsm8k.jsonl"), gate=False), tmp_path / "a")
    told, labels = dict(best.manifest.funnel), dict(extract.manifest.funnel)

    assert {json.loads(row["metadata"])["grade"] for row in rows_of(best.folder)} == {"A"}
    assert told["grade A"] == len(rows_of(best.folder)) == labels["grade A"]
    assert [told[f"grade {one}, kept with --grade {one}"] for one in "BC"] == [labels["grade B"], labels["grade C"]]
    assert audit(best.folder).faults == []


def test_evaluation_rows_have_no_trace(source, tmp_path):
    """With eval_only a row is a prompt and an exact answer, in the same schema, with the prompts of training."""
    folder = import_problems(Request("gsm8k", origin=source, split="test", eval_only=True), tmp_path / "eval").folder
    rows = rows_of(folder, "test")

    assert [Fraction(row["answer"]) for row in rows[:4]] == [1000, 60, 43, 12]
    assert all(row["trace"] is None and row["completion"] is None and row["expert"] is None for row in rows)
    assert all([turn["role"] for turn in row["prompt"]] == ["system", "user"] for row in rows)
    assert audit(folder).faults == []


def test_solver_score_takes_evaluation_rows(source, tmp_path):
    """`solver score` judges completions against the questions that have answers alone."""
    folder = import_problems(Request("gsm8k", origin=source, split="test", eval_only=True), tmp_path / "eval").folder
    said = tmp_path / "said.jsonl"
    said.write_text(json.dumps({"id": "gsm8k/test/2", "completion": "no trace"}) + "\n")

    assert "none" in python("-m", "solver", "score", said, folder).stdout


def test_the_test_split_needs_eval_only(source, tmp_path):
    """The test split is never given traces to train on."""
    with pytest.raises(InputError, match="--eval-only"):
        import_problems(Request("gsm8k", origin=source, split="test"), tmp_path / "test")


def test_a_test_question_never_becomes_a_training_row(tmp_path):
    """A question of GSM-8K's test split is dropped from training whatever file it comes in."""
    janet = (
        "Janet\u2019s ducks lay 16 eggs per day. She eats three for breakfast every morning and bakes muffins for her "
        "friends every day with four. She sells the remainder at the farmers' market daily for $2 per fresh duck egg. "
        "How much in dollars does she make every day at the farmers' market?"
    )
    solution = "Janet sells 16 - 3 - 4 = <<16-3-4=9>>9 eggs.\nShe makes 9 * 2 = $<<9*2=18>>18.\n#### 18"
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in [{"question": janet, "answer": solution}, LINES[2]]))

    folder = import_problems(Request("gsm8k", origin=str(path)), tmp_path / "out").folder

    assert [row["question"] for row in rows_of(folder)] == [LINES[2]["question"]]
    assert dropped_of(folder)[0]["reason"].startswith("held_out")


def test_against_refuses_what_a_held_out_set_asks(source, tmp_path):
    """Rows that share words in a row with a held-out set are dropped, and manifest and card say so."""
    held = tmp_path / "held.jsonl"
    held.write_text(
        json.dumps({"question": "Mia reads 5 pages on each of 2 days and 9 more pages. How many pages is that?"})
    )
    result = import_problems(Request("gsm8k", origin=source, against=str(held)), tmp_path / "out")

    assert result.manifest.refused == ["gsm8k/train/2"]
    assert audit(result.folder).faults == []
    assert "held.jsonl (1 question" in write_card(result.folder, plots=False).read_text()


def test_cards_tell_funnel_grades_and_licence(extract, tmp_path):
    """The page of an import shows the funnel's numbers, the rules of its grades, and whose the problems are."""
    page = write_card(shutil.copytree(extract.folder, tmp_path / "copy"), "acme/gsm8k").read_text(encoding="utf-8")

    for label, count in extract.manifest.funnel:
        assert f"| {label} | {count:,} |" in page
    assert "license: mit" in page
    assert "Copyright (c) 2021 OpenAI" in page
    assert "were not checked against GSM-8K's test questions" in page
    assert "plots/experts.png" in page


def test_load_dataset_reads_an_import(extract):
    """An imported folder loads as any dataset does."""
    assert len(load_dataset(str(extract.folder), split="train")) == len(rows_of(extract.folder))


def test_an_import_is_not_rebuilt(imported, tmp_path):
    """Only a build can be made again from its recipe; an import's folder is told apart."""
    with pytest.raises(InputError, match="only a build can be made again"):
        rebuild(imported, tmp_path / "again")


def test_an_import_goes_into_no_other_dataset(imported, source):
    """A folder of another recipe is refused, naming what differs."""
    with pytest.raises(InputError, match="grade is 'C' there and 'A' here"):
        import_problems(Request("gsm8k", origin=source), imported)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello\nworld\n", "has no entry: line 1: not JSON"),
        ("", "has no entry"),
        ("[1, 2", "not JSON"),
        ("[]", "has no entry"),
    ],
)
def test_a_file_that_is_no_jsonl_is_one_error(tmp_path, capsys, text, told):
    """A file without any JSON mapping is one clear line and exit status 2, and nothing is written."""
    path = tmp_path / "plain.txt"
    path.write_text(text, encoding="utf-8")

    assert main(["import", "gsm8k", "--from", str(path), "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("flags", [["--split", "dev"], ["--grade", "D"], ["--from", "no/where/at-all"]])
def test_a_bad_flag_is_one_error(tmp_path, capsys, flags):
    """A flag that names nothing is one line that says what there is."""
    place = [] if "--from" in flags else ["--from", str(PROBLEMS / "gsm8k.jsonl")]

    assert main(["import", "gsm8k", *place, *flags]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_svamp_reads_its_equations(tmp_path):
    """SVAMP's entries become traces of their equations, answers and licence kept."""
    result = import_problems(Request("svamp", origin=str(PROBLEMS / "svamp.json")), tmp_path / "out", grade="C")
    entries = json.loads((PROBLEMS / "svamp.json").read_text(encoding="utf-8"))

    assert [Fraction(row["answer"]) for row in rows_of(result.folder)] == [Fraction(str(e["Answer"])) for e in entries]
    assert audit(result.folder).faults == []
