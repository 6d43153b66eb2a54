"""What a sum of money is called: a price of something, a wage, a gift, a debt, by the words around it."""

import re

from .lexicon import stem, word_set
from .word import Word, singular, slug

_MEANING = {
    "cost": "price", "sell": "price", "buy": "price", "charg": "price", "price": "price", "earn": "pay",
    "mak": "pay", "work": "pay", "pay": "payment", "paid": "payment", "repay": "payment", "wag": "pay",
    "spend": "spending", "sav": "savings", "borrow": "loan", "ow": "debt", "owe": "debt", "owed": "debt", "donat": "donation", "giv": "gift",
    "receiv": "gift", "tip": "tip", "rent": "rent", "tax": "tax", "fee": "fee", "budget": "budget", "bill": "bill",
    "discount": "discount", "salari": "salary", "salary": "salary", "allowanc": "allowance", "deposit": "deposit",
    "rais": "funds", "win": "prize", "fin": "fine", "interest": "interest", "refund": "refund", "coupon": "coupon",
    "profit": "profit", "worth": "worth",
}  # fmt: skip
MEANING = {stem(word): meaning for word, meaning in _MEANING.items()}
"""What a sum is, by the stem of a word beside it."""

_AT = re.compile(r"(?P<thing>[a-z]+)\s+(?:was\s+|is\s+|are\s+)?(?:for|at)\s+(?:only\s+|just\s+|about\s+)?$")
_CLAUSES = (", ", "; ", " and ", " but ", " if ", " while ", " then ")
_TOTAL = re.compile(r"\b(?:total|sum)(?: (?:of|was|is|cost|price))*\s+$")
_OVER_TIME = {"price": "cost", "gift": "pay"}
_FOR = re.compile(r"^\s*(?:for|on|worth of)\b")


def price(head: list[Word], tail: list[Word], ahead: str, behind: str, *, counted: str, per: str, each: bool) -> str:  # noqa: PLR0911 - one return for each kind of sum
    """Return the noun of a sum of money.

    `head` and `tail` are the words of its sentence in front of it and behind it, `ahead` and `behind` the texts,
    `counted` the noun that follows at once, as in `$5 tickets`.
    """
    if counted and counted not in word_set("currencies"):
        thing = slug(singular(counted))
        return thing if thing in word_set("sums") else f"{thing}_price"
    at = _AT.search(ahead)
    if at and any(_thing(word) and word.text == at["thing"] for word in head[-3:]):
        return f"{slug(singular(at['thing']))}_price"
    near = ahead[max(map(ahead.rfind, _CLAUSES)) :] if any(cut in ahead for cut in _CLAUSES) else ahead
    said = head[-len(near.split()) :] if len(near.split()) > 2 else head
    meaning = next(
        (MEANING[stem(word.text)] for word in [*reversed(said), *tail[:4]] if stem(word.text) in MEANING), ""
    )
    if _TOTAL.search(ahead):
        return "total_price" if meaning == "price" else "total_money"
    if per and stem(per) in word_set("units_of_time"):
        return f"{_OVER_TIME.get(meaning, meaning or 'money')}_per_{slug(per)}"
    if meaning == "price" or (meaning == "payment" and _FOR.match(behind)) or (each and not meaning):
        before = [word.text for word in head if _thing(word)]
        after = [word.text for word in tail[:6] if _thing(word)]
        thing = after[0] if after and _FOR.match(behind) else before[-1] if before else ""
        if thing and thing not in word_set("vague"):
            return f"{slug(singular(thing))}_price"
    if each:
        return f"{meaning or 'price'}_each"
    return f"{meaning or 'money'}_per_{slug(per)}" if per else meaning or "money"


def _thing(word: Word) -> bool:
    """Return whether a word can be what has a price."""
    known = stem(word.text) in MEANING or stem(word.text) in word_set("units_of_time")
    return word.noun and not known and word.text not in word_set("currencies")
