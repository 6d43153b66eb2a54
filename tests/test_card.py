"""A dataset's card states the facts of its files, in numbers that are computed from them."""

import json
import math
import re
import shutil
import subprocess
import sys
from collections import Counter

import pyarrow.parquet as pq
import pytest
import yaml
from folders import preset, rows_of
from huggingface_hub import DatasetCard

from datasets_cards import facts, write_card
from datasets_cards.card import NO_PLOTS, PLOTS
from datasets_cards.sentences import wordings
from datasets_cards.tokens import count
from generators import build
from generators.__main__ import main
from generators.patterns.library import read_library
from solver import read, solve
from solver.ops import GROUPS, op_table
from solver.refusal import InputError

PATTERNS = [
    "comparison/times_more",
    "comparison/more_less",
    "arithmetic/price_chain",
    "arithmetic/multiply_add",
    "entity_track/simple_transfer",
    "entity_track/find_and_lose",
    "percentage/simple_percent",
    "percentage/percent_off",
    "rate_equation/earning_rate",
    "rate_equation/consumption_rate",
    "composition/rate_then_subtract",
    "composition/percent_of_then_multiply",
]
TINY = preset(
    60,
    7,
    9,
    PATTERNS,
    comparison=20,
    arithmetic=20,
    entity_track=20,
    percentage=20,
    rate_equation=10,
    composition=10,
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Build a dataset in two sizes, each with its card and plots."""
    place = tmp_path_factory.mktemp("cards")
    (place / "tiny.yaml").write_text(TINY)
    for rows in (60, 130):
        build(str(place / "tiny.yaml"), rows=rows, shard_rows=40, out=place / f"of{rows}")
        write_card(place / f"of{rows}", "acme/tiny")
    return place


@pytest.fixture(params=[60, 130])
def folder(request, folders):
    """Return the folder of one of the sizes."""
    return folders / f"of{request.param}"


@pytest.fixture
def spoiled(folders, tmp_path):
    """Return a copy of a folder that a test may change."""
    return shutil.copytree(folders / "of60", tmp_path / "of60")


def page(folder):
    """Return metadata and body of a page."""
    _, metadata, body = (folder / "README.md").read_text().split("---\n", 2)
    return yaml.safe_load(metadata), body


def section(body, title):
    """Return the rows of the first table under a heading, cells as text."""
    text = body.partition(f"### {title}\n")[2].partition("\n#")[0]
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.splitlines() if line[:1] == "|"
    ]
    return rows[2:]


def test_a_card_of_thousands_of_patterns_lists_none_of_them(spoiled, monkeypatch):
    """It says how many there are, and where their rows stand."""
    monkeypatch.setattr(facts, "LISTED", 11)
    write_card(spoiled, "acme/tiny", plots=False)
    body = page(spoiled)[1]

    assert not section(body, "Rows per pattern")
    assert "The dataset has 12 patterns, too many for a table. `manifest.json` has the rows" in body


def test_metadata_is_what_datasets_makes_of_the_folder(folder, tmp_path):
    """Features, rows and bytes of each split in the metadata equal those of a fresh load without the card."""
    from datasets import load_dataset

    files = {
        split: [str(path) for path in sorted(folder.glob(f"data/{split}-*"))]
        for split in ("train", "validation", "test")
    }
    loaded = load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))
    info = page(folder)[0]["dataset_info"]

    assert info["features"] == loaded["train"].features._to_yaml_list()
    assert info["splits"] == [
        {"name": name, "num_bytes": split.num_bytes, "num_examples": split.num_examples}
        for name, split in loaded["train"].info.splits.items()
    ]
    assert info["download_size"] == loaded["train"].info.download_size
    assert info["dataset_size"] == loaded["train"].info.dataset_size


def test_folder_loads_by_its_page(folder, tmp_path):
    """With the card, the folder loads as three splits, whose sizes datasets checks against the metadata."""
    from datasets import load_dataset

    loaded = load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))

    assert {name: rows["id"][:] for name, rows in loaded.items()} == {
        split: [row["id"] for row in rows_of(folder, split)] for split in ("train", "validation", "test")
    }


def test_metadata(folder):
    """The metadata has the fields of the Hub: licence, language, tags, tasks, size, source and one configuration."""
    metadata, _ = page(folder)

    assert metadata["license"] == "apache-2.0"
    assert metadata["language"] == ["en"]
    assert metadata["pretty_name"] == "wirework tiny"
    assert metadata["size_categories"] == ["n<1K"]
    assert metadata["task_categories"] == ["text-generation", "question-answering"]
    assert metadata["annotations_creators"] == ["machine-generated"]
    assert (metadata["language_creators"], metadata["source_datasets"]) == (["machine-generated"], ["original"])
    assert {"synthetic", "wirework"} <= set(metadata["tags"])
    assert [config["config_name"] for config in metadata["configs"]] == ["default"]
    assert metadata["configs"][0]["default"] is True
    assert DatasetCard.load(folder / "README.md").data.to_dict() == metadata


@pytest.mark.parametrize(("title", "key"), [("Rows per expert", "expert"), ("Rows per pattern", "pattern")])
def test_counts(folder, title, key):
    """The tables of experts and patterns count the rows of each split."""
    rows = {split: rows_of(folder, split) for split in ("train", "validation", "test")}

    def name(row):
        return row["expert"] if key == "expert" else f"{row['id'].rpartition('/')[0]}"

    counts = {split: Counter(map(name, found)) for split, found in rows.items()}
    expected = {
        found: [f"{counts[split][found]:,}" for split in rows]
        for found in {*counts["train"], *counts["test"], *counts["validation"]}
    }

    assert {cells[0].strip("`"): cells[1:4] for cells in section(page(folder)[1], title)} == expected


def test_every_number_follows_the_dataset(folders):
    """Every number of the card that differs between two sizes follows from the files of that size."""
    pages = {rows: (folders / f"of{rows}" / "README.md").read_text() for rows in (60, 130)}
    facts = {rows: numbers(folders / f"of{rows}") for rows in pages}

    for rows, text in pages.items():
        missing = {words: number for words, number in facts[rows].items() if str(number) not in text}
        assert not missing
    tops = {rows: re.sub("<!--.*?-->", "", text.partition("### One sample")[0]) for rows, text in pages.items()}
    shape = {rows: re.sub(r"\d[\d,]*", "N", top) for rows, top in tops.items()}
    assert shape[60] == shape[130]  # the top of the page differs in its numbers alone
    assert pages[60] != pages[130]


def numbers(folder):
    """Return the phrases that a folder's card must contain, computed without the code of the cards."""
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = {split: len(rows_of(folder, split)) for split in ("train", "validation", "test")}
    total = sum(rows.values())
    longest = max(max(entry["longest"].values()) for entry in manifest["splits"].values())
    overlap, proof = manifest["test_numbers_in_train"], manifest["verification"]
    return {
        "rows": f"**Rows:** {rows['train']:,} train, {rows['validation']:,} validation, {rows['test']:,} test",
        "total": f"\n{total:,} word problems",
        "proved": f"- {total:,} of {total:,} rows: the trace was read back",
        "second opinion": f"- {proof['second_opinion']:,} of these rows were checked a second time, with a YAML reader",
        "longest": f"longest row's bound is {longest} tokens.",
        "overlap": f"{overlap['rows']} of {overlap['of']} test rows have the same numbers",
        "content": manifest["content"][:16],
        "bytes": f"download_size: {sum(path.stat().st_size for path in folder.glob('data/*.parquet'))}",
    }


def test_one_sample_per_expert(folder):
    """Each expert has one sample: a row of the dataset, its trace, and the solver's values down to the answer."""
    body = page(folder)[1]
    rows = {row["id"]: row for split in ("train", "validation", "test") for row in rows_of(folder, split)}
    samples = re.findall(
        r"\n\*\*(\w+)\*\* \(`(.+?)`\)\n\n> (.+?)\n\n```yaml\n(.+?)\n```\n.*?: (\S+)</summary>\n\n```\n(.+?)\n```",
        body,
        re.DOTALL,
    )

    assert sorted(expert for expert, *_ in samples) == sorted({row["expert"] for row in rows.values()})
    for expert, key, question, trace, answer, steps in samples:
        row = rows[key]
        assert (expert, question, trace, answer) == (
            row["expert"],
            row["question"],
            row["trace"].rstrip(),
            row["answer"],
        )
        lines = [line for _, lines in solve(read(trace)).parts for line in lines]
        assert len([line for line in steps.splitlines() if line.startswith("  ")]) == len(lines)
        assert re.search(rf"op: query, .+ {re.escape(answer)}$", steps)


def visible(body):
    """Return the lines of a page that a reader sees before unfolding anything."""
    body = re.sub("<!--.*?-->", "", body, flags=re.DOTALL)
    while "<details>" in body:
        body = re.sub(
            r"<details><summary>((?:(?!<details>).)*?)</summary>(?:(?!<details>).)*?</details>",
            r"\1",
            body,
            flags=re.DOTALL,
        )
    return [line for line in body.splitlines() if line.strip()]


def test_a_reader_sees_a_page_of_readable_length(folder):
    """Tables of patterns and ops, all samples but the first, and the whole row are folded; the rest is short."""
    seen = visible(page(folder)[1])

    assert len(seen) < 180
    assert not [line for line in seen if line.startswith("| `comparison/")]
    assert any("12 patterns, with their rows" in line for line in seen)


def test_the_system_turn_and_a_whole_row(folder):
    """The page has the system turn of every prompt, and one row with all its columns."""
    body = page(folder)[1]
    row = json.loads(re.search(r"One whole row, as JSON</summary>\n\n```json\n(.+?)\n```", body, re.DOTALL)[1])

    assert row in [row for split in ("train", "validation", "test") for row in rows_of(folder, split)]
    assert f"\n```\n{row['prompt'][0]['content']}\n```\n" in body


def test_the_key_to_ops_and_shapes(folder):
    """The page explains every op, and every group of ops that stands in a shape."""
    body = page(folder)[1]

    assert all(f"\n| {op} | `{fields}` | {meaning} |" in body for op, fields, meaning in op_table())
    assert all(f"`{group}` is one of {', '.join(words)}" in body for group, words in GROUPS.items())


def test_distributions(folder):
    """The spread of steps, words and tokens, and the sizes of the answers, are those of the rows."""
    rows = [row for split in ("train", "validation", "test") for row in rows_of(folder, split)]
    shown = section(page(folder)[1], "Distributions")
    counted = {
        "steps of the trace": sorted(row["steps"] for row in rows),
        "words of the question": sorted(len(row["question"].split()) for row in rows),
        "tokens as SmolLM2-135M reads the row": sorted(count(row["prompt"] + row["completion"]) for row in rows),
    }
    expected = [
        [name, *(str(numbers[max(0, math.ceil(share * len(rows)) - 1)]) for share in (0, 0.5, 0.9, 1))]
        for name, numbers in counted.items()
    ]
    sizes = Counter(len(row["answer"].partition(".")[0]) for row in rows)

    assert shown[:3] == expected
    assert [int(cells[1].replace(",", "")) for cells in shown[5:]] == [sizes[size] for size in sorted(sizes)]


def test_who_made_it(folder):
    """The page names the publisher, the version of wirework, and the file that decided the rows."""
    body = page(folder)[1]

    assert "- **Published by:** [acme](https://huggingface.co/acme)\n" in body
    assert "- **Source:** " in body
    assert "`recipe.json`" in body.partition("- **Source:** ")[2].partition("\n")[0]


def test_the_commands_of_a_guarded_dataset(tmp_path):
    """The page of a dataset with a held-out set repeats the set in the command that builds the rows again."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    (tmp_path / "held out.jsonl").write_text('{"question": "How many cats are there in a house of two cats?"}\n')
    built = build(str(tmp_path / "tiny.yaml"), out=tmp_path / "d", against=str(tmp_path / "held out.jsonl"))
    body = write_card(built.folder, plots=False).read_text()

    assert re.search(r"build --recipe \S+ --out \S+-again --against 'held out.jsonl'\n", body)
    assert "--against 'held out.jsonl'`." in body


def test_columns(folder):
    """The card describes every column, and no others."""
    described = [
        cells[0].strip("`")
        for cells in re.findall(r"^\| (`\w+`) \| (?=[a-z`])", page(folder)[1], re.MULTILINE)
        if cells
    ]
    names = pq.read_schema(next(folder.glob("data/train-*"))).names

    assert [name.strip("`") for name in re.findall(r"^\| (`\w+`) \| ", page(folder)[1], re.MULTILINE)] == names
    assert described


def test_plots(folder):
    """The card links its plots by relative paths to PNG files."""
    links = re.findall(r"!\[.+?\]\((.+?)\)", page(folder)[1])

    assert links == list(PLOTS)
    assert all((folder / link).read_bytes().startswith(b"\x89PNG") for link in links)


def test_same_folder_same_bytes(spoiled):
    """Writing the card again gives the same README and the same plots, byte for byte."""
    pages = [spoiled / "README.md", *(spoiled / path for path in PLOTS)]
    before = [path.read_bytes() for path in pages]
    write_card(spoiled, "acme/tiny")

    assert [path.read_bytes() for path in pages] == before


def test_what_a_person_added_to_the_page_stays(spoiled):
    """A licence, a gated prompt, a tag and a section that a person added are in the page after the next `card`."""
    path = spoiled / "README.md"
    text = path.read_text().replace("license: apache-2.0", "license: mit\nextra_gated_prompt: Please ask.")
    text = text.replace("tags:\n", "tags:\n- mine\n").replace("## Uses", "## Notes\n\nMine.\n\n## Uses")
    path.write_text(text)
    write_card(spoiled, "acme/tiny")
    metadata, body = page(spoiled)

    assert (metadata["license"], metadata["extra_gated_prompt"]) == ("mit", "Please ask.")
    assert {"mine", "wirework"} <= set(metadata["tags"])
    assert body.count("\n## Notes\n\nMine.\n") == body.count("\n## Uses\n") == 1


def test_a_changed_generated_part_needs_the_flag(spoiled, capsys):
    """`card` refuses in one line to lose what was changed inside a generated part, and `--overwrite-page` loses it."""
    from datasets_cards.__main__ import main as cards

    path = spoiled / "README.md"
    before = path.read_text()
    path.write_text(before.replace("deterministic solver", "divine solver"))

    assert cards(["card", str(spoiled), "--name", "acme/tiny"]) == 2
    err = capsys.readouterr().err
    assert "the generated part `summary` was changed" in err
    assert (err.count("\n"), "--overwrite-page" in err) == (1, True)
    assert cards(["card", str(spoiled), "--name", "acme/tiny", "--overwrite-page"]) == 0
    assert path.read_text() == before


@pytest.mark.parametrize("carded", [False, True], ids=["page of the build", "card"])
def test_a_build_keeps_the_page(tmp_path, carded):
    """A build that runs again keeps what a person added to its page."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    built = build(str(tmp_path / "tiny.yaml"), rows=60, out=tmp_path / "d")
    if carded:
        write_card(built.folder, plots=False)
    path = tmp_path / "d" / "README.md"
    text = path.read_text().replace("license: apache-2.0\n", "").replace("configs:", "license: mit\nconfigs:")
    path.write_text(f"{text}\n## Notes\n\nMine.\n")
    build(str(tmp_path / "tiny.yaml"), rows=60, out=tmp_path / "d")
    metadata, body = page(tmp_path / "d")

    assert metadata["license"] == "mit"
    assert body.count("## Notes\n\nMine.") == 1


def test_a_build_leaves_a_page_that_cannot_be_merged(tmp_path, capsys):
    """A build that runs again leaves a page alone if it cannot be merged, and says so in a line."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    path = build(str(tmp_path / "tiny.yaml"), rows=60, out=tmp_path / "d").folder / "README.md"
    text = path.read_text().replace("word problems", "problems")
    path.write_text(text)
    build(str(tmp_path / "tiny.yaml"), rows=60, out=tmp_path / "d")

    assert path.read_text() == text
    assert capsys.readouterr().err.count("\n") == 1


def test_no_plots_no_links(spoiled):
    """A folder without plots has no links to them."""
    shutil.rmtree(spoiled / "plots")
    write_card(spoiled, plots=False)

    assert "](plots/" not in (spoiled / "README.md").read_text()


@pytest.fixture
def no_matplotlib(monkeypatch):
    """Make matplotlib unavailable to the cards."""
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "datasets_cards.plots", raising=False)


@pytest.mark.usefixtures("no_matplotlib")
@pytest.mark.parametrize("earlier", [False, True], ids=["no plots", "plots of an earlier card"])
def test_a_card_without_matplotlib(spoiled, capsys, earlier):
    """Without matplotlib, the card links only the plots that the folder has, and one line names the mend."""
    if not earlier:
        shutil.rmtree(spoiled / "plots")
    write_card(spoiled)
    links = re.findall(r"!\[.+?\]\((.+?)\)", (spoiled / "README.md").read_text())

    assert links == (list(PLOTS) if earlier else [])
    assert capsys.readouterr().err == f"{NO_PLOTS}\n"
    assert "pip install 'wirework[plots]'" in NO_PLOTS


@pytest.mark.usefixtures("no_matplotlib")
def test_a_card_without_plots_needs_no_matplotlib(spoiled, capsys):
    """A card that is written without plots, as `build` does, says nothing about matplotlib."""
    write_card(spoiled, plots=False)

    assert capsys.readouterr().err == ""


def test_the_page_names_where_it_is(spoiled):
    """The load line names the repository, or else the folder."""
    assert 'load_dataset("acme/tiny")' in (spoiled / "README.md").read_text()

    write_card(spoiled, plots=False)

    assert f'load_dataset("{spoiled.as_posix()}")' in (spoiled / "README.md").read_text()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda folder: (folder / "manifest.json").unlink(),
            "no manifest.json, so the build was not finished",
        ),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "manifest.json: not a manifest of wirework"),
        (lambda folder: (folder / "recipe.json").unlink(), "no recipe.json; not a dataset folder of wirework"),
        (lambda folder: next(folder.glob("data/train-*")).unlink(), "cannot be read"),
        (lambda folder: next(folder.glob("data/test-*")).write_bytes(b"PAR1"), "is cut off"),
    ],
    ids=["no manifest", "no mapping", "no recipe", "no shard", "broken shard"],
)
def test_unfinished_folder(spoiled, spoil, said):
    """A folder that is not a finished dataset is refused with the reason."""
    spoil(spoiled)

    with pytest.raises(InputError, match=said):
        write_card(spoiled)


def test_unfinished_folder_on_the_command_line(tmp_path, capsys):
    """The command refuses such a folder in one line, with exit status 2."""
    from datasets_cards.__main__ import main as cards

    assert cards(["card", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_build_writes_the_page(tmp_path, capsys):
    """`build` writes the card without plots, and the folder loads by it."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    status = main(["build", "--weights", str(tmp_path / "tiny.yaml"), "--out", str(tmp_path / "built")])
    metadata, body = page(tmp_path / "built")

    assert status == 0
    assert metadata["dataset_info"]["splits"][0]["num_examples"] == 60
    assert "### One sample per expert" in body
    assert "](plots/" not in body
    assert not (tmp_path / "built" / "plots").exists()
    assert str(tmp_path / "built") in capsys.readouterr().out


def test_card_command(spoiled):
    """`python -m datasets_cards card DIR` writes card and plots and prints the path."""
    shutil.rmtree(spoiled / "plots")
    words = [sys.executable, "-m", "datasets_cards", "card", str(spoiled), "--name", "acme/tiny"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)

    assert done.stdout == f"{spoiled / 'README.md'}\n"
    assert all((spoiled / path).exists() for path in PLOTS)


@pytest.mark.parametrize("key", ["expert", "pattern"])
def test_filters(folder, key):
    """The card's filter for an expert or a pattern selects some rows, but not all."""
    (line,) = re.findall(rf"dataset\.filter\((lambda row: row\[\"{key}\"\] == .+)\)", page(folder)[1])
    rows = rows_of(folder, "train")
    picked = [row for row in rows if eval(line)(row)]

    assert 0 < len(picked) < len(rows)


def test_a_folders_own_page(tmp_path, spoiled):
    """Before it is published, a folder's card downloads nothing, and its commands quote the folder's name."""
    folder = spoiled.rename(tmp_path / 'my "tiny" set')
    write_card(folder, plots=False)
    body = page(folder)[1]

    assert "hf download" not in body
    assert f"python -m generators verify '{folder}'\n" in body
    assert f"load_dataset({json.dumps(str(folder))})" in body


@pytest.mark.parametrize(
    ("rows", "said", "unsaid"),
    [
        ((0, 0, 20), ["none is for training", "evaluation data", "--dataset {d}\n"], ["the training rows", "numbers as a training row"]),
        ((0, 20, 0), ["none is for training", "--split validation"], ["the training rows", "numbers as a training row", "held out"]),
        ((60, 0, 0), ["It has no held-out rows", "SFTTrainer"], ["Held-out rows share", "test rows have the same numbers"]),
        ((60, 5, 0), ["share their patterns", "SFTTrainer"], ["test rows have the same numbers"]),
    ],
    ids=["test", "validation", "train", "no test"],
)  # fmt: skip
def test_the_card_speaks_of_splits_with_rows_alone(tmp_path, capsys, rows, said, unsaid):
    """Sentences on training, held-out or test rows, and the terminal's line on test rows, need such rows."""
    (tmp_path / "few.yaml").write_text(preset(*rows, PATTERNS[:2], comparison=100))

    assert main(["build", "--weights", str(tmp_path / "few.yaml"), "--out", str(tmp_path / "d"), "--workers", "1"]) == 0
    body = page(tmp_path / "d")[1]
    assert [words for words in said if words.format(d=tmp_path / "d") not in body] == []
    assert [words for words in unsaid if words in body] == []
    assert "held out" not in capsys.readouterr().out


PATTERN = """---
slots:
  boxes: 2..2000
  each: 2..900
trace:
- {op: init, var: boxes, value: $boxes}
- {op: init, var: each, value: $each}
- {op: compute, compute_op: mul, args: [boxes, each], var: quantity}
- {op: query, var: quantity}
answer: boxes * each
---
A store has {{ boxes }} boxes of {{ each }} screws. How many screws does it have?
"""


def test_the_card_mentions_only_what_the_patterns_have(folder, tmp_path):
    """The card mentions dollars and given names for run8, and not for patterns that have neither."""
    (tmp_path / "own" / "rate_equation").mkdir(parents=True)
    (tmp_path / "own" / "rate_equation" / "screws.jinja").write_text(PATTERN)
    (tmp_path / "only.yaml").write_text(preset(60, 7, 9, ["rate_equation/screws"], rate_equation=100))
    built = build(str(tmp_path / "only.yaml"), patterns=tmp_path / "own", out=tmp_path / "screws")
    write_card(built.folder, plots=False)
    bodies = {"run8's": page(folder)[1], "a stranger's": page(built.folder)[1]}
    said = {whose: ("dollars" in body, "given names" in body) for whose, body in bodies.items()}

    assert said == {"run8's": (True, True), "a stranger's": (False, False)}


def test_held_out_rows_of_new_patterns(tmp_path):
    """The card counts the held-out patterns that training has, too, and its metadata tells own questions from others'."""
    (tmp_path / "own" / "rate_equation").mkdir(parents=True)
    for name, split in (("screws", ""), ("nails", "split: test\nsource: a book, page 3\n")):
        text = PATTERN.replace("slots:", f"{split}slots:").replace("screws", name)
        (tmp_path / "own" / "rate_equation" / f"{name}.jinja").write_text(text)
    said = {}
    for test in (0, 10):
        (tmp_path / "both.yaml").write_text(
            preset(20, test and 5, test, ["rate_equation/screws", "rate_equation/nails"], rate_equation=100)
        )
        built = build(str(tmp_path / "both.yaml"), patterns=tmp_path / "own", out=tmp_path / f"d{test}")
        said[test] = page(write_card(built.folder, plots=False).parent)[1]

    metadata = page(tmp_path / "d10")[0]
    assert metadata["language_creators"] == ["machine-generated", "found"]
    assert metadata["source_datasets"] == ["original", "extended"]
    assert "It has no held-out rows" in said[0]
    assert "Held-out rows of 1 of 2 patterns share their patterns with the training rows" in said[10]
    assert "the questions of 1 pattern, once" in said[10]
    assert "Those of 1 other pattern are for test alone, in every build." in said[10]


def test_the_card_counts_the_wordings(texts, cook):
    """The card says how many wordings each split has, and which of them training never has."""
    second = "---\n{{ fewer }} owns {{ count }} {{ item }}, and {{ more }} {{ times }} times that. By how many is {{ more }} ahead?\n"
    held_out = "--- held out\nOf {{ had }} {{ item }}, {{ who }} spent {{ first }} early and {{ then }} late. How many remain?\n"
    library = read_library(
        texts
        | {"comparison/times_more.jinja": texts["comparison/times_more.jinja"] + second}
        | {"entity_track/consume.jinja": texts["entity_track/consume.jinja"] + held_out}
    )

    said = {name: wordings(cook(library, phrasings=form)) for name, form in
            {"one": 1, "all": "all", "held out": {"train": "all", "held_out": True}}.items()}  # fmt: skip

    assert said["one"] == "The questions come from 2 patterns with 2 wordings, in every split the same."
    assert said["all"] == "The questions come from 2 patterns with 3 wordings, in every split the same."
    assert said["held out"] == (
        "The questions of the training rows come from 2 patterns with 3 wordings. Validation and test rows have "
        "1 other wording, of 1 pattern, which no training row has."
    )


def test_snippets_are_python(folder):
    """The Python code of the card compiles."""
    for code in re.findall(r"```python\n(.+?)```", page(folder)[1], re.DOTALL):
        compile(code, "README.md", "exec")
