"""What a number counts or measures: the noun behind it, what it is one of, or a noun that stands elsewhere.

Words come from the lists beside this file, so the same text always gives the same nouns.
"""

import re
from bisect import bisect_left

from generators.imports.question.clauses import Clauses
from generators.imports.question.mentions import Mention
from generators.text.lexicon import function_words, stem_set, word_class, word_set
from generators.text.words import Word, plural, safe_slug, singular
from solver.stems import stem

from .missing_nouns import Elided
from .money import MEANING, price, says_nothing, sum_of
from .owners import someone_is
from .rates import INFLECTED, Per

_SLASH = re.compile(r"^\s*(?P<noun>[a-z]+)\s?/\s?(?P<per>[a-z]+)")
_APIECE = re.compile(
    r"^\s*(?:(?!(?:in|for|on|at|from|during|that|and|but|which|who|of|if|then)\b)[\w-]+\s+){0,2}(?:each|apiece)\b(?! (?:contain|hold|ha[sd]|have|weigh|cost|need|take|eat|get|give|g[eo]t|gave|ate|took|made|make|use|used)s?\b)",
    re.IGNORECASE,
)
_IS_WHAT = re.compile(
    r" (?:of (?:them|these|those|which) )?(?:are|were) (?:[a-z]+ )??(?P<noun>[a-z]+s)(?=[,.?;]| and\b| but\b)"
)
"""Behind a number: what it is."""
_TOTAL = re.compile(
    r"\b(?:total|combined)(?: (?:amount|number|length|weight|height|age|score|distance))?(?: (?:which|that))?"
    r"(?: (?:of|is|was|are|were|to be))?\s+$",
    re.IGNORECASE,
)
_IN_ALL = re.compile(r"^\s*(?:[a-z-]+ ){1,2}(?:and [a-z]+ )?(?:in total|in all|altogether|combined)\b", re.IGNORECASE)
_FILLED = re.compile(
    r"(?: of (?:[a-z-]+ ){0,5}[a-z]+)?(?: (?:was|were) sold)?"
    r"(?: to (?:his|her|their|the) [a-z]+| on sale| for [a-z]+)? (?:for|at) (?:only |just )?(?:US)?\$?$"
)
_PACK = re.compile(r"^[\s-]packs?\b(?: of (?P<noun>[a-z]+))?", re.IGNORECASE)
_EACH_BOX = re.compile(
    r"\b(?:an?|one|each|every|per|the) (?:[a-z]+ )?(?P<box>[a-z]+) of (?:only |about )?$", re.IGNORECASE
)
"""In front of what one container holds: `a bag of 10 figs`."""
_SETS_OF = re.compile(r"\b(?P<box>[a-z]+(?<!s)s) of (?:only |about )?$", re.IGNORECASE)
"""The same for several: `3 rows of 8 chairs`, `candles in boxes of 12`."""
_SO_MUCH = re.compile(
    r"(?:-(?P<unit>[a-z]+)[ -]|\s?(?P<short>ml|oz|kg|lb|cm|mm|ft|km)[ -])(?P<noun>[a-z]+)\b(?!['\u2019-]| (?:old|wide|long|tall|high|deep|thick)\b)",
    re.IGNORECASE,
)
"""Behind a number: a unit that is part of what something is, and the thing: `8-hour shifts`, `150 ml servings`."""
_CHANGED = re.compile(
    r"\b(?:(?P<up>increas\w*|rais\w*|r[io]ses?|grows?|grew|go(?:es)? up|went up)|decreas\w*|reduc\w*|lower\w*|drop\w*|cut\w*|f[ae]lls?|go(?:es)? down|went down)"
    r"\b[^.;,$\d]*\bby (?:an additional |another |only |about )?(?:US)?$"
)
"""In front of how much a sum of money changes."""
_LOT = re.compile(
    r"(?: of (?:[a-z]+ ){0,3}[a-z]+)? (?:costs?|costed|sells? for|sold for|for) (?:a total of |only |just |about )?(?:US)?$"
)
"""Between so many things and what they cost together."""
_NOT_A_LOT = re.compile(r"\b(?:and|at the rate of) (?:the |another )?$")
"""In front of so many things that cost it with others, or that are a rate."""
_BILL = re.compile(r"^[\s-]dollars? (?:bill|note)s?\b")
_NEXT_TO = re.compile(
    r"[ -](?!(?:and|or|for|in|on|to|of|a|an|the|per|from|at|by|as|with|is|was|before|after|plus|excluding|including|without|than)\b)(?:[a-z]+ )?"
)
"""Between a sum and what it is: a `$50 birthday check`."""
_CLOSE = re.compile(r"[,;:.]|\d")
_TAXED = re.compile(
    r"\s+(?:(?:in|as|for|of|of it in|sales|income|annual|monthly)\s+)?(?:an? |the )?(?P<rate>[a-z]+)\b", re.IGNORECASE
)
_OLD = re.compile(r"^[\s-]*years?[\s-]+old\b", re.IGNORECASE)
_IS_YEARS = re.compile(r"^ years(?:,| now\b|\.| and\b)")
_AGED = re.compile(r"\b(?:turned|turns|turn|aged)\s+$", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:[Ww]hen|until|since|after) (?:he|she|they|[A-Z][a-z]+) (?:is|was|turns|turned) $")
_SIZED = re.compile(
    r"[\s-]?(?:feet|foot|ft|inch(?:es)?|meters?|metres?|m|cm|centimeters?|mm|km|yards?|kilometers?)[\s-](?P<how>wide|long|tall|high|deep|thick)\b(?! (?:as|to)\b)",
    re.IGNORECASE,
)
_SIZES = {
    "wide": "width",
    "long": "length",
    "tall": "height",
    "high": "height",
    "deep": "depth",
    "thick": "thickness",
}
_LEFT = re.compile(r"^\s*(?:[\w-]+\s+){0,2}?(?:left|remaining|left over)\b", re.IGNORECASE)
_COMPOUND = re.compile(r"^ (?:[a-z]+-[a-z]+ (?P<sized>[a-z]+s)\b|(?P<noun>[a-z]+-[a-z]+s)\b(?! [a-z]+s\b))")
"""Hyphens right behind a number: `sit-ups`, `equally-sized groups`."""
_AGES = re.compile(r"\b(?:old|older|oldest|younger|youngest|ages?|aged)\b", re.IGNORECASE)
_YEARS = range(1500, 2100)
_IN_YEAR = re.compile(
    r"\b(?:in|since|by|until|year|January|February|March|April|May|June|July|August|September|October|November|December),? $"
)
_SUM = re.compile(r"\b(?:sum|total|difference|average|times)\b")
_AS_MUCH = re.compile(r"\s+(?:more|less) than\b[^.?!;]*\bas much\b")
"""Behind a sum that is told without its unit: `spent 9 more than twice as much`."""
_SCORED = re.compile(r"\b(?:scor(?:ed?|es|ing)|scores? (?:of|is|was))\s+(?:an? |only |of )?$", re.IGNORECASE)
_PAID_WITH = re.compile(
    r"\b(?:cashier|clerk|in change|change (?:did|does|will|should|would|is)|delivery (?:man|guy|driver|boy))\b"
)
"""Says that what is given is a payment and no gift."""
_GRADED = frozenset(["test", "quiz", "exam", "final", "midterm"])
"""What a score is of, where a number stands without a noun: `got an 80 and a 75 on his first two tests`."""
_RATIO = re.compile(
    r"\bratio of (?:the |his |her |their )?(?:number of |amount of )?(?P<left>[A-Za-z ]+?) to (?:the |his |her |their )?(?:number of |amount of )?(?P<right>[A-Za-z]+(?: [a-z]+)?)"
)
_IS_RATIO = re.compile(r"\bratio\b", re.IGNORECASE)
_SIDES = {"hour": "first_ratio", "minute": "second_ratio"}
"""What a clock time is where it is none: the `4:11` of a ratio."""
_NUMBER_BEHIND = re.compile(r" \d")
_COLON = re.compile(r"\s?(?::|to|is to)\s?")
_COLON_AHEAD = re.compile(_COLON.pattern + r"(?=\d)")
_COLONS = re.compile(r"\b\d+(?: ?: ?\d+){2,}")
_OF_MORE = re.compile(r"^\s*[a-z]+ of [a-z]+ (?P<how>more|fewer|less) than\b")
_MINUS = re.compile(
    r"\b(?:plus(?: another)?|add(?:s|ed|ing)? another|then add(?:s|ed)?|(?P<less>minus|subtract(?:s|ed|ing)?)) $"
)
_ARTICLE = re.compile(r"an?\b|half\b|one\b", re.IGNORECASE)
_ATTACHED = re.compile(r"(?:mg|kg|g|ml|cm|mm|km|oz|lbs?|ft|m)\b(?!&)")
_UNITS = {
    "g": "grams",
    "kg": "kilograms",
    "mg": "milligrams",
    "ml": "milliliters",
    "cm": "centimeters",
    "mm": "millimeters",
    "km": "kilometers",
    "m": "meters",
    "oz": "ounces",
    "lb": "pounds",
    "lbs": "pounds",
    "ft": "feet",
    "hr": "hours",
    "hrs": "hours",
    "mins": "minutes",
}
"""Units that are written short and whose letters say little."""


