"""Any source becomes rows by its columns and format; the examples have the published forms and are our own."""

import gzip
import json
import re
from fractions import Fraction

import pytest
from folders import rows_of

from generators.__main__ import main
from generators.files.entries import read_entries
from generators.finished.audit import audit
from generators.imports.importer import import_problems
from generators.imports.solution.problem import Dropped
from generators.imports.sources.answers import NoAnswer, read_answer
from generators.imports.sources.questions import detokenised
from generators.imports.sources.reading import read_problem
from generators.imports.sources.registry import sources
from generators.imports.sources.request import Request
from solver.refusal import InputError

PYTHON = '''def simple_math_problem() -> int:
    """
    Pia has 6 bags with 14 nuts each. She eats 9 nuts. How many nuts are left?
    """
    bags = 6
    nuts_per_bag = 14
    eaten = 9
    result = bags * nuts_per_bag - eaten
    return result
'''
NUTS = "Pia has 6 bags with 14 nuts each. She eats 9 nuts. How many nuts are left?"
TWINS = "Pia has 6 bags with 14 nuts each. She eats 6 nuts. How many nuts are left?"
TOKENISED = "Pia has 6 bags with 14 nuts each . She eats 9 nuts . How many nuts are left ?"
STEPS = ["<<6*14=84>>", "<<84-9=75>>"]
PUBLISHED = {
    "gsm8k": {"question": NUTS, "answer": "She has 6*14=<<6*14=84>>84 nuts. 84-9=<<84-9=75>>75 are left.\n#### 75"},
    "svamp": {"Body": NUTS[:50], "Question": NUTS[50:], "Equation": "( ( 6.0 * 14.0 ) - 9.0 )", "Answer": 75.0},
    "asdiv": {"Body": NUTS[:50], "Question": NUTS[50:], "Formula": "6*14-9=75", "Answer": "75 (nuts)"},
    "mawps": {"original_text": TOKENISED, "equation": "X=((6.0*14.0)-9.0)", "ans": 75.0},
    "multiarith": {"sQuestion": f" {NUTS} ", "lEquations": ["X=((6.0*14.0)-9.0)"], "lSolutions": [75.0]},
    "addsub": {"sQuestion": TOKENISED, "lEquations": ["X + 9 = 6 * 14"], "lSolutions": ["75"]},
    "singleeq": {"sQuestion": NUTS, "lEquations": ["6*14-x=9"], "lSolutions": [75.0]},
    "mathqa": {"Problem": TOKENISED.lower(), "options": "a ) 57 , b ) 75 , c ) 7.5 , d ) none", "correct": "b",
               "linear_formula": "multiply(n0,n1)|subtract(#0,n2)|", "annotated_formula": "-"},
    "gsm8k-aug": {"question": NUTS, "steps": STEPS, "answer": "75"},
    "gsm8k-synth": {"question": NUTS, "answer": 75.0, "program": ["[N0]", "[N1]", "*", "[N2]", "-"], "solution": "-"},
    "tinygsm": {"question": NUTS, "code": PYTHON},
}  # fmt: skip
"""One problem in the published form of each source."""
EVALUATION = {
    "gsm-plus": {"question": NUTS, "solution": "-", "answer": "75", "perturbation_type": "-"},
    "gsm-symbolic": {"question": NUTS, "answer": "So it is 75.\n#### 75", "original_id": 3},
    "gsm-hard": {"input": NUTS, "code": PYTHON, "target": 75.0},
    "gsm8k-platinum": {"question": NUTS, "answer": "So it is 75.\n#### 75"},
}


def imported(tmp_path, entries, name=None, **options):
    """Import entries and return the rows with their metadata, and what was dropped."""
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    built = import_problems(Request(name, origin=path, **options), tmp_path / "out", grade="C")
    dropped = (tmp_path / "out" / "dropped.jsonl").read_text(encoding="utf-8").splitlines()
    assert audit(built.folder).faults == []
    rows = rows_of(built.folder, "test" if options.get("eval_only") else "train")
    return [row | {"metadata": json.loads(row["metadata"])} for row in rows], [json.loads(line) for line in dropped]


def test_every_shipped_source_has_an_example_here():
    """A source that is added gets an example of its published form."""
    assert [*PUBLISHED, *EVALUATION] == list(sources())


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_shipped_source_becomes_the_same_row(tmp_path, name):
    """Whatever the form of a source, the problem has one question, one answer and the steps of its program."""
    (row,), _ = imported(tmp_path, [PUBLISHED[name]], name)

    assert row["question"].lower() == NUTS.lower()
    assert row["answer"] == "75"
    assert row["difficulty"] == 2
    assert row["metadata"]["grade"] == "A"


