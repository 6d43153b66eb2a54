"""Plurals of English nouns: the table of irregular ones, and a rough plural of any noun."""

IRREGULAR = {
    "calf": "calves",
    "child": "children",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "loaf": "loaves",
    "man": "men",
    "mouse": "mice",
    "person": "people",
    "scarf": "scarves",
    "shelf": "shelves",
    "thief": "thieves",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}
"""The plural of every singular that has an irregular one."""
SINGULARS = {plural: singular for singular, plural in IRREGULAR.items()}
"""The singular of every irregular plural."""
INVARIABLE = frozenset(["cattle", "deer", "dice", "fish", "goldfish", "sheep"])
"""Nouns whose plural is the same word."""

# Imports that are published depend on these forms: the margin of a linking on stems, a name on plurals.
UNSTEMMED = frozenset(["calves", "scarves", "thieves", "wolves"])
"""Irregular plurals that stems treat as regular."""
_UNFORMED = UNSTEMMED | {"teeth"}
"""Irregular plurals that `plural` neither forms nor knows: it makes 'tooths' of 'tooth'."""


def plural(noun: str) -> str:
    """Return the plural of a noun; a word that ends in 's' is taken for a plural."""
    irregular = IRREGULAR.get(noun, noun if noun in SINGULARS else "")
    if irregular and irregular not in _UNFORMED:
        return irregular
    if noun in INVARIABLE or noun.endswith("s") or len(noun) < 3:
        return noun
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("ch", "sh", "x")) else "s")


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: "1 step", "2 steps"."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"
