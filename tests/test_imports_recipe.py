"""An import's recipe says what was read and under which licences, and recipes of earlier versions still mean what they did."""

import json
import shlex
from dataclasses import replace

import pytest
import yaml
from conversion import PROBLEMS
from folders import contents

from datasets_cards import write_card
from datasets_cards.release import check_folder, refuse_unlicensed
from generators.__main__ import main
from generators.files.manifest import file_hash, read_manifest
from generators.files.recipe import Against
from generators.finished.audit import audit
from generators.finished.export import export
from generators.finished.recipes import read_recipe
from generators.imports.importer import import_problems
from generators.imports.recipe import SHARD_ROWS
from generators.imports.sources.registry import sources
from generators.imports.sources.request import Request
from generators.parser import parser
from generators.text.guarded import shipped
from solver.refusal import InputError

ENTRIES = [
    {"body": "Pia has 6 bags with 14 nuts each.", "ask": "How many nuts is that?", "sum": "6*14", "result": 84},
    {"body": "Tom reads 9 pages on each of 4 days.", "ask": "How many pages is that?", "sum": "9*4", "result": 36},
]
COLUMNS = {"question": "body+ask", "program": "sum", "answer": "result", "form": "equation"}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A file of problems that no shipped source describes."""
    path = tmp_path_factory.mktemp("own") / "own.jsonl"
    path.write_text("\n".join(json.dumps(one | {"question": one["ask"], "total": one["result"]}) for one in ENTRIES))
    return path


def asked(own, **more):
    """Return a request for that file."""
    return Request(**{"origin": own, **COLUMNS, **more})


@pytest.fixture
def folder(own, tmp_path):
    """An import of that file, without a licence."""
    return import_problems(asked(own), tmp_path / "d").folder


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"question": "ask"}, "columns.question has 'body' there and 'ask' here"),
        ({"question": "body+question"}, "columns.question has 'ask' there and 'question' here"),
        ({"answer": "total"}, "columns.answer has 'result' there and 'total' here"),
        ({"form": "python"}, "programs is 'equation' there and 'python' here"),
        ({"name": "svamp"}, "source is 'own' there and 'svamp' here"),
    ],
    ids=str,
)
def test_a_folder_resumes_with_the_same_columns_alone(own, folder, capsys, other, told):
    """Rows of other columns or another format are not mixed in: one line says what differs."""
    before = contents(folder)

    with pytest.raises(InputError) as caught:
        import_problems(asked(own, **other), folder)

    assert str(caught.value).startswith(f"{folder}: holds another dataset: {told}")
    assert contents(folder) == before


def test_a_folder_of_an_earlier_version_is_told(own, folder):
    """An earlier version did not record the columns, so that nobody knows whether they are the same."""
    path = folder / "recipe.json"
    recipe = json.loads(path.read_text())
    path.write_text(json.dumps({key: recipe[key] for key in recipe if key not in ("columns", "programs", "problems")}))
    before = contents(folder)

    with pytest.raises(InputError) as caught:
        import_problems(asked(own), folder)

    assert str(caught.value) == (
        f"{folder}: holds another dataset: an earlier version of wirework made it, and did not record its columns; "
        "choose another --out or remove the folder"
    )
    assert contents(folder) == before


def test_a_source_that_changed_is_told(own, tmp_path):
    """Where the file has other rows than before, the message says so in words, not by its hash."""
    file = tmp_path / "own.jsonl"
    file.write_bytes(own.read_bytes())
    folder = import_problems(asked(file), tmp_path / "d").folder
    file.write_text(file.read_text().replace("14 nuts", "15 nuts"))

    with pytest.raises(InputError, match=r"holds another dataset: own.jsonl has changed since it was imported"):
        import_problems(asked(file), folder)


def test_evaluation_rows_of_a_described_file_are_test_rows(own, tmp_path):
    """With --eval-only, the split is test unless another one is asked for; the card's command gives it back."""
    made = import_problems(asked(own, eval_only=True), tmp_path / "d")
    other = import_problems(asked(own, eval_only=True, split="train"), tmp_path / "e")

    assert (made.counts["test"], other.counts["train"]) == (2, 2)
    assert "--split" not in read_recipe(made.folder).arguments()
    assert read_recipe(other.folder).arguments()[-3:] == ["--split", "train", "--eval-only"]