@pytest.mark.parametrize("name", EVALUATION)
def test_a_source_for_evaluation_gives_questions_and_answers(tmp_path, name):
    """Sources that test models are never made into training rows."""
    (row,), _ = imported(tmp_path, [EVALUATION[name]], name, eval_only=True)

    assert (row["question"], row["answer"], row["trace"]) == (NUTS, "75", None)
    with pytest.raises(InputError, match=f"{name} is for evaluation; add --eval-only"):
        import_problems(Request(name, origin="some.jsonl"), tmp_path / "again")


def test_a_file_without_a_known_address_is_asked_for(tmp_path):
    """A source that lies at no known place is read from a file."""
    with pytest.raises(InputError, match="asdiv has no known address on the Hub; give its file with --from FILE"):
        import_problems("asdiv", tmp_path / "out")


@pytest.mark.parametrize("name", ["mathqa", "gsm8k-synth", "tinygsm"])
def test_a_program_with_its_wiring_is_annotated(tmp_path, name):
    """The wiring of a slot program, or of numbers that stand once in the question, is as the source wrote it."""
    (row,), _ = imported(tmp_path, [PUBLISHED[name]], name)

    assert row["metadata"]["wiring"]["how"] == "annotated"


def test_a_slot_tells_equal_numbers_apart(tmp_path):
    """Of two sixes the program's own is taken, also where a search would prefer the other."""
    entry = {"question": TWINS, "answer": 78, "program": "subtract(multiply(n2,n1),n0)"}
    (row,), _ = imported(tmp_path, [entry], "gsm8k-synth")
    operands = row["metadata"]["operands"][0]
    names = re.findall(r"op: init, var: ([\w.]+)", row["trace"])

    assert [operands[name]["span"][0] for name in names] == [TWINS.rindex("6"), TWINS.index("14"), TWINS.index("6")]


def test_python_with_equal_numbers_is_searched(tmp_path):
    """A program that names no places does not say which six it means."""
    code = PYTHON.replace("= 9", "= 6")
    (row,), _ = imported(tmp_path, [{"question": TWINS, "code": code}], "tinygsm")

    assert row["metadata"]["wiring"]["how"] in ("unique", "chosen")
    assert row["metadata"]["answer"] == "program"


def test_numbers_are_put_back_into_a_question(tmp_path):
    """`number0` becomes the first number of its column, and the prefix program takes it by its place."""
    entry = {
        "Question": "Pia has $ number0 and spends $ number1 . How much does she have left ?",
        "Numbers": "14.50 6.0",
        "Equation": "- number0 number1",
        "Answer": 8.5,
    }
    (row,), _ = imported(tmp_path, [entry], question="Question", program="Equation", answer="Answer", form="slots")

    assert row["question"] == "Pia has $14.50 and spends $6. How much does she have left?"
    assert [row["id"], row["answer"], row["metadata"]["wiring"]["how"]] == ["own/train/0", "8.5", "annotated"]


LINES = {
    "an option without a number": ("mathqa", {"correct": "d"}, "answer: the option 'none' is not one number"),
    "another option": ("mathqa", {"correct": "a"}, "no_value"),
    "no option": ("mathqa", {"correct": "e"}, "answer: no option 'e'"),
    "a power": ("mathqa", {"linear_formula": "power(n0,n1)|"}, "beyond: power"),
    "a loop": ("tinygsm", {"code": "for k in range(9): x = k"}, "beyond: a loop"),
    "no code": ("tinygsm", {"code": ""}, "no_program: gold answers alone are no program"),
    "a cut fraction": ("singleeq", {"lEquations": ["0.16666666666666666*6=x"]}, "binary_decimal"),
    "two unknowns": ("asdiv", {"Formula": "x+y=84; x-y=9"}, "equation: 2 equations with unknowns"),
    "two answers": ("asdiv", {"Answer": "31; 21"}, "answer: '31; 21' is more than one answer"),
    "a ratio": ("asdiv", {"Answer": "7:4"}, "answer: '7:4' is not a number"),
    "a remainder": ("asdiv", {"Formula": "84/9=9 r3", "Answer": "9 (bags)"}, "beyond: a division with a remainder"),
    "a divisor": ("asdiv", {"Formula": "GCD(14,6)=2", "Answer": "2"}, "beyond: GCD"),
    "another value": ("mawps", {"ans": 74}, "no_value"),
    "a list of answers": ("addsub", {"lSolutions": [1, 2]}, "answer: 2 answers"),
    "no program": ("gsm8k", {"answer": "It is 75.\n#### 75"}, "no_program: gold answers alone are no program"),
    "no text": ("mawps", {"original_text": 7}, "line: no original_text as texts"),
    "a slot too many": ("gsm8k-synth", {"program": "[N0] [N9] +"}, "slots: "),
}
"""Changes to a problem after which it is dropped, and the reason."""


