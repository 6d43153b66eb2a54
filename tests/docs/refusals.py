"""Files and traces that are refused, one for every rule, with the message that each gets.

The tables of refusals in the documentation are these files and the messages that the code gives for them, so that a
message changes there when it changes here. A test compares the messages with those that the sources can raise.
"""

import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from generators.patterns.library import folder_texts, library, read_library, shipped
from generators.patterns.soundness import examine
from solver.completion import extract
from solver.grounding import ungrounded
from solver.machine import solve
from solver.refusal import InputError, Refusal
from solver.text import read

GOOD = "comparison/times_more.jinja"
"""The shipped pattern that most refused files are made of by one change."""

OTHER = "comparison/half_as_many.jinja"
"""A shipped pattern of the same expert, for mistakes that need two."""

_MORE = "own comparison/more.jinja"

Change = tuple[str, str]

_VALUE = """---
slots:
  a: 1..1000
  b: 1..1000
trace:
  - {op: init, var: x, value: $a}
  - {op: init, var: y, value: $b}
  - {op: compute, compute_op: mul, args: [x, y], var: z}
  - {op: query, var: z}
answer: a * b
---
Work out {{ a }} times {{ b }}.
"""

_CONSTANTS = "own constants.yaml"
_GUITAR = "strings_per_guitar: {value: 6, words: [guitar]}\n"


def _own(slots: str) -> list[Change]:
    """Return the change that gives the shipped pattern a second wording with slots of its own."""
    return [("than {{ fewer }}?\n", f"than {{{{ fewer }}}}?\n---\nslots: {slots}\nSay.\n")]


def _where(conditions: str) -> list[Change]:
    """Return the change that gives the shipped pattern conditions."""
    return [("trace:", f"where: {conditions}\ntrace:")]


