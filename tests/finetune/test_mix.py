"""Mixes of datasets: shares and repeats are exact, the order is keyed, and run.json says what was mixed."""

import json
import shutil
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from commands import losses, sft

from finetune.release import public_settings
from finetune.runs.folder import RUN, Run
from finetune.runs.mix import Part, read_mix, read_part
from finetune.training.checks import make_checks
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")


def write(path, rows, **columns):
    """Write rows as JSON lines, with other values in some columns, and return the path."""
    path.write_text("".join(json.dumps({**row, **columns}) + "\n" for row in rows))
    return path


@pytest.fixture
def files(rows, tmp_path):
    """Write three files of 10, 6 and 4 rows with ids of their own, and return their paths as text."""
    cuts = {"a": rows[:10], "b": rows[10:16], "c": rows[16:20]}
    return {name: str(write(tmp_path / f"{name}.jsonl", found)) for name, found in cuts.items()}


def ids(path):
    """Return the ids of the rows of a file."""
    return [json.loads(line)["id"] for line in Path(path).read_text().splitlines()]


def counts(mix):
    """Return the number of rows of each source."""
    return [source.rows for source in mix.sources]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data/run8", Part("data/run8")),
        ("data/run8:0.3", Part("data/run8", share=Fraction(3, 10))),
        ("data/run8:.25", Part("data/run8", share=Fraction(1, 4))),
        ("data/run8:2x", Part("data/run8", repeats=Fraction(2))),
        ("data/run8:0.5x", Part("data/run8", repeats=Fraction(1, 2))),
        ("acme/run8:small", Part("acme/run8:small")),
        ("acme/run8:small/train", Part("acme/run8:small/train")),
        ("acme/run8:small/train:0.3", Part("acme/run8:small/train", share=Fraction(3, 10))),
        ("acme/run8:2024", Part("acme/run8:2024")),
        ("acme/run8:2024:3x", Part("acme/run8:2024", repeats=Fraction(3))),
    ],
)
def test_a_number_behind_the_last_colon_is_a_weight(text, expected):
    """Names on the Hub keep their configuration and split; `str` undoes the reading."""
    assert read_part(text) == expected
    assert read_part(str(expected)) == expected


@pytest.mark.parametrize("text", ["{}:0", "{}:0x", "{}:1", "{}:30", "{}:1.5", "x.jsonl:2"])
def test_a_number_that_is_no_weight_is_refused(text, files):
    """The message shows the forms that there are."""
    with pytest.raises(InputError, match=r"write .*:0\.3 for 30 % of the mix, .*:2x for each row twice"):
        read_part(text.format(files["a"]))


@pytest.mark.parametrize("weight", ["-1", "x", "", "2X", "30%", "0,5", "1/3", "0.3:2x", "2x:0.3", "9" * 200, "0.3 "])
@pytest.mark.parametrize("name", ["{}", "gsm8k"])
def test_a_misspelt_weight_is_no_missing_file(name, weight, files):
    """If the part before the colon is a dataset, the message says how a weight is written."""
    name = name.format(files["a"])
    with pytest.raises(InputError) as error:
        read_part(f"{name}:{weight}")

    assert f"{name}:{weight}: write {name}:0.3 for 30 % of the mix" in str(error.value)


def test_a_weight_that_no_name_on_the_hub_ends_with_is_misspelt(monkeypatch, tmp_path):
    """A configuration is no weight; a folder that is there has none."""
    (tmp_path / "acme/run8").mkdir(parents=True)

    with pytest.raises(InputError, match="acme/run9:0\\.3 for 30 %"):
        read_part("acme/run9:30%")
    assert read_part("acme/run8:x") == Part("acme/run8:x")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="acme/run8:0\\.3 for 30 %"):
        read_part("acme/run8:x")


def test_a_file_whose_name_ends_like_a_weight_is_read(rows, tmp_path):
    """A colon that belongs to the name of a file or folder begins no weight."""
    path = str(write(tmp_path / "a:0.3", rows))

    assert read_part(path) == Part(path)