@pytest.mark.parametrize(
    "words",
    [
        ["gsm8k", "--from", "a file.jsonl", "--grade", "B"],
        ["gsm8k", "--split", "test", "--eval-only"],
        ["gsm-plus", "--from", "p.jsonl", "--eval-only"],
        ["mawps", "--from", "m.jsonl", "--question", "text", "--grade", "A"],
        ["--from", "o.jsonl", "--question", "a+b", "--program", "c", "--answer", "d+e", "--format", "slots", "--grade", "C"],
        ["--from", "o.jsonl", "--question", "a", "--answer", "b", "--format", "none", "--license", "mit", "--notice", "(c) A",
         "--eval-only"],
        ["--from", "o.jsonl", "--question", "a", "--program", "p", "--format", "python", "--notice", "(c) A B", "--grade", "A"],
        ["mawps", "--from", "m.jsonl", "--license", "mit", "--notice", "(c) A", "--grade", "A"],
        ["mawps", "--from", "m.jsonl", "--notice", "(c) A", "--grade", "A"],
        ["gsm8k", "--from", "a.jsonl", "--grade", "A", "--against", "h 1.jsonl", "--against", "org/h", "--no-gate"],
        ["gsm8k", "--from", "a.jsonl", "--grade", "A", "--against", "h.jsonl", "--shard-rows", "5"],
        ["svamp", "--split", "test", "--eval-only", "--against", "h.jsonl"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_the_card_has_the_arguments_of_the_import(own, folder, words):
    """The command on the card asks for the same source, columns, format, licence, split, grade, held-out sets and files."""
    args = parser().parse_args(["import", *words])
    request = Request(
        **{name: getattr(args, name) for name in ("name", *COLUMNS, "licence", "notice", "split", "eval_only")}
    )
    reader = request.source()
    recipe = read_recipe(folder).of(
        reader.for_evaluation() if args.eval_only else reader,
        request.split_of(reader),
        args.origin or reader.hub,
        "",
        grade=args.grade,
        eval_only=args.eval_only,
        max_len=1,
        problems=1,
        shard_rows=args.shard_rows or SHARD_ROWS,
        against=(
            *([shipped().against] if args.gate and not args.eval_only else []),
            *(Against(name, "", 1) for name in args.against or ()),
        ),
    )

    assert recipe.arguments() == words


def test_the_card_shows_the_command(own, folder):
    """The file is named without the path to it."""
    page = write_card(folder, plots=False).read_text(encoding="utf-8")
    words = "--from own.jsonl --question body+ask --program sum --answer result --format equation --grade A"

    assert f"`python -m generators import {words}`" in page
    assert str(own.parent) not in page + (folder / "recipe.json").read_text()


@pytest.mark.parametrize("answer", ["result", None], ids=["gold", "no answers"])
def test_only_answers_of_the_source_are_gold(own, tmp_path, capsys, answer):
    """Without a column of answers, table, summary and proof say that the program's value is the answer, compared with nothing."""
    flags = [word for name, column in (COLUMNS | {"answer": answer}).items() if column
             for word in ("--format" if name == "form" else f"--{name}", column)]  # fmt: skip

    assert main(["import", "--from", str(own), *flags, "--out", str(tmp_path / "d")]) == 0
    page = (tmp_path / "d" / "README.md").read_text(encoding="utf-8")
    proof = page.partition("### How rows were proved")[2].partition("The following command")[0]
    said = {
        "table": "a trace executes to the gold answer" in page and "gold answer" in capsys.readouterr().out,
        "summary": "whose exact result is the gold answer" in page,
        "proof": "compared with the gold answer" in proof,
    }

    assert set(said.values()) == {answer is not None}
    assert ("No answer of the source was checked" in page) is (answer is None)
    assert ("That value is the answer, and was compared with nothing" in proof) is (answer is None)
    assert "| a trace executes to the value of the program |" in page or answer
    assert "gold answer" not in page or answer


def test_the_command_makes_the_same_dataset(own, tmp_path, monkeypatch):
    """Pasted beside its files, the command on the card makes all files of the dataset again, and the page's other command is the same."""
    held_out = own.with_name("held out.jsonl")
    held_out.write_text(json.dumps({"question": f"{ENTRIES[0]['body']} {ENTRIES[0]['ask']}"}))
    made = import_problems(
        asked(own, answer=None, notice="(c) A", gate=False, against=[held_out]), tmp_path / "d", shard_rows=1
    )
    page = write_card(made.folder, plots=False).read_text(encoding="utf-8")
    command = page.partition("`python -m generators ")[2].partition("`")[0]
    monkeypatch.chdir(own.parent)

    assert main([*shlex.split(command), "--out", str(tmp_path / "again")]) == 0
    before, after = contents(made.folder), contents(tmp_path / "again")
    assert before.keys() == after.keys()
    assert {name: data for name, data in before.items() if name != "README.md"} == {
        name: data for name, data in after.items() if name != "README.md"
    }
    assert page.count(f"`python -m generators {command}`") == 2


@pytest.mark.parametrize(
    ("origin", "language", "source"),
    [("own.jsonl", None, "extended"), ("org/problems:main/train", None, "org/problems"), ("gsm8k", ["en"], "openai/gsm8k")],
    ids=["file", "Hub", "shipped"],
)  # fmt: skip
def test_the_metadata_of_an_import(own, folder, tmp_path, origin, language, source):
    """Questions of an import are found, and extend a dataset; the language of a source that a user describes is not stated."""
    if origin == "gsm8k":
        path = PROBLEMS / "gsm8k.jsonl"
        folder = import_problems(Request("gsm8k", origin=path), tmp_path / "gsm8k", workers=1).folder
    recipe = replace(read_recipe(folder), **({} if origin == "gsm8k" else {"origin": origin}))
    (folder / "recipe.json").write_text(recipe.text(), encoding="utf-8")
    _, metadata, body = write_card(folder, plots=False).read_text(encoding="utf-8").split("---\n", 2)
    found = yaml.safe_load(metadata)

    assert found.get("language") == language
    assert f"- **Language:** {'English' if language else 'not stated'}\n" in body
    assert (found["language_creators"], found["source_datasets"]) == (["found"], [source])
    assert ("multilinguality" in found) is (language is not None)


def earlier(folder):
    """Make a folder one of an earlier version: a licence in its recipe, no columns, no list of sources."""
    recipe = json.loads((folder / "recipe.json").read_text())
    source = recipe.pop("sources")[0]
    for key in ("columns", "programs", "origin"):
        del recipe[key]
    recipe |= {key: source[key] for key in ("licence", "notice")}
    (folder / "recipe.json").write_text(json.dumps(recipe))
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["sources"]
    (folder / "manifest.json").write_text(json.dumps(manifest | {"recipe": file_hash(folder / "recipe.json")}))
    return folder


@pytest.mark.parametrize("file", ["gsm8k.jsonl", "svamp.json"])
def test_folders_of_earlier_versions_are_read(tmp_path, file):
    """Without columns and a list of sources, a folder is sound, may be published, and its card names the licence."""
    name = file.partition(".")[0]
    problems = tmp_path / file
    problems.write_bytes((PROBLEMS / file).read_bytes())
    folder = earlier(import_problems(Request(name, origin=problems, gate=False), tmp_path / "d").folder)

    assert audit(folder).faults == []
    check_folder(folder, full=True)
    refuse_unlicensed(folder)
    page = write_card(folder, plots=False).read_text(encoding="utf-8")
    assert "license: mit\n" in page
    assert f"| {name} | mit | {sources()[name].notice} |" in page


def test_a_source_without_a_licence_is_not_published(own, folder, capsys):
    """The card says so in bold, and push refuses with the reason before it asks the Hub."""
    assert main(["push", str(folder), "acme/own"]) == 2
    assert main(["push", str(folder), "acme/own", "--dry-run"]) == 2

    told = capsys.readouterr().err
    assert told.count("may not be published: own own.jsonl (unknown): no licence is stated") == 2
    assert "--with-permission" in told
    page = write_card(folder, plots=False).read_text(encoding="utf-8")
    assert (
        "**This dataset may not be passed on without permission:** own own.jsonl (unknown): no licence is stated."
        in page
    )
    assert "license: unknown\n" in page


def test_a_licence_may_be_stated_later(own, folder):
    """The same command with --license keeps all rows, and recipe, manifest and card have the licence."""
    before = {name: data for name, data in contents(folder).items() if name.startswith("data/")}

    import_problems(asked(own, licence="cc-by-sa-4.0", notice="A | B\n*C*"), folder)

    refuse_unlicensed(folder)
    assert {name: data for name, data in contents(folder).items() if name.startswith("data/")} == before
    (source,) = read_manifest(folder).sources
    assert (source.licence, source.notice, source.share_alike) == ("cc-by-sa-4.0", "A | B *C*", True)
    assert read_recipe(folder).sources == (source,)
    page = write_card(folder, plots=False).read_text(encoding="utf-8")
    assert "license: cc-by-sa-4.0\n" in page
    assert "Share alike: whoever passes on this dataset, or data made of it, does so under cc-by-sa-4.0, too." in page
    assert "| own own.jsonl | cc-by-sa-4.0 | A \\| B \\*C\\* |" in page
    assert audit(folder).faults == []


@pytest.mark.parametrize(
    ("more", "licence", "notice"),
    [
        ({}, "cc-by-4.0", "(c) A"),
        ({"notice": "(c) B"}, "cc-by-4.0", "(c) B"),
        ({"licence": "mit"}, "mit", "(c) A"),
        ({"licence": "unknown", "notice": ""}, "unknown", ""),
    ],
    ids=str,
)
def test_a_stated_licence_is_kept(own, tmp_path, capsys, more, licence, notice):
    """Repeating an import without --license or --notice withdraws none that was stated, and says so."""
    folder = import_problems(asked(own, licence="cc-by-4.0", notice="(c) A"), tmp_path / "d").folder
    capsys.readouterr()

    import_problems(asked(own, **more), folder)

    (source,) = read_manifest(folder).sources
    assert (source.licence, source.notice) == (licence, notice)
    assert read_recipe(folder).sources == (source,)
    told = f"keeps the licence {licence} and the notice {notice!r}, which its recipe.json states"
    assert (told in capsys.readouterr().err) == (len(more) < 2)


def test_another_licence_than_the_manifests_is_a_fault(own, folder):
    """The audit compares the sources of manifest and recipe."""
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace('"licence": "unknown"', '"licence": "mit"'))

    assert audit(folder).faults == ["manifest.json: its sources are not those of the rows"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"licence": "mti"}, "license 'mti' is not one of the Hub's; did you mean mit"),
        ({"licence": ""}, "license '' is not one of the Hub's"),
        ({"name": "gsm8k", "licence": "cc0-1.0"}, "gsm8k is under mit; leave out --license and --notice"),
        ({"name": "gsm8k", "notice": "me"}, "gsm8k is under mit; leave out --license and --notice"),
    ],
    ids=str,
)
def test_a_licence_is_stated_where_it_is_not_known(own, tmp_path, words, told):
    """Licences are those of the Hub, and none replaces one that is known."""
    with pytest.raises(InputError, match=told):
        import_problems(asked(own, **words), tmp_path / "d")


