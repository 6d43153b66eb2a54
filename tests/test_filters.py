"""Filters write words, persons and numbers in other forms; they chain, and the forms suit the slots."""

import re

import numpy as np
import pytest

from generators.patterns.filters import FILTERS, PERSON_FILTERS, WORD_FILTERS, Call, Word, changed, check_form
from generators.patterns.library import library, read_library
from generators.patterns.render import Ref, question_plan, reference, refs, render
from generators.patterns.vocabulary import Vocabulary
from generators.text.article import article
from solver.numerals import NUMBER_FILTERS
from solver.refusal import InputError

APPLES, HOURS, ADA, BO, JIN = (
    Word("apples", "apple"),
    Word("hours", "hour"),
    Word("Ada", pronoun="she"),
    Word("Bo", pronoun="he"),
    Word("Jin"),
)

WRITTEN = [
    ("one", APPLES, "apple"),
    ("a", APPLES, "an apple"),
    ("a", HOURS, "an hour"),
    ("a", "18", "an 18"),
    ("a | upper_first", APPLES, "An apple"),
    ("one | upper_first", APPLES, "Apple"),
    ("they", ADA, "she"),
    ("they | upper_first", JIN, "They"),
    ("them", BO, "him"),
    ("their", BO, "his"),
    ("their | upper_first", ADA, "Her"),
    ("theirs", JIN, "theirs"),
    ("has", ADA, "has"),
    ("has", JIN, "have"),
    ("is", BO, "is"),
    ("is | upper_first", JIN, "Are"),
    ("was", ADA, "was"),
    ("was", JIN, "were"),
    ("does", BO, "does"),
    ("does | upper_first", JIN, "Do"),
    ('verb("buys", "buy")', ADA, "buys"),
    ('verb("buys", "buy")', JIN, "buy"),
    ("words | upper_first", "21", "Twenty-one"),
    ("words | a", "18", "an eighteen"),
    ("money | a", "8", "an $8"),
    ("words | times", "3", "three times"),
    ("words | times", "2", "twice"),
    ("times | upper_first", "2", "Twice"),
    ("part | upper_first", "4", "A quarter"),
    ("part", "8", "an eighth"),
    ("fraction | upper_first", "1/8", "An eighth"),
]


@pytest.mark.parametrize(("filters", "slot", "expected"), WRITTEN, ids=str)
def test_filters_chain(filters, slot, expected):
    """A chain of filters is applied from left to right."""
    (ref,) = refs(question_plan(f"{{{{ x | {filters} }}}}"))

    assert changed(slot, ref.form) == expected


@pytest.mark.parametrize(
    ("articled", "text"),
    [
        ("an", word)
        for word in (
            *("apple", "hour", "hourglass", "honest answer", "heir", "heirloom", "honour", "umbrella", "unimportant"),
            *("usher", "utter", "urn", "onion", "éclair", "LED lamp", "X-ray", "MP3 player", "e-book", "FM radio"),
            *("8", "8.5", "80", "800", "8,000", "11", "18", "18 %", "11,500", "18000", "$8", "$11.50", "11000000"),
            *("eight", "eleven", "eighteen", "old hat"),
            *("M&M", "M.A. degree", "Yvonne", "unironed shirt", "urge", "usher", "\u0153uvre"),
        )
    ]
    + [
        ("a", word)
        for word in (
            *("pear", "house", "ukulele", "European", "euphonium", "ewe", "union", "uniform", "unicycle", "user"),
            *("one", "one-way ticket", "once-over", "Ukrainian", "utensil", "Uruguayan", "USB stick", "U-bend"),
            *("T-shirt", "yo-yo", "TV", "honeydew melon", "hotel", "DVD", "used car"),
            *(
                "Ugandan",
                "Utah lake",
                "unanimous vote",
                "onesie",
                "U.S. flag",
                "LEGO set",
                "NASA cap",
                "Honolulu hotel",
            ),
            *("1", "10", "100", "110", "1,100", "1800", "118", "$7", "0.8", "7", "one hundred"),
        )
    ],
)
def test_an_article_follows_the_sound(articled, text):
    """`an` stands before a vowel that is heard, `a` before all else."""
    assert article(text) == articled


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{{ x | upper_first | a }}", "filter a cannot stand after upper_first"),
        ("{{ x | one | of(n) }}", "filter of cannot stand after one"),
        ("{{ x | they }}", "filter they is for persons, and x is a word; its vocabulary gives no pronouns"),
        ("{{ x | money }}", "filter money is for numbers, and x is a word"),
    ],
)
def test_a_chain_that_makes_no_sense_is_refused(body, told):
    """Each filter has its kind of slot, and its place in a chain."""
    (ref,) = refs(question_plan(body))

    with pytest.raises(InputError, match=told):
        check_form(ref.form, "word", "x")


