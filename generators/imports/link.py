"""Links every number of a solution to its source, all of them together.

By value alone one number in five has several sources. The choice is made jointly: a step wants to be used,
a quantity of the question wants to be used once, and unit, wording, neighbourhood and order speak for one
source or another. All linkings that are consistent with values, types and coverage are kept, and compared
as functions of the question's numbers: where all are the same function, the wiring is proved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from .constants import Constant, table, triggered
from .formula import Formula, Leaf, NoFormula, Op, apply, leaves
from .lexicon import stem
from .mentions import Mention
from .solution import Step
from .source import PRIME, Derived, Earlier, Given, Plain, Source, World, form_at, forms

BEAM = 1_200
"""Linkings that are followed at once; where more were possible nothing is called proved."""
UNRIVALLED = 99.0
"""The margin where no other linking is another function."""
_ENOUGH = 12
"""Functions that are counted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible source of a leaf, what speaks for it, and whether type and unit allow it."""

    source: Source
    score: float
    typed: bool
    givens: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """A linking of the leaves seen so far."""

    score: float
    chosen: tuple["_Choice", ...]
    used: tuple[int, ...]
    needed: int
    consumed: int
    untyped: int = 0
    inferred: int = 0
    sentences: tuple[int, ...] = ()
    """The mentions linked in the step at hand."""


_Choice = tuple[int, int, Candidate]


@dataclass(frozen=True, slots=True)
class Linking:
    """The chosen linking of a problem and what is known of its rivals."""

    steps: list[Step]
    """The steps as linked, fractions joined."""

    final: int
    scale: Fraction
    """What the final step's value is multiplied by to give the answer."""
    sources: dict[tuple[int, int], Source]
    inferred: int
    dead: int
    """Annotated steps that the answer never uses."""
    unused: tuple[int, ...]
    """Mentions that the answer never uses."""
    rivals: int
    """Linkings that are as consistent with values, types and coverage as the chosen one, itself included."""
    functions: int
    """How many functions of the question's numbers these are."""
    proved: bool
    margin: float
    """How far the best linking that is another function scores below the chosen one."""
    untyped: int


class NoLinking(ValueError):
    """No linking gives the answer; says why."""


def link(mentions: list[Mention], steps: list[Step], answer: Fraction, stems: Iterable[str]) -> Linking:
    """Return the best linking of a solution's numbers; raise NoLinking with the reason if there is none."""
    return _Linker(mentions, steps, answer, frozenset(stems)).link()