@pytest.mark.parametrize(
    ("weights", "limit", "expected"),
    [
        ({"a": "", "b": ""}, None, [10, 6]),
        ({"a": "", "b": ":2x"}, None, [10, 12]),
        ({"a": "", "b": ":0.5x"}, None, [10, 3]),
        ({"a": "", "b": ":0.2"}, None, [10, 2]),  # 2 or 3 of 12.5
        ({"a": "", "b": ":0.5"}, None, [10, 10]),  # each row of b once or twice
        ({"a": ":0.5", "b": ":0.5"}, None, [6, 6]),
        ({"a": ":0.5", "b": ":0.25", "c": ":0.25"}, None, [8, 4, 4]),
        ({"a": ":2x", "b": "", "c": ":0.5"}, None, [20, 6, 26]),
        ({"a": "", "b": ":0.5"}, 10, [5, 5]),
        ({"a": "", "b": ""}, 8, [5, 3]),
        ({"a": ":3x"}, None, [30]),
    ],
)
def test_shares_and_repeats_are_exact(files, weights, limit, expected):
    """A share is one of the whole mix, and `--rows` is spread over the parts; rows of a part are taken equally often."""
    mix = read_mix([files[name] + weight for name, weight in weights.items()], limit, seed=0)

    assert counts(mix) == expected
    assert len(mix.table) == sum(expected)
    taken = Counter(mix.table["id"].to_pylist())
    for source, name in zip(mix.sources, weights, strict=True):
        times = [taken[row] for row in ids(files[name])]
        assert sum(times) == source.rows
        assert max(times) - min(times) <= 1


def test_the_order_is_keyed_by_the_seed(files):
    """The same seed gives the same rows in the same order, another one gives another order, and parts are mixed."""
    texts = [files["a"], files["b"] + ":0.3"]
    one, same, other = (read_mix(texts, None, seed).table["id"].to_pylist() for seed in (0, 0, 1))

    assert one == same
    assert one != other
    assert {row in ids(files["a"]) for row in one[:8]} == {True, False}


def test_more_of_a_dataset_adds_rows_and_drops_none(files):
    """A larger share has the rows of a smaller one."""
    less, more = (
        set(read_mix([files["a"], files["b"] + weight], None, 0).table["id"].to_pylist()) for weight in (":0.2", ":0.3")
    )

    assert less < more


def test_a_single_dataset_keeps_its_order(files):
    """Without weights nothing is mixed: `--rows` are the first rows, and run.json has no mix."""
    mix = read_mix([files["a"]], 3, seed=5)

    assert mix.table["id"].to_pylist() == ids(files["a"])[:3]
    assert mix.settings()["mix"] == []
    assert mix.settings()["dataset"] == files["a"]


@pytest.mark.parametrize(
    ("texts", "limit", "said"),
    [
        (["{a}:0.6", "{b}:0.3"], None, r"the shares add up to 0\.9; they must add up to 1"),
        (["{a}:0.6", "{b}:0.6"], None, r"the shares add up to 1\.2; they must add up to 1"),
        (
            ["{a}", "{b}:0.6", "{c}:0.4"],
            None,
            r"add up to 1; they must add up to below 1, to leave room for .*a\.jsonl",
        ),
        (["{a}:0.3"], None, r"the shares add up to 0\.3"),
        (["{a}", "{a}:0.3"], None, r"is given twice; give it once, or as .*a\.jsonl:2x"),
        (["{a}", "{b}"], 17, "the mix has 16 rows, fewer than --rows 17"),
        (["{a}", "nowhere.jsonl"], None, "nowhere.jsonl"),
        (["{a}:0.001x"], None, r"a\.jsonl:0\.001x: comes to 0\.01 rows, .* a larger weight, or leave it out"),
        (["{a}:0.001", "{b}:0.999"], 4, r"a\.jsonl:0\.001: comes to 0\.004 rows, .* weight, give more --rows, or"),
        (["{a}", "{b}:0.01x"], None, r"b\.jsonl:0\.01x: comes to 0\.06 rows"),
        (["{a}", "{b}"], 1, r"b\.jsonl: comes to 0\.38 rows"),
        (["{a}:99999999x"], None, r"would have 999,999,990 rows, more than 1,000,000; give smaller weights or --rows"),
        (["{a}", "{b}:0.9999999"], None, r"would have 100,000,000 rows"),
    ],
)
def test_a_mix_that_cannot_be_made_is_refused(files, texts, limit, said):
    """The message says which numbers or datasets do not fit."""
    with pytest.raises(InputError, match=said):
        read_mix([text.format(**files) for text in texts], limit, seed=0)


def test_rows_with_different_system_prompts_are_refused_or_trained_by_name(rows, tmp_path, files):
    """An evaluation uses one system prompt, so several are trained only if that is asked for, within a file too."""
    turns = [{"role": "system", "content": "Answer in verse."}, *rows[0]["prompt"][1:]]
    other = str(write(tmp_path / "other.jsonl", rows[20:22], prompt=turns))
    both = str(write(tmp_path / "both.jsonl", [rows[0], {**rows[1], "prompt": turns}]))

    for texts in ([files["a"], other], [both]):
        with pytest.raises(
            InputError, match=r"2 different system prompts: .* 'Answer in verse\.' in .*--system-prompts each"
        ):
            read_mix(texts, None, seed=0)
    mix = read_mix([files["a"], other], None, seed=0, systems="each")

    assert mix.system == rows[0]["prompt"][0]["content"]
    assert {row[0]["content"] for row in mix.table["prompt"].to_pylist()} == {mix.system, "Answer in verse."}