def test_a_source_of_others_names_them_too(tmp_path):
    """Data that was made from GSM-8K has GSM-8K's notice, and changed copies of Apple's may not be passed on."""
    entry = {"question": "Pia has 6 bags with 14 nuts each. How many nuts is that?", "answer": "84"}
    (tmp_path / "some.jsonl").write_text(json.dumps(entry))
    found = {
        name: import_problems(
            Request(name, origin=tmp_path / "some.jsonl", eval_only=True), tmp_path / name
        ).manifest.sources
        for name in ("gsm-plus", "gsm-symbolic")
    }

    assert [(one.name, one.licence) for one in found["gsm-plus"]] == [("gsm-plus", "cc-by-sa-4.0"), ("gsm8k", "mit")]
    assert "license: cc-by-sa-4.0\n" in write_card(tmp_path / "gsm-plus", plots=False).read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"gsm-symbolic \(other\): changed copies may not be passed on"):
        refuse_unlicensed(tmp_path / "gsm-symbolic")


def test_what_is_read_from_a_dataset_folder_has_its_sources(own, tmp_path):
    """A dataset that is made of an import lists the sources of that import."""
    first = import_problems(asked(own, licence="cc-by-nc-4.0", notice="(c) A"), tmp_path / "first").folder
    words = {"question": "question", "answer": "answer", "form": "none", "eval_only": True, "split": "train"}

    second = import_problems(Request(origin=first, **words), tmp_path / "second").manifest
    third = import_problems(Request(origin=first, licence="mit", **words), tmp_path / "third").manifest

    assert [(one.name, one.licence, one.notice) for one in second.sources] == [
        ("own own.jsonl", "cc-by-nc-4.0", "(c) A")
    ]
    assert [one.licence for one in third.sources] == ["mit", "cc-by-nc-4.0"]