class Nouns:
    """The nouns of the numbers of one text."""

    def __init__(
        self, text: str, mentions: list[Mention], names: list[tuple[int, str]], words: list[Word], clauses: Clauses
    ):
        self.text = text
        self.mentions = mentions
        self.names = names
        self.words = words
        self.clauses = clauses
        self._starts = [word.start for word in words]
        self.elided = Elided(text, mentions, words, clauses)
        self.per = Per(text, mentions, words, clauses)

    def noun(self, mention: Mention, part: str) -> str:  # noqa: C901, PLR0911, PLR0912 - one return for each kind of number
        """Return the noun of a number, or of the part of it that is meant: the denominator of a fraction."""
        quantity = mention.quantity
        tail = self.text[quantity.end : mention.sentence_span[1]]
        per = self.per.noun(mention, tail)
        if quantity.kind == "percent" or part == "rate":
            return self._rate(mention)
        if quantity.kind == "multiple" or mention.is_factor:
            return "factor"
        if quantity.kind in ("fraction", "half"):
            return {"top": "numerator", "bottom": "denominator", "divisor": "divisor"}.get(part, "fraction")
        if quantity.kind == "clock":
            return _SIDES.get(part, "first_ratio") if _IS_RATIO.search(self.text) else part or "hour"
        if part == "groups":
            return "dozens"
        if part == "size" or (quantity.kind == "group" and not _ARTICLE.match(quantity.text)):
            group = singular(quantity.text.lower().split()[-1])
            return f"{self._counted(mention, tail)}_per_{safe_slug(group)}"
        held = "bill" if _BILL.match(tail) else self._held(mention, tail)  # of `2 twenty dollar bills`
        if held:
            return held
        slash = _SLASH.match(tail)
        if slash and singular(slash["per"].lower()) == slash["per"].lower():
            return f"{safe_slug(slash['noun'])}_per_{safe_slug(slash['per'])}"
        each = _APIECE.match(tail) is not None
        left = "_left" if _LEFT.match(tail) else ""
        if quantity.kind in ("money", "cents") or (mention.money and not mention.phrase[:-1]):
            return self._money(mention, tail, per=per, each=each, left=left)
        ahead = self.text[mention.sentence_span[0] : quantity.start]
        bare = not (mention.phrase or mention.is_difference or self._adjacent(mention, tail) or _SUM.search(ahead))
        sized = _SIZED.match(tail)
        attached = _ATTACHED.match(tail)
        if sized and not per and not each:
            unit = _UNITS[attached[0]] if attached else self._counted(mention, tail)
            return f"{_SIZES[sized['how'].lower()]}_{unit}"
        when = bare and _WHEN.search(ahead) and not tail.lstrip().startswith("%")
        if (
            when
            or _OLD.match(tail)
            or _AGED.search(ahead)
            or (_IS_YEARS.match(tail) and someone_is().search(ahead))
            or (bare and someone_is().search(ahead) and _AGES.search(self.text))
        ):
            return "age"
        ratio = self._in_colons(mention) or self._ratio(mention)
        if ratio:
            return ratio
        if not (mention.phrase or self._adjacent(mention, tail)) and _SCORED.search(ahead):
            return f"{self._difference(mention, tail)}score"
        if (
            mention.is_difference
            and not mention.phrase
            and _AS_MUCH.match(self.text, quantity.end)
            and "$" in self.text
        ):
            spent = [MEANING[stem(word.text)] for word in self._before(mention) if stem(word.text) in MEANING]
            return f"{self._difference(mention, tail)}{spent[-1] if spent else 'money'}"
        if bare and quantity.value in _YEARS and _IN_YEAR.search(ahead):
            return "year"
        if not (mention.phrase or self._adjacent(mention, tail)):
            equal = self._equal(mention)
            if equal:
                return f"{self._difference(mention, tail)}{equal}"
        noun = _UNITS.get(attached[0], attached[0]) if attached else self._counted(mention, tail)
        if not mention.phrase and singular(noun) in _GRADED:
            return f"{self._difference(mention, tail)}score"
        if per and stem(per) != stem(noun):
            return f"{self._difference(mention, tail)}{noun}_per_{safe_slug(per)}"
        if each:
            return f"{noun}_each"
        head = self.text[mention.clause_span[0] : quantity.start]
        together = not left and (_TOTAL.search(head) or _IN_ALL.match(tail))
        return f"total_{noun}" if together else f"{self._difference(mention, tail)}{noun}{left}"

    def _money(self, mention: Mention, tail: str, *, per: str, each: bool, left: str) -> str:
        """Return what a sum of money is called."""
        quantity = mention.quantity
        follows = mention.phrase and tail.lstrip(" -").lower().startswith(mention.phrase[0].lower())
        counted = mention.phrase[-1].lower() if follows and not _doing(mention.phrase) else ""
        if counted not in word_set("sums"):
            near = self.behind(mention)[: 2 if quantity.kind == "money" else 1]
            told = [word for word in near if word.text in word_set("sums")]
            counted = told[0].text if told and _NEXT_TO.fullmatch(tail[: told[0].start - quantity.end]) else counted
        ahead = self.text[mention.sentence_span[0] : quantity.start]
        things = self._things_before(mention) if each and not per else ""
        lot = "" if counted or per or each else self._lot(mention)
        if lot:
            return f"{lot}_price"
        before = self._before(mention)
        noun = price(
            before,
            self.behind(mention),
            ahead,
            tail,
            counted=counted,
            per=per,
            each=each,
            things=things,
            subject=self.clauses.subject(mention),
            equated=self.clauses.equated(mention),
        )
        if noun == "gift" and _PAID_WITH.search(self.text):
            noun = "payment"
        bare = not counted or counted in word_set("currencies")
        changed = _CHANGED.search(ahead) if bare and not per else None
        if changed:
            return "increase" if changed["up"] else "decrease"
        return f"money{left}" if left else f"{self._difference(mention, tail) if bare else ''}{noun}"

    def _ratio(self, mention: Mention) -> str:
        """Return which side of a ratio a number is: the 5 of `the ratio of boys to girls is 5:8` is the boys'."""
        start, place = mention.sentence_span[0], self.mentions.index(mention)
        said = _RATIO.search(self.text, start, mention.sentence_span[1])
        if not _IS_RATIO.search(self.text, start, mention.quantity.start) or mention.phrase[:1] not in ((), ("to",)):
            return ""
        end = mention.quantity.end
        left = bool(_COLON_AHEAD.match(self.text, end))
        right = place > 0 and bool(
            _COLON.fullmatch(self.text, self.mentions[place - 1].quantity.end, mention.quantity.start)
        )
        if left == right:
            return ""
        if not said:
            return "first_ratio" if left else "second_ratio"
        side = said["left" if left else "right"].split()
        heads = [
            word for word in self.words if word.noun and word.text in map(str.lower, side) and not says_nothing(word)
        ]
        return f"{safe_slug(heads[0].text)}_ratio" if heads else ""

    def _in_colons(self, mention: Mention) -> str:
        """Return which part of a ratio of three or more a number is: the first of `3:5:7`."""
        start = mention.quantity.start
        row = next((row for row in _COLONS.finditer(self.text) if row.start() <= start < row.end()), None)
        parts = ("first_ratio", "second_ratio", "third_ratio", "fourth_ratio")
        return parts[min(self.text.count(":", row.start(), start), len(parts) - 1)] if row else ""

    def _equal(self, mention: Mention) -> str:
        """Return what a number without a noun is said to be: the score of `his score is 8`, the koi of `the number of koi is 8`."""
        subject = self.clauses.equated(mention)
        if subject is None:
            return ""
        noun, total = subject.head, any(word.text in ("total", "combined") for word in subject.modifiers)
        if stem(noun.text) in MEANING and "$" in self.text:
            return sum_of(subject)
        if noun.text in ("number", "total", "amount", "sum", "count"):
            total, counted = total or noun.text in ("total", "sum"), subject.of
            if counted:
                return f"{'total_' if total else ''}{safe_slug(counted.text)}" if counted.noun else ""
            return "number" if noun.text == "number" else ""
        if not noun.noun or says_nothing(noun) or noun.text in word_set("kin"):
            return ""
        of = [word.text for word in subject.modifiers[-1:] if word.noun and not says_nothing(word)]
        return "_".join(map(safe_slug, [*(["total"] if total else []), *of, noun.text]))

    def _held(self, mention: Mention, tail: str) -> str:
        """Return what so many are that a container holds: `a 6-pack of sodas`, `candles in boxes of 12`, `a bag of 10 figs`."""
        start = mention.sentence_span[0]
        many = _SETS_OF.search(self.text, start, mention.quantity.start)
        each = _EACH_BOX.search(self.text, start, mention.quantity.start)
        box = singular(many["box"].lower()) if many else each["box"].lower() if each else ""
        if mention.phrase and (box in word_set("containers") or (many and box in word_set("groupings"))):
            noun = self._counted(mention, tail)
            return f"{noun}_per_{safe_slug(box)}" if "_per_" not in noun else noun
        sized = self._unit_of(mention, tail)
        if sized:
            return sized
        pack = _PACK.match(tail)
        if pack and tail[0] == "-":
            return f"{safe_slug(plural(pack['noun'] or 'item'))}_per_pack"
        filled = many and not mention.phrase and box in word_set("containers")
        return f"{self._filling(many.start())}_per_{safe_slug(box)}" if many and filled else ""

    def _unit_of(self, mention: Mention, tail: str) -> str:
        """Return how much one thing is of which it is told in front: hours a shift of `8-hour shifts`, a rope's meters of `a 20-meter rope`."""
        said = _SO_MUCH.match(tail) if mention.quantity.kind in ("plain", "word") else None
        if said is None:
            return ""
        unit, start = (said["unit"] or said["short"]).lower(), mention.quantity.end + said.start("noun")
        units = _UNITS.get(unit, plural(unit))
        known = unit in _UNITS or singular(units) in word_set("units_of_time") or units in word_set("measures")
        behind = self.behind(mention)
        words = [word for word in behind if word.start == start and word.noun]
        if words and INFLECTED.search(words[0].text) is None:  # the breaks of `15-minute recess breaks`
            words = [word for word in behind if word.start == words[0].end + 1 and word.noun] or words
        if not known or not words or says_nothing(words[0]):
            return ""
        thing = safe_slug(singular(words[0].text))
        many = plural(words[0].text) == words[0].text
        return f"{safe_slug(units)}_per_{thing}" if many else f"{thing}_{safe_slug(units)}"

    def _filling(self, box: int) -> str:
        """Return what containers hold: the last plural in front of them in their sentence, the eggs of `puts eggs in boxes of 6`."""
        things = [
            word.text
            for word in self.words
            if word.end <= box and word.noun and plural(word.text) == word.text and not says_nothing(word)
        ]
        things = [thing for thing in things if singular(thing) not in word_set("containers")]
        return safe_slug(things[-1]) if things else "items"

    def _things_before(self, mention: Mention) -> str:
        """Return what the number before counts, in the same sentence: the `boxes` of `3 boxes of mints for $4 each`."""
        earlier = [
            other for other in self.mentions[: self.mentions.index(mention)] if other.sentence == mention.sentence
        ]
        counts = [other for other in earlier[-1:] if other.phrase and not other.money and not other.is_factor]
        if not counts or stem(counts[0].phrase[-1]) in stem_set("units_of_time"):
            return ""
        noun = counts[0].phrase[-1].lower()
        end = self.text.lower().find(noun, counts[0].quantity.end) + len(noun)
        return noun if _FILLED.match(self.text, end, mention.quantity.start) else ""

    def _lot(self, mention: Mention) -> str:
        """Return what the number before counts where so many cost the sum together: the `bottles` of `six bottles cost $12`."""
        place = self.mentions.index(mention)
        last = self.mentions[place - 1] if place else mention
        if last is mention or last.sentence != mention.sentence or not last.phrase or last.quantity.value <= 1:
            return ""
        noun = last.phrase[-1].lower()
        never = word_set("vague") | word_set("measures") | word_set("units_of_time")
        if plural(noun) != noun or last.money or last.is_factor or {noun, singular(noun)} & never:
            return ""
        subject = self.clauses.equated(mention)
        if (subject and subject.head.text != noun) or _NOT_A_LOT.search(self.text, 0, last.quantity.start):
            return ""
        if self.text.startswith("-", last.quantity.end) or self.text.startswith(" off", mention.quantity.end):
            return ""
        end = self.text.lower().find(noun, last.quantity.end) + len(noun)
        return safe_slug(noun) if _LOT.fullmatch(self.text, end, mention.quantity.start) else ""

    def _counted(self, mention: Mention, tail: str) -> str:
        """Return the noun that a number counts: behind it, else shared with the number before, else the nearest."""
        behind = self.behind(mention)
        if behind and not tail[: behind[0].start - mention.quantity.end].strip(" -") and behind[0].text in _UNITS:
            return "candies" if self.text.startswith("&", behind[0].end) else _UNITS[behind[0].text]  # the `m&m's`
        if tail.startswith("-") and behind and behind[0].noun:
            return safe_slug(plural(behind[0].text))
        known = {name for _, name in self.names}
        if not tail.lstrip().startswith(mention.phrase[:1]):
            phrase = [word for word in map(safe_slug, mention.phrase) if word not in known]
        else:
            phrase = [safe_slug(word) for word in mention.phrase]
        never = word_set("vague") | word_set("upwards") | word_set("downwards")
        phrase = [word for word in phrase if word not in never and (word[1:] or word in "gml")]
        alone = _NUMBER_BEHIND.match(tail) is None  # not the three of `three 8-inch portraits`
        measured = alone and bool(phrase[1:]) and plural(phrase[0]) in word_set("measures")  # two `16 pounds turkeys`
        if phrase[1:] and f"{phrase[0]}s" in word_set("measures") and singular(phrase[-1]) in word_set("containers"):
            return f"{safe_slug(plural(phrase[0]))}_per_{safe_slug(singular(phrase[-1]))}"  # a `20 pound bag`
        parts = (
            alone
            and phrase[1:]
            and mention.quantity.value > 1
            and all(plural(word) != word for word in (phrase[0], phrase[-1]))
        )
        if measured or parts:
            return safe_slug(plural(phrase[0]))  # the `500 piece puzzle` has pieces
        if phrase:
            return self._head(behind, phrase[-1])
        return self._told(mention, tail) or self._adjacent(mention, tail) or self.elided.noun(mention, tail)

    def _told(self, mention: Mention, tail: str) -> str:
        """Return the noun that is told of a number: the tulips of `10 were tulips`."""
        what = _IS_WHAT.match(tail)
        place = mention.quantity.end + what.start("noun") if what else -1
        return next((safe_slug(word.text) for word in self.behind(mention) if word.start == place and word.noun), "")

    def _adjacent(self, mention: Mention, tail: str) -> str:
        """Return what is counted right behind a number where the lists know it as a verb, or not: `drops`, `sit-ups`."""
        compound = _COMPOUND.match(tail)
        if compound:
            return safe_slug(compound["noun"] or compound["sized"])
        at = mention.quantity.end
        for word in self.behind(mention)[:3]:
            if self.text[at : word.start] != " " or word.kind == "name":
                break
            if word.text == "even":
                at = word.end
                continue
            if word.text in function_words():
                break
            if word.noun or (word.kind in ("verb", "") and word.text.endswith("s")):
                return safe_slug(word.text)
            at = word.end
        return ""

    def _head(self, behind: list[Word], noun: str) -> str:
        """Return the noun that a singular in front of it goes with: the `hats` of `pink hard hats`, `fig-shaped hats`."""
        place = next((k for k, word in enumerate(behind) if safe_slug(word.text) == noun), None)
        if place is None or noun.endswith("s") or plural(noun) == noun:
            return noun
        for before, word in zip(behind[place:], behind[place + 1 : place + 4], strict=False):
            compound = self.text[before.end : word.start] == "-"
            if not compound and self.text[before.end : word.start] != " ":
                break
            if word.noun:
                return safe_slug(word.text) if before is not behind[place] else noun
            if not (compound or (word.kind == "adjective" and word.text not in word_set("order"))):
                break
        return noun

    def _difference(self, mention: Mention, tail: str) -> str:
        """Return how a number is a difference: `3 more`, `two minutes longer`, `4 fewer`."""
        more = _OF_MORE.match(tail)
        if more:
            return "extra_" if more["how"] == "more" else "fewer_"
        said = _MINUS.search(self.text[mention.clause_span[0] : mention.quantity.start])
        if said:
            return "fewer_" if said["less"] else "extra_"
        skip = len(mention.phrase)
        words = re.findall(r"[a-z]+", _CLOSE.split(tail.lower())[0])[: skip + 1]
        near = {*words[:1]} & word_set("further") | {*words[skip:]} - {*words[:1]}
        if near & word_set("upwards"):
            return "extra_"
        return "fewer_" if near & word_set("downwards") else ""

    def _rate(self, mention: Mention) -> str:
        said = _TAXED.match(self.text, mention.quantity.end)
        if said and singular(said["rate"].lower()) in word_set("rates"):
            return f"{singular(said['rate'].lower())}_rate"
        start, end = mention.sentence_span
        near = self.text[max(start, mention.quantity.start - 30) : min(end, mention.quantity.end + 30)].lower()
        here = mention.quantity.start - max(start, mention.quantity.start - 30)
        found = [
            (abs(match.start() - 30), word)
            for word in sorted(word_set("rates"))
            for match in re.finditer(rf"\b{word}(?:e?s)?\b", near)
            if match.start() < here
            or word not in ("increase", "decrease", "raise")  # `by 30%, before she increases it`
        ]
        return f"{min(found)[1]}_rate" if found else "rate"

    def _before(self, mention: Mention) -> list[Word]:
        return self.words[
            bisect_left(self._starts, mention.sentence_span[0]) : bisect_left(self._starts, mention.quantity.start)
        ]

    def behind(self, mention: Mention) -> list[Word]:
        """Return the words behind a number, up to the end of its sentence."""
        return self.words[
            bisect_left(self._starts, mention.quantity.end) : bisect_left(self._starts, mention.sentence_span[1])
        ]


def _doing(phrase: tuple[str, ...]) -> bool:
    """Return whether a phrase says what somebody does: the $600 of `made $600 mowing yards` count no yards."""
    first = phrase[0].lower()
    return len(phrase) > 1 and first.endswith("ing") and word_class(first) in ("verb", "")
