"""A file that says `extends: EXPERT/NAME` adds wordings to a pattern that stands elsewhere, and moves no other row."""

import json

import pytest
from folders import rows_of

from generators import build
from generators.__main__ import main
from generators.builder.dataset import rebuild
from generators.finished.audit import audit
from generators.patterns.library import library
from solver.refusal import InputError

TARGET = "comparison/times_more"
FIRST = "{{ fewer }} put up {{ count }} {{ item }} for sale on Friday; {{ more }} put up {{ times }} times that. How far is {{ more }} in front?"
SECOND = "Count the {{ item }} that {{ more }} can spare before {{ fewer }} is level: {{ fewer }} holds {{ count }}, {{ more }} {{ times }} times this number."
THIRD = "Here lie {{ count }} {{ item }} of {{ fewer }}; there lie those of {{ more }}, {{ times }} for every one here. What is the surplus there?"


def extending(*wordings, target=TARGET):
    """Return the text of a file that extends a pattern."""
    return "\n".join(
        [
            f"---\nextends: {target}",
            *(wording if wording.startswith("---") else f"---\n{wording}" for wording in wordings),
            "",
        ]
    )


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes files into a folder of patterns and returns the folder."""

    def written(**files):
        for name, text in files.items():
            path = tmp_path / "mine" / f"{name.replace('__', '/')}.jinja"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "mine"

    return written


def added(pattern):
    """Return the wordings that other files add, each with its number in its file and whether it is held out."""
    return [(wording.body, wording.number, wording.held_out) for wording in pattern.wordings if wording.file]


def test_files_extend_a_pattern_in_order_of_their_names(folder):
    """Several files add wordings, behind the pattern's own; a file may have the pattern's name, or lie deeper."""
    mine = folder(
        comparison__times_more=extending(FIRST), arithmetic__b__deep=extending(f"--- held out\n{THIRD}", SECOND)
    )

    pattern = library(mine)["times_more"]

    assert added(pattern) == [(THIRD, 1, True), (SECOND, 2, False), (FIRST, 1, False)]
    assert pattern.wordings[:-3] == library()["times_more"].wordings
    assert [pattern.id for pattern in library(mine).patterns.values()] == list(library().patterns)


def test_a_pattern_of_the_same_folder_is_extended(folder):
    """A user's own pattern can be extended as a shipped one, with distractors too."""
    own = library().texts[f"{TARGET}.jinja"].partition("---\n{{")[0]
    mine = folder(
        comparison__own=f"{own}---\n{FIRST}\n",
        comparison__more=extending(f"---\nslots: {{age: 6..40}}\nAged {{{{ age }}}}, {THIRD}", target="comparison/own"),
    )

    assert [len(added(library(mine)[name])) for name in ("own", "times_more")] == [1, 0]


def test_rows_of_a_number_do_not_move(folder, tmp_path):
    """Rows in the first wordings are the same with an extension and without; rows in all wordings have the new ones."""
    mine = folder(comparison__more=extending(FIRST, f"--- held out\n{SECOND}"))
    one, other = (
        build("run8", rows=80, phrasings=4, patterns=patterns, out=tmp_path / name)
        for name, patterns in (("one", None), ("other", mine))
    )
    every = build("run8", rows=800, phrasings="all", patterns=mine, out=tmp_path / "every")

    assert one.manifest.content == other.manifest.content
    asked = [row["question"] for split in ("train", "test") for row in rows_of(every.folder, split)]
    assert any("put up" in question for question in asked)
    assert not any("can spare" in question for question in asked)


def test_the_recipe_stores_the_files(folder, tmp_path):
    """A dataset is verified and built again without the folder."""
    mine = folder(comparison__more=extending(FIRST))
    built = build("run8", rows=400, phrasings="all", patterns=mine, out=tmp_path / "d")
    for path in mine.rglob("*.jinja"):
        path.unlink()

    stored = json.loads((built.folder / "recipe.json").read_text())
    again = rebuild(built.folder, tmp_path / "again")

    assert stored["files"]["own comparison/more.jinja"] == extending(FIRST)
    assert again.manifest.content == built.manifest.content
    assert audit(built.folder).faults == []