def test_nothing_is_written_to_the_hub_without_a_licence(own):
    """An address on the Hub as --out publishes, so it is refused as a push is, before the Hub is asked."""
    with pytest.raises(InputError, match=r"hf://datasets/acme/own: may not be published: own own\.jsonl \(unknown\)"):
        import_problems(asked(own), "hf://datasets/acme/own")


@pytest.mark.parametrize("to", ["chat", "verl"])
def test_an_export_keeps_the_notices(own, tmp_path, to):
    """Rows that leave their card behind have a file with the lines that the licences ask for."""
    folder = import_problems(asked(own, licence="mit", notice="(c) A"), tmp_path / "d").folder

    export(folder, tmp_path / "out", to)

    assert "own own.jsonl (mit): (c) A; keep the notice" in (tmp_path / "out" / "NOTICE.txt").read_text(
        encoding="utf-8"
    )


def test_the_arguments_can_be_pasted(own, tmp_path):
    """Signs of a shell in a file's name are quoted."""
    odd = tmp_path / "it's $HOME.jsonl"
    odd.write_bytes(own.read_bytes())
    page = write_card(import_problems(asked(odd), tmp_path / "d").folder, plots=False).read_text(encoding="utf-8")
    command = page.partition("`python -m generators ")[2].partition("`")[0]

    assert parser().parse_args(shlex.split(command)).origin == odd.name


