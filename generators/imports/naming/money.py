"""What a sum of money is called: a price of something, a wage, a gift, a debt, by the words around it."""

import re

from generators.imports.question.clauses import Subject
from generators.text.lexicon import function_words, stem_set, word_set
from generators.text.words import Word, safe_slug, singular
from solver.stems import stem

_MEANING = {
    "cost": "price", "sell": "price", "resell": "price", "buy": "price", "charg": "price", "price": "price", "earn": "pay",
    "work": "pay", "pay": "payment", "paid": "payment", "repay": "payment", "wage": "pay",
    "spend": "spending", "save": "savings", "saved": "savings", "saving": "savings", "paying": "payment", "buying": "price", "taxed": "tax", "borrow": "loan", "ow": "debt", "owe": "debt", "owed": "debt", "donat": "donation", "give": "gift",
    "tip": "tip", "rent": "rent", "tax": "tax", "fee": "fee", "budget": "budget", "bill": "bill",
    "discount": "discount", "salari": "salary", "salary": "salary", "allowanc": "allowance", "deposit": "deposit",
    "rais": "funds", "win": "prize", "fin": "fine", "interest": "interest", "refund": "refund", "coupon": "coupon",
    "profit": "profit", "worth": "worth", "income": "income", "withdraw": "withdrawal", "withdrew": "withdrawal",
    "bonus": "bonus", "commission": "commission", "paycheck": "paycheck", "invest": "investment",
}  # fmt: skip
MEANING = {stem(word): meaning for word, meaning in _MEANING.items()}
"""What a sum is, by the stem of a word beside it."""

_AT = re.compile(r"(?P<thing>[a-z]+)\s+(?:was\s+|is\s+|are\s+)?(?:for|at)\s+(?:only\s+|just\s+|about\s+)?$")
_MANY = re.compile(r"\d\s+(?:(?!each|and|or\b)[a-z]+\s+){1,3}for (?:only |just )?(?:US)?$")
"""In front of what so many cost together: `200 units for`."""
_GIVEN = re.compile(r"\b(?:give|gave) (?:him|her|me|us|[A-Z][a-z]+) $")
_HAS = re.compile(r"\b(?:has|had|have) (?:only |just |about |another )?$")
_COST_OF = re.compile(
    r"\b(?:cost|price)s? (?:of|for) (?:[a-z]+ ){0,3}?(?P<thing>[a-z]+)(?= (?:is|was|are|were|to|in|at|that)\b)[^,;]*$"
)
_COSTS = re.compile(
    r"(?P<where>\b(?:of|to|in|at|on|for|with|he|she|they|it) (?:the |an? |his |her )?(?:[a-z]+ )?)?"
    r"(?<!['\u2019])\b(?P<thing>[a-z]+) costs? (?:only |just |about )?(?:US)?$"
)
_ONE = re.compile(r"\b(?:one|an?|each) (?:[a-z]+ )?(?P<thing>[a-z]+) $")
_CLAUSES = (", ", "; ", " and ", " but ", " if ", " while ", " then ")
_TOTAL = re.compile(r"\b(?:total|sum)(?:(?: (?!and\b)[a-z']+){0,5} (?:of|is|was|to|are|were|be))?\s+$")
_IN_ALL = re.compile(r"^\s*(?:in total|total|altogether|in all)\b")
_SUM_OF = re.compile(r"\b(?P<thing>[a-z]+) of (?:only |about |just |around |up to |at least )?(?:US)?$")
_TO_MAKE = re.compile(r"^ to (?:make|produce|build|manufacture|bake|print|grow|raise|run|operate|maintain)\b")
_SELLS = re.compile(r"\band (?:sells? for|costs?|is sold for|are sold for) (?:only |just |about )?(?:US)?$")
_WORTH = re.compile(r"^\s*(?:dollars?\s+)?worth of (?:the |his |her |their |[a-z]+ (?=[a-z]+s\b))?(?P<noun>[a-z]+)")
_IN_COINS = re.compile(r"^ (?:worth of |in )(?:loose |spare |small )?(?P<what>coins|change|cash)\b")
_TOGETHER = re.compile(
    r"\b(?:bought|buys?|purchased|gets?|got) (?:[a-z]+ ){0,4}[a-z]+ and (?!sells?\b|then\b|pays?\b)(?:\d+ |an? |some )?(?:[a-z]+ ){1,2}for (?:a total of )?$"
    r"|\b(?:bought|buys?|purchased) \d+ [^.;,$\d]+ and \d+ [^.;,$\d]+ for (?:a total of )?(?:US)?$"
)
"""In front of what two things cost: `a table and 4 chairs for`."""
_OF_BOTH = re.compile(
    r"\b(?:cost|price) (?:of|for) (?:an? |the |one )?(?:[a-z]+ ){1,2}and (?:an? |the |one )?(?:[a-z]+ ){1,2}(?:is|was) (?:only |about )?$"
)
"""The same: `the cost of an orange and a pear is`."""
_GOAL = re.compile(r"\b(?:goal|target) (?:is|was) to \w+ (?:up |at least )?(?:US)?$")
_LIMIT = re.compile(
    r"\b(?:(?P<spend>(?:spend|pay) (?:no )?more than)|(?:is|are|was|were) (?:over|above)|exceed\w*) (?:US)?$"
)
"""In front of a sum that is only a bound."""
_BUYS_WITH = re.compile(r"\b(?:buy|buys|bought|purchase|afford|get)\b[^.;,$]* with (?:only |just |his |her )?(?:US)?$")
_ITEM = re.compile(r"\$[\d.,]*\d (?:for|on|in|into|towards?) (?P<what>[^,;.$\d]{1,50}?)(?=,| and\b)")
"""A sum of a list and what it is for."""
_MADE = re.compile(r"\b(?:ma[dk]es?|making) (?:only |just |about |around |an? (?:extra|additional) )?(?:US)?$")
_OVER_TIME = {"price": "cost", "gift": "pay"}
_SPENT_ON = re.compile(r"^\s*(?:for|on|in)\s+(?:(?:the|his|her|their)\s+)?(?:[a-z]+\s+)?[a-z]+\s*(?:[,.;]|and\b|$)")
_FOR = re.compile(r"^\s*(?:for|on|worth of)\b")