class _Linker:
    """The search for one problem."""

    def __init__(self, mentions: list[Mention], steps: list[Step], answer: Fraction, stems: frozenset[str]):
        self.mentions = mentions
        self.steps = steps = [replace(step, formula=_whole(step.formula, _fractions(mentions))) for step in steps]
        self.answer = answer
        self.stems = stems
        self.constants = triggered(stems)
        self.leaves = [list(leaves(step.formula)) for step in steps]
        self.roles = [list(_roles(step.formula)) for step in steps]
        self.has_percent = any(mention.quantity.kind == "percent" for mention in mentions) or any(
            word.startswith("percent") for word in stems
        )
        self.weights = _weights(mentions)
        self.near = [[_nearness(one, other, self.weights) for other in mentions] for one in mentions]
        self.options: dict[tuple[int, int], list[Candidate]] = {}
        self.capped = False
        self.forms = [list(forms(mention.quantity)) for mention in mentions]
        self.twins = [
            [k for k in range(index) if mentions[k].alias == k and mentions[k].quantity.value == mention.quantity.value]
            for index, mention in enumerate(mentions)
        ]
        self.nearby = {step.line: triggered(step.line) for step in steps}
        self.worlds = {constant.name: _in_field(constant.value) for constant in table()}
        self.givens: list[dict[tuple[int, str], int]] = []
        random = Random(7)
        for _ in range(2):
            points = {mention.alias: (random.randrange(1, PRIME), random.randrange(1, PRIME)) for mention in mentions}
            self.givens.append(
                {
                    (index, form): form_at(form, mention.quantity, points[mention.alias])
                    for index, mention in enumerate(mentions)
                    for form, _value in self.forms[index]
                }
            )

    def link(self) -> Linking:
        reached = False
        for scale in (Fraction(1), Fraction(100), Fraction(1, 100)):
            finals = [k for k, step in enumerate(self.steps) if step.value * scale == self.answer]
            reached = reached or bool(finals)
            done = self._search(finals) if finals else []
            if done:
                return self._choose(done, scale)
            if finals:
                break
        last = self._told_last()
        done = self._search([last])
        if done:
            return self._choose(done, Fraction(1))
        if reached:
            raise NoLinking("unexplained: a number of the solution has no source in the question")
        raise NoLinking("no_value: no step of the solution gives the answer")

    def _told_last(self) -> int:
        """Add the last step of a solution that only tells it: an operation that gives the answer, to be inferred."""
        last = len(self.steps)
        self.steps = [*self.steps, Step(Leaf(self.answer), self.answer, "inferred", frozenset(), ())]
        self.leaves.append(list(leaves(self.steps[last].formula)))
        self.roles.append(list(_roles(self.steps[last].formula)))
        self.options[last, 0] = self._hidden(last, self.answer)
        self.capped = False
        return last

    # Candidates

    def candidates(self, place: int, number: int) -> list[Candidate]:
        """Return the possible sources of a leaf."""
        key = (place, number)
        if key not in self.options:
            found = list(self._direct(place, number))
            if not found:
                found = list(self._hidden(place, self.leaves[place][number].value))
            leaf, over = self.leaves[place][number], self._over_percent(place, number)
            role = self.roles[place][number]
            self.options[key] = _likely(
                self._by_origin(
                    _by_unit(found, leaf, self.mentions), leaf, role, self.steps[place].line, over_percent=over
                )
            )
        return self.options[key]

    def _by_origin(
        self, found: list[Candidate], leaf: Leaf, role: "_Role", line: frozenset[str], *, over_percent: bool
    ) -> list[Candidate]:
        """Call a constant untyped where the text or an earlier step gives the same number, unless the leaf is told so."""
        if over_percent:
            return [
                replace(candidate, typed=False) if isinstance(candidate.source, World) else candidate
                for candidate in found
            ]
        if not any(candidate.typed and (candidate.givens or candidate.steps) for candidate in found):
            return found
        if len(found) > 1:
            found = [
                replace(candidate, typed=False)
                if candidate.givens and self.mentions[candidate.givens[0]].quantity.kind == "ordinal"
                else candidate
                for candidate in found
            ]
        if not any(candidate.typed and (candidate.givens or candidate.steps) for candidate in found):
            return found
        told = frozenset(leaf.after + leaf.before)
        out = []
        for candidate in found:
            source = candidate.source
            doubtful = isinstance(source, Plain) and (
                source.why in ("both", "how many are added")
                or (source.why == "one" and role.sign in "*/")
                or (source.why == "hundred percent" and not leaf.percent and not over_percent)
            )
            if isinstance(source, World):
                constant = next(constant for constant in table() if constant.name == source.name)
                doubtful = over_percent or (not told & constant.words and not constant.words & line)
            out.append(replace(candidate, score=candidate.score - 0.5, typed=False) if doubtful else candidate)
        return out

    def _direct(self, place: int, number: int) -> Iterator[Candidate]:  # noqa: C901 - one loop for each kind of source
        leaf, role = self.leaves[place][number], self.roles[place][number]
        step = self.steps[place]
        if leaf.implied:
            yield Candidate(Plain(leaf.value, "implied"), 0.0, typed=True)
            return
        over_percent = self._over_percent(place, number)
        scaled = self._scales(place, number)
        for index, mention in enumerate(self.mentions):
            for form, value in self.forms[index]:
                if value == leaf.value:
                    score, typed = self._given(leaf, role, step, mention, form)
                    if over_percent or scaled:
                        score, typed = score - 3, False
                    yield Candidate(Given(index, form), score, typed, givens=(index,))
                    break
        for earlier in range(place):
            if self.steps[earlier].value == leaf.value:
                score = self._earlier(leaf, place, earlier) - (3.0 if scaled else 0.0)
                yield Candidate(Earlier(earlier), score, typed=not scaled, steps=(earlier,))
        known = {constant.name for constant in self.constants}
        for constant in self.constants:
            if constant.value == leaf.value:
                yield self._world(leaf, step, constant)
        for constant in self.nearby.get(step.line, ()):
            if constant.value == leaf.value and constant.name not in known:
                yield self._world(leaf, step, constant)
        yield from self._plain(leaf, role, step, place)

    def _over_percent(self, place: int, number: int) -> bool:
        """Return whether a leaf is the hundred that a percent beside it is divided by."""
        leaf, role = self.leaves[place][number], self.roles[place][number]
        if leaf.value != 100 or role.sign != "/" or not role.right:
            return False
        rates = {
            value
            for mention in self.mentions
            if mention.quantity.kind == "percent"
            for form, value in forms(mention.quantity)
            if form in ("plain", "rest", "grown")
        }
        return any(other is not leaf and other.value in rates for other in self.leaves[place])

    def _scales(self, place: int, number: int) -> bool:
        """Return whether a leaf is the hundred that makes a share a percent: `8 / 10 * 100`."""
        leaf, role = self.leaves[place][number], self.roles[place][number]
        formula = self.steps[place].formula
        others = [other for other in self.leaves[place] if other is not leaf]
        rates = {value for index in range(len(self.mentions)) for form, value in self.forms[index] if "share" in form}
        if any(other.value == 100 or other.percent or other.value in rates for other in others):
            return False
        worked = {step.value for step in self.steps[:place]}
        shares = isinstance(formula, Op) and (
            any(0 < other.value < 1 and other.value in worked for other in others) or (role.over and len(others) == 2)
        )
        return leaf.value == 100 and role.sign == "*" and self.has_percent and shares

    def _given(self, leaf: Leaf, role: "_Role", step: Step, mention: Mention, form: str) -> tuple[float, bool]:
        """Return what speaks for a form of a quantity, and whether its type allows it."""
        score, typed = self._wording(leaf, step, mention), True
        for judged in (
            _as_factor(leaf, role, mention, form, self.mentions),
            _as_percent(leaf, role, mention, form),
            _as_fraction(role, mention, form),
            _as_money(leaf, role, step, mention),
        ):
            score, typed = score + judged[0], typed and judged[1]
        kind = mention.quantity.kind
        if form not in ("plain", "share", "fraction", "divisor", "hour", "groups"):
            score -= 0.3
        if (kind == "word" and leaf.value == 1) or (kind == "clock" and not leaf.after):
            score -= 0.4
        return score, typed

    def _wording(self, leaf: Leaf, step: Step, mention: Mention) -> float:
        score = 0.0
        after, clause = frozenset(leaf.after), mention.clause
        if after:
            shared = after & frozenset(mention.after)
            score += 1.2 if mention.unit and mention.unit in after else 0.8 if shared else 0.0
            score += 0.4 * min(2.0, sum(self.weights.get(word, 0.0) for word in after & clause))
        near = frozenset(leaf.before) & clause
        score += 0.4 * min(2.0, sum(self.weights.get(word, 0.0) for word in near))
        line = (step.line & clause) - near
        return score + 0.25 * min(3.0, sum(self.weights.get(word, 0.0) for word in line))

    def _earlier(self, leaf: Leaf, place: int, earlier: int) -> float:
        told = self.steps[earlier]
        score = 0.8 if earlier == place - 1 else 0.3
        after = frozenset(leaf.after)
        if after and told.after:
            score += 1.0 if told.after[0] in after or leaf.after[0] in told.after else -0.2
        elif after & told.line:
            score += 0.3
        score += 0.3 if frozenset(leaf.before) & told.line else 0.0
        if leaf.money and told.money:
            score += 0.5
        elif leaf.money != told.money and (leaf.after or told.after):
            score -= 0.3
        return score - (0.3 if told.origin == "equation" else 0.0)

    def _world(self, leaf: Leaf, step: Step, constant: Constant) -> Candidate:
        score = -1.3 + (0.5 if constant.words & step.line else 0.0)
        score += 0.8 if constant.words & frozenset(leaf.after + leaf.before) else 0.0
        name = frozenset(map(stem, constant.name.split("_")))
        score += 0.3 * len(name & step.line) + 0.15 * len(name & self.stems)
        return Candidate(World(constant.name), score, typed=True)

    def _plain(self, leaf: Leaf, role: "_Role", step: Step, place: int) -> Iterator[Candidate]:
        value = leaf.value
        if value == 100 and (self.has_percent or leaf.percent or role.hundred or "percent" in step.line):
            yield Candidate(Plain(value, "hundred percent"), -0.4 if role.sign in "*/" else -0.1, typed=True)
        if value == Fraction(1, 100) and self.has_percent:
            yield Candidate(Plain(value, "hundredth"), -0.2, typed=True)
        if value == 1 and role.sign in "+-":
            share = role.beside_share
            yield Candidate(Plain(value, "the whole" if share else "one"), -0.2 if share else -1.8, typed=True)
        if value == 1 and role.sign in "*/":
            yield Candidate(Plain(value, "one"), -1.5, typed=True)
        if value == 0:
            yield Candidate(Plain(value, "nothing"), -1.0, typed=True)
        if role.dividend is not None and value == self._addends(role.dividend, place):
            average = {"averag", "mean"} & (self.stems | step.line)
            yield Candidate(Plain(value, "how many are added"), -0.6 if average else -1.6, typed=True)
        if value == 2 and role.sign == "/" and role.right:
            yield Candidate(Plain(value, "both"), -2.2, typed=True)

    def _addends(self, dividend: Formula, place: int) -> int:
        """Return how many numbers are added up in a dividend, looked up where it is an earlier step's."""
        if isinstance(dividend, Leaf):
            for step in reversed(self.steps[:place]):
                if step.value == dividend.value and isinstance(step.formula, Op):
                    dividend = step.formula
                    break
        count = 1
        while isinstance(dividend, Op) and dividend.sign == "+":
            count += 1
            dividend = dividend.left
        return count

    def _hidden(self, place: int, value: Fraction) -> list[Candidate]:
        """Return operations on known values that give a value the solution does not explain."""
        atoms: list[tuple[Source, Fraction, float, tuple[int, ...], tuple[int, ...]]] = []
        for index, mention in enumerate(self.mentions):
            atoms += [
                (Given(index, form), worth, -0.4 * (nth > 0), (index,), ())
                for nth, (form, worth) in enumerate(self.forms[index])
                if mention.quantity.kind != "ordinal"
            ]
        atoms += [(Earlier(k), step.value, 0.2, (), (k,)) for k, step in enumerate(self.steps[:place])]
        atoms += [(World(constant.name), constant.value, -1.0, (), ()) for constant in self.constants]
        atoms += [(Plain(Fraction(1), "one"), Fraction(1), -1.2, (), ())]
        atoms += [(Plain(Fraction(2), "two"), Fraction(2), -1.6, (), ())]
        atoms += [(Plain(Fraction(100), "hundred percent"), Fraction(100), -1.0, (), ())] if self.has_percent else []
        found = []
        for left in atoms:
            for right in atoms:
                if left[0] == right[0] or not (left[3] or left[4] or right[3] or right[4]):
                    continue
                for sign in "+-*/":
                    if sign in "+*" and id(left) > id(right) and (left[1], str(left[0])) > (right[1], str(right[0])):
                        continue
                    try:
                        if apply(sign, left[1], right[1]) != value:
                            continue
                    except NoFormula:
                        continue
                    if right[1] == 1 and sign in "*/":
                        continue
                    found.append(
                        Candidate(
                            Derived(sign, left[0], right[0]),
                            -4.0 + left[2] + right[2],
                            typed=True,
                            givens=left[3] + right[3],
                            steps=left[4] + right[4],
                            inferred=True,
                        )
                    )
        return sorted(found, key=lambda candidate: -candidate.score)[:8]

    # Search

    def _search(self, finals: list[int]) -> list[_State]:
        """Return complete linkings, best first."""
        empty = (0,) * len(self.mentions)
        done: list[_State] = []
        real = [k for k in finals if isinstance(self.steps[k].formula, Op)] or finals
        for nth, final in enumerate(reversed(real[-3:])):
            states = [_State(-0.4 * nth, (), empty, 1 << final, 0)]
            for place in range(final, -1, -1):
                bit = 1 << place
                if not any(state.needed & bit for state in states):
                    continue
                states = self._step(states, place, bit)
                if not states:
                    break
            done += [self._finished(state, final) for state in states]
        done.sort(key=lambda state: -state.score)
        return done

    def _step(self, states: list[_State], place: int, bit: int) -> list[_State]:
        waiting = [state for state in states if not state.needed & bit]
        active = [
            _State(s.score, s.chosen, s.used, s.needed, s.consumed, s.untyped, s.inferred)
            for s in states
            if s.needed & bit
        ]
        for number in range(len(self.leaves[place]) - 1, -1, -1):
            options = self.candidates(place, number)
            if not options:
                return waiting
            active = [self._extend(state, place, number, option) for state in active for option in options]
            if len(active) > BEAM:
                self.capped = True
                active.sort(key=lambda state: -state.score)
                del active[BEAM:]
        return waiting + active

    def _extend(self, state: _State, place: int, number: int, option: Candidate) -> _State:
        score, used, needed, consumed, sentences = (
            option.score + state.score,
            state.used,
            state.needed,
            state.consumed,
            state.sentences,
        )
        for index in option.givens:
            mention = self.mentions[index]
            root = mention.alias
            if used[root]:
                again = any(where == place and index in chosen.givens for where, _, chosen in state.chosen)
                score -= 2.0 if again and mention.quantity.kind not in ("fraction", "percent") else 1.0
            else:
                for twin in self.twins[root]:
                    if used[twin]:
                        score -= 0.35
            used = (*used[:root], used[root] + 1, *used[root + 1 :])
            score += max((self.near[root][other] for other in sentences), default=0.0)
            sentences = (*sentences, root)
        for step in option.steps:
            bit = 1 << step
            score += -0.5 if consumed & bit else 0.6
            if any(where == place and step in chosen.steps for where, _, chosen in state.chosen):
                score -= 2.0
            consumed |= bit
            needed |= bit
        return _State(
            score,
            ((place, number, option), *state.chosen),
            used,
            needed,
            consumed,
            state.untyped + (not option.typed),
            state.inferred + option.inferred,
            sentences,
        )

    def _dead(self, needed: int) -> int:
        return sum(
            1
            for k, step in enumerate(self.steps)
            if step.origin == "annotation"
            and not needed >> k & 1
            and isinstance(step.formula, Op)
            and not any(needed >> j & 1 and other.value == step.value for j, other in enumerate(self.steps))
        )

    def _missing(self, used: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            index
            for index, mention in enumerate(self.mentions)
            if mention.alias == index and not used[index] and _weight(mention) > 0.5
        )

    def _finished(self, state: _State, final: int) -> _State:
        score = state.score - 1.5 * self._dead(state.needed)
        for index, mention in enumerate(self.mentions):
            if mention.alias == index and not state.used[index]:
                score -= _weight(mention)
        return _State(score, state.chosen, state.used, state.needed, final, state.untyped, state.inferred)

    def _choose(self, done: list[_State], scale: Fraction) -> Linking:
        best = done[0]
        dead, missing = self._dead(best.needed), self._missing(best.used)
        function = self._function(best)
        rivals, functions = 0, {function}
        margin = UNRIVALLED
        for state in done:
            consistent = (
                state.untyped <= best.untyped
                and state.inferred <= best.inferred
                and self._dead(state.needed) <= dead
                and len(self._missing(state.used)) <= len(missing)
            )
            if not consistent and margin < UNRIVALLED:
                continue
            other = self._function(state)
            if other != function and margin == UNRIVALLED:
                margin = best.score - state.score
            if consistent:
                rivals += 1
                functions.add(other)
                if len(functions) > _ENOUGH:
                    break
        proved = len(functions) == 1 and not self.capped
        sources = {(place, number): option.source for place, number, option in best.chosen}
        return Linking(
            self.steps,
            best.consumed,
            scale,
            sources,
            best.inferred,
            dead,
            missing,
            rivals,
            len(functions),
            proved,
            round(margin, 2),
            best.untyped,
        )

    # The function that a linking is

    def _function(self, state: _State) -> tuple[int, ...]:
        sources = {(place, number): option.source for place, number, option in state.chosen}
        return tuple(self._value_at(state.consumed, sources, givens) for givens in self.givens)

    def _value_at(self, final: int, sources: dict[tuple[int, int], Source], givens: dict[tuple[int, str], int]) -> int:
        memo: dict[int, int] = {}

        def of_step(place: int) -> int:
            if place not in memo:
                memo[place] = of_formula(self.steps[place].formula, place, iter(range(1_000)))
            return memo[place]

        def of_formula(formula: Formula, place: int, numbers: Iterator[int]) -> int:
            if isinstance(formula, Leaf):
                return of_source(sources[place, next(numbers)])
            left = of_formula(formula.left, place, numbers)
            return _apply(formula.sign, left, of_formula(formula.right, place, numbers))

        def of_source(source: Source) -> int:
            kind = type(source)
            if kind is Given:
                return givens[source.index, source.form]  # type: ignore[union-attr]
            if kind is Earlier:
                return of_step(source.step)  # type: ignore[union-attr]
            if isinstance(source, Plain):
                return _in_field(source.value)
            if isinstance(source, World):
                return self.worlds[source.name]
            assert isinstance(source, Derived)  # noqa: S101
            return _apply(source.sign, of_source(source.left), of_source(source.right))

        return of_step(final)


