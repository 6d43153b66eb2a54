"""What is right for these numbers alone: repetitions written out, a `twice` that is taken for two persons, unread halves."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from generators.imports.graph.fractions import HALF
from generators.imports.linking.origin import Earlier, Given, Named, Origin, givens
from generators.imports.linking.position import roles
from generators.imports.linking.search import Linking
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf, leaves
from generators.text.lexicon import stem_set
from solver.constants import named_constants
from solver.stems import WORD, stem

_SQUARE = frozenset(map(stem, ["square", "cube", "cubic"]))
_TWICE = 2
_FLAT = frozenset(map(stem, ["square", "cube", "cubic", "area", "volume", "pixels"]))
"""Speak of what is so many by so many, where a product takes its unit twice."""
_SMALL = 2
"""A number up to this that is added to itself is more likely two other things: `1 + 1` for two people."""
_SHARED = frozenset(
    map(stem, ["average", "mean", "equally", "equal", "evenly", "split", "share", "each", "per", "both"])
)
"""Say in a line that its two is how many share something."""
_UNTOLD = 3
"""A number up to this that is multiplied with again must be told by its words there."""
_FEW = 5
"""A result up to this may be how many share something by chance."""
_PART = re.compile(r"\s*(?:of|as|the|that|this|his|her|their|its)\b")
"""Behind a half that is taken of something."""
_ONE_HALF = re.compile(r"\b(?:first|second|other|one|last|top|bottom) $", re.IGNORECASE)
_DAYS = r"(?P<{}>sun|mon|tues|wednes|thurs|fri|satur)days?"
_RANGE = re.compile(
    _DAYS.format("first")
    + r" (?:to|through|thru|until|till|and) (?:the (?:end|night|morning) of (?:the day on )?)?"
    + _DAYS.format("last"),
    re.IGNORECASE,
)
Signs = dict[int, list[str]]
"""The sign at each leaf of each step that is used."""


def coincidences(linking: Linking, mentions: list[Mention], text: str) -> Iterator[str]:
    """Yield why a wiring may be right for these numbers alone."""
    twice = _twice_for(linking, mentions)
    if twice:
        yield f"used twice though another of its value is left over: {', '.join(twice)}"
    signs = _signs(linking)
    squared = list(_squares(linking, mentions, signs))
    if squared:
        yield f"twice in one step: {', '.join(squared)}"
    again = sorted(_taken_again(linking, mentions)) if not _FLAT & set(map(stem, WORD.findall(text))) else []
    if again:
        yield f"twice in one product: {', '.join(again)}"
    if _unrolled(linking, mentions, signs):
        yield "a repetition is written out, and how often is not read from the question"
    unread = [mention.quantity.text for mention in _unread_halves(linking, mentions, text)]
    if unread:
        yield f"not read: {', '.join(unread)}"
    lent = sorted(
        {
            mentions[k].quantity.text
            for found in (_lent, _untold, _by_itself, _unpaired, _for_constant)
            for k in found(linking, mentions, signs)
        }
    )
    if lent:
        yield f"taken for a number of its value: {', '.join(lent)}"
    if _averaged_by_addend(linking, signs):
        yield "an average is divided by what was added up"
    if _other_days(linking, text):
        yield "weekdays stand for other days"


def _unread_halves(linking: Linking, mentions: list[Mention], text: str) -> Iterator[Mention]:
    """Yield the halves of something that nothing reads: what is left may be as much as what is given."""
    for index in linking.unused:
        quantity, begin = mentions[index].quantity, mentions[index].sentence_span[0]
        part = quantity.kind == "half" and _PART.match(text, quantity.end)
        if part and not _ONE_HALF.search(text, begin, quantity.start) and not _timed(mentions[index]):
            yield mentions[index]


def _timed(mention: Mention) -> bool:
    return bool({*mention.after[:1]} & stem_set("units_of_time"))


def _lent(linking: Linking, mentions: list[Mention], signs: Signs) -> Iterator[int]:
    """Yield the numbers that are used for another of their value: the two of `twice` for two persons.

    A `twice` or a half that both multiplies and divides, or that shares something equally beside another use; a two that
    is taken off and shares; a fraction of which a part is counted with beside another use.
    """
    used: dict[int, list[tuple[int, str, Given]]] = {}
    for (place, number), origin in sorted(linking.origins.items(), key=lambda pair: pair[0]):
        if isinstance(origin, Given):
            used.setdefault(mentions[origin.index].alias, []).append((place, signs[place][number], origin))
    for index, uses in used.items():
        kind = mentions[index].quantity.kind
        if len({place for place, _, _ in uses}) < 2:
            continue
        ways = {_way(sign, origin) for _, sign, origin in uses}
        value = mentions[index].quantity.value
        algebra = ways & {"+", "-"}
        shared = any(sign == "/" and linking.steps[place].line & _SHARED for place, sign, _ in uses)
        of_two = kind in ("half", "multiple") or (kind == "fraction" and value == HALF)
        other = (
            of_two and not algebra and (len(ways) > 1 or shared),
            kind in ("plain", "word") and value == _SMALL and algebra and shared,
            kind == "fraction" and _parted({(origin.form, sign) for _, sign, origin in uses}),
        )
        if any(other):
            yield index


def _by_itself(linking: Linking, mentions: list[Mention], signs: Signs) -> Iterator[int]:
    """Yield the fractions of which one part is counted with by itself: a third of it for what two thirds leave."""
    for (place, number), origin in linking.origins.items():
        if not isinstance(origin, Given) or origin.form != "bottom" or signs[place][number] != "/":
            continue
        root = mentions[origin.index].alias
        for (other, nth), read in linking.origins.items():
            if read == Earlier(place):
                beside = [one for (step, _), one in linking.origins.items() if step == other and isinstance(one, Given)]
                parts = {one.form for one in beside if mentions[one.index].alias == root}
                if signs[other][nth] != "*" or not parts & {"top", "other_top"}:
                    yield origin.index


def _parted(uses: set[tuple[str, str]]) -> bool:
    """Return whether what a fraction leaves of its whole is counted with beside another use: the two of `a third` for two kinds.

    `X / 3 * 2` and `X / 2 * 3` are what it means.
    """
    forms = {form for form, _ in uses}
    meant = [{("divisor", "/"), ("other_top", "*")}, {("divisor", "*"), ("other_top", "/")}]
    return "other_top" in forms and bool(forms & {"fraction", "divisor"}) and uses not in meant


def _for_constant(linking: Linking, mentions: list[Mention], signs: Signs) -> Iterator[int]:
    """Yield the numbers that stand a second time where a constant of their value is spoken of: 60 minutes in three hours.

    And a `second` that something is multiplied with: the second puzzle and the third are two.
    """
    uses = _uses(linking, mentions)
    for (place, number), origin in linking.origins.items():
        if not isinstance(origin, Given) or signs[place][number] not in "*/":
            continue
        mention, step = mentions[origin.index], linking.steps[place]
        if mention.quantity.kind == "ordinal" and mention.quantity.text.lower() == "second":
            yield origin.index
        if uses[mention.alias] < 2 or mention.quantity.kind not in ("plain", "word"):
            continue
        told = {*list(leaves(step.formula))[number].after, *step.line}
        pairs = ((one.name.split("_per_"), one.value) for one in named_constants() if "_per_" in one.name)
        if any(value == mention.quantity.value and {*map(stem, names)} <= told for names, value in pairs):
            yield origin.index


def _unpaired(linking: Linking, mentions: list[Mention], signs: Signs) -> Iterator[int]:
    """Yield the pairs whose two shares something, in a line that speaks of no pair: two persons, and no shoes."""
    for (place, number), origin in linking.origins.items():
        if not isinstance(origin, Given) or mentions[origin.index].quantity.kind != "group":
            continue
        mention, step = mentions[origin.index], linking.steps[place]
        leaf = list(leaves(step.formula))[number]
        told = {*mention.after[:2], *map(stem, WORD.findall(mention.quantity.text.lower()))}
        if leaf.value == _SMALL and signs[place][number] == "/" and not told & {*leaf.after, *leaf.before, *step.line}:
            yield origin.index


def _untold(linking: Linking, mentions: list[Mention], signs: Signs) -> Iterator[int]:
    """Yield the small counts that are a factor in two steps, of which one has no word of them: 2 cups, and 2 slices of bread.

    A two is what most things are that are only named; a three must share no word of its clause at all.
    """
    used: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    for (place, number), origin in linking.origins.items():
        if isinstance(origin, Given):
            mention, step = mentions[origin.index], linking.steps[place]
            leaf = list(leaves(step.formula))[number]
            own = {mention.unit, *mention.after[:2]} - {""}
            words = own if own and mention.quantity.value == _SMALL else own | {*mention.before} | mention.clause
            told = words & {*leaf.after, *leaf.before, *step.line} or signs[place][number] in "+-"
            used[mention.alias][place] = used[mention.alias].get(place, True) and bool(told)
    for index, places in used.items():
        mention = mentions[index]
        small = mention.quantity.kind in ("plain", "word") and 1 < mention.quantity.value <= _UNTOLD
        if small and not mention.is_factor and len(places) > 1 and not all(places.values()):
            yield index


def _way(sign: str, origin: Given) -> str:
    """Return whether a use makes more or less: a half as a fraction makes less where a two makes more."""
    if sign in "+-":
        return sign
    return "less" if (sign == "/") != (origin.form == "fraction") else "more"


def _averaged_by_addend(linking: Linking, signs: Signs) -> bool:
    """Return whether a line that shares a sum divides it by something the sum was worked out from, and not by a count."""
    behind: defaultdict[int, set[int]] = defaultdict(set)
    for (place, _), origin in sorted(linking.origins.items(), key=lambda pair: pair[0]):
        if isinstance(origin, Earlier):
            behind[place] |= {origin.step} | behind[origin.step]
    for (place, number), origin in linking.origins.items():
        shared = signs[place][number] == "/" and number and linking.steps[place].line & _SHARED
        over = linking.origins.get((place, number - 1))
        if not (shared and isinstance(origin, Earlier) and isinstance(over, Earlier)):
            continue
        if origin.step in behind[over.step] and linking.steps[origin.step].value <= _FEW:
            return True
    return False


def _other_days(linking: Linking, text: str) -> bool:
    """Return whether the weekdays of the table are used where the question says from which day to which."""
    names = {origin.name for origin in linking.origins.values() if isinstance(origin, Named)}
    found = _RANGE.search(text)
    weekdays = found and (found["first"].lower(), found["last"].lower()) == ("mon", "fri")
    return "weekdays_per_week" in names and found is not None and not weekdays


def _signs(linking: Linking) -> Signs:
    places = {place for place, _ in linking.origins}
    return {place: [role.sign for role in roles(linking.steps[place].formula)] for place in places}


def _uses(linking: Linking, mentions: list[Mention]) -> Counter[int]:
    """Return how often each number of the question is used."""
    return Counter(mentions[given.index].alias for one in linking.origins.values() for given in givens(one))


def _squares(linking: Linking, mentions: list[Mention], signs: Signs) -> Iterator[str]:
    """Yield what is multiplied by itself, which only a square means, and the ones and twos that add up unasked."""
    used: dict[tuple[int, str], list[str]] = {}
    small = set()
    for (place, number), origin in linking.origins.items():
        if isinstance(origin, Given):
            mention = mentions[origin.index]
            quantity = mentions[mention.alias].quantity
            if quantity.kind in ("percent", "fraction", "half") or mention.clause & _SQUARE:
                continue
            key = place, f"{quantity.text}@{mention.alias}{origin.form if quantity.kind == 'group' else ''}"
            if quantity.value <= _SMALL:
                small.add(key)
        elif isinstance(origin, Named) and not origin.name.startswith(
            ("sides_", "both_")
        ):  # a rectangle has two of each
            first = origin.name.split("_")[0]
            key = place, f"{first if first in ('legs', 'wheels') else origin.name}@"  # of one animal and of another
        elif isinstance(origin, Earlier) and not linking.steps[place].line & _SQUARE:
            key = place, f"a result@{origin.step}"
        else:
            continue
        used.setdefault(key, []).append(signs[place][number])
    for key, found in used.items():
        if len(found) < 2:
            continue
        inverse = key[1].endswith("@") and {*found} == {"*", "/"}  # so much a year, and a month again
        if key in small or (sum(sign in "*/" for sign in found) > 1 and not inverse):
            yield key[1].partition("@")[0]


def _taken_again(linking: Linking, mentions: list[Mention]) -> set[str]:
    """Return what is a factor of one product twice, step upon step: the two sandwiches of each for two slices of bread.

    More often it is a repetition: doubled every month, from March to July.
    """
    known: dict[int, Counter[str]] = {}

    def of_step(place: int) -> Counter[str]:
        if place not in known:
            known[place] = of_formula(linking.steps[place].formula, place, iter(range(10_000)))
        return known[place]

    def of_formula(formula: Formula, place: int, numbers: Iterator[int]) -> Counter[str]:
        if isinstance(formula, Leaf):
            origin = linking.origins[place, next(numbers)]
            if isinstance(origin, Earlier):
                return of_step(origin.step) + Counter([f"a result@{origin.step}"])
            if not isinstance(origin, Given) or mentions[origin.index].quantity.kind == "percent":
                return Counter()
            mention = mentions[mentions[origin.index].alias]
            part = origin.form if mention.quantity.kind == "group" else ""
            return Counter([f"{mention.quantity.text}@{mention.alias}{part}"])
        left = of_formula(formula.left, place, numbers)
        right = of_formula(formula.right, place, numbers)
        return left + right if formula.sign == "*" else Counter()

    most: Counter[str] = Counter()
    for place in {place for place, _ in linking.origins}:
        most |= of_step(place)
    return {key.partition("@")[0] for key, times in most.items() if times == _TWICE}


def _unrolled(linking: Linking, mentions: list[Mention], signs: Signs) -> bool:
    """Return whether a step is repeated as often as the question says, and the number that says so is not used.

    `35 + 35` for the next two hours, or `x 2`, `x 2`, `x 2` for three years: right for these numbers alone.
    """
    used = _uses(linking, mentions)
    said = {
        mention.quantity.value
        for k, mention in enumerate(mentions)
        if mention.alias == k and not used[k] and mention.quantity.kind in ("plain", "word", "ordinal")
    }
    every = {a / b for a in said for b in said if b and a != b}  # in 30 years, every 10 years
    linked: dict[int, list[tuple[Origin, str]]] = {}
    for (place, number), origin in sorted(linking.origins.items(), key=lambda pair: pair[0]):
        linked.setdefault(place, []).append((origin, signs[place][number]))
    for place, found in linked.items():
        for (origin, sign), times in Counter(found).items():
            if sign in "+-" and times > 1 and times in said and isinstance(origin, (Given, Earlier)):
                return True
        for origin, sign in dict.fromkeys(found):
            times = _applied(linked, place, origin, sign)
            if times > 1 and (sign in "*/" or times > _SMALL) and said & {times - 1, times, times + 1}:
                return True
            if times > 1 and sign in "*/" and times in every:
                return True
    return any(said & {times, times + 1} for times in _again(linked))


def _again(linked: dict[int, list[tuple[Origin, str]]]) -> Iterator[int]:
    """Yield how often a factor is taken of what came of taking it: interest of the sum with interest, twice or more."""
    depth: dict[tuple[int, Origin, str], int] = {}
    came: dict[int, set[tuple[Origin, str]]] = {}
    for place in sorted(linked):
        used = {(origin, sign) for origin, sign in linked[place] if isinstance(origin, Given) and sign in "*/"}
        before = [one.step for one, _ in linked[place] if isinstance(one, Earlier)]
        came[place] = used.union(*(came.get(step, set()) for step in before))
        for origin, sign in came[place]:
            known = max((depth.get((step, origin, sign), 0) for step in before), default=0)
            depth[place, origin, sign] = known + ((origin, sign) in used)
    yield from {times for times in depth.values() if times > 1}


def _applied(linked: dict[int, list[tuple[Origin, str]]], place: int, origin: Origin, sign: str) -> int:
    """Return how often in a row, step upon step, a number is added, multiplied with or the like."""
    found = linked.get(place, [])
    if len(found) != 2 or (origin, sign) not in found:
        return 0
    other, _ = found[1 - found.index((origin, sign))]
    return 1 + (_applied(linked, other.step, origin, sign) if isinstance(other, Earlier) and other != origin else 0)


def _twice_for(linking: Linking, mentions: list[Mention]) -> list[str]:
    """Return the numbers that are used twice where one of the same value, however it is written, is not used at all."""
    used = _uses(linking, mentions)
    spare = {
        mention.quantity.value
        for k, mention in enumerate(mentions)
        if mention.alias == k and not used[k] and not mention.definite and not _in_passing(mention)
    }
    return [mentions[k].quantity.text for k, count in used.items() if count > 1 and mentions[k].quantity.value in spare]


def _in_passing(mention: Mention) -> bool:
    """Return whether it is a one or a place in a row, as a word: `one comb`, `the third floor`; `the 5th` may be counted with."""
    quantity = mention.quantity
    return quantity.text.isalpha() and (quantity.kind == "ordinal" or (quantity.kind == "word" and quantity.value == 1))
