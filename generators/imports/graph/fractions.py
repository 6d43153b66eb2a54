"""What the question says of a part: whether it is taken off, lost, given away, or leaves a rest that is spoken of."""

import re
from collections.abc import Iterator
from fractions import Fraction

from generators.imports.question.mentions import Mention
from generators.text.lexicon import stem_set
from generators.text.proper_names import proper_names
from solver.stems import WORD, stem

from .node import HUNDRED, Input, Node, Work

HALF = Fraction(1, 2)
_OF_THE_REST = re.compile(
    r"\s*(?:of\s+)?(?:the|his|her|their|its|those|these|that|what(?:['\u2019]s| (?:is|was|he|she|they|it|[A-Z][a-z]+)(?: (?:has|had|have))?)?)"
    r"\s+(?:remain\w*|rest|left\w*)\b|\s*of\s+(?:the|his|her|their)\s+\w+\s+(?:left|remaining)\b"
)
"""Behind a part that is taken of what is kept: `a third of the remaining singers`."""
_OFF = re.compile(r"[\s-]*(?:off|discount|less|fewer|shorter|lower|cheaper|smaller|reduction)\b")
"""Behind a half that is taken away: `50% off`."""
_CUT_BY = re.compile(
    r"\b(?:reduc|shr[iua]nk|decreas|lower|dropp|cut)\w*\b(?:[^.;,]|\.\d)*\bby (?:only |about |another )?$|\bdiscount of $"
)
"""In front of one: `reduces the chances by 50%`."""
_SAVES = re.compile(r"\bsav(?:e|es|ed|ings?)\b[^.?!]*\?")
"""Asks for what is taken off itself."""
_LEFT = re.compile(r"\b(?:left|remain\w*|ended (?:up )?with|(?:now|still) ha(?:s|ve))\b")
"""Says that what is told is what is left."""
_OTHERS = re.compile(r"\b(?:the rest|the other half|others|the remain\w+(?! \d)|leftover)\b")
"""Speaks of what a part leaves of something."""
_OF_SOMETHING = re.compile(
    r"\s*(?:(?:of|the|that|this|those|these|his|her|their|its|were|was|are|is|own|how|to)\b|[,.?])"
)
"""Behind a part of something that is told; `half a pound` is a measure."""
_COMPARED = re.compile(
    r"\s*(?:of )?(?:(?:the|this|that|his|her|their|its) |\w+['\u2019]s )(?:\w+['\u2019]s )?"
    r"(?:number|age|size|height|length|weight|distance|time|price|sum|amount of|amount \w+ (?:already )?had)\b"
)
"""Behind a half that only compares: `half the number of times that Ann fell`."""
_OF_THAT = re.compile(r"\s*(?:as\b|(?:of )?(?:this|that) amount\b)")
"""Behind another that does: `half of this amount`."""
_IS = re.compile(r"\b(?:is|was|are|were|costs?|worth|as) (?:exactly |only |about )?$")
"""In front of a half of another's: `Sam is half of Drew's age`."""
_OF_ANOTHER = re.compile(
    r"\s*(?:of\s+)?(?:the\s+)?(?:[A-Z][a-z]+\b|as\b|(?:his|her|their|its)\s+(?:\w+\s+)?(?:age|height|weight|price|size|cost|total)\b"
    r"|(?:combined|total|number|sum|amount|price|age|score|size|speed|distance|length|height|weight|cost|points)\b|\w+ \w+['\u2019]s\b)"
)
"""Behind one: `half Ann's score`, `half the combined number`."""
_REST_ASKED = re.compile(
    r"\b(?:left|remain\w*|keeps?|kept|still|surviv\w*|without|non-\w+|not|\w+n['\u2019]t|unsold|rest|other)\b[^?]*\?\s*$"
)
"""Asks for what is left, at the end."""
_NEAR = 160
"""How far behind a part its rest is spoken of."""