def test_a_mix_is_trained_recorded_and_resumed(dataset, files, tiny, tmp_path, call):
    """run.json names each dataset with its weight and rows; a resumed run must have the same mix."""
    words = sft(dataset, tiny, tmp_path / "x", "--epochs", 1)
    place = words.index("--dataset")
    mixed = [*words[:place], "--dataset", f"{dataset}:0.75", "--dataset", f"{files['b']}:2x", *words[place + 2 :]]

    status, said, errors = call(*mixed)
    changed = [word.replace(":2x", ":3x") for word in mixed]
    again, refused = call(*mixed, "--resume"), call(*changed, "--resume")

    assert status == 0, errors
    settings = Run.read(tmp_path / "x").settings
    assert settings["rows"] == 48
    assert [(source["weight"], source["rows"], source["available"]) for source in settings["mix"]] == [
        ("0.75", 36, 24),
        ("2x", 12, 6),
    ]
    assert len(losses(tmp_path / "x")) == 12
    assert said.splitlines()[-1].endswith(f" --dataset {dataset}")
    assert again[0] == 0
    assert refused[0] == 2
    assert "was begun with dataset" in refused[2]
    assert public_settings(settings)["dataset"] == "tiny:0.75 + b.jsonl:2x"
    assert str(tmp_path) not in json.dumps(public_settings(settings)["mix"])


def test_a_run_is_not_resumed_with_other_rows(files, rows, tiny, tmp_path, call):
    """If a file has changed meanwhile, the record of trained rows would name those of its last form alone."""
    words = sft(files["a"], tiny, tmp_path / "x", "--epochs", 1, "--validation", 0)
    assert call(*words)[0] == 0
    same = call(*words, "--resume")
    write(tmp_path / "a.jsonl", rows[:9] + rows[20:21])

    other, with_rank = call(*words, "--resume"), call(*words, "--resume", "--rank", 4)

    assert (same[0], other[0], with_rank[0]) == (0, 2, 2)
    assert f"was begun with other rows of {files['a']}; resume with the same rows, or choose another --out" in other[2]
    assert "was begun with rank 16, not 4; resume with --rank 16, or choose another --out" in with_rank[2]
    write(tmp_path / "a.jsonl", rows[:12])
    assert "10 rows, not 12, of" in (told := call(*words, "--resume")[2])
    assert "resume with the same rows (--rows 10, if that was given), or" in told
    write(tmp_path / "a.jsonl", rows[:9])
    assert f"was begun with 10 rows, not 9, of {files['a']}; resume with the same rows" in call(*words, "--resume")[2]


def test_a_run_of_an_earlier_version_is_resumed(tmp_path):
    """Settings that an earlier version did not record had their usual values, which may be given, or any, such as the rows."""
    (tmp_path / RUN).write_text(json.dumps({"settings": {"seed": 0}, "result": {}}))

    run = Run.begin(
        tmp_path, {"seed": 0, "order": "shuffled", "content": "a1b2"}, resume=True, usual={"order": "shuffled"}
    )
    with pytest.raises(InputError, match="was begun with order 'shuffled', not 'difficulty'"):
        Run.begin(tmp_path, {"seed": 0, "order": "difficulty"}, resume=True, usual={"order": "shuffled"})

    assert run.settings == {"seed": 0}


@pytest.mark.parametrize(
    ("texts", "wanted", "found"),
    [
        (["{dataset}:0.05", "{a}:0.95"], 3, 3),
        (["{dataset}:0.5", "{other}:0.5"], 3, 3),
        (["{dataset}:0.95", "{other}:0.05"], 7, 7),
        (["{dataset}", "{other}:0.4"], 16, 8),
        (["{a}", "{b}"], 3, 0),
        (["{dataset}", "{a}"], 0, 0),
    ],
)
def test_validation_rows_are_spread_over_the_parts_that_have_some(
    dataset, files, tmp_path, capsys, texts, wanted, found
):
    """As many are measured as asked for, or a note says that there are fewer."""
    other = shutil.copytree(dataset, tmp_path / "other")
    mix = read_mix([text.format(**files, dataset=dataset, other=other) for text in texts], None, 0)

    checks = make_checks(mix, wanted, [], 16)

    assert sum(len(check.table) for check in checks) == found
    said = capsys.readouterr().err
    assert ("8 validation rows, fewer than --validation 16" in said) is (wanted == 16)
    assert ("a.jsonl: a file of rows has no splits" in said) is bool(wanted and "{a}" in "".join(texts))


def test_tables_of_different_origin_are_mixed(dataset, files):
    """Rows of a folder and of a file have one schema."""
    mix = read_mix([str(dataset), files["b"] + ":2x"], None, seed=0)

    assert isinstance(mix.table, pa.Table)
    assert counts(mix) == [24, 12]
