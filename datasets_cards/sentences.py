"""Writes the sentences of a card that depend on which splits have rows: on use, wordings, splits and contamination."""

from shlex import quote

from generators.builder.credits import origin_of
from generators.builder.recipe import Recipe
from generators.builder.wordings import HeldOut
from generators.files.layout import RECIPE
from generators.finished.recipes import AnyRecipe
from generators.text.guarded import GRAM, SHARE
from generators.text.guarded import shipped as shipped_set
from solver.plurals import counted

from .facts import Facts

UNGATED = (
    "**The training rows were not checked against GSM-8K's test questions**: the dataset was made with `--no-gate`, or by "
    "an early version. Rows may copy test questions, so do not report GSM-8K results of a model that was trained on them."
)
"""The card's sentences on training rows that no shipped gate has read."""


def altered(recipe: AnyRecipe) -> str:
    """Return the card's sentence on a build from made patterns: whose questions they alter; empty for other datasets."""
    headers = [recipe.library.patterns[name].header for name in recipe.shares] if isinstance(recipe, Recipe) else []
    origins = [origin for header in headers if (origin := origin_of(header))]
    if not origins:
        return ""
    splits = " and of ".join(f"{source}'s {split} split" for source, split in sorted(set(origins)))
    whose = "The questions" if len(origins) == len(headers) else f"Those of {counted(len(origins), 'pattern')}"
    return f"{whose} are altered questions of {splits}: their numbers, and the names of some, are drawn anew."


def outside(facts: Facts) -> str:
    """Return the card's paragraph on the uses that a build is not for, which depends on the patterns that its splits share."""
    start = "This dataset does not measure mathematical ability."
    if not facts.trains:
        origin = " The same holds for the questions that they were made of." if altered(facts.recipe) else ""
        return (
            "Do not train on these rows: a model that has seen them is not tested by them."
            f"{origin}\n{start} It measures whether a model can wire these patterns."
        )
    trained = set(facts.manifest.splits["train"].patterns)
    held = {name for split in facts.splits if split != "train" for name in facts.manifest.splits[split].patterns}
    if not held:
        return f"{start} It has no held-out rows."
    if not held & trained:
        return (
            f"{start} Held-out rows share no pattern with the training rows: they measure\n"
            "whether a model can wire patterns that are new to it."
        )
    some = "" if held <= trained else f" of {len(held & trained):,} of {counted(len(held), 'pattern')}"
    return (
        f"{start} Held-out rows{some} share their patterns with the training rows: they measure\n"
        "whether a model learned to wire these patterns, not how well it solves problems that people wrote."
    )


def divided(facts: Facts) -> str:
    """Return the card's paragraph on the splits: how questions are divided, and the numbers that test and training share."""
    recipe = facts.recipe
    headers = [recipe.library.patterns[name].header for name in recipe.shares] if isinstance(recipe, Recipe) else []
    alone = sum(bool(header.split) for header in headers)
    rest = len(headers) - alone
    if not rest:
        return "All questions are for the test split alone, in every build of these patterns, and none occurs twice."
    each = counted(rest, "pattern") if alone else "each pattern"
    told = [
        f"A keyed permutation divides the questions of {each}, once and for all, into slices for train, validation and test.",
        *([f"Those of {counted(alone, 'other pattern')} are for test alone, in every build."] if alone else []),
        "Therefore no question occurs twice, and no training row of any build is a test row of another build, whatever the seeds.",
    ]
    overlap = facts.manifest.test_numbers_in_train
    if facts.trains and overlap and overlap.of:
        told.append(
            f"{overlap.rows} of {overlap.of} test rows have the same numbers as a training row of their pattern, with other words."
        )
    return "\n".join(told)


def wordings(recipe: AnyRecipe) -> str:
    """Return the card's sentences on the wordings of a build: how many training has, and how many are held out."""
    if not isinstance(recipe, Recipe):
        return ""
    patterns = recipe.library.patterns
    shared = [name for name in recipe.shares if not patterns[name].header.split]
    tested = counted(len(recipe.shares) - len(shared), "pattern")
    alone = [f"The rows of {tested} are in the test split alone."] if len(shared) < len(recipe.shares) else []
    if not shared:
        return alone[0]
    counts = {
        split: [len(recipe.used_wordings(patterns[name], split)) for name in shared] for split in ("train", "test")
    }
    given = counted(len(shared), "pattern")
    train = counted(sum(counts["train"]), "wording")
    if not isinstance(recipe.phrasings, HeldOut):
        every = ", in every split the same" if sum(map(bool, recipe.rows.values())) > 1 else ""
        return " ".join([f"The questions come from {given} with {train}{every}.", *alone])
    told = [f"The questions of the training rows come from {given} with {train}."] if recipe.rows["train"] else []
    if recipe.rows["validation"] or recipe.rows["test"]:
        other = counted(sum(counts["test"]), "other wording" if told else "wording")
        told.append(
            f"Validation and test rows have {other}, of {counted(sum(map(bool, counts['test'])), 'pattern')}, "
            "which no training row has."
        )
    return " ".join([*told, *alone])


def contamination(facts: Facts) -> str:
    """Return the card's paragraph on contamination: the gate's held-out sets, its refusals, its command, or that it did not run."""
    recipe = facts.recipe
    sets = recipe.against
    ours = shipped_set().against
    built = isinstance(recipe, Recipe)
    if not facts.trains and (built or not sets):
        return "This is evaluation data; the contamination gate reads training rows alone."
    told = [UNGATED] if facts.trains and ours not in sets else []
    if sets:
        named = [f"{one.name} ({counted(one.questions, 'question')}, sha256 `{one.sha256[:16]}`)" for one in sets]
        further = "".join(f" --against {quote(one.name)}" for one in sets if one != ours)
        command = (
            f"build --recipe {RECIPE} --out OUT{further}"
            if isinstance(recipe, Recipe)
            else f"import {' '.join(map(quote, recipe.arguments()))}"
        )
        told.append(
            f"The contamination gate ran against {', '.join(named)}. It refuses a {'training ' if facts.trains else ''}row whose "
            f"question shares {GRAM} consecutive words with a held-out question, or {SHARE:.0%} of its sketch: the triples of its "
            "words without numbers, names and pronouns. It does not see paraphrases. "
            f"It refused {counted(len(facts.manifest.refused or []), 'question')}. The command that repeats it: "
            f"`python -m generators {command}`."
        )
    return " ".join(told)
