"""Writes the pattern file of an imported problem: its question, trace and solution with slots for numbers and names."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from keyword import iskeyword
from typing import NamedTuple

from generators.imports.linking.choice import Linking
from generators.imports.question.mentions import Mention
from generators.imports.solution.problem import Problem, Row
from generators.patterns.expression import MAX_LENGTH
from generators.text.slugs import slug
from solver.program import Program
from solver.text import read, write

from .closed_form import NoClosedForm, Solution, closed_form, forms_used, varies_in
from .conditions import Condition, Told, asked_at_most, asked_of, conditions
from .fixed import any_stays, neighbours, shares_of_a_whole
from .persons import Person, persons
from .ranges import Number, Range, range_of
from .spots import Spot, spot
from .terms import Operation, Term, names, operation, replaced, value, written
from .traced import counted_parts, given_numbers, operations, parts_of_names, traced_term, with_persons, with_slots

_AROUND = 32
"""The characters before and behind a number by which its values are chosen."""
_MANY = 60
"""Signs in the conditions above which the steps get names, so that each is computed once."""
_HOWS = {"plain", "money", "word number", "percent", "a/b", "groups", "cents"}
"""The readings of a number that a slot can have in a trace."""


class NoPattern(ValueError):
    """A problem of which no pattern is made; the message says why."""


@dataclass(frozen=True)
class Original:
    """The problem, its row, and how its solution was linked."""

    problem: Problem
    row: Row
    mentions: Sequence[Mention]
    linking: Linking

    @property
    def text(self) -> str:
        """The question."""
        return self.problem.question


class Slot(NamedTuple):
    """A number that varies: its slot, its mentions, and where they show it."""

    name: str
    value: Fraction
    mentions: tuple[int, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Made:
    """A pattern file, and the original numbers of its slots."""

    text: str
    expert: str
    name: str
    numbers: dict[str, Fraction]
    persons: int
    """The number of names that vary."""
    source: str
    """The id of the problem's row."""


_PLAIN = re.compile(r"\w[\w .,;()/&-]*")
"""A text that YAML takes as it is."""


