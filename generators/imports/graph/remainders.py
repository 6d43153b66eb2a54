"""What is kept of a half that is given away: as solutions have it it is right for a half alone, as it is here for a third too."""

from collections.abc import Callable

from generators.imports.question.mentions import Mention

from .fractions import HALF, Parts, half_of, is_half, subtracted, within
from .node import ONE, Input, Node, Work


def rest_of_half(node: Node, make: Callable[[str, Node, Node], Node]) -> Node:
    """Return what a half leaves of what it is taken of; the node itself where it is no half of something."""
    if not isinstance(node, Work):
        return node
    if is_half(node.sign, node.right):
        return make("-", node.left, node)
    return make("-", node.right, node) if node.sign == "*" and is_half("*", node.left) else node


def taken_off(works: list[Work], mentions: list[Mention], text: str) -> list[Work]:
    """Return the operations with what is left of a half that is taken off or lost: `50% off`, `half of them died`.

    Where the solution goes backwards, from what is left to what was there, as if it were the half, that is mended too.
    """
    parts = Parts(mentions, text)
    taken = subtracted(works)
    direct = {(base, work.right) for work in works if work.sign == "-" for base in within(work.left)}
    new: dict[Node, Node] = {}
    out: dict[Work, None] = {}

    def make(sign: str, left: Node, right: Node) -> Work:
        work = Work(sign, left, right)
        out.setdefault(work)
        return work

    for work in works:
        left, right = new.get(work.left, work.left), new.get(work.right, work.right)
        half = half_of(work)
        whole = _whole_of_half(work)
        off = half and (parts.is_off(half[1]) or (parts.is_lost(half[1]) and work not in taken))
        if half and off and (half[0], work) not in direct:
            base = left if half[0] is work.left else right
            new[work] = make("off", left, right) if work.sign == "of" else make("-", base, make(work.sign, left, right))
        elif whole and parts.is_kept_of(whole[1]):
            base = left if whole[0] is work.left else right
            new[work] = make("/", base, make("-", ONE, Input(whole[1].index, "", HALF)))
        else:
            new[work] = make(work.sign, left, right)
    return list(out)


def _whole_of_half(work: Work) -> tuple[Node, Input] | None:
    """Return a half and its half as they stand in `2 * X` and `X / (1/2)`, where they give the whole."""
    for base, factor in ((work.left, work.right), (work.right, work.left)):
        if not isinstance(factor, Input):
            continue
        if (work.sign, factor.form, factor.value) == ("*", "divisor", 1 / HALF):
            return base, factor
        if (work.sign, factor.form, factor.value) == ("/", "", HALF) and factor is work.right:
            return base, factor
    return None