def half_of(work: Work) -> tuple[Node, Input] | None:
    """Return what is halved in an operation, and the half: `X / 2`, `X * 1/2` or 50 percent of X, in the question's words."""
    for base, factor in ((work.left, work.right), (work.right, work.left)):
        if not isinstance(factor, Input) or (factor is work.left and work.sign != "*"):
            continue
        percent = work.sign == "of" and factor.value == HUNDRED.value / 2
        if percent or (work.sign in "*/" and is_half(work.sign, factor)):
            return base, factor
    return None


def is_half(sign: str, factor: Node) -> bool:
    """Return whether a factor makes a half of the other: half of it, half as a divisor (no two persons), or 50 percent."""
    if isinstance(factor, Work):
        rate = factor.left if (factor.sign, factor.right) == ("/", HUNDRED) else None
        return sign == "*" and isinstance(rate, Input) and rate.value == HUNDRED.value / 2
    if not isinstance(factor, Input):
        return False
    return (
        factor.value == HALF if sign == "*" else sign == "/" and factor.form == "divisor" and factor.value == 1 / HALF
    )


class Parts:
    """The parts that a question speaks of."""

    def __init__(self, mentions: list[Mention], text: str):
        self.mentions = mentions
        self.text = text

    def of_the_rest(self, node: Node) -> bool:
        """Return whether a part is taken of what is left of something."""
        share = node.left if isinstance(node, Work) and node.right == HUNDRED else node
        return isinstance(share, Input) and _OF_THE_REST.match(self.text, self._end(share)) is not None

    def is_off(self, half: Input) -> bool:
        """Return whether the question says that so much is taken off, and does not ask how much that is."""
        mention = self.mentions[half.index]
        if mention.quantity.kind not in ("half", "fraction", "percent") or _SAVES.search(self.text):
            return False
        cut = _CUT_BY.search(self.text, mention.sentence_span[0], mention.quantity.start)
        return cut is not None or _OFF.match(self.text, mention.quantity.end) is not None

    def is_lost(self, half: Input) -> bool:
        """Return whether the question says that so much is lost, and does not ask how much that is."""
        return self._done(self.mentions[half.index], "lost")

    def is_kept_of(self, half: Input) -> bool:
        """Return whether a number that is said to be left is what so much left of something: lost, or given away."""
        mention = self.mentions[half.index]
        given = self._done(mention, "given") and _LEFT.search(self.text, mention.quantity.end) is not None
        return self._done(mention, "lost") or given

    def is_given(self, half: Input) -> bool:
        """Return whether it is given away, and not to the one who is asked for."""
        mention = self.mentions[half.index]
        if not (self._done(mention, "given") or self._done(mention, "kept")):
            return False
        if any(
            mention.clause_span[0] <= other.quantity.start < mention.clause_span[1]
            for other in self.mentions
            if other.money
        ):
            return False  # `sold half for $20 each`: it is the part that is counted with
        if self._by_kin(mention):
            return True
        if self._stems(mention.quantity.end, mention.clause_span[1]) & stem_set("kin") & self._asked():
            return False  # `gives half to his brother`, and how much has he
        names = [(where, name) for where, _, name in proper_names(self.text)]
        begin = max(self._question(), mention.quantity.end)
        giver = [name for where, name in names if mention.clause_span[0] <= where < mention.quantity.start]
        taker = [name for where, name in names if mention.quantity.end <= where < mention.clause_span[1]]
        asked = [name for where, name in names if where >= begin]
        return not (asked and (asked[0] in taker or (giver and giver[0] != asked[0])))

    def has_rest(self, half: Input) -> bool:
        """Return whether the rest that it leaves is spoken of behind it, and it is a part of something."""
        end = self._end(half)
        if _COMPARED.match(self.text, end):
            return False
        own = _OF_THE_REST.match(self.text, end)
        end = own.end() if own else end
        return _OTHERS.search(self.text, end, end + _NEAR) is not None

    def rest_is_asked(self, half: Input) -> bool:
        """Return whether the question asks for what is left, and the half that is told before is no measure of another's."""
        quantity, begin = self.mentions[half.index].quantity, self._question()
        if (
            quantity.start >= begin
            or _IS.search(self.text, 0, quantity.start)
            or _OF_ANOTHER.match(self.text, quantity.end)
        ):
            return False
        return _REST_ASKED.search(self.text, begin) is not None

    def is_compared(self, half: Input) -> bool:
        """Return whether it only compares: `half the number of times that Ann fell`, `half of this amount`."""
        end = self._end(half)
        return (_COMPARED.match(self.text, end) or _OF_THAT.match(self.text, end)) is not None

    def of_something(self, half: Input) -> bool:
        """Return whether it is part of something that is told: not `half a pound`, and not `half as many`."""
        quantity = self.mentions[half.index].quantity
        named = quantity.kind in ("half", "fraction", "percent")
        return named and _OF_SOMETHING.match(self.text, quantity.end) is not None

    def _done(self, mention: Mention, verbs: str) -> bool:
        """Return whether the clause of a part has one of these verbs, and the question does not ask for just that."""
        if mention.quantity.kind not in ("half", "fraction", "percent"):
            return False
        found = self._stems(*mention.clause_span) & stem_set(verbs)
        if not found or _COMPARED.match(self.text, mention.quantity.end):
            return False
        return mention.quantity.start >= self._question() or self._by_kin(mention) or not found & self._asked()

    def _by_kin(self, mention: Mention) -> bool:
        """Return whether another than who is asked for does it: `his brother pays half`."""
        doer = self._stems(mention.clause_span[0], mention.quantity.start) & stem_set("kin")
        return bool(doer) and (mention.quantity.start >= self._question() or not doer & self._asked())

    def _asked(self) -> set[str]:
        return self._stems(self._question(), len(self.text))

    def _stems(self, start: int, end: int) -> set[str]:
        return {stem(word) for word in WORD.findall(self.text[start:end])}

    def _question(self) -> int:
        """Return where the last sentence begins."""
        return max(self.text.rstrip().rfind(". "), self.text.rstrip(" ?").rfind("? "), 0)

    def _end(self, half: Input) -> int:
        return self.mentions[half.index].quantity.end