def _fractions(mentions: list[Mention]) -> frozenset[tuple[int, int]]:
    """Return numerator and denominator of the fractions a question writes, and of what they leave."""
    pairs = set()
    for mention in mentions:
        quantity = mention.quantity
        if quantity.kind in ("fraction", "half"):
            pairs |= {(int(quantity.top), quantity.bottom), (quantity.bottom - int(quantity.top), quantity.bottom)}
    return frozenset(pairs)


def _whole(formula: Formula, pairs: frozenset[tuple[int, int]]) -> Formula:
    """Return a formula with the fractions of its question as one number each: `x * 2 / 3` is `x * (2/3)`."""
    if isinstance(formula, Leaf) or not pairs:
        return formula
    left, right = _whole(formula.left, pairs), _whole(formula.right, pairs)
    if formula.sign == "/" and isinstance(right, Leaf):
        if _makes(left, right, pairs):
            return _joined(left, right)
        if isinstance(left, Op) and left.sign == "*":
            if _makes(left.right, right, pairs):
                return Op("*", left.left, _joined(left.right, right))
            if _makes(left.left, right, pairs):
                return Op("*", _joined(left.left, right), left.right)
    return Op(formula.sign, left, right)


def _makes(top: Formula, bottom: Leaf, pairs: frozenset[tuple[int, int]]) -> bool:
    return (
        isinstance(top, Leaf)
        and not top.letter
        and (top.value.numerator, bottom.value.numerator) in pairs
        and top.value.denominator == bottom.value.denominator == 1
    )