FILES: dict[str, list[tuple[str, str, Mapping[str, str] | list[Change]]]] = {
    "The file": [
        ("a file without front matter", "Start the file with `---`, the keys, `---` and the question.", {GOOD: "How many are left?\n"}),
        ("a question on two lines", "Write each question on one line.", [(" How many", "\nHow many")]),
        ("`--- held-out`", "Write `---` or `--- held out`.", [("---\n{{ more }}", "--- held-out\n{{ more }}")]),
        ("a first wording that is held out", "Put a wording for training above it.", [("---\n{{ more }}", "--- held out\n{{ more }}")]),
        ("a file name with capitals or hyphens", "Rename the file: `times_more.jinja`.", {"comparison/Times-More.jinja": ""}),
        ("a folder that is no expert's", "Put the file into a folder named after its expert, or into `composition`.", {"sums/times_more.jinja": ""}),
        ("a file that is too long", "Shorten the file to 16 KiB.", [("How many", "How many" * 3_000)]),
        ("front matter that is a list", "Write a mapping with `slots`, `trace` and `answer`.", {GOOD: "---\n- slots\n---\nHow many?\n"}),
        ("a key that does not exist", "Use the three keys `slots`, `trace` and `answer`.", [("slots:", "slot:")]),
        ("`license: MIT`", "Write an identifier of the Hub, or `other`.", [("slots:", "license: MIT\nslots:")]),
        ("`scaffold: loose`", "Write `scaffold: free`, or remove the key.", [("slots:", "scaffold: loose\nslots:")]),
        ("`split: train`", "Write `split: test`, or remove the key.", [("slots:", "split: train\nslots:")]),
        ("`source:` without a text", "Name the problem, or remove the key.", [("slots:", "source:\nslots:")]),
        ("a tab before a key", "Indent with spaces.", [("  count: 5..25", "\tcount: 5..25")]),
        ("a key that stands twice", "Remove one of them.", [("answer: ", "answer: count\nanswer: ")]),
        ("no `answer`", "Add the closed form.", [("answer: count * times - count\n", "")]),
        ("no `trace`", "Add the list of steps.", {GOOD: "---\nslots: {a: 1..9}\nanswer: a\n---\nHow many?\n"}),
        ("a composition written as one list of steps", "Give each part its expert: `- {expert: ..., trace: [...]}`.", {"composition/x.jinja": _VALUE}),
    ],
    "Slots": [
        ("no slots", "Declare at least one slot.", {GOOD: "---\nanswer: a\n---\nHow many?\n"}),
        ("a slot's name with a capital", "Start with a lower-case letter; `self` is taken.", [("count: 5..25", "Count: 5..25")]),
        ("`count: {low: 5, high: 25}`", "Use one of the [slot forms](#slots).", [("count: 5..25", "count: {low: 5, high: 25}")]),
        ("`count: [10, 10]`", "List each number once.", [("count: 5..25", "count: [10, 10]")]),
        ("`count: 25..5`", "Write the low end first.", [("count: 5..25", "count: 25..5")]),
        ("`count: 1..200000`", "Use a larger step, or a shorter range.", [("count: 5..25", "count: 1..200000")]),
        ("`more: persons`", "Use the name of a vocabulary, or add one.", [("more:  person", "more:  persons")]),
        ("`count: 5-25`", "Write two points.", [("count: 5..25", "count: 5-25")]),
        ("`count: times * 2`", "Begin a computed slot with `=`.", [("count: 5..25", "count: times * 2")]),
        ("more slots of a vocabulary than it has words", "Add words, as two slots of one vocabulary always differ.", [("more:  person", "more: tiny"), ("fewer: person", "fewer: tiny")]),
        ("`count: = 2 +`", "Complete the expression.", [("count: 5..25", "count: = 2 +")]),
        ("`count: = times ** 2`", "Use the allowed signs: `times * times`.", [("count: 5..25", "count: = times ** 2")]),
        ("`count: = times + 20%`", "Write the share: `times * 20 / 100`.", [("count: 5..25", "count: = times + 20%")]),
        ("`count: = $times + 2`", "Write the name alone.", [("count: 5..25", "count: = $times + 2")]),
        ("`count: = 2 times`", "Write `*` between factors.", [("count: 5..25", "count: = 2 times")]),
        ("`count: = times \u00d7 2`", "Write `*`.", [("count: 5..25", "count: = times \u00d7 2")]),
        ("`count: = max(times, 2)`", "Draw the number from a range.", [("count: 5..25", "count: = max(times, 2)")]),
        ("`count: = -times`", "Subtract.", [("count: 5..25", "count: = -times")]),
        ("`count: = 1,000 + times`", "Write the number without separators.", [("count: 5..25", "count: = 1,000 + times")]),
        ("`count: = 1_000 * times`", "Write the number without separators.", [("count: 5..25", "count: = 1_000 * times")]),
        ("an expression that is too long", "Split it into several slots.", [("count: 5..25", f"count: = {'times + ' * 30}times")]),
        ("expressions with too many signs", "Compute less per row.", [("  times: 2..5", "  times: 2..5\n" + "\n".join(f"  s{k}: = {'times + ' * 21}times" for k in range(10)))]),
        ("a slot that uses itself", "Compute it from other slots.", [("count: 5..25", "count: = count + times")]),
        ("a slot that uses an unknown slot", "Correct the name, or declare the slot.", [("count: 5..25", "count: = time + 5")]),
        ("a slot that computes with a word", "Compute with number slots.", [("count: 5..25", "count: = item + 5")]),
        ("a wording's `slots: [age]`", "Write a mapping in braces, on one line.", _own("[age]")),
        ("a wording's slot that the pattern has", "Choose another name.", _own("{count: 6..12}")),
        ("a wording's slot that is computed", "Draw it from a range, a list or a vocabulary.", _own("{age: = count + 1}")),
        ("a wording's number with too few values", "Widen its range.", [("than {{ fewer }}?\n", "than {{ fewer }}?\n---\nslots: {age: 6..7}\nSay {{ age }}.\n")]),
        ("a slot that nothing uses", "Use it or remove it.", [("  times: 2..5", "  times: 2..5\n  price: 3..9")]),
    ],
    "Conditions": [
        ("`where: count > times`", "Write a list.", _where("count > times")),
        ("a condition that is a list", "Write one line of text for each.", _where("[[count, times]]")),
        ("`count > times > 1`", "Write two conditions.", _where("[count > times > 1]")),
        ("`count == times`", "Write one `=`.", _where("[count == times]")),
        ("`count`", "Compare it, or say `whole(...)`.", _where("[count]")),
        ("`2 > 1`", "Compare slots.", _where("[2 > 1]")),
        ("`count > time`", "Correct the name, or declare the slot.", _where("[count > time]")),
        ("`item > 2`", "Compare number slots.", _where("[item > 2]")),
        ("conditions with too many signs", "Compute less.", _where(f"[{', '.join(['count > times'] * 201)}]")),
        ("conditions that few numbers satisfy", "Widen the slots or loosen a condition.", _where("[count > 24]")),
        ("conditions on very large numbers", "Use smaller ranges.", _where("[count * 1000000000 * 1000000000 > times]")),
    ],
    "Vocabulary files": [
        ("a list at the top", "Give each list a name.", {"own vocabulary.yaml": "[cups, mugs]\n"}),
        ("a vocabulary that is one word", "Write a list or a mapping.", {"own vocabulary.yaml": "things: cups\n"}),
        ("the same word twice", "Remove one; the singulars and the variable names must differ too.", {"own vocabulary.yaml": "things: [cups, cups]\n"}),
        ("a word with a digit", "Write the word in letters.", {"own vocabulary.yaml": "things: [cups, 7up]\n"}),
        ("a word that is too long", "Choose a shorter word.", {"own vocabulary.yaml": f"things: [cups, {'extra' * 8}]\n"}),
        ("`pronouns` of no vocabulary", "Give them by vocabulary.", {"own vocabulary.yaml": "pronouns: [she, he]\n"}),
        ("`pronouns` of an unknown vocabulary", "Name a vocabulary of the same file.", {"own vocabulary.yaml": "pronouns: {chefs: {she: [Ada]}}\nchef: [Ada, Bo]\n"}),
        ("`prices` that are no range", "Write `low..high`, without a step.", {"own vocabulary.yaml": "prices: {tools: 7}\ntools: [saw, axe]\n"}),
        ("a pronoun that does not exist", "Use `she`, `he` or `they`.", {"own vocabulary.yaml": "pronouns: {chef: {it: [Ada]}}\nchef: [Ada, Bo]\n"}),
        ("two pronouns of one word", "List it once, or not at all: it then gets *they*.", {"own vocabulary.yaml": "pronouns: {chef: {she: [Ada], he: [Ada]}}\nchef: [Ada, Bo]\n"}),
        ("a pronoun of an unknown word", "Correct the word, or add it to the vocabulary.", {"own vocabulary.yaml": "pronouns: {chef: {she: [Eve]}}\nchef: [Ada, Bo]\n"}),
        ("the name of a shipped vocabulary", "Choose another name.", {"own vocabulary.yaml": "person: [Ann, Bob]\n"}),
        ("a pattern that uses a bad vocabulary", "Mend the vocabulary: `check` reports it too.", {"": "vocabulary"}),
    ],
    "Files of constants": [
        ("a list at the top", "Give each constant a name.", {_CONSTANTS: "[7, 12]\n"}),
        ("a name with a capital or a hyphen", "Write `strings_per_guitar`.", {_CONSTANTS: "Strings-per-Guitar: {value: 6, words: [guitar]}\n"}),
        ("the name of a shipped constant", "Choose another name.", {_CONSTANTS: "days_per_week: {value: 6, words: [guitar]}\n"}),
        ("a name that another file of the folder has", "Keep one file.", {_CONSTANTS: _GUITAR, "own more/constants.yaml": _GUITAR}),
        ("`strings_per_guitar: 6`", "Write a mapping.", {_CONSTANTS: "strings_per_guitar: 6\n"}),
        ("a key that does not exist", "Use the keys of the example.", {_CONSTANTS: _GUITAR.replace("words", "word")}),
        ("a value that is no number", "Write one exact number.", {_CONSTANTS: _GUITAR.replace("6", "six")}),
        ("no value", "Add the value.", {_CONSTANTS: _GUITAR.replace("value: 6, ", "")}),
        ("a value of 0 or less", "Write the number itself; steps subtract.", {_CONSTANTS: _GUITAR.replace("6", "0")}),
        ("no words, or one that is no list", "List the words.", {_CONSTANTS: _GUITAR.replace("[guitar]", "guitar")}),
        ("two words in one", "List single words, and use `beside` for a second one.", {_CONSTANTS: _GUITAR.replace("guitar]", "bass guitar]")}),
        ("`asked: yes`", "Write `true`.", {_CONSTANTS: _GUITAR.replace("}", ", asked: yes}")}),
    ],
    "The question": [
        ("`{{ count }`", "Close the braces.", [("has {{ count }} {{ item }}", "has {{ count } {{ item }}")]),
        ("`{count}` or `$count`", "Write two braces.", [("has {{ count }} {{ item }}", "has {count} {{ item }}")]),
        ("`{% if count %}`", "Write two patterns, or two wordings.", [("How many", "{% if count %}How many{% endif %}")]),
        ("`{{ count + 1 }}`", "Declare a slot: `more: = count + 1`.", [("has {{ count }}", "has {{ count + 1 }}")]),
        ("thousands of brackets in braces", "Write a slot's name.", [("How many", "{{" + "(" * 5_000)]),
        ("`{{ item \\| plural }}`", "Use one of the [filters](#filters).", [("{{ item }} does", "{{ item | plural }} does")]),
        ("`{{ counts }}`", "Correct the name, or declare the slot.", [("has {{ count }}", "has {{ counts }}")]),
        ("`{{ count \\| one }}`", "Remove the filter.", [("has {{ count }}", "has {{ count | one }}")]),
        ("`{{ item \\| money }}`", "Remove the filter.", [("{{ item }} does", "{{ item | money }} does")]),
        ("`{{ item \\| they }}`", "Give the vocabulary [pronouns](#pronouns), or write the slot.", [("{{ item }} does", "{{ item | they }} does")]),
        ("a pronoun of another person than the last", "Write the name.", [("does {{ more }} have", "does {{ more | they }} have")]),
        ("`{{ item \\| one \\| a }}`", "`a` alone writes the singular with its article.", [("{{ item }} does", "{{ item | one | a }} does")]),
        ("`{{ item \\| of }}`", "Name the number slot: `of(count)`.", [("{{ item }} does", "{{ item | of }} does")]),
        ("`{{ item \\| of(fewer) }}`", "Name a number slot.", [("{{ item }} does", "{{ item | of(fewer) }} does")]),
        ("`{{ count \\| words }}` above 99", "Remove the filter, or narrow the range.", [("count: 5..25", "count: 50..150"), ("has {{ count }}", "has {{ count | words }}")]),
        ("`{{ count \\| words }}` of very many values", "Leave the filter out, or compute the slot from fewer numbers.", [("count: 5..25", "x: 3..900\n  y: 3..900\n  count: = x * y"), ("has {{ count }}", "has {{ count | words }}")]),
        ("a pronoun's verb behind a name", "Write the verb itself: `{{ more }} has`.", [("does {{ more }} have than", "does {{ more }} {{ more | has }} than")]),
        ("a plain verb behind a pronoun", "Use a filter, or a verb that is the same for she and they: *bought*, *can*.", [("{{ fewer }} has", "{{ fewer }} knows that {{ fewer | they }} has")]),
        ("a verb behind *and* that agrees with *she* alone", "Use a filter for it, too.", [("{{ fewer }} has {{ count }}", "{{ fewer }} is here. {{ fewer | they | upper_first }} had {{ count }} and sells the")]),
        ("`she` or `his` for a person slot", "Use a filter: not every name of the vocabulary gets this pronoun.", [("than {{ fewer }}?", "than {{ fewer }}? She asks.")]),
        ("`her` without a noun", "Write `theirs`.", [("than {{ fewer }}?", "than {{ fewer }}? Is it {{ fewer | their }}?")]),
        ("`hers` before a noun", "Write `their`.", [("than {{ fewer }}?", "than {{ fewer }}? Are {{ fewer | theirs }} {{ item }} here?")]),
        ("`the {{ item \\| a }}`", "Leave one of the two articles out.", [("{{ item }} does", "the {{ item | a }} does")]),
        ("`the {{ count }}th`", "Leave out the values that end otherwise, or say it without an ordinal.", [("has {{ count }}", "has for the {{ count }}th time {{ count }}")]),
        ("`${{ count \\| money }}`", "Remove the sign.", [("has {{ count }}", "has ${{ count | money }} and {{ count }}")]),
        ("`a {{ count }} % share`", "Write `{{ count \\| a }} % share`.", [("has {{ count }} {{ item }}", "has a {{ count }} % share of {{ item }}")]),
        ("`{{ count \\| commas }}` of a fraction", "Remove the filter.", [("count: 5..25", "count: [1/3, 2/3]"), ("has {{ count }}", "has {{ count | commas }}")]),
        ("`{{ count \\| money }}` with three decimal places", "Use a step of whole cents.", [("count: 5..25", "count: 1.005..2.005 by 0.125"), ("has {{ count }}", "has {{ count | money }}")]),
        ("two slots side by side", "Put a space or a word between them.", [("{{ count }} {{ item }}", "{{ count }}{{ item }}")]),
        ("a letter beside a word", "Use a filter for another form of the word.", [("{{ item }} does", "{{ item }}s does")]),
        ("a word that another word of its vocabulary goes on from", "Put other text behind the slot. Here *pot* and *pot lids* are both words of the vocabulary.", [("item:  collectables", "item: pots"), ("{{ count }} {{ item }}. How many", "{{ count }} {{ item }} lids {{ times }}. How many")]),
        ("a slot that no question shows", "Show it, or show a slot that is computed from it.", [("has {{ times }} times as many", "has more")]),
        ("the question of another pattern", "Reword one of them.", {"comparison/more_again.jinja": ""}),
        ("two wordings that can come out alike", "Reword one of them.", [("than {{ fewer }}?\n", "than {{ fewer }}?\n---\n{{ more }} has {{ times }} times as many {{ item }} as {{ fewer }}. {{ fewer }} has {{ count }} {{ item }}. How many more {{ item }} does {{ more }} have than {{ fewer }}?\n")]),
    ],
    "The trace": [
        ("a step that is no step of the language", "See [the trace language](trace-language.md).", [("op: init, var: factor", "op: set, var: factor")]),
        ("steps of another shape than the expert's", "Reorder the steps, or choose another expert.", [("  - {op: compute, compute_op: sub, args: [step1, $fewer.$item], var: result}\n", ""), ("var: step1}", "var: result}")]),
        ("a composition with an unknown expert", "Use one of the five experts.", {"composition/x.jinja": _VALUE.replace("  - {op: init, var: x, value: $a}\n  - {op: init, var: y, value: $b}\n  - {op: compute, compute_op: mul, args: [x, y], var: z}\n  - {op: query, var: z}", "  - {expert: rates, trace: [{op: query, var: x}]}\n  - {expert: arithmetic, trace: [{op: query, var: x}]}")}),
        ("another scaffold than the other patterns of a fixed-shape expert", "Use the same variable names.", [("var: factor", "var: ratio"), ("$item, factor]", "$item, ratio]")]),
        ("`var: my_$item`", "Write `my.$item`.", [("var: factor", "var: my_$item"), ("$item, factor]", "$item, my_$item]")]),
        ("a name that can become too long", "Use fewer slots in the name.", [("$fewer.$item", "$fewer.$item.$item.$item.$item.$item.$item")]),
        ("two names that can become the same", "Rename one.", [("var: factor", "var: badges"), ("$item, factor]", "$item, badges]"), ("$fewer.$item", "$item")]),
        ("`value: count`", "Write `$` before the name of a slot.", [("value: $count", "value: count")]),
        ("`value: $item`", "Give it a number slot.", [("value: $times", "value: $item")]),
        ("a slot that the question does not show", "Show the slot, or compute it with a step.", [("count: 5..25", "count: 5..25\n  twice: = count * 2"), ("value: $count", "value: $twice")]),
        ("a slot beside letters, so that its number is not read", "Put a space in front of it, or write it in another form.", [("{{ times }}", "x{{ times }}")]),
        ("a number that stands nowhere in the question", "Write it in the question, or name what it stands for: *a week* allows 7. See [named constants](#named-constants).", [("value: $times", "value: 7")]),
    ],
    "The answer": [
        ("an answer that computes with a word", "Compute with number slots.", [("answer: count * times - count", "answer: count * item")]),
        ("an answer with a slot that does not exist", "Correct the name.", [("answer: count * times - count", "answer: count * time - count")]),
        ("the same answer in every row", "Use slots in the trace.", {"arithmetic/x.jinja": _VALUE.replace("value: $a", "value: 4").replace("value: $b", "value: 4").replace("answer: a * b", "answer: 16").replace("times {{ b }}.", "times {{ b }} for a square.")}),
        ("a closed form that is not the trace's", "Correct one of them. The message shows a question for which they differ.", [("answer: count * times - count", "answer: count * times")]),
        ("an answer of 0 or less", "Change the range, or draw the remainder and compute the total: `had: = left + spent`.", [("times: 2..5", "times: 1..5")]),
        ("an answer without an end, such as 1/3", "Draw the quotient and multiply: `total: = share * people`.", {"arithmetic/x.jinja": _VALUE.replace("compute_op: mul", "compute_op: div").replace("a * b", "a / b")}),
        ("a division by 0", "Exclude 0 from the range.", {"arithmetic/x.jinja": _VALUE.replace("  b: 1..1000", "  b: 0..999").replace("compute_op: mul", "compute_op: div").replace("a * b", "a / b")}),
        ("a number that grows beyond 40 digits", "Use smaller ranges.", {"arithmetic/x.jinja": _VALUE.replace("answer: a * b", f"answer: a * b{' * 1000000000' * 5}")}),
    ],
    "Files that extend a pattern": [
        ("a pattern that does not exist", "Correct the id.", {_MORE: "---\nextends: comparison/time_more\n---\nHow many?\n"}),
        ("`extends:` without a pattern", "Write its id.", {_MORE: "---\nextends:\n---\nHow many?\n"}),
        ("`extends` without a wording", "Add a wording.", {_MORE: "---\nextends: comparison/times_more\n"}),
        ("slots, a trace or an answer beside `extends`", "Leave them out: the pattern has them.", {_MORE: "---\nextends: comparison/times_more\nanswer: count\n---\nHow many?\n"}),
        ("the text of another wording", "Leave one out.", {_MORE: "---\nextends: comparison/times_more\n---\n" + shipped()[GOOD].splitlines()[15] + "\n"}),
    ],
    "The folder": [
        ("a folder that does not exist", "Check the path.", {"": "missing"}),
        ("a folder without a pattern", "Add a pattern in an expert's folder.", {"": "empty"}),
        ("a pattern beside the experts' folders", "Move it into an expert's folder.", {"": "beside"}),
        ("a link to a file elsewhere", "Copy the file: patterns are stored in the recipe and published.", {"": "link"}),
        ("a file of more than 16 KiB", "Shorten it; a vocabulary file may have 128 KiB.", {"": "long"}),
        ("a file that is no UTF-8", "Save it as UTF-8.", {"": "bytes"}),
        ("the name of a shipped pattern", "Choose another name.", {"": "clash"}),
        ("a wording that is a near copy of another", "Tell it in another order, and in other words.", {"": "copy"}),
        ("a bare name that two patterns have", "Write `EXPERT/NAME`.", {"": "twice"}),
        ("a name that no pattern has", "Correct the name.", {"": "none"}),
    ],
}  # fmt: skip
"""By part of a file: a mistake, its fix, and the files, or the changes of the shipped pattern, that make it."""

