"""Reads from the question whether a fraction is taken off, lost, given away, compared, or followed by its remainder."""

import re
from functools import cached_property

from generators.imports.question.mentions import Mention
from generators.text.lexicon import stem_set
from solver.stems import WORD, stem

from .node import HUNDRED, Input, Node, Work

_OF_THE_REST = re.compile(
    r"\s*(?:of\s+)?(?:the|his|her|their|its|those|these|that|what(?:['\u2019]s| (?:is|was|he|she|they|it|[A-Z][a-z]+)(?: (?:has|had|have))?)?)"
    r"\s+(?:remain\w*|rest|left\w*)\b|\s*of\s+(?:the|his|her|their)\s+\w+\s+(?:left|remaining)\b"
)
"""Behind a fraction of a remainder: `a third of the remaining singers`."""
_OFF = re.compile(r"[\s-]*(?:off|discount|less|fewer|shorter|lower|cheaper|smaller|reduction)\b")
"""Behind a fraction that is taken off: `50% off`."""
_CUT_BY = re.compile(
    r"\b(?:reduc|shr[iua]nk|decreas|lower|dropp|cut)\w*\b(?:[^.;,]|\.\d)*\bby (?:only |about |another )?$|\bdiscount of $"
)
"""In front of a fraction that is taken off: `reduces the chances by 50%`."""
_SAVES = re.compile(r"\bsav(?:e|es|ed|ings?)\b[^.?!]*\?")
"""Asks for the amount that is taken off."""
_LEFT = re.compile(r"\b(?:left|remain\w*|ended (?:up )?with|(?:now|still) ha(?:s|ve))\b")
"""Marks a number as a remainder: `6 are left`."""
_OTHERS = re.compile(r"\b(?:the rest|the other half|others|the remain\w+(?! \d)|leftover)\b")
"""Names the complement of a fraction."""
_OF_SOMETHING = re.compile(
    r"\s*(?:(?:of|the|that|this|those|these|his|her|their|its|were|was|are|is|own|how|to)\b|[,.?])"
)
"""Behind a fraction of something; `half a pound` is a measure."""
_COMPARED = re.compile(
    r"\s*(?:of )?(?:(?:the|this|that|his|her|their|its) |\w+['\u2019]s )(?:\w+['\u2019]s )?"
    r"(?:number|age|size|height|length|weight|distance|time|price|sum|amount of|amount \w+ (?:already )?had)\b"
)
"""Behind a fraction that compares: `half the number of times that Ann fell`."""
_OF_THAT_AMOUNT = re.compile(r"\s*(?:as\b|(?:of )?(?:this|that) amount\b)")
"""Behind a fraction that compares: `half of this amount`, `half as many`."""
_IS = re.compile(r"\b(?:is|was|are|were|costs?|worth|as) (?:exactly |only |about )?$")
"""In front of a fraction of another's measure: `Sam is half of Drew's age`."""
_OF_ANOTHER = re.compile(
    r"\s*(?:of\s+)?(?:the\s+)?(?:[A-Z][a-z]+\b|as\b|(?:his|her|their|its)\s+(?:\w+\s+)?(?:age|height|weight|price|size|cost|total)\b"
    r"|(?:combined|total|number|sum|amount|price|age|score|size|speed|distance|length|height|weight|cost|points)\b|\w+ \w+['\u2019]s\b)"
)
"""Behind a fraction of another's measure: `half Ann's score`, `half the combined number`."""
_REST_ASKED = re.compile(
    r"\b(?:left|remain\w*|keeps?|kept|still|surviv\w*|without|non-\w+|not|\w+n['\u2019]t|unsold|rest|other)\b[^?]*\?\s*$"
)
"""Asks for the remainder at the end of the question."""
_NEAR = 160
"""Characters behind a fraction in which its complement is looked for."""
_FRACTIONS = ("half", "fraction", "percent")


