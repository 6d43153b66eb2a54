"""Makes wrong linkings of a right one, as counterexamples to learn from."""

from collections.abc import Callable
from fractions import Fraction
from random import Random

from generators.imports.candidates.origin import Earlier, Given, Implicit, Link, Named, Origin, forms
from generators.imports.question.mentions import Mention

from .choice import Linking
from .search import Linker

Change = dict[Link, Origin]
"""New origins of some numbers."""


class Corruptions:
    """Draws wrong linkings of one problem."""

    def __init__(self, linker: Linker, linking: Linking, constants: list[str], random: Random):
        self.leaves, self.roles = linker.places.leaves, linker.places.roles
        self.mentions, self.linking, self.constants, self.random = linker.mentions, linking, constants, random
        self.links = sorted(linking.origins)
        self.roots = [k for k, one in enumerate(self.mentions) if one.alias == k and _swappable(one)]

    def draw(self) -> dict[Link, Origin] | None:
        """Return a wrong linking, or None where the corruption that was drawn does not apply."""
        (corruption,) = self.random.choices([one for one, _ in CORRUPTIONS], [weight for _, weight in CORRUPTIONS])
        link = self.random.choice(self.links)
        change = corruption(self, link, self.linking.origins[link])
        return self._live({**self.linking.origins, **change}) if change else None

    def rival(self, link: Link) -> int | None:
        """Return a quantity that could be linked to a number, the right one included."""
        value = self.value(link)
        found = [k for k in self.roots if _could_be(self.mentions[k], value)]
        return self.random.choice(found) if found else None

    def as_written(self, index: int) -> Given:
        """Return a quantity in its usual form."""
        quantity = self.mentions[index].quantity
        return Given(index, "divisor" if quantity.kind == "half" else next(form for form, _ in forms(quantity)))

    def value(self, link: Link) -> Fraction:
        """Return the value of a number."""
        place, number = link
        return self.leaves[place][number].value

    def _live(self, origins: dict[Link, Origin]) -> dict[Link, Origin] | None:
        """Return the origins in the steps that the last one depends on, or None where one of these steps has none."""
        linked = {place for place, _ in origins}
        live, waiting = set(), [self.linking.final]
        while waiting:
            place = waiting.pop()
            if place not in live:
                live.add(place)
                waiting += [one.step for at, one in origins.items() if at[0] == place and isinstance(one, Earlier)]
        return {at: one for at, one in origins.items() if at[0] in live} if live <= linked else None


def swapped_quantities(made: Corruptions, link: Link, origin: Origin) -> Change:
    """Swap two quantities wherever they are used."""
    other = made.rival(link)
    if not isinstance(origin, Given) or origin.index not in made.roots or other is None or other == origin.index:
        return {}
    pair = {origin.index: other, other: origin.index}
    linked = made.linking.origins.items()
    return {at: made.as_written(pair[one.index]) for at, one in linked if isinstance(one, Given) and one.index in pair}


def other_quantity(made: Corruptions, link: Link, origin: Origin) -> Change:
    """Replace a quantity by another one."""
    other = made.rival(link)
    if not isinstance(origin, Given) or other is None or other == origin.index:
        return {}
    return {link: made.as_written(other)} if _swappable(made.mentions[origin.index]) else {}


def constant_or_quantity(made: Corruptions, link: Link, origin: Origin) -> Change:
    """Replace a quantity by a constant or an implicit number, or one of these by a quantity."""
    if isinstance(origin, Given):
        return _constant(made, link)
    value = made.value(link)
    if not isinstance(origin, (Named, Implicit)) or origin == Implicit(value, "implied"):
        return {}
    same = [k for k in made.roots if made.mentions[k].quantity.value == value]
    other = made.random.choice(same) if same else made.rival(link)
    return {} if other is None else {link: made.as_written(other)}


def _constant(made: Corruptions, link: Link) -> Change:
    value, sign = made.value(link), made.roles[link[0]][link[1]].sign
    if value == 1 and sign in "+-":
        return {link: Implicit(value, "one")}
    if value == 2 and sign == "/":
        return {link: Implicit(value, "both")}
    return {link: Named(made.random.choice(made.constants))} if made.constants else {}


def step_for_quantity(made: Corruptions, link: Link, origin: Origin) -> Change:
    """Replace a quantity by an earlier step."""
    quantity = isinstance(origin, Given) and _swappable(made.mentions[origin.index])
    return {link: Earlier(made.random.randrange(link[0]))} if quantity and link[0] else {}


def quantity_for_step(made: Corruptions, link: Link, origin: Origin) -> Change:
    """Replace an earlier step by a quantity."""
    other = made.rival(link)
    return {link: made.as_written(other)} if isinstance(origin, Earlier) and other is not None else {}


def other_step(made: Corruptions, link: Link, origin: Origin) -> Change:
    """Replace an earlier step by another one."""
    return {link: Earlier(made.random.randrange(link[0]))} if isinstance(origin, Earlier) else {}


def swapped_steps(made: Corruptions, link: Link, origin: Origin) -> Change:
    """Swap two earlier steps."""
    if not isinstance(origin, Earlier):
        return {}
    others = [
        (at, one)
        for at, one in made.linking.origins.items()
        if isinstance(one, Earlier) and one.step < link[0] and origin.step < at[0]
    ]
    at, one = made.random.choice(others) if others else (link, origin)
    return {link: one, at: origin} if one != origin else {}


CORRUPTIONS: tuple[tuple[Callable[[Corruptions, Link, Origin], Change], int], ...] = (
    (swapped_quantities, 30),
    (other_quantity, 30),
    (constant_or_quantity, 6),
    (step_for_quantity, 9),
    (quantity_for_step, 15),
    (other_step, 5),
    (swapped_steps, 5),
)
"""The ways to make a linking wrong, and how often each is drawn."""


def _swappable(mention: Mention) -> bool:
    return mention.is_factor or mention.quantity.kind not in ("percent", "fraction")


def _could_be(mention: Mention, value: Fraction) -> bool:
    """Return True if a value is as small as those that a quantity of its kind usually has."""
    quantity = mention.quantity
    if quantity.value == 1 or value == 1:
        return quantity.value == value
    if quantity.kind == "ordinal":
        return value <= 12
    if quantity.kind == "group":
        return value in (2, 12, quantity.value, quantity.top)
    return value in (2, 3, 4, Fraction(1, 2)) if quantity.kind in ("half", "multiple") else True