_POT = "tiny: [Ann]\npots: [pot, pot lids, cup, mug, pan, jar]\ncups: [cup, mug]\n"


def message(case: Mapping[str, str] | list[Change]) -> str:
    """Return what wirework says about files that it refuses."""
    try:
        if isinstance(case, dict) and "" in case:
            _folder(case[""])
        else:
            _read(case)
    except (ValueError, ArithmeticError) as error:
        return " ".join(str(error).split())
    raise AssertionError(f"not refused: {str(case)[:200]}")


def first_wording(source: str) -> str:
    """Return the text of a pattern file up to the end of its first wording."""
    marks = list(re.finditer(r"^---.*\n", source, re.MULTILINE))
    return source[: marks[2].start()] if len(marks) > 2 else source


def _read(case: Mapping[str, str] | list[Change]) -> None:
    vocabulary = shipped()["vocabulary.yaml"]
    texts = {"vocabulary.yaml": vocabulary, "own vocabulary.yaml": _POT, GOOD: first_wording(shipped()[GOOD])}
    if isinstance(case, dict):
        texts |= {path: text or texts[GOOD] for path, text in case.items()}
    else:
        for old, new in case:
            assert old in texts[GOOD], old
            texts[GOOD] = texts[GOOD].replace(old, new)
        texts = {OTHER: first_wording(shipped()[OTHER]), **texts}  # the later of two files that clash is named
    read_library(texts)