@pytest.mark.parametrize(
    "body",
    [
        "{{ x | of }}",
        "{{ x | of(1) }}",
        "{{ x | of(n, m) }}",
        "{{ x | of(n | words) }}",
        "{{ x | verb('pays') }}",
        "{{ x | verb('pays', n) }}",
        "{{ x | verb('pays', '{{') }}",
        "{{ x | verb('pays', '7') }}",
        "{{ x | verb(*n) }}",
        "{{ x | one(2) }}",
        "{{ x | words(n=1) }}",
    ],
)
def test_arguments_are_a_count_or_two_verbs(body):
    """Only `of` and `verb` have arguments, and only those that they need."""
    with pytest.raises(InputError, match="has other arguments"):
        question_plan(body)


def test_every_kind_of_slot_has_its_filters():
    """Every filter may stand first for some kind of slot, and no two kinds of filters share a name."""
    for name in FILTERS:
        kind = "number" if name in NUMBER_FILTERS else "person" if name in PERSON_FILTERS else "word"
        check_form((Call(name),), kind, "x")

    assert len(FILTERS) == len(NUMBER_FILTERS) + len(PERSON_FILTERS) + len(WORD_FILTERS)


WORDING = "{{ more }} has {{ times }} times as many {{ item }} as {{ fewer }}, who has {{ count }}. How many more?"


@pytest.fixture
def worded(texts):
    """Return the function that reads times_more of the tiny library with one more wording."""

    def read(wording, **files):
        vocabulary = texts["vocabulary.yaml"] + "pronouns: {person: {she: [Balo, Balu], he: [Bamo, Bamu]}}\n"
        source = texts["comparison/times_more.jinja"].replace("count: 5..25", "count: 1..25")
        return read_library(
            texts | {"vocabulary.yaml": vocabulary, "comparison/times_more.jinja": f"{source}---\n{wording}\n"} | files
        )["times_more"]

    return read


PRONOUNS = {
    "no name yet": ("{{ more | they | upper_first }} knows: " + WORDING, "no person is named before it"),
    "another person": (WORDING + " {{ more | they | upper_first }} asks.", "the person named last is fewer"),
    "a verb behind a name": (
        WORDING + " {{ fewer }} {{ fewer | has }} one.",
        "pronoun of fewer, and none is its subject",
    ),
    "a verb of another person": (
        WORDING + " {{ fewer | they | upper_first }} {{ more | has }} one.",
        "pronoun of more, and none is its subject",
    ),
    "a verb that only she has": (WORDING + " {{ fewer | they | upper_first }} counts.", "'counts' beside a pronoun"),
    "a verb that only they have": (WORDING + " {{ fewer | they | upper_first }} have none.", "'have' beside a pronoun"),
    "a verb behind an auxiliary": (WORDING + " Will {{ fewer | they }} has none?", "'has' beside a pronoun"),
    "a contraction": (WORDING + " {{ fewer | they | upper_first }}'s here.", '"\'s" beside a pronoun'),
    "a verb before a pronoun": (WORDING + " Does {{ fewer | they }} know?", "'Does' beside a pronoun"),
    "an adverb before the verb": (WORDING + " {{ fewer | they | upper_first }} never asks.", "'never asks' beside"),
    "any adverb before the verb": (WORDING + " {{ fewer | they | upper_first }} slowly asks.", "'slowly asks' beside"),
    "a verb behind and": (
        WORDING + " {{ fewer | they | upper_first }} had {{ count }} and always gives {{ times }} away.",
        "'gives' goes on from a pronoun",
    ),
    "a verb behind a comma and then": (
        WORDING + " {{ fewer | they | upper_first }} bought some, then has none.",
        "'has' goes on from a pronoun",
    ),
    "a possessive": (WORDING + " All of {{ more | their }} friends?", "the person named last is fewer"),
    "a possessive without a noun": (WORDING + " Is it {{ fewer | their }}?", "filter their stands before a noun"),
    "a possessive that stands alone before a noun": (
        WORDING + " Are {{ fewer | theirs }} {{ item }} here?",
        "filter theirs stands alone",
    ),
    "she in the text": (WORDING + " She asks.", "'She' in the text is not the pronoun of every more"),
    "his in the text": ("It is his. " + WORDING, "'his' in the text is not the pronoun of every more"),
}