def test_an_extension_of_a_pattern_that_a_preset_leaves_out_is_left_out(folder, tmp_path):
    """A preset without the extended pattern stores nothing of the extension."""
    mine = folder(
        arithmetic__more=extending("Nobody reads this.", target="arithmetic/bill_split"), comparison__c=extending(FIRST)
    )

    built = build("run8", rows=30, patterns=mine, out=tmp_path / "d")

    files = json.loads((built.folder / "recipe.json").read_text())["files"]
    assert [path for path in files if path.startswith("own ")] == ["own comparison/c.jinja"]


def test_show_names_the_file(folder, capsys):
    """`show` lists an added wording with its file and line, and `check` accepts the folder."""
    mine = folder(comparison__more=extending(FIRST))

    assert main(["show", "times_more", "--patterns", str(mine)]) == 0
    assert f"{mine}/comparison/more.jinja, 4" in capsys.readouterr().out.replace("\n", "")
    assert main(["check", str(mine)]) == 0


NEAR = FIRST.replace("for sale on Friday", "for sale on a Friday")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([extending(FIRST, target="comparison/times_mor")], "line 2: extends comparison/times_mor, which is no pattern; did you mean"),
        ([extending(FIRST, target="comparison")], "extends comparison, which is no pattern"),
        ([extending(FIRST, FIRST)], "line 6, wording 2: line 4, wording 1 has the same text; leave one out"),
        ([extending(FIRST), extending(FIRST)], "line 4, wording 1: line 4, wording 1 of DIR/a.jinja has the same text"),
        ([extending(FIRST, NEAR)], "line 6, wording 2: shares 76% of its sequences of 5 words with line 4, wording 1; reword"),
        ([extending(FIRST), extending(NEAR)], "words with line 4, wording 1 of DIR/a.jinja; reword one"),
        ([extending(FIRST.replace("{{ times }}", "ten"))], "line 4, wording 1: the question does not show times"),
        ([extending(FIRST.replace("{{ times }}", "{{ time }}"))], "line 4, wording 1: the question uses time, which no slot"),
        ([extending("Two\nlines")], "line 4, wording 1: a wording is one line of text"),
        ([extending(FIRST).replace("\n---", "\nanswer: count\n---", 1)], "line 3: beside extends: EXPERT/NAME, such a file"),
        (["---\nextends: [a]\n---\nHow many?\n"], "beside extends: EXPERT/NAME, such a file has wordings alone"),
        (["---\nextends: comparison/times_more\n"], "no wording; write --- below extends: EXPERT/NAME"),
        (["---\n# mine\nextends:\n---\nHow many?\n"], "line 3: extends nothing; write EXPERT/NAME"),
    ],
    ids=[
        "unknown pattern", "no name", "twice in a file", "twice in two files", "near copy", "near copy in two files",
        "hidden slot", "unknown slot", "two lines", "an answer", "a list", "no wording", "nothing",
    ],
)  # fmt: skip
def test_an_unsound_extension_is_refused(folder, texts, message):
    """The message names the file that adds the wording, its line and number there, and the fault."""
    mine = folder(**{f"comparison__{name}": text for name, text in zip("ab", texts, strict=False)})
    last = mine / "comparison" / f"{'ab'[len(texts) - 1]}.jinja"

    with pytest.raises(InputError) as error:
        library(mine)

    said = str(error.value)
    assert said.startswith(f"{last}: ")
    assert message.replace("DIR", str(mine / "comparison")) in said


def test_a_clash_names_the_file_that_adds_it(folder, capsys):
    """A wording that can ask what another wording of the pattern asks is told by the file that adds it."""
    mine = folder(
        comparison__a=extending(FIRST), comparison__b=extending(FIRST.replace("{{ fewer }} put", "{{ more }} put"))
    )

    assert main(["check", str(mine)]) == 2
    assert f"{mine}/comparison/b.jinja: line 4, wording 1: " in capsys.readouterr().err
