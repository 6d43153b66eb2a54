"""What is kept of a half that is given away: as solutions have it it is right for a half alone, as it is here for a third too."""

import re
from fractions import Fraction

from .mentions import Mention
from .node import Input, Node, Work

_OF_THE_REST = re.compile(
    r"\s*(?:of\s+)?(?:the|his|her|their|its|those|these|that|what(?:['\u2019]s| (?:is|was|he|she|they|it|[A-Z][a-z]+)(?: (?:has|had|have))?)?)"
    r"\s+(?:remain\w*|rest|left\w*)\b|\s*of\s+(?:the|his|her|their)\s+\w+\s+(?:left|remaining)\b"
)
"""Behind a part that is taken of what is kept: `a third of the remaining singers`."""
_OFF = re.compile(r"[\s-]*(?:off|discount|less|fewer|shorter|lower|cheaper|smaller|reduction)\b")
"""Behind a half that is taken away: `50% off`."""
_CUT_BY = re.compile(r"\b(?:reduc|shr[iua]nk|decreas|lower|dropp|cut)\w*\b[^.;,]*\bby (?:only |about |another )?$")
"""In front of one: `reduces the chances by 50%`."""
_SAVES = re.compile(r"\bsav(?:e|es|ed|ings?)\b")
"""In front of one that is asked for itself."""
_HALVES = (("*", Fraction(1, 2)), ("/", Fraction(2)), ("of", Fraction(50)))


def kept(works: list[Work], mentions: list[Mention], text: str) -> list[Work]:
    """Return the operations with what is kept of a half instead of the half, where the question means what is kept."""
    taken = {(work.left, work.right) for work in works if work.sign == "-"}
    new: dict[Node, Node] = {}
    out: dict[Work, None] = {}

    def make(sign: str, left: Node, right: Node) -> Work:
        work = Work(sign, left, right)
        out.setdefault(work)
        return work

    def rest(work: Node, now: Node) -> Node:
        half = _half(work)
        if half is None or not (isinstance(work, Work) and isinstance(now, Work)):
            return now
        base = now.left if now.right == half else now.right
        return make("off", base, half) if work.sign == "of" else make("-", base, make(work.sign, now.left, now.right))

    of_rest: dict[tuple[Node, Node], Node] = {}
    for work in works:
        left, right = new.get(work.left, work.left), new.get(work.right, work.right)
        if work.sign in ("*", "/", "of") and _says(_OF_THE_REST, work.right, mentions, text):
            left = rest(work.left, left)
            of_rest[work.left, work] = left
        elif work.sign == "*" and _says(_OF_THE_REST, work.left, mentions, text):
            right = rest(work.right, right)
            of_rest[work.right, work] = right
        elif work.sign == "-" and (work.left, work.right) in of_rest:
            left = of_rest[work.left, work.right]  # what a third of the rest leaves of the rest
        half = _half(work)
        if (
            half
            and (work.left, work) not in taken
            and (work.right, work) not in taken
            and _taken_off(half, mentions, text)
        ):
            new[work] = rest(work, Work(work.sign, left, right))
        else:
            new[work] = make(work.sign, left, right)
    return list(out)


def _half(work: Node) -> Input | None:
    """Return the half that something is multiplied by."""
    if not isinstance(work, Work):
        return None
    factors = (work.right, work.left) if work.sign == "*" else (work.right,)
    return next((one for one in factors if isinstance(one, Input) and (work.sign, one.value) in _HALVES), None)


def _says(pattern: re.Pattern[str], node: Node, mentions: list[Mention], text: str) -> bool:
    """Return whether the words behind a number of the question say something."""
    return isinstance(node, Input) and pattern.match(text, mentions[node.index].quantity.end) is not None


def _taken_off(half: Input, mentions: list[Mention], text: str) -> bool:
    mention = mentions[half.index]
    if mention.quantity.kind not in ("half", "fraction", "percent"):
        return False
    if _SAVES.search(text, *mention.part):
        return False
    return _says(_OFF, half, mentions, text) or bool(_CUT_BY.search(text, mention.span[0], mention.quantity.start))