@pytest.mark.parametrize("case", PRONOUNS)
def test_a_pronoun_stands_for_the_person_named_last(worded, case):
    """A pronoun of somebody else, or a verb that does not agree, is refused with line and wording."""
    wording, told = PRONOUNS[case]

    with pytest.raises(InputError, match=rf"times_more\.jinja: line 18, wording 2: .*{told}"):
        worded(wording)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("as {{ fewer }}", "as a {{ count }} % owner", "'a' before count can have to be 'an'; write {{ count | a }}"),
        ("as {{ fewer }}", "as an {{ item | one }} fan", "'an' before item can have to be 'a'; write {{ item | a }}"),
        ("as {{ fewer }}", "as A {{ count | words }}", "write {{ count | words | a | upper_first }}"),
        ("as {{ fewer }}", "as a ${{ count }} seat", "write {{ count | money | a }}"),
        ("as {{ fewer }}", "as a \u201c{{ item }}\u201d", "'a' before item can have to be 'an'"),
        ("as {{ fewer }}", "as the {{ item | a }}", "'the' before item meets an article; leave one of them out"),
        ("as {{ fewer }}", "as another {{ count | a }} cm", "'another' before count meets an article"),
        ("{{ times }}", "a {{ times | part }} of {{ times }}", "'a' before times meets an article"),
        ("as {{ fewer }}", "as a {{ times | words }}", None),
        ("as {{ fewer }}", "that {{ item | a }} brings", None),
    ],
)
def test_an_article_before_a_slot_is_right_for_all_its_texts(worded, old, new, told):
    """A plain `a` or `an` that is wrong for some value is refused; the filter chooses it row by row."""
    wording = f"{{{{ fewer }}}} counts {{{{ item }}}} and {{{{ count }}}}. {WORDING.replace(old, new)}"
    if told is None:
        assert worded(wording)
        return

    with pytest.raises(InputError, match=re.escape(told)):
        worded(wording)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("the {{ count }}th", "'th' behind count is wrong for 1; leave this value out"),
        ("the {{ times }}nd", "'nd' behind times is wrong for"),
        ("the {{ n }}th", None),
        ("${{ count | money }}", "filter money writes the unit of count itself"),
        ("{{ count | money }} dollars", "filter money writes the unit of count itself"),
        ("{{ count | cents }} cents", "filter cents writes the unit of count itself"),
        ("{{ count | money }} or {{ count }} dollars", None),
    ],
)
def test_endings_and_units_are_right_for_all_values(worded, shown, told):
    """An ordinal like 1th, and an amount like $$5, are refused."""
    wording = f"slots: {{n: 14..20}}\n{WORDING} {'' if '{{ n }}' in shown else 'On day {{ n }}:'} {shown}?"
    if told is None:
        assert worded(wording)
        return

    with pytest.raises(InputError, match=re.escape(told)):
        worded(wording)


def test_other_languages_have_another_grammar(texts):
    """In a preset of another language, `a` is no article, and `her` no pronoun."""
    name = "comparison/times_more.jinja"
    added = f"---\n{WORDING} Gel, her a {{{{ item }}}}.\n"
    grown = texts | {name: texts[name] + added.replace("How many", "Kac")}

    assert read_library(grown, language="tr")["times_more"]
    with pytest.raises(InputError, match="'a' before item"):
        read_library(grown)


def test_computed_slots_have_the_forms_of_all_their_values(texts):
    """Every value of a computed slot is tried: all dozens and cents are taken, and a part of one is refused."""
    source = texts["comparison/times_more.jinja"].replace("count: 5..25", "n: 1..9\n  x: 1..9\n  count: = n FACTOR")
    source = source.replace("who has {{ count }}", "who has {{ count | FORM }} and {{ x }}")

    def read(factor, form):
        changed = source.replace("FACTOR", factor).replace("FORM", form).replace("{{ times }} times", "{{ times }}x")
        return read_library(texts | {"comparison/times_more.jinja": changed})["times_more"]

    assert read("* 12", "dozens").values("count").to_pylist() == [str(12 * n) for n in range(1, 10)]
    assert "75 cents" in read("/ 4", "cents").texts(Ref("count", (Call("cents"),))).to_pylist()
    with pytest.raises(InputError, match="count: part writes one of 2 to 10 equal parts, not one of 1;"):
        read("* 1", "part")


