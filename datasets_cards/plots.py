"""Draws the plots of a card with matplotlib (extra `plots`), on a light ground that suits light and dark pages."""

from collections import Counter
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from .facts import BIN, Facts, number_range
from .tokens import MODEL

_INK = "#1f2933"
_GROUND = "#fbfbf9"
_COUNT = "{x:,.10g}"
_COLOURS = ("#2f6f9f", "#e0a030", "#b5485d")


def draw(facts: Facts, folder: Path) -> None:
    """Write the plots into `folder/plots`."""
    (folder / "plots").mkdir(exist_ok=True)
    for name, plot in (("experts", _experts), ("lengths", _lengths), ("answers", _answers)):
        figure = Figure(figsize=(8, 3.4), dpi=150, facecolor=_GROUND, layout="constrained")
        axes = figure.add_subplot(facecolor=_GROUND)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=_INK)
        plot(facts, axes)
        for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
            text.set_color(_INK)
        # The file has no software version and no date, so the same facts give the same bytes.
        figure.savefig(folder / "plots" / f"{name}.png", metadata={"Software": None})


def _experts(facts: Facts, axes: Any) -> None:
    counts = facts.by_expert()[::-1]
    left = [0] * len(counts)
    for place, split in enumerate(facts.splits):
        widths = [row[place] for _, row in counts]
        axes.barh([name for name, _ in counts], widths, left=left, color=_COLOURS[place], label=split)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for y, total in enumerate(left):
        axes.text(total, y, f" {total:,}", va="center", color=_INK)
    axes.set_title("Rows per expert")
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(_COUNT)
    axes.legend(frameon=False, labelcolor=_INK)


def _lengths(facts: Facts, axes: Any) -> None:
    counted: Counter[int] = Counter()
    if facts.tokens:
        for tokens, rows in facts.tokens.rows.items():
            counted[tokens // BIN * BIN] += rows * facts.tokens.every  # as if all rows had been counted
    for kind, colour, lengths in (("bound", _COLOURS[0], facts.lengths), (f"tokens of {MODEL}", _COLOURS[1], counted)):
        bins = sorted(lengths)
        heights = [lengths[place] for place in bins]
        axes.bar(bins, heights, width=BIN * 0.92, align="edge", color=colour, alpha=0.8, label=kind)
    axes.axvline(facts.recipe.max_len, color=_COLOURS[2], linewidth=2)
    axes.text(
        facts.recipe.max_len,
        axes.get_ylim()[1],
        f"max_len {facts.recipe.max_len} ",
        ha="right",
        va="top",
        color=_COLOURS[2],
    )
    axes.set_xlim(0, facts.recipe.max_len * 1.03)
    axes.set_title("Tokens of a row, and their bound")
    axes.set_xlabel("tokens")
    axes.set_ylabel("rows")
    axes.yaxis.set_major_formatter(_COUNT)
    axes.legend(frameon=False, labelcolor=_INK)


def _answers(facts: Facts, axes: Any) -> None:
    sizes = sorted({size for size, _ in facts.answers})
    bottom = [0] * len(sizes)
    for place, kind in enumerate(("whole", "with a decimal part")):
        heights = [facts.answers[size, bool(place)] for size in sizes]
        axes.bar([number_range(size) for size in sizes], heights, bottom=bottom, color=_COLOURS[place], label=kind)
        bottom = [a + b for a, b in zip(bottom, heights, strict=True)]
    axes.set_title("Size of the answers")
    axes.set_ylabel("rows")
    axes.yaxis.set_major_formatter(_COUNT)
    axes.legend(frameon=False, labelcolor=_INK)