def price(  # noqa: C901, PLR0911, PLR0912 - one return for each kind of sum
    head: list[Word],
    tail: list[Word],
    ahead: str,
    behind: str,
    *,
    counted: str,
    per: str,
    each: bool,
    things: str,
    subject: Subject | None,
    equated: Subject | None,
) -> str:
    """Return the noun of a sum of money.

    `head` and `tail` are the words of its sentence in front of it and behind it, `ahead` and `behind` the texts,
    `counted` the noun that follows at once, as in `$5 tickets`, `things` what is said to cost so much each,
    `subject` who or what the clause speaks of, `equated` the same where the sum is what it is or costs.
    """
    if counted and counted not in word_set("currencies"):
        return _price_of(counted)
    coins = _IN_COINS.match(behind)
    if coins:
        return safe_slug(coins["what"])
    worth = _WORTH.match(behind)
    if worth:
        return f"{safe_slug(worth['noun'])}_worth{f'_per_{safe_slug(per)}' if per else ''}"
    if _TO_MAKE.match(behind):
        return "cost"
    if _GIVEN.search(ahead):
        return "gift"
    if _HAS.search(ahead) and not each and not per:
        return "money"
    if things and things not in word_set("vague"):
        return _price_of(things)
    if plain := _plain_sum(ahead, bare=not (counted or per or each), lot=not (each or per)):
        return plain
    at = None if per and stem(per) in stem_set("units_of_time") else _AT.search(ahead)
    if (
        at
        and at["thing"] not in word_set("vague")
        and not _IN_ALL.match(behind)
        and any(_thing(word) and word.text == at["thing"] for word in head[-3:])
    ):
        total = not (each or per) and at["thing"].endswith("s") and _MANY.search(ahead)
        return f"{safe_slug(at['thing'])}_price" if total else _price_of(at["thing"])
    near = ahead[max(map(ahead.rfind, _CLAUSES)) :] if any(cut in ahead for cut in _CLAUSES) else ahead
    close = head[-len(near.split()) :] if len(near.split()) > 2 else _without_items(head, ahead)
    end = min([behind.find(cut) for cut in _CLAUSES if cut in behind], default=len(behind))
    follow = tail[: min(4, len(behind[:end].split()))]
    meaning = next((MEANING[stem(word.text)] for word in [*reversed(close), *follow] if stem(word.text) in MEANING), "")
    spent = next((MEANING[stem(word.text)] for word in follow if stem(word.text) in MEANING), "")
    if _SPENT_ON.match(behind) and spent not in ("", "price"):
        meaning = spent
    if meaning in ("", "price") and _MADE.search(ahead):
        meaning = "pay"
    if _TOTAL.search(ahead) or _IN_ALL.match(behind) or (equated and any(w.text == "total" for w in equated.modifiers)):
        known = sum_of(equated) if equated and not each and not per else ""
        if known:
            return known
        return f"total_{meaning or 'money'}"
    if per and stem(per) in stem_set("units_of_time"):
        return f"{_OVER_TIME.get(meaning, meaning or 'money')}_per_{safe_slug(per)}"
    if (
        subject
        and subject.kind == "noun"
        and (per == "pair" or (meaning == "price" and not per and _SELLS.search(ahead)))
    ):
        known = sum_of(subject)
        if known:
            return known
    if per and (per == "pair" or per not in word_set("vague")):
        sold = meaning == "price" and not (stem(per) in stem_set("measures") or per.startswith("square_"))
        return _price_of(per) if sold else f"{meaning or 'money'}_per_{safe_slug(per)}"
    of = _SUM_OF.search(ahead)
    if (
        of
        and any(word.noun and word.text == of["thing"] for word in head[-5:])
        and of["thing"] not in word_set("vague")
    ):
        if stem(of["thing"]) in MEANING and MEANING[stem(of["thing"])] != "price":
            return f"{MEANING[stem(of['thing'])]}{'_each' if each else ''}"
        if of["thing"] in word_set("sums"):
            return of["thing"]
    known = sum_of(equated) if equated and not each else ""
    if known:
        return known
    costs = _COSTS.search(ahead)
    if (
        costs
        and not costs["where"]
        and costs["thing"] not in function_words() | word_set("vague") | word_set("upwards")
    ):
        return _price_of(costs["thing"])
    someone = subject is not None and (subject.kind == "name" or subject.head.text in ("he", "she", "they", "i"))
    said = (not someone and _COST_OF.search(ahead)) or _ONE.search(ahead)
    if said and meaning in ("", "price") and any(_thing(word) and word.text == said["thing"] for word in head):
        return _price_of(said["thing"])
    if meaning == "price" or (meaning == "payment" and _FOR.match(behind)) or (each and not meaning):
        before = [word.text for word in head if _thing(word)]
        after = [word.text for word in tail[: min(6, len(behind[:end].split()))] if _thing(word)]
        thing = after[0] if after and _FOR.match(behind) else before[-1] if before else ""
        if thing and thing not in word_set("vague"):
            return _price_of(thing)
    if each:
        return f"{meaning or 'price'}_each"
    return meaning or "money"