def _joined(top: Formula, bottom: Leaf) -> Leaf:
    before = top.before if isinstance(top, Leaf) else ()
    worth = top.value if isinstance(top, Leaf) else Fraction(1)
    return Leaf(worth / bottom.value, after=bottom.after, before=before)


def _in_field(value: Fraction) -> int:
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


Judged = tuple[float, bool]
"""What speaks for a candidate, and whether its type allows it."""


def _as_factor(leaf: Leaf, role: "_Role", mention: Mention, form: str, mentions: list[Mention]) -> Judged:
    """Judge a factor (`twice`, `half`, `3 times`), which wants a product, and a difference, which wants a sum."""
    kind, product = mention.quantity.kind, role.sign in "*/"
    if kind == "half" and form == "divisor" and product and not (role.sign == "/" and role.right):
        rivals = any(other is not mention and other.quantity.value == leaf.value for other in mentions)
        return -1.0, role.sign == "*" and not rivals
    if kind in ("multiple", "half"):
        return (0.0, True) if product else (-2.0, role.beside_one)
    if mention.times:
        return (0.0, True) if product else (-1.5, role.beside_one)
    if kind == "ordinal":
        return -2.0, True
    return -1.0 if mention.versus and product else 0.0, True


def _as_percent(leaf: Leaf, role: "_Role", mention: Mention, form: str) -> Judged:
    if mention.quantity.kind != "percent":
        return (-2.0, False) if leaf.percent else (0.0, True)
    score = 0.8 if leaf.percent else 0.0
    if form in ("plain", "rest", "grown") and not leaf.percent and not role.hundred:
        return score - 1.0, role.sign in "+-"
    return score, True