@pytest.mark.parametrize(
    "text",
    [
        "Will {{ fewer | they }} have any?",
        "What did {{ fewer | they }} do?",
        "{{ fewer | does | upper_first }} {{ fewer | they }} have one?",
        "{{ fewer | they | upper_first }} sometimes bought this, and now {{ fewer | they }} can pass them on.",
        "{{ fewer | they | upper_first }}, the friend says, are six.",
        "{{ fewer | they | upper_first }} sold pots and pans, as {{ more }} and the shop buys a pot.",
        "{{ fewer | they | upper_first }} met {{ more }}, who knits and sells the hats.",
        "{{ fewer | they | upper_first }} lost {{ fewer | theirs }}, said {{ fewer | their }} mother when she came.",
    ],
)
def test_a_verb_that_fits_every_pronoun_is_plain_text(worded, text):
    """Infinitives behind an auxiliary, pasts and modal verbs are the same for she and they."""
    assert worded(f"{WORDING} {text}")


def test_pronouns_agree_with_every_person(worded):
    """Columns write what plain Jinja2 writes, for she, he and they, and for counts of 1 and more."""
    pattern = worded(
        "{{ fewer }} asks: {{ fewer | is | upper_first }} {{ fewer | they }} here? With {{ count }} {{ item | of(count) }}; "
        "{{ fewer | they }} {{ fewer | has }} friends. {{ more }} gets {{ times | words | times }} as many. "
        '{{ more | they | upper_first }} {{ more | verb("counts", "count") }} {{ more | their }} {{ item | one }}?'
    )
    draw = pattern.draw(np.arange(3_000))

    questions = render(pattern.questions[1], draw).to_pylist()
    assert questions == reference(pattern.bodies[1], draw)
    for text in ("She counts her", "He counts his", "They count their", " 1 aib;", " 2 aibs;", " gets twice as "):
        assert any(text in question for question in questions), text


HIDDEN = {
    "a person as a pronoun alone": ("{{ fewer }} has {{ count }} {{ item }}. {{ times }}?", "more"),
    "a count of a word without its number": (
        "{{ more }} has {{ times }} times as many {{ item | of(count) }} as {{ fewer }}. How many more?",
        "item",
    ),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_a_form_that_is_not_one_to_one_shows_no_slot(worded, case):
    """A slot in a form that writes two values alike is hidden."""
    wording, hidden = HIDDEN[case]

    with pytest.raises(InputError, match=f"does not show {hidden}"):
        worded(wording)


def test_a_filter_that_merges_two_words_is_noticed():
    """A form is one-to-one if all words of the vocabulary differ in it, for a count of 1 and for others."""
    cloth = Vocabulary("cloth", [Word("polish", "polish"), Word("Polish", "Polish"), Word("reds", "polishes")])

    assert cloth.distinct(())
    assert cloth.distinct((Call("one"),))
    assert not cloth.distinct((Call("upper_first"),))
    assert cloth.distinct((Call("of", ("n",)),))
    assert not cloth.distinct((Call("of", ("n",)), Call("upper_first")))
    assert not cloth.distinct((Call("they"),))


def test_texts_of_forms_are_told_apart(worded):
    """A wording whose literals are what a form of another can write is refused."""
    pronoun = (
        "{{ fewer }} has {{ count }} {{ item }}. {{ more }} is here; WHO got {{ times }} times more. How many more?"
    )
    worded(pronoun.replace("WHO", "{{ more | they }}"))

    with pytest.raises(InputError, match="line 20, wording 3: its question can be that of line 18, wording 2"):
        worded(pronoun.replace("WHO", "{{ more | they }}") + "\n---\n" + pronoun.replace("WHO", "they"))


def test_every_name_has_its_pronouns():
    """The shipped names that women and men bear get they; all pronouns occur."""
    person = next(
        slot.vocabulary for slot in library()["times_more"].slots.values() if slot.vocabulary.name == "person"
    )
    pronouns = {str(word): word.pronoun for word in person.words}

    assert {pronouns[name] for name in ("Andrea", "Noor", "Jin", "Yuki", "Femi", "Akira", "Mei", "Theo")} == {"they"}
    assert (pronouns["Abena"], pronouns["Ahmed"]) == ("she", "he")