def unsure(works: list[Work], mentions: list[Mention], text: str) -> Iterator[Mention]:
    """Yield the halves that may stand for what they leave: given away or with a rest, and never taken from anything.

    Used twice a half may stand for both: `sold half for $5 each`, and how many are left.
    """
    parts = Parts(mentions, text)
    taken = subtracted(works)
    for work in works:
        found = half_of(work)
        if not found or not parts.of_something(found[1]):
            continue
        uses = [other for other in works if work in (other.left, other.right)]
        both = len(uses) > 1 and not (any(one.sign == "-" for one in uses) or parts.is_compared(found[1]))
        given = parts.is_given(found[1]) or parts.has_rest(found[1])
        if not given and parts.rest_is_asked(found[1]):
            given = not any(one.sign == "-" and work in within(one.left) for one in works)
        if both or (given and not (work in taken and _leaves_rest(works, work, found[0]))):
            yield mentions[found[1].index]


def _leaves_rest(works: list[Work], part: Work, whole: Node) -> bool:
    """Return whether a part is taken from what it is a part of, or from what that was added to, and not from what came of itself."""
    return any(
        work.sign == "-"
        and part in within(work.right)
        and (part not in within(work.left) or whole == work.left)
        and (whole in within(work.left) or not isinstance(whole, Work))
        for work in works
    )


def within(node: Node) -> set[Node]:
    """Return a node and all that it is worked out from."""
    found: set[Node] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [one.left, one.right] if isinstance(one, Work) else []
    return found


def subtracted(works: list[Work]) -> set[Node]:
    """Return what is taken from something, by itself or in a sum or product."""
    found: set[Node] = set()
    for work in reversed(works):
        if work.sign == "-":
            found.add(work.right)
        elif work in found and work.sign in "+*":
            found |= {work.left, work.right}
    return found