def _scalar(text: str) -> str:
    """Return a text as a value of YAML."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def pattern_text(source: Original, header: Mapping[str, str], level: int) -> Made:
    """Return the pattern file of a problem with ranges of a level; raise NoPattern if there is none."""
    if re.search(r"[{}]", source.text):
        raise NoPattern("braces: the question has braces")
    program = read(source.row.trace or "")
    slots = _slots(source)
    found = persons(source.text, frozenset(parts_of_names(write(program))))
    slots = _named_apart(slots, [one.slot for one in found])
    ranges = _ranges(source, slots, level)
    slots = _varying(source, program, [slot for slot in slots if ranges[slot.name].size > 1])
    numbers = {slot.name: slot.value for slot in slots}
    given = _given(source, program, slots)
    traced = traced_term(program, given)
    _check_unused(source, slots, traced, numbers)
    answer = _answer(source, slots, traced, numbers)
    told = list(_told(source, slots))
    where = conditions(traced, numbers, ranges, told)
    most = asked_at_most(source.text, source.problem.answer)
    where += [Condition(traced, "<=", most)] if most is not None else []
    where += asked_of(source.text, traced, source.problem.answer, told)
    if not all(one.holds(numbers) for one in where):
        raise NoPattern("conditions: the original numbers break a condition")
    parts: dict[Term, str] = {}
    if sum(one.signs for one in where) > _MANY or _too_long(where):
        parts = {step: f"part{number}" for number, step in enumerate(operations(traced)[:-1], 1)}
        where = [one.with_parts(parts) for one in where]
    if len(answer) > MAX_LENGTH or _too_long(where):
        raise NoPattern("long: the solution is too long for one expression")
    trace = with_persons(write(with_slots(program, given)), {slug(one.name): one.slot for one in found})
    lines = [
        "---",
        *(f"{key}: {_scalar(text)}" for key, text in header.items()),
        "slots:",
        *(f"  {one.slot}: {one.vocabulary}" for one in found),
        *(f"  {slot.name}: {ranges[slot.name]}" for slot in slots),
        *(f"  {name}: = {written(_split(step, parts))}" for step, name in parts.items()),
        *(["where:", *(f"  - {one}" for one in where)] if where else []),
        *_trace_lines(trace, composed=len(program) > 1),
        f"answer: {answer}",
        "---",
        _question(source.text, slots, found),
    ]
    return Made(
        "\n".join(lines) + "\n", source.row.expert or "", slug(source.row.id), numbers, len(found), source.row.id
    )


def _varying(source: Original, program: Program, slots: Sequence[Slot]) -> list[Slot]:
    """Return the slots that do not count parts of the trace itself; raise NoPattern if there is none."""
    numbers = {slot.name: slot.value for slot in slots}
    tied = counted_parts(traced_term(program, _given(source, program, slots)), numbers)
    varying = [slot for slot in slots if slot.name not in tied]
    if not varying:
        raise NoPattern("fixed: no number of the question can vary")
    return varying


def _too_long(where: Sequence[Condition]) -> bool:
    """Return whether a side of a condition is longer than an expression may be."""
    return any(len(side) > MAX_LENGTH for one in where for side in one.sides)


def _split(step: Term, parts: Mapping[Term, str]) -> Term:
    """Return an operation with names in place of its two operands, where they have one."""
    return Operation(step.sign, *(replaced(side, parts) for side in step[1:])) if isinstance(step, Operation) else step


def _trace_lines(trace: str, *, composed: bool) -> list[str]:
    """Return the lines of the key `trace` for the canonical text of a trace."""
    lines = trace.rstrip("\n").split("\n")
    if not composed:
        lines = lines[2:]
    return ["trace:", *(f"  {line}" for line in lines)]


def _slots(source: Original) -> list[Slot]:
    """Return the numbers that the trace takes from the question and that can vary; equal numbers share a slot."""
    used = _used(source)
    shares = shares_of_a_whole(source.mentions) | neighbours(source.text, source.mentions)
    groups: dict[tuple[Fraction, bool], list[int]] = {}
    for place in used:
        quantity = source.mentions[place].quantity
        shown = spot(quantity)
        number = shown.value if shown else quantity.value
        groups.setdefault((number, quantity.kind in ("percent", "fraction")), []).append(place)
    slots: list[Slot] = []
    for (number, _), places in groups.items():
        taken = {place for slot in slots for place in slot.mentions}
        taken |= {place for others in groups.values() for place in others if others is not places}
        members = [place for place in _members(source, places, number) if place not in taken]
        spots = [spot(source.mentions[place].quantity) for place in members]
        if any(one is None or one.value != number or _touched(source.text, one) for one in spots):
            continue
        mentions = [source.mentions[place] for place in members]
        if any_stays(source.text, mentions) or shares & set(members) or not _usable(source, members):
            continue
        name = _name(source, members)
        slots.append(Slot(name, number, tuple(members), tuple(one for one in spots if one)))
    return slots


def _touched(text: str, found: Spot) -> bool:
    """Return whether a letter or a digit touches a number that is not written in plain figures: the `th` of `1/4th`."""
    figures = set(found.filters) <= {"commas", "money"}
    return not figures and bool(re.match(r"\w", text[found.end :]) or re.search(r"\w$", text[: found.start]))


def _used(source: Original) -> list[int]:
    """Return the places of the mentions that the trace takes, in the order of the question."""
    spans = {
        tuple(origin["span"])
        for part in source.row.metadata["operands"]
        for origin in part.values()
        if "span" in origin
    }
    places = {place for place, one in enumerate(source.mentions) if (one.quantity.start, one.quantity.end) in spans}
    places |= {place for place, _ in forms_used(source.linking)}
    return sorted(places)


def _members(source: Original, places: Sequence[int], number: Fraction) -> list[int]:
    """Return the mentions of a number: those in use, those that refer to them, and unused ones of the same unit."""
    aliases = {source.mentions[place].alias for place in places} | set(places)
    units = {source.mentions[place].unit for place in places}
    members = set(places)
    for place, mention in enumerate(source.mentions):
        quantity = mention.quantity
        equal = quantity.value == number and quantity.kind in ("plain", "word", "money")
        if mention.alias in aliases or (equal and (mention.unit in units or number > 12)):
            members.add(place)
    return sorted(members)


def _usable(source: Original, members: Sequence[int]) -> bool:
    """Return whether trace and solution use a number only in forms that a slot has."""
    inside = set(members)
    spans = {(source.mentions[place].quantity.start, source.mentions[place].quantity.end) for place in members}
    hows = {
        origin["how"]
        for part in source.row.metadata["operands"]
        for origin in part.values()
        if "span" in origin and tuple(origin["span"]) in spans
    }
    forms = {form for place, form in forms_used(source.linking) if place in inside}
    return hows <= _HOWS and all(varies_in(form, source.mentions[members[0]]) for form in forms)


def _name(source: Original, members: Sequence[int]) -> str:
    """Return the name of a slot: the last part of the name that the trace has for its number."""
    spans = {(source.mentions[place].quantity.start, source.mentions[place].quantity.end) for place in members}
    for part in source.row.metadata["operands"]:
        for name, origin in part.items():
            if "span" in origin and tuple(origin["span"]) in spans and not name.startswith("step "):
                return name.rpartition(".")[2]
    return "amount"


def _named_apart(slots: Sequence[Slot], taken: Iterable[str]) -> list[Slot]:
    """Return the slots with names of their own; numbers are added to those that are taken."""
    known = {"self", *taken}
    apart = []
    for slot in slots:
        name, again = slot.name, 2
        while name in known or iskeyword(name):
            name, again = f"{slot.name}{again}", again + 1
        known.add(name)
        apart.append(slot._replace(name=name))
    return apart


def _ranges(source: Original, slots: Sequence[Slot], level: int) -> dict[str, Range]:
    """Return the values of each slot: those that all of its mentions allow."""
    fixed = Range(Fraction(1), Fraction(1), Fraction(1))
    found = {}
    for slot in slots:
        ranges = [range_of(_number(source, slot, place, level)) or fixed for place in slot.mentions]
        found[slot.name] = min(ranges, key=lambda one: (one.size, one.high))
    return found


def _number(source: Original, slot: Slot, place: int, level: int) -> Number:
    mention = source.mentions[place]
    quantity = mention.quantity
    parts = any(form in ("divisor", "bottom") for used, form in forms_used(source.linking) if used in slot.mentions)
    clause_start, clause_end = mention.clause_span
    return Number(
        value=slot.value,
        kind=quantity.kind,
        unit=mention.unit,
        before=source.text[max(0, quantity.start - _AROUND) : quantity.start],
        after=source.text[quantity.end : quantity.end + _AROUND],
        clause=source.text[clause_start:clause_end],
        factor=mention.is_factor,
        figures=not any("words" in one.filters for one in slot.spots),
        unit_parts=parts,
        level=level,
        commas="," in quantity.text,
    )


def _given(source: Original, program: Program, slots: Sequence[Slot]) -> list[Term]:
    """Return the given numbers of the trace as terms: a slot, or the number that does not vary."""
    by_span = {
        (source.mentions[place].quantity.start, source.mentions[place].quantity.end): slot.name
        for slot in slots
        for place in slot.mentions
    }
    values = {slot.name: slot.value for slot in slots}
    given: list[Term] = []
    for part, name, number in given_numbers(program):
        origin = source.row.metadata["operands"][part].get(name, {})
        slot = by_span.get(tuple(origin.get("span", ())))
        if slot is not None and values[slot] != number:
            raise NoPattern("form: the trace takes another number than the question shows")
        given.append(number if slot is None else slot)
    return given


def _answer(source: Original, slots: Sequence[Slot], traced: Term, numbers: Mapping[str, Fraction]) -> str:
    """Return the closed form of the answer; raise NoPattern if it differs from the gold answer or uses other numbers."""
    by_place = {place: slot.name for slot in slots for place in slot.mentions}
    try:
        term = closed_form(Solution(source.mentions, source.linking, by_place))
    except NoClosedForm as error:
        raise NoPattern(str(error)) from None
    if value(term, numbers) != source.problem.answer:
        raise NoPattern("closed_form: the solution's formulas do not give the answer")
    if set(names(term)) != set(names(traced)):
        raise NoPattern("closed_form: trace and solution use different numbers")
    return written(term)


def _told(source: Original, slots: Sequence[Slot]) -> Iterator[Told]:
    """Yield the numbers of the question: slots and fixed ones, with the unit by which they are compared."""
    by_place = {place: slot for slot in slots for place in slot.mentions}
    for place, mention in enumerate(source.mentions):
        quantity = mention.quantity
        slot = by_place.get(place)
        if slot is None and quantity.kind not in ("plain", "word", "money", "percent"):
            continue
        unit = "%" if quantity.kind == "percent" else "$" if mention.money else mention.unit
        yield Told(slot.name if slot else quantity.value, slot.value if slot else quantity.value, unit)


def _check_unused(source: Original, slots: Sequence[Slot], traced: Term, numbers: Mapping[str, Fraction]) -> None:
    """Raise NoPattern if a number that stays can be worked out from numbers that vary: it would become false."""
    shown = {place for slot in slots for place in slot.mentions} | set(_used(source))
    idle = {
        one.quantity.value
        for place, one in enumerate(source.mentions)
        if place not in shown and one.quantity.kind in ("plain", "word", "money", "percent") and one.quantity.value > 2
    }
    if not idle:
        return
    results = {value(step, numbers) for step in operations(traced)}
    pairs = {
        value(operation(sign, left, right), numbers)
        for left in numbers
        for right in numbers
        if left != right
        for sign in "+-*/"
    }
    remainders = {total - part for total in numbers.values() for part in idle}
    if idle & (results | pairs | remainders):
        raise NoPattern("told: the question tells a number that its others give")


def _question(text: str, slots: Sequence[Slot], found: Sequence[Person]) -> str:
    """Return the question with slots, on one line."""
    pieces: list[_Piece] = [
        _with_article(text, spot.start, spot.end, (slot.name, *spot.filters)) for slot in slots for spot in slot.spots
    ]
    pieces += [(start, end, (one.slot,)) for one in found for start, end in one.places]
    body, end = "", 0
    for start, stop, chain in sorted(pieces):
        possessive = "'s" if text[stop - 1] in "'\u2019" else ""
        body += text[end:start] + "{{ " + " | ".join(chain) + " }}" + possessive
        end = stop
    return re.sub(r"\s", " ", body + text[end:]).strip()


_Piece = tuple[int, int, tuple[str, ...]]
"""The characters of a question that a slot replaces, and the slot with its filters."""


def _with_article(text: str, start: int, end: int, chain: tuple[str, ...]) -> _Piece:
    """Return a slot of the question with the article before it, which depends on its number."""
    article = re.search(r"\b([Aa])n?\s$", text[:start])
    if not article or "slash" in chain or "fraction" in chain:
        return start, end, chain
    bare = tuple(one for one in chain if one != "upper_first")
    return article.start(), end, (*bare, "a", "upper_first") if article[1] == "A" else (*bare, "a")