def _as_fraction(role: "_Role", mention: Mention, form: str) -> Judged:
    if mention.quantity.kind != "fraction":
        return 0.0, True
    if form in ("divisor", "bottom") and not (role.sign == "/" and role.right):
        return -2.0, False
    return -1.0 if form in ("top", "other_top") and not role.over else 0.0, True


def _as_money(leaf: Leaf, role: "_Role", step: Step, mention: Mention) -> Judged:
    if leaf.money:
        return (0.7, True) if mention.money else (-1.0, mention.quantity.kind in ("plain", "word", "group"))
    if not mention.money:
        return 0.0, True
    score = -0.4 if leaf.after else 0.0
    if role.sign in "+-" and role.beside and step.after and not step.money and step.origin == "annotation":
        return score - 0.8, False  # what is added up is counted, so no part of it is money
    if role.sign == "*" and step.origin == "annotation":
        score += 0.4 if step.money else -0.4
    return score, True


def _apply(sign: str, left: int, right: int) -> int:
    if sign == "+":
        return (left + right) % PRIME
    if sign == "-":
        return (left - right) % PRIME
    if sign == "*":
        return left * right % PRIME
    return left * pow(right, -1, PRIME) % PRIME if right else 0


def _weight(mention: Mention) -> float:
    """Return how much a quantity of the question wants to be used."""
    quantity = mention.quantity
    if quantity.kind == "ordinal":
        return 0.1
    if mention.definite or (quantity.kind == "word" and quantity.value == 1):
        return 0.2
    if quantity.kind == "group" and quantity.top == 1:
        return 0.4
    return 0.8 if quantity.kind in ("word", "half", "multiple", "clock") else 1.2


