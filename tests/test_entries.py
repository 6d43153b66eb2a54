"""Questions and problems are read from every common form of file, and what was read is told."""

import gzip
import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conversion import PROBLEMS
from folders import rows_of

from generators.__main__ import main
from generators.files.entries import read_entries, stream_entries
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from generators.text.contamination import read_guarded
from solver.refusal import InputError

ROWS = [
    {"question": "Zoë has 3 hats, 4 cups and 1 bag. How many things has she?", "answer": "3+4+1=<<3+4+1=8>>8\n#### 8"},
    {"question": 'Bob says "two" and has 2 pens; he buys 5. How many?', "answer": "2+5=<<2+5=7>>7\n#### 7"},
]


def cell(text):
    """Return a text as a cell of CSV."""
    return f'"{text.replace(chr(34), 2 * chr(34))}"'


def table(separator, end="\n"):
    """Return the rows as a table whose cells are separated by a sign."""
    lines = [["question", "answer"], *([cell(text) for text in row.values()] for row in ROWS)]
    return "".join(separator.join(line) + end for line in lines)


def parquet():
    """Return the rows as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(ROWS), sink)
    return sink.getvalue().to_pybytes()


LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
FORMS = {
    "rows.jsonl": LINES.encode(),
    "mark.jsonl": LINES.encode("utf-8-sig"),
    "windows.jsonl": LINES.replace("\n", "\r\n").encode("utf-8-sig"),
    "list.json": json.dumps(ROWS, indent=1).encode(),
    "marked.json": json.dumps(ROWS, ensure_ascii=False).encode("utf-8-sig"),
    "rows.csv": table(",").encode(),
    "excel.csv": table(";", "\r\n").encode("utf-8-sig"),
    "rows.tsv": table("\t").encode(),
    "rows.parquet": parquet(),
    "rows.jsonl.gz": gzip.compress(LINES.encode()),
    "rows.csv.gz": gzip.compress(table(",").encode()),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_has_the_same_rows(tmp_path, name):
    """JSON lines, a JSON list, CSV and Parquet are read alike, with a byte order mark or packed too."""
    (tmp_path / name).write_bytes(FORMS[name])

    assert read_entries(str(tmp_path / name), None, "test")[0] == ROWS


@pytest.mark.parametrize("name", FORMS)
def test_an_import_and_a_gate_read_every_form(tmp_path, capsys, name):
    """`--from` and `--against` take the same files, and say the columns and how many questions are guarded."""
    (tmp_path / name).write_bytes(FORMS[name])
    place = str(tmp_path / name)

    assert main(["import", "gsm8k", "--from", place, "--grade", "C", "--out", str(tmp_path / "d")]) == 0
    assert f"{place}: 2 problems read, from question, answer\n" in capsys.readouterr().err
    assert [row["answer"] for row in rows_of(tmp_path / "d")] == ["8", "7"]
    gate = read_guarded(place)
    assert f"{place}: 2 questions guarded, from question\n" in capsys.readouterr().err
    assert all(gate.refuses(row["question"]) for row in ROWS)


ASKED = "Ann has three cats and gets two more from her kind old neighbour. How many?"
TURNS = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": ASKED}]


@pytest.mark.parametrize(
    ("entry", "columns"),
    [
        ({"question": ASKED, "prompt": "Solve it."}, "question"),
        ({"Question": ASKED}, "Question"),
        ({" QUESTION ": ASKED}, " QUESTION "),
        ({"sQuestion": ASKED}, "sQuestion"),
        ({"original_text": ASKED}, "original_text"),
        ({"problem": ASKED, "solution": "5"}, "problem"),
        ({"prompt": ASKED, "completion": "5"}, "prompt"),
        ({"prompt": TURNS}, "prompt"),
        ({"input": TURNS, "ideal": "5"}, "input"),
        ({"instruction": "Solve it.", "input": ASKED}, "input"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ASKED}]}]}, "messages"),
        ({"messages": [{"from": "human", "value": ASKED}, {"from": "gpt", "value": "5"}]}, "messages"),
        ({"Body": "Ann has three cats and gets two more", "Question": "from her kind old neighbour. How many?"}, "Body and Question"),
        ({"question": None, "problem": ASKED}, "problem"),
    ],
)  # fmt: skip
def test_the_column_of_a_question_is_found_and_told(tmp_path, capsys, entry, columns):
    """Questions are guarded whatever the obvious name of their column is, as text or as messages."""
    (tmp_path / "held.jsonl").write_text(json.dumps(entry))

    gate = read_guarded(str(tmp_path / "held.jsonl"))

    assert gate.refuses(ASKED)
    assert gate.refuses("Be kind. Solve it.") is None
    assert capsys.readouterr().err.endswith(f"held.jsonl: 1 question guarded, from {columns}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"question": "A?"}\n{"question": "\\ud800"}\n', "line 2: \\ud800 is half a character"),
        ('{"question": "A?"}\n{oops\n', "line 2: not JSON: a key in double quotes is missing"),
        ('{"question": "A?"}\n{"question": "B?", "question": "C?"}\n', "line 2: question is given twice"),
        ('{"question": "A?"}\n["B?"]\n', "line 2: not a mapping"),
        ('{"text": "A?", "label": 1}\n', "no entry has a question; it has text, label; name a column question"),
    ],
)
def test_a_question_that_would_not_be_guarded_is_an_error(tmp_path, text, told):
    """A held-out set is guarded whole, or the line that cannot be read is named."""
    (tmp_path / "held.jsonl").write_text(text)

    with pytest.raises(InputError) as caught:
        read_guarded(str(tmp_path / "held.jsonl"))

    assert told in str(caught.value)


def test_an_entry_without_a_question_is_counted(tmp_path, capsys):
    """Entries whose question is empty are told, not passed over in silence."""
    (tmp_path / "held.csv").write_text("question\nHow many are left of it?\n  \nHow many?\n")

    read_guarded(str(tmp_path / "held.csv"))

    assert "2 questions guarded, from question; 1 entry without a question" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"question,question\na,b\n", "line 1: the column 'question' is given twice"),
        ("a.csv", b'question,answer\n"a,b\n', "line 2: cannot be read as CSV"),
        ("a.csv", b"question,answer\na\n", "has no entry: line 2: not 2 cells, as the first line has"),
        ("a.csv", "question\nZoë\n".encode("latin-1"), "line 2: not UTF-8 (looks like Latin-1 or Windows-1252)"),
        ("a.jsonl", LINES.encode("utf-16"), "line 1: not UTF-8 (looks like UTF-16); save it as UTF-8"),
        ("a.parquet", b"PAR1 and no more", "is cut off: the end of a Parquet file"),
        ("a.jsonl.gz", b"\x1f\x8b and no more", "cannot be unpacked"),
        ("a.json", b'[{"question": "a"},\n{"question": "b", "question": "c"}]', "line 2: question is given twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, capsys, name, content, told):
    """Whatever is wrong with a file of problems, one line names the file and the fault, and nothing is written."""
    (tmp_path / name).write_bytes(content)

    assert main(["import", "gsm8k", "--from", str(tmp_path / name), "--out", str(tmp_path / "d")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path / name}")
    assert told in said
    assert said.count("\n") == 1
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "bad", ['{"question": "\\ud800?", "answer": "#### 1"}', "{oops", '{"question": "a", "question": "b"}']
)
def test_one_bad_line_does_not_lose_an_import(tmp_path, bad):
    """An import drops the line, says which one and why, and keeps the others."""
    (tmp_path / "rows.jsonl").write_text(f"{bad}\n{LINES}")

    built = import_problems(Request("gsm8k", origin=str(tmp_path / "rows.jsonl")), tmp_path / "d", grade="C")

    (dropped,) = map(json.loads, (tmp_path / "d" / "dropped.jsonl").read_text().splitlines())
    assert dropped["reason"].startswith("line: line 1: ")
    assert built.counts["train"] == 2


@pytest.mark.parametrize("answer", ["1/0", "1e999999999", "nan", None, "9" * 5_000, "seven"])
def test_an_answer_that_is_no_number_drops_its_row(tmp_path, answer):
    """Whatever a file has for an answer, its row alone is dropped, and soon."""
    svamp = json.loads((PROBLEMS / "svamp.json").read_text())
    (tmp_path / "rows.json").write_text(json.dumps([svamp[0] | {"Answer": answer}, svamp[1]]))

    built = import_problems(Request("svamp", origin=str(tmp_path / "rows.json")), tmp_path / "d", grade="C")

    (dropped,) = map(json.loads, (tmp_path / "d" / "dropped.jsonl").read_text().splitlines())
    assert dropped["reason"].startswith("answer: ")
    assert built.counts["train"] == 1


@pytest.mark.parametrize("split", ["*", "t[re]*"])
def test_a_split_is_a_name_and_no_pattern(run8, split):
    """A split with signs of a pattern is not found, rather than read as several."""
    with pytest.raises(InputError, match=r"no .* split; it has test, train, validation"):
        read_entries(str(run8.folder), None, split)


@pytest.mark.parametrize(
    ("source", "entry", "told"),
    [
        ("gsm8k", {"prompt": "a", "completion": "b"}, "gsm8k needs question, answer; there is prompt, completion"),
        ("svamp", {"question": "a", "answer": "b"}, "svamp needs Body, Question, Equation, Answer; there is question, answer"),
        ("gsm8k", {"questoin": "a", "answer": "b"}, r"rows.json: no column question; did you mean questoin\?$"),
        ("svamp", {"Bdy": "a", "Question": "b"}, r"no column Body; did you mean Bdy\? svamp needs .+; there is Bdy, Question$"),
        ("svamp", {"question": "a", "answer": "b"}, "rows.json: svamp needs"),
    ],
)  # fmt: skip
def test_an_import_names_the_columns_that_it_lacks(tmp_path, source, entry, told):
    """A file without the columns of the source is refused with the columns that it has, or with the one that is spelt alike."""
    (tmp_path / "rows.json").write_text(json.dumps([entry]))

    with pytest.raises(InputError, match=told):
        import_problems(Request(source, origin=str(tmp_path / "rows.json")), tmp_path / "d")


def test_the_case_of_a_column_does_not_matter(tmp_path, capsys):
    """`Question` is read for `question`, and told."""
    (tmp_path / "rows.csv").write_text(table(",").replace("question,answer", "Question, Answer", 1))

    built = import_problems(Request("gsm8k", origin=str(tmp_path / "rows.csv")), tmp_path / "d", grade="C")

    assert built.counts["train"] == 2
    assert "2 problems read, from Question,  Answer" in capsys.readouterr().err


def test_the_extract_is_read_as_before():
    """The extract of GSM-8K has the hash that its recipes have recorded."""
    assert read_entries(str(PROBLEMS / "gsm8k.jsonl"), None, "train")[1].startswith("36031994776bdec8")


MANY = [
    {"question": f"Zoë has {number} hats\u2028 and 4 cups. How many?", "answer": str(number)}
    for number in range(30_000)
]
MANY_LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in MANY)
"""Lines of 2 MB, which are read in several blocks."""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_many_blocks_is_read_as_one_text(tmp_path, end):
    """Blocks end between lines: the entries and the hash are those of the text as a whole."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(MANY_LINES.replace("\n", end).encode("utf-8-sig"))

    entries, sha256 = read_entries(str(path), None, "train")

    assert entries == MANY
    assert sha256 == hashlib.sha256(MANY_LINES.encode()).hexdigest()


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_table_of_many_blocks_is_read_as_one(tmp_path, separator):
    """A cell that spans lines may also span blocks."""
    rows = [{"question": f"One\nline, {row['answer']}", "answer": row["answer"]} for row in MANY]
    lines = [f"{cell(row['question'])}{separator}{row['answer']}\n" for row in rows]
    (tmp_path / "rows.csv").write_text(f"question{separator}answer\n{''.join(lines)}")

    assert read_entries(str(tmp_path / "rows.csv"), None, "train")[0] == rows


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_entries_are_read_as_a_stream(tmp_path, packed):
    """The first entries are there before the end of a file is read, and a fault there is told with its line."""
    content = MANY_LINES.encode() + b'{"question": "\xff"}\n'
    (tmp_path / "rows.jsonl").write_bytes(gzip.compress(content) if packed else content)
    entries = stream_entries(str(tmp_path / "rows.jsonl"), None, "train", hashlib.sha256())

    assert next(entries) == MANY[0]
    with pytest.raises(InputError, match=r"rows.jsonl, line 30001: not UTF-8"):
        list(entries)


def test_a_packed_file_that_breaks_off_gives_its_entries_first(tmp_path):
    """A packed file is unpacked as it is read."""
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(MANY_LINES.encode())[:-2_000])
    entries = stream_entries(str(tmp_path / "rows.jsonl.gz"), None, "train", hashlib.sha256())

    assert next(entries) == MANY[0]
    with pytest.raises(InputError, match="cannot be unpacked: it is cut off or damaged"):
        list(entries)


def test_tables_have_the_hash_of_their_rows(tmp_path, run8):
    """A Parquet file of several batches has the hash of its rows as one JSON list, and so has a dataset folder."""
    pq.write_table(pa.Table.from_pylist(MANY), tmp_path / "rows.parquet")
    for place, split in ((tmp_path / "rows.parquet", "train"), (run8.folder, "validation")):
        rows, sha256 = read_entries(str(place), None, split)
        assert sha256 == hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()