@pytest.mark.parametrize(("name", "change", "reason"), LINES.values(), ids=LINES)
def test_a_problem_that_is_dropped_has_its_reason(tmp_path, name, change, reason):
    """Each reason begins with its kind and says what was found."""
    good = PUBLISHED[name]
    column = sources()[name].columns.question[0]
    bad = good | change
    _, (line,) = imported(tmp_path, [bad, good | {column: f"Listen. {good[column]}"}], name)

    assert line["reason"].startswith(reason)


def test_a_rounded_answer_keeps_the_exact_value(tmp_path):
    """An answer within the decimals that the source writes is the program's exact value, and the row says so."""
    entry = {
        "question": "Bo cuts 20 m of rope into 3 equal parts. How long is each?",
        "f": "20/3=6.67",
        "a": "6.67 (m)",
    }
    rows, dropped = imported(
        tmp_path,
        [entry | {"f": "x=20/3"}, entry | {"question": "Bo cuts 20 m into 3 parts. How long is one?", "a": "7"}],
        question="question", program="f", answer="a", form="equation",
    )  # fmt: skip

    assert [row["answer"] for row in rows] == ["20/3"]
    assert rows[0]["metadata"]["answer"] == "program; the source rounds it to 6.67"
    assert dropped[0]["reason"].startswith("no_value")


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (["9 (apples)"], 9),
        (["#### 1,200"], 1200),
        (["$14.82"], "14.82"),
        (["5/2"], "2.5"),
        ([[7.0]], 7),
        ([["0.9"]], "0.9"),
        ([0.1], "0.1"),
        (["38%"], 38),
        (["12 square feet"], 12),
        (["a ) rs . 38 , b ) 40 %", "b"], 40),
        (["['A) 3', 'B) 1 / 4']", "B"], "0.25"),
        ([["a ) 3", "b ) 5 m"], "b"], 5),
    ],
)
def test_answers_of_many_forms_are_read(found, value):
    """Units, lists, options and marks stand around one exact number."""
    assert read_answer(found).value == Fraction(value)


@pytest.mark.parametrize(
    "found", [["5:45"], ["February 3rd"], [None], [True], [["1", "2"]], [float("nan")], ["4 or 5"]]
)
def test_other_answers_are_refused(found):
    """Times, dates, several numbers and nothing at all are no exact answer."""
    with pytest.raises(NoAnswer):
        read_answer(found)


@pytest.mark.parametrize(
    ("tokenised", "text"),
    [
        ("Joan spent $ 14.82 on a hat , too . How much ?", "Joan spent $14.82 on a hat, too. How much?"),
        ("They did n't eat Ann 's 3 % share , or 2.5 of it .", "They didn't eat Ann's 3% share, or 2.5 of it."),
        ("At the ' dunk a clown ' booth ( in town ) he won .", "At the 'dunk a clown' booth (in town) he won."),
        ("The boys ' room has 4 beds .", "The boys' room has 4 beds."),
        ("Mrs. Hilt paid 1 , 200 and 3 1 / 2 dollars .", "Mrs. Hilt paid 1, 200 and 3 1 / 2 dollars."),
        ("A text as people write it, 3 . 5 apart.", "A text as people write it, 3. 5 apart."),
        ("Nothing  to do: it costs $ 5, isn't it?", "Nothing to do: it costs $ 5, isn't it?"),
    ],
)
def test_tokens_are_put_together(tokenised, text):
    """Stops, amounts, percents, short forms and quotes lose the spaces of a tokeniser; other texts keep theirs."""
    assert detokenised(tokenised) == text


