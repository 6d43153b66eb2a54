"""A Parquet file that is damaged, or has other columns, is one clear line that names the file, the fault and the remedy."""

import gzip
import io
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from folders import preset

from datasets_cards.__main__ import main as cards
from generators import build
from generators.__main__ import main as generators
from solver.dataset import open_dataset
from solver.parquet import damage, read_table, refuse_columns
from solver.refusal import InputError
from solver.schema import SCHEMA

SHARD = "data/train-00000-of-00001.parquet"
AGAIN = "; make or download it again\n"
OTHER = "; make it again, or import its problems\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a small dataset of training rows."""
    place = tmp_path_factory.mktemp("built")
    (place / "tiny.yaml").write_text(preset(6, 0, 0, arithmetic=50, comparison=50))
    return build(str(place / "tiny.yaml"), out=place / "d").folder


@pytest.fixture
def broken(built, tmp_path):
    """Return a function that copies the dataset and gives its one data file another content."""

    def make(change):
        folder = shutil.copytree(built, tmp_path / "d")
        path = folder / SHARD
        made = change(path)
        path.write_bytes(made if isinstance(made, bytes) else written(made))
        return folder

    return make


def written(table):
    """Return a table as the bytes of a Parquet file."""
    content = io.BytesIO()
    pq.write_table(table, content, compression="none", use_dictionary=False)
    return content.getvalue()


def replaced(path, name, values):
    """Return the rows of a file with other values in a column."""
    table = pq.read_table(path)
    return table.set_column(table.schema.get_field_index(name), name, values([None] * len(table)))


def not_utf8(path):
    """Return a file one of whose questions is not UTF-8."""
    table = replaced(path, "question", lambda rows: pa.array(["Quite many?"] * len(rows)))
    return written(table).replace(b"Quite", b"Qu\xffte")


def own_import(place):
    """Import traces from a place."""
    words = ["--question", "question", "--program", "trace", "--answer", "answer", "--format", "trace"]
    return generators(["import", "--from", str(place), *words, "--out", str(place.parent / "imported")])


DAMAGES = {
    "nothing": (lambda _: b"", "is empty"),
    "text": (lambda _: b"id,question\n1,How many?\n", "is not a Parquet file"),
    "first bytes alone": (lambda _: b"PAR1", "is cut off: the end of a Parquet file does not follow its 4 bytes"),
    "first half": (
        lambda path: path.read_bytes()[:5000],
        "is cut off: the end of a Parquet file does not follow its 5,000",
    ),
    "index": (
        lambda path: path.read_bytes()[:-8] + b"\xff\xff\xff\x7fPAR1",
        "is damaged: its content cannot be decoded",
    ),
    "not UTF-8": (not_utf8, "is damaged: its content cannot be decoded"),
}
READERS = {
    "stats": lambda folder: generators(["stats", str(folder)]),
    "stats beside": lambda folder: generators(["stats", str(folder), "--beside", str(folder / SHARD)]),
    "card": lambda folder: cards(["card", str(folder)]),
    "import of a folder": own_import,
    "import of a file": lambda folder: own_import(folder / SHARD),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("damaged", DAMAGES)
def test_a_damaged_file_is_one_line_wherever_it_is_read(broken, capsys, damaged, reader):
    """The line names the file, says in plain words what was found, and what would do."""
    change, told = DAMAGES[damaged]
    folder = broken(change)

    status = READERS[reader](folder)

    assert status == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {folder / SHARD}: {told}")
    assert said.endswith(AGAIN)
    assert said.count("\n") == 1


@pytest.mark.parametrize("damaged", DAMAGES)
def test_an_audit_says_what_is_wrong_with_a_file(broken, capsys, damaged):
    """The fault of a file that cannot be read is told rather than its hash."""
    change, told = DAMAGES[damaged]

    assert generators(["verify", str(broken(change))]) == 1

    assert f"fault {SHARD}: {told}" in capsys.readouterr().out


@pytest.mark.parametrize("damaged", DAMAGES)
def test_training_rows_are_read_from_whole_files(broken, damaged):
    """Training and evaluation open a dataset folder so."""
    change, told = DAMAGES[damaged]
    folder = broken(change)

    with pytest.raises(InputError) as refused:
        open_dataset(folder, "train", ["id", "question"])

    assert str(refused.value).startswith(f"{folder / SHARD}: {told}")


COLUMNS = {
    "others": (lambda _: pa.table({"a": [1]}), "it lacks the columns "),
    "numbers": (
        lambda path: replaced(path, "question", lambda rows: pa.array(range(len(rows)))),
        "its column question holds whole numbers and not text",
    ),
    "no text": (
        lambda path: replaced(path, "question", lambda rows: pa.array(rows, pa.string())),
        "it has rows without a value in the column question",
    ),
}


@pytest.mark.parametrize("reader", ["stats", "card"])
@pytest.mark.parametrize("other", COLUMNS)
def test_other_columns_are_told(broken, capsys, other, reader):
    """A column that is missing, holds other values or has gaps is named."""
    change, told = COLUMNS[other]
    folder = broken(change)

    assert READERS[reader](folder) == 2

    said = capsys.readouterr().err
    assert told in said
    assert said.startswith(f"error: {folder / SHARD}: ")
    assert said.endswith(OTHER)


@pytest.mark.parametrize("other", COLUMNS)
def test_training_rows_have_the_columns_of_the_schema(broken, other):
    """A prompt of numbers, say, would fail in the trainer."""
    change, told = COLUMNS[other]
    with pytest.raises(InputError, match=told):
        open_dataset(broken(change), "train", ["id", "question"])


def test_a_row_is_shown_from_a_whole_file(broken, capsys):
    """A row is looked for in all files until it is found."""
    folder = broken(lambda path: path.read_bytes()[:5000])

    assert generators(["show", "arithmetic/bill_split/1", "--from", str(folder)]) == 2

    assert f"error: {folder / SHARD}: is cut off" in capsys.readouterr().err


def test_a_packed_file_that_is_cut_off_is_told(tmp_path, built, capsys):
    """Its size is that of the content."""
    path = tmp_path / "x.parquet.gz"
    path.write_bytes(gzip.compress((built / SHARD).read_bytes()[:100]))

    assert own_import(path) == 2

    assert f"{path}: is cut off: the end of a Parquet file does not follow its 100 bytes" in capsys.readouterr().err


def test_a_whole_file_has_no_damage(built):
    """It is read from end to end, and its rows are the same."""
    assert damage(built / SHARD) is None
    assert read_table(built / SHARD).equals(pq.read_table(built / SHARD))


def test_a_file_in_place_of_a_dataset_is_told(built):
    """A data file is there, so that it is not looked for on the Hub."""
    with pytest.raises(InputError, match=r"parquet: a file and not a dataset; give a dataset folder, or ORG/NAME"):
        open_dataset(built / SHARD, "train")


@pytest.mark.parametrize("name", SCHEMA.names)
def test_types_of_other_writers_fit(name):
    """Large texts and lists, and columns without a value, hold the same values."""
    kinds = [pa.null(), SCHEMA.field(name).type]
    if pa.types.is_string(kinds[1]):
        kinds += [pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
    if pa.types.is_list(kinds[1]):
        kinds.append(pa.large_list(kinds[1].value_type))
    for kind in kinds:
        refuse_columns(pa.schema([(name, kind)]), [name], "d")