def _plain_sum(ahead: str, *, bare: bool, lot: bool) -> str:
    """Return what a sum is that the words right in front of it tell: a goal, money to buy with, the price of two things."""
    if _GOAL.search(ahead):
        return "goal"
    if bare and (limit := _LIMIT.search(ahead)):
        return "limit" if limit["spend"] else "threshold"
    if bare and _BUYS_WITH.search(ahead):
        return "money"
    return "total_price" if lot and (_TOGETHER.search(ahead) or _OF_BOTH.search(ahead)) else ""


def _without_items(head: list[Word], ahead: str) -> list[Word]:
    """Return the words in front of a sum but for what earlier sums of a list were for: no rent in `$50 for rent, $20`."""
    gone = {word for item in _ITEM.finditer(ahead) for word in re.findall("[a-z]+", item["what"])}
    return [word for word in head if word.text not in gone]


def sum_of(subject: Subject) -> str:
    """Return what a sum is called that somebody or something is said to be: the rent of `his rent is $500`."""
    noun, told = subject.head.text, [word.text for word in subject.modifiers if _thing(word)]
    meaning = MEANING.get(stem(noun), "")
    if noun in word_set("vague") or not (subject.head.noun or subject.head.kind == "name"):
        return ""
    total = "total_" if any(word.text in ("total", "combined") for word in subject.modifiers) else ""
    if meaning == "price":
        thing = safe_slug(subject.of.text) if subject.of else told[-1] if told else ""
        return f"{total}{_price_of(thing)}" if thing and not thing.startswith("total") else f"{total}price"
    return f"{total}{meaning}" if meaning else f"{total}{_price_of(noun)}"


def _price_of(noun: str) -> str:
    """Return what the price of a thing is called; a tip or a fee is no price of something."""
    if noun in word_set("sums"):
        return safe_slug(noun)
    thing = safe_slug(singular(noun))
    return thing if thing in word_set("sums") else f"{thing}_price"


def _thing(word: Word) -> bool:
    """Return whether a word can be what has a price."""
    known = stem(word.text) in MEANING or stem(word.text) in stem_set("units_of_time")
    return word.noun and not known and word.text not in word_set("currencies")


def says_nothing(word: Word) -> bool:
    """Return whether a noun does not say what is counted."""
    return word.text in word_set("vague") or word.text in word_set("currencies") or stem(word.text) in MEANING