def test_files_of_a_user_are_told_apart(own, tmp_path):
    """A source that a user describes is called after its file, in the list of sources alone; a repeated import knows it."""
    file = tmp_path / "school.jsonl"
    file.write_bytes(own.read_bytes())
    folder = import_problems(asked(file, licence="mit", notice="by Ann"), tmp_path / "d").folder

    again = import_problems(asked(file), folder)

    assert [(one.name, one.licence, one.notice) for one in again.manifest.sources] == [
        ("own school.jsonl", "mit", "by Ann")
    ]
    assert read_recipe(folder).source == "own"
    assert "--license mit --notice 'by Ann'" in shlex.join(read_recipe(folder).arguments())


def test_a_column_is_named_once(own):
    """A question would have the text twice."""
    with pytest.raises(InputError, match=r"'body\+body' names the column body twice"):
        asked(own, question="body+body").source()


def languages(folder):
    """Return the codes of the languages on a folder's card, and the arguments of its command."""
    page = write_card(folder, plots=False).read_text(encoding="utf-8")
    return yaml.safe_load(page.split("---")[1]).get("language"), shlex.join(read_recipe(folder).arguments())


def test_the_language_of_a_source_may_be_stated(own, tmp_path):
    """The card and its command have it; it is kept when the import is repeated, and goes to what is made of the dataset."""
    folder = import_problems(asked(own, language="pt-BR", licence="mit"), tmp_path / "d").folder
    import_problems(asked(own), folder)
    words = {"question": "question", "answer": "answer", "form": "none", "eval_only": True, "split": "train"}
    made = import_problems(Request(origin=folder, **words), tmp_path / "made").folder
    named = import_problems(
        Request(name="gsm8k", origin=PROBLEMS / "gsm8k.jsonl", language="de"), tmp_path / "named"
    ).folder

    assert languages(folder)[0] == ["pt"]
    assert "--language pt-BR" in languages(folder)[1]
    assert languages(made)[0] == ["pt"]
    assert languages(named)[0] == ["de"]
    assert "--language de" in languages(named)[1]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("Portuguese", "language Portuguese is no code of ISO 639; write pt"),
        ("xx", "language xx is no code of ISO 639"),
    ],
)
def test_a_language_has_its_code(own, language, told):
    """The Hub takes no other words."""
    with pytest.raises(InputError, match=told):
        asked(own, language=language).source()


def test_every_shipped_source_states_its_language():
    """A further source without one would have a card without a language."""
    assert [one.name for one in sources().values() if not one.language] == []