def _folder(case: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "mine"
        path = folder / "comparison" / "mine.jinja"
        path.parent.mkdir(parents=True)
        if case == "beside":
            (folder / "mine.jinja").write_text("")
        if case == "link":
            path.symlink_to(Path(__file__))
        if case in ("long", "bytes"):
            path.write_bytes(b"a" * 20_000 if case == "long" else b"\xff")
        if case == "vocabulary":
            path.write_text(shipped()[GOOD].replace("collectables", "towns"))
            (folder / "vocabulary.yaml").write_text("towns: [A4]\n")
            raise InputError(examine(folder).faults[-1].partition("mine/")[2])
        if case in ("clash", "twice"):
            name = "comparison/times_more.jinja" if case == "clash" else "arithmetic/times_more.jinja"
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(_VALUE)
        if case == "copy":
            front = first_wording(shipped()[GOOD]).rpartition("---\n")[0]
            told = "{{ fewer }} owns {{ count }} {{ item }}, and {{ more }} {{ times }} times that. How far is {{ more }} ahead?"
            path.write_text(f"{front}---\n{told}\n---\nToday {told}\n")
        try:
            if case in ("clash", "twice", "none", "copy"):
                found = library(None if case == "none" else folder)
                found["times_mor" if case == "none" else "times_more"]
            else:
                folder_texts(folder / "absent" if case == "missing" else folder)
        except InputError as error:
            raise InputError(str(error).replace(f"{folder.parent}/", "")) from None


QUESTION = "Ann has 6 boxes of 7 eggs. How many eggs does she have?"
"""The question that the traces answer."""

TRACES: list[tuple[str, str]] = [
    ("no trace at all", "the answer is 42"),
    ("text that YAML cannot read", "expert: arithmetic\ntrace: [{"),
    ("no expert named", "trace:\n- {op: query, var: x}"),
    ("brackets inside brackets inside brackets ...", "expert: arithmetic\ntrace: [[[[[[[[[[[["),
    ("a text that is too long", "expert: arithmetic\ntrace:\n" + "- {op: query, var: x}\n" * 2_000),
    ("a completion that is too long to search", "x" * 300_000),
    ("`trace` is no list", "expert: arithmetic\ntrace: 42"),
    ("a composition of one part", "- expert: arithmetic\n  trace:\n  - {op: query, var: x}"),
    ("an expert that does not exist", "expert: algebra\ntrace:\n- {op: query, var: x}"),
    ("more than 8 sub-traces", "".join("- expert: arithmetic\n  trace:\n  - {op: query, var: x}\n" for _ in range(9))),
    ("no steps", "expert: arithmetic\ntrace: []"),
    ("more than 64 steps", "expert: arithmetic\ntrace:\n" + "".join(f"- {{op: init, var: x{k}, value: 1}}\n" for k in range(65))),
    ("a step that is no mapping", "- 5"),
    ("an op that does not exist", "- {op: add, args: [a, b], var: x}"),
    ("a field that the op does not have", "- {op: init, var: x, value: 1, unit: cm}"),
    ("a field left out", "- {op: compute, compute_op: add, var: x}"),
    ("a field given twice, an anchor, an alias or a tag", "- {op: init, var: x, value: 1, value: 2}"),
    ("an operation that does not exist", "- {op: compute, compute_op: pow, args: [a, b], var: x}"),
    ("a name that is no name", "- {op: init, var: 2x, value: 1}"),
    ("a number in another notation", "- {op: init, var: x, value: '1e3'}"),
    ("one argument, or three", "- {op: compute, compute_op: add, args: [a], var: x}"),
    ("a formula for an argument", "- {op: compute, compute_op: add, args: [a, b + c], var: x}"),
    ("an `init` with both a value and a source, or neither", "- {op: init, var: x}\n- {op: query, var: x}"),
    ("a source that is none", "- {op: init, var: x, source: result}"),
    ("a word of another expert", "- {op: init, var: x, value: 2}\n- {op: consume, entity: x, amount: 1}\n- {op: query, var: x}"),
    ("a name that was never set", "- {op: init, var: a, value: 1}\n- {op: compute, compute_op: add, args: [a, b], var: x}\n- {op: query, var: x}"),
    ("a name that is set twice", "- {op: init, var: a, value: 1}\n- {op: init, var: a, value: 2}\n- {op: query, var: a}"),
    ("dividing by 0", "- {op: init, var: a, value: 1}\n- {op: init, var: b, value: 0}\n- {op: compute, compute_op: div, args: [a, b], var: x}\n- {op: query, var: x}"),
    ("a number beyond 40 digits", "- {op: init, var: a, value: " + "9" * 30 + "}\n- {op: compute, compute_op: mul, args: [a, a], var: x}\n- {op: query, var: x}"),
    ("taking more than there is", "entity_track\n- {op: init, var: a, value: 1}\n- {op: consume, entity: a, amount: 2}\n- {op: query, var: a}"),
    ("*a short circuit:* the query asks for a number of the question", "- {op: init, var: a, value: 42}\n- {op: query, var: a}"),
    ("*a short circuit:* a number that the question does not have", "- {op: init, var: a, value: 6}\n- {op: compute, compute_op: mul, args: [a, 8], var: x}\n- {op: query, var: x}"),
    ("*a short circuit:* arithmetic with two literals", "- {op: compute, compute_op: add, args: [40, 2], var: x}\n- {op: query, var: x}"),
    ("*a short circuit:* a step that copies a number", "- {op: init, var: a, value: 42}\n- {op: compute, compute_op: mul, args: [a, 1], var: x}\n- {op: query, var: x}"),
    ("*a short circuit:* moving nothing", "entity_track\n- {op: init, var: a, value: 42}\n- {op: consume, entity: a, amount: 0}\n- {op: query, var: a}"),
    ("*a short circuit:* a transfer to oneself", "entity_track\n- {op: init, var: a, value: 42}\n- {op: transfer, from_entity: a, to_entity: a, amount: 1}\n- {op: query, var: a}"),
    ("*a short circuit:* no query", "- {op: init, var: a, value: 42}"),
    ("*a short circuit:* two queries", "- {op: init, var: a, value: 42}\n- {op: query, var: a}\n- {op: query, var: a}"),
    ("*a short circuit:* steps after the query", "- {op: init, var: a, value: 42}\n- {op: query, var: a}\n- {op: init, var: b, value: 42}"),
]  # fmt: skip
"""Mistakes, each with a trace that makes it. A trace without an expert is one of arithmetic, or of its first line's expert."""


@cache
def refused(text: str) -> Refusal:
    """Return the refusal of a trace."""
    if text.startswith("- {") or text == "- 5":
        text = f"expert: arithmetic\ntrace:\n{text}"
    elif text.startswith("entity_track\n"):
        text = text.replace("entity_track\n", "expert: entity_track\ntrace:\n", 1)
    try:
        program = read(extract(text))
        solve(program)
        fault = ungrounded(program, QUESTION)
        if fault:
            raise fault
    except Refusal as error:
        return error
    raise AssertionError(f"not refused: {text[:200]}")