def _weights(mentions: list[Mention]) -> dict[str, float]:
    """Return how well each word tells the quantities of a question apart."""
    counts: dict[str, int] = {}
    for mention in mentions:
        for word in mention.clause:
            counts[word] = counts.get(word, 0) + 1
    total = len(mentions)
    return {word: 0.0 if count == total > 1 else 1.0 / count for word, count in counts.items()}


def _nearness(one: Mention, other: Mention, weights: dict[str, float]) -> float:
    """Return how much two quantities belong together: one sentence, or telling words in common."""
    shared = sum(weights.get(word, 0.0) for word in one.clause & other.clause)
    return (0.5 if one.sentence == other.sentence else 0.0) + 0.5 * min(1.5, shared)


def _by_unit(found: list[Candidate], leaf: Leaf, mentions: list[Mention]) -> list[Candidate]:
    """Call a quantity untyped whose unit is another than the leaf's, where a rival has just that unit."""
    if not leaf.after or len(found) < 2:
        return found
    words = frozenset(leaf.after)
    matching = {
        candidate.givens[0]
        for candidate in found
        if isinstance(candidate.source, Given) and mentions[candidate.givens[0]].unit in words
    }
    if not matching:
        return found
    out = []
    for candidate in found:
        if isinstance(candidate.source, Given) and candidate.typed and candidate.givens[0] not in matching:
            mention = mentions[candidate.givens[0]]
            if mention.unit and not words & (frozenset(mention.after) | {mention.unit}):
                out.append(replace(candidate, score=candidate.score - 0.5, typed=False))
                continue
        out.append(candidate)
    return out


