"""The vocabulary of sums of money: what a verb or noun beside a sum makes of it, and the name of a price."""

from generators.imports.question.clauses import Subject
from generators.text.lexicon import stem_set, word_set
from generators.text.words import Word, safe_slug, singular
from solver.stems import stem

MEANING = {
    stem(word): meaning
    for meaning, words in {
        "price": "cost sell resell buy buying charg price",
        "pay": "earn work wage",
        "payment": "pay paid paying repay",
        "spending": "spend",
        "savings": "save saved saving",
        "tax": "tax taxed",
        "loan": "borrow",
        "debt": "ow owe owed",
        "donation": "donat",
        "gift": "give",
        "tip": "tip",
        "rent": "rent",
        "fee": "fee",
        "budget": "budget",
        "bill": "bill",
        "discount": "discount",
        "salary": "salari salary",
        "allowance": "allowanc",
        "deposit": "deposit",
        "funds": "rais",
        "prize": "win",
        "fine": "fin",
        "interest": "interest",
        "refund": "refund",
        "coupon": "coupon",
        "profit": "profit",
        "worth": "worth",
        "income": "income",
        "withdrawal": "withdraw withdrew",
        "bonus": "bonus",
        "commission": "commission",
        "paycheck": "paycheck",
        "investment": "invest",
    }.items()
    for word in words.split()
}
"""The name of a sum of money, by the stem of a verb or noun beside it."""


def says_nothing(word: Word) -> bool:
    """Return whether a noun leaves open which thing is counted."""
    return word.text in word_set("vague") or word.text in word_set("currencies") or stem(word.text) in MEANING


def can_be_priced(word: Word) -> bool:
    """Return whether a word can be the thing that a sum is the price of."""
    known = stem(word.text) in MEANING or stem(word.text) in stem_set("units_of_time")
    return word.noun and not known and word.text not in word_set("currencies")


def price_of(noun: str) -> str:
    """Return the name of the price of a thing; a noun that is a sum itself, such as a tip, keeps its name."""
    if noun in word_set("sums"):
        return safe_slug(noun)
    thing = safe_slug(singular(noun))
    return thing if thing in word_set("sums") else f"{thing}_price"


def sum_equal_to(subject: Subject) -> str:
    """Return the name of the sum that a subject is equal to, or an empty text: 'rent' in 'his rent is $500'."""
    noun, meaning = subject.head, MEANING.get(stem(subject.head.text), "")
    if noun.text in word_set("vague") or not (noun.noun or noun.kind == "name"):
        return ""
    total = "total_" if any(word.text in ("total", "combined") for word in subject.modifiers) else ""
    if meaning == "price":
        thing = _priced_thing(subject)
        return f"{total}{price_of(thing)}" if thing and not thing.startswith("total") else f"{total}price"
    return f"{total}{meaning or price_of(noun.text)}"


def _priced_thing(subject: Subject) -> str:
    """Return the thing in 'the cost of the thing' or 'the thing's cost', or an empty text."""
    if subject.of:
        return safe_slug(subject.of.text)
    return next((word.text for word in reversed(subject.modifiers) if can_be_priced(word)), "")