class FractionContexts:
    """The contexts of the fractions of a question."""

    def __init__(self, mentions: list[Mention], text: str):
        self.mentions = mentions
        self.text = text

    def is_of_the_rest(self, node: Node) -> bool:
        """Return whether a fraction is taken of a remainder: `a third of the remaining singers`."""
        fraction = node.left if isinstance(node, Work) and node.right == HUNDRED else node
        return isinstance(fraction, Input) and _OF_THE_REST.match(self.text, self._end(fraction)) is not None

    def is_off(self, fraction: Input) -> bool:
        """Return whether a fraction is taken off, and the question does not ask how much that is: `50% off`."""
        mention = self.mentions[fraction.index]
        if mention.quantity.kind not in _FRACTIONS or _SAVES.search(self.text):
            return False
        cut = _CUT_BY.search(self.text, mention.sentence_span[0], mention.quantity.start)
        return cut is not None or _OFF.match(self.text, mention.quantity.end) is not None

    def is_lost(self, fraction: Input) -> bool:
        """Return whether a fraction is lost, and the question does not ask how much that is: `half of them died`."""
        return self.has_verb(self.mentions[fraction.index], "lost")

    def leaves_known_remainder(self, fraction: Input) -> bool:
        """Return whether the question tells how much is left after a fraction is lost or given away."""
        mention = self.mentions[fraction.index]
        given = self.has_verb(mention, "given") and _LEFT.search(self.text, mention.quantity.end) is not None
        return self.has_verb(mention, "lost") or given

    def is_given(self, fraction: Input) -> bool:
        """Return whether a fraction is given away or kept."""
        mention = self.mentions[fraction.index]
        return self.has_verb(mention, "given") or self.has_verb(mention, "kept")

    def complement_is_named(self, fraction: Input) -> bool:
        """Return whether the question speaks of the complement: `half are red, the others blue`."""
        end = self._end(fraction)
        if _COMPARED.match(self.text, end):
            return False
        own = _OF_THE_REST.match(self.text, end)
        end = own.end() if own else end
        return _OTHERS.search(self.text, end, end + _NEAR) is not None

    def remainder_is_asked(self, fraction: Input) -> bool:
        """Return whether the question asks for the remainder, and the fraction is none of another's measure."""
        quantity, question = self.mentions[fraction.index].quantity, self.question
        of_another = _IS.search(self.text, 0, quantity.start) or _OF_ANOTHER.match(self.text, quantity.end)
        if quantity.start >= question or of_another:
            return False
        return _REST_ASKED.search(self.text, question) is not None

    def is_compared(self, fraction: Input) -> bool:
        """Return whether a fraction compares: `half the number of times that Ann fell`, `half of this amount`."""
        end = self._end(fraction)
        return (_COMPARED.match(self.text, end) or _OF_THAT_AMOUNT.match(self.text, end)) is not None

    def is_of_something(self, fraction: Input) -> bool:
        """Return whether it is a fraction of something told before: not `half a pound`, not `half as many`."""
        quantity = self.mentions[fraction.index].quantity
        return quantity.kind in _FRACTIONS and _OF_SOMETHING.match(self.text, quantity.end) is not None

    def has_verb(self, mention: Mention, verbs: str) -> bool:
        """Return whether the clause of a fraction has one of these verbs, and the question does not repeat it."""
        if mention.quantity.kind not in _FRACTIONS:
            return False
        found = self.stems(*mention.clause_span) & stem_set(verbs)
        if not found or _COMPARED.match(self.text, mention.quantity.end):
            return False
        return mention.quantity.start >= self.question or not found & self.asked

    def stems(self, start: int, end: int) -> set[str]:
        """Return the stems of the words of a span."""
        return {stem(word) for word in WORD.findall(self.text[start:end])}

    @cached_property
    def asked(self) -> set[str]:
        """The stems of the last sentence."""
        return self.stems(self.question, len(self.text))

    @cached_property
    def question(self) -> int:
        """Where the last sentence begins."""
        return max(self.text.rstrip().rfind(". "), self.text.rstrip(" ?").rfind("? "), 0)

    def _end(self, fraction: Input) -> int:
        return self.mentions[fraction.index].quantity.end