def _likely(found: list[Candidate]) -> list[Candidate]:
    """Drop the candidates that type or unit rule out, unless wording puts one of them before all others."""
    best = max((candidate.score for candidate in found if candidate.typed), default=None)
    if best is None:
        return found
    return [candidate for candidate in found if candidate.typed or candidate.score > best]


@dataclass(frozen=True, slots=True)
class _Role:
    """What a leaf does in its formula."""

    sign: str
    right: bool
    hundred: bool
    """Whether the formula divides by a hundred."""
    over: bool
    """Whether something in the formula is divided by a number: a numerator can stand here."""
    beside_one: bool
    beside_share: bool
    dividend: Formula | None
    beside: bool
    """Whether it stands beside another number."""


def _roles(formula: Formula) -> Iterator[_Role]:
    """Yield what each leaf of a formula does, from left to right."""
    hundred = any(leaf.value in (100, Fraction(1, 100)) for leaf in leaves(formula))

    def walk(node: Formula, sign: str, sibling: Formula | None, *, right: bool, over: bool) -> Iterator[_Role]:
        if isinstance(node, Op):
            inner = node.sign == "/" or (over and node.sign == "*")
            yield from walk(node.left, node.sign, node.right, right=False, over=inner)
            yield from walk(node.right, node.sign, node.left, right=True, over=inner and node.sign == "*")
            return
        beside = list(leaves(sibling)) if sibling is not None else []
        one = any(leaf.value == 1 or leaf.implied for leaf in beside)
        share = sign in "+-" and any(0 < leaf.value < 1 or leaf.percent for leaf in beside)
        dividend = sibling if sign == "/" and right else None
        yield _Role(sign, right, hundred, over, one, share or sibling is None, dividend, sibling is not None)

    yield from walk(formula, "+", None, right=False, over=False)