def test_gold_answers_alone_are_refused(tmp_path, capsys):
    """A source of answers is refused with that sentence unless it is for evaluation."""
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"q": NUTS, "a": 75}))
    command = ["import", "--from", str(path), "--question", "q", "--answer", "a", "--format", "none"]

    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    assert "gold answers alone are no program; add --eval-only" in capsys.readouterr().err
    assert main([*command, "--eval-only", "--out", str(tmp_path / "out")]) == 0


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ([], "name a source, or describe one"),
        (["--question", "q", "--format", "xml"], "no format 'xml'"),
        (["--question", "q+", "--format", "none", "--answer", "a"], "has a column without a name"),
        (["--question", "q", "--format", "python"], "give it with --program"),
        (["--question", "q", "--format", "none", "--eval-only"], "give it with --answer"),
        (["--question", "q", "--format", "python", "--program", "p", "--answer", "a+b+c"], "give one column, or two"),
        (["--question", "q", "--format", "python", "--program", "code"], "own needs q, code; there is question"),
        (["gsm9k"], "did you mean gsm8k"),
    ],
)
def test_a_bad_description_is_one_error(tmp_path, capsys, flags, told):
    """A source that is described badly is one line that says what is missing."""
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps({"question": NUTS}))

    assert main(["import", *flags, "--from", str(path), "--out", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert told in err.replace("\n", " ")


XML = """<?xml version='1.0' encoding='utf-8'?>
<Corpus><ProblemSet>
  <Problem ID="a-1" Grade="2"><Body>Pia has 6 bags with 14 nuts each,</Body><Question>how many nuts &amp; shells?</Question>
    <Answer>84 (nuts)</Answer><Formula>6*14=84</Formula></Problem>
  <Problem ID="a-2"><Body>x</Body></Problem>
</ProblemSet></Corpus>"""


def test_xml_is_read(tmp_path):
    """An element whose children are texts is an entry of its attributes and these texts."""
    path = tmp_path / "some.xml"
    path.write_text(XML, encoding="utf-8")
    packed = tmp_path / "some.xml.gz"
    packed.write_bytes(gzip.compress(XML.encode()))

    entries, _ = read_entries(str(path), None, "train")

    assert entries == read_entries(str(packed), None, "train")[0]
    assert [entry["ID"] for entry in entries] == ["a-1", "a-2"]
    assert entries[0]["Question"] == "how many nuts & shells?"
    assert entries[0]["Formula"] == "6*14=84"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a><p><q>&b;</q></p></a>', "declares a document type"),
        ("<a><p><q>1</p></a>", "line 1: cannot be read as XML: mismatched tag"),
        ("<a><p>", "cannot be read as XML: it ends in the middle"),
        ("<a><p><q>1</q></p", "cannot be read as XML: it ends in the middle"),
        ("<a><p><q><![CDATA[1", "cannot be read as XML: it ends in the middle"),
        ("<a/>", "has no entry"),
    ],
)
def test_other_xml_is_one_error(tmp_path, text, told):
    """Entities are never expanded, and broken XML is told with its line."""
    path = tmp_path / "some.xml"
    path.write_text(text)

    with pytest.raises(InputError, match=told):
        read_entries(str(path), None, "train")


def test_lines_of_question_and_solution_are_read(tmp_path):
    """`question||steps #### answer` is the form in which the shortened GSM-8K is passed on."""
    path = tmp_path / "train.txt"
    path.write_text(f"{NUTS}||<<6*14=84>> <<84-9=75>> #### 75\n", encoding="utf-8")

    rows = rows_of(import_problems(Request("gsm8k-aug", origin=path), tmp_path / "out").folder)

    assert [(row["question"], row["answer"], row["difficulty"]) for row in rows] == [(NUTS, "75", 2)]


FIGURES = "9" * 5_000
"""More digits than Python converts."""
TELLER = {"question": "Ann has 12 apples and buys 5 more. How many apples does Ann have?", "answer": 17}


@pytest.mark.parametrize(
    ("form", "entry", "reason"),
    [
        ("equation", {"program": f"12+{FIGURES}"}, "beyond: a number of the program has too many digits"),
        ("annotations", {"program": f"<<12+5={FIGURES}.5>>"}, "beyond: a number of the program has too many digits"),
        ("slots", {"program": f"add(n0,const_{FIGURES})"}, "beyond: a number of the program has too many digits"),
        ("python", {"program": f"result = 12 + {FIGURES}"}, "beyond: a number of the program has too many digits"),
        ("equation", {"program": "12+5", "answer": FIGURES}, "answer: "),
        (
            "equation",
            {"program": "12+5", "question": f"Ann has {'1,' + '999,' * 2_000}999 apples. How many?"},
            "line: a number of the question has too many digits",
        ),
    ],
    ids=["equation", "annotation", "slot", "Python", "answer", "question"],
)
def test_a_number_of_thousands_of_digits_drops_its_row_alone(form, entry, reason):
    """Python refuses to convert it, so it must not be read; the other rows of a file stay."""
    request = Request(question="question", program="program", answer="answer", form=form)

    dropped = read_problem(request.source(), "own/train/0", TELLER | entry)

    assert isinstance(dropped, Dropped)
    assert dropped.reason.startswith(reason)
