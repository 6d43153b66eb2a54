"""One sum of money whose noun is asked for, with the words near it."""

import re
from dataclasses import dataclass
from functools import cached_property

from generators.imports.nouns.money_words import MEANING
from generators.imports.nouns.noun_case import NounCase
from generators.text.lexicon import stem_set, word_class, word_set
from generators.text.words import Word
from solver.stems import stem

_CLAUSE_STARTS = (", ", "; ", " and ", " but ", " if ", " while ", " then ")
_NEXT_TO = re.compile(
    r"[ -](?!(?:and|or|for|in|on|to|of|a|an|the|per|from|at|by|as|with|is|was|before|after|plus|excluding|including|without|than)\b)(?:[a-z]+ )?"
)
_LIST_ITEM = re.compile(r"\$[\d.,]*\d (?:for|on|in|into|towards?) (?P<what>[^,;.$\d]{1,50}?)(?=,| and\b)")
_SPENT_ON = re.compile(r"^\s*(?:for|on|in)\s+(?:(?:the|his|her|their)\s+)?(?:[a-z]+\s+)?[a-z]+\s*(?:[,.;]|and\b|$)")
_MADE = re.compile(r"\b(?:ma[dk]es?|making) (?:only |just |about |around |an? (?:extra|additional) )?(?:US)?$")


@dataclass(frozen=True)
class SumCase(NounCase):
    """One sum of money."""

    @cached_property
    def item(self) -> str:
        """The noun right behind the sum, or an empty text: 'tickets' in '$5 tickets'."""
        phrase = self.mention.phrase
        follows = phrase and self.tail.lstrip(" -").lower().startswith(phrase[0].lower())
        item = phrase[-1].lower() if follows and not _is_action(phrase) else ""
        if item in word_set("sums"):
            return item
        near = self.behind_words[: 2 if self.quantity.kind == "money" else 1]
        sums = [word for word in near if word.text in word_set("sums")]
        return sums[0].text if sums and _NEXT_TO.fullmatch(self.tail[: sums[0].start - self.end]) else item

    @cached_property
    def plain(self) -> bool:
        """Whether no noun follows but a currency."""
        return not self.item or self.item in word_set("currencies")

    @cached_property
    def whole(self) -> bool:
        """Whether the sum is stated once, and not for each of something."""
        return not (self.each or self.unit)

    @cached_property
    def per_time(self) -> bool:
        """Whether the sum is stated for a unit of time."""
        return bool(self.unit) and stem(self.unit) in stem_set("units_of_time")

    @cached_property
    def close_words(self) -> list[Word]:
        """The words of the clause in front of the sum; of the sentence where the clause has two words at most."""
        starts = [start for start in map(self.ahead.rfind, _CLAUSE_STARTS) if start >= 0]
        near = self.ahead[max(starts) :] if starts else self.ahead
        size = len(near.split())
        return self.ahead_words[-size:] if size > 2 else self._words_without_items()

    def _words_without_items(self) -> list[Word]:
        """Return the words in front but those of earlier list items: '$50 for rent, $20'."""
        items = {word for item in _LIST_ITEM.finditer(self.ahead) for word in re.findall("[a-z]+", item["what"])}
        return [word for word in self.ahead_words if word.text not in items]

    @cached_property
    def clause_size(self) -> int:
        """The number of words behind the sum in its clause."""
        end = min([at for at in map(self.tail.find, _CLAUSE_STARTS) if at >= 0], default=len(self.tail))
        return len(self.tail[:end].split())

    @cached_property
    def meaning(self) -> str:
        """The name of the sum by the verbs and nouns near it, or an empty text: 'savings' in 'Ann saved $5'."""
        following = self.behind_words[: min(4, self.clause_size)]
        meaning = _first_meaning([*reversed(self.close_words), *following])
        if _SPENT_ON.match(self.tail):
            purpose = _first_meaning(following)
            meaning = purpose if purpose not in ("", "price") else meaning
        return "pay" if meaning in ("", "price") and _MADE.search(self.ahead) else meaning


def _first_meaning(words: list[Word]) -> str:
    """Return the name of a sum that the first verb or noun of money gives, or an empty text."""
    return next((MEANING[stem(word.text)] for word in words if stem(word.text) in MEANING), "")


def _is_action(phrase: tuple[str, ...]) -> bool:
    """Return whether a phrase is an action and no item: 'made $600 mowing yards' counts no yards."""
    verb = phrase[0].lower()
    return len(phrase) > 1 and verb.endswith("ing") and word_class(verb) in ("verb", "")
