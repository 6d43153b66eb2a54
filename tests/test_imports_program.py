"""A graph becomes one trace of the expert whose shape it has, a track of an entity, or a composition."""

import pytest
from conversion import converted
from rules import rule_names, without

from generators.imports.graph import entity_tracks, program
from generators.imports.graph.entity_tracks import write_entity_track
from generators.imports.graph.node import Input, Work
from generators.imports.question.mentions import read_mentions


def experts(question, solution):
    """Return the experts of the trace of a solution, or None where it has no trace."""
    return getattr(converted(question, solution), "experts", None)


SHAPES = {
    "percentage": ("A hat costs $60, and Bo pays 20% of it. How much does he pay?", "60*.2=$<<60*.2=12>>12"),
    "rate_equation": ("Bo has 3 boxes with 5 pens each. How many pens has he?", "3*5=<<3*5=15>>15"),
    "comparison": (
        "Ann has 3 times as many figs as Bo, who has 6. How many more has she?",
        "3*6=<<3*6=18>>18\n18-6=<<18-6=12>>12",
    ),
}


def test_every_expert_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(SHAPES) == rule_names(program)


@pytest.mark.parametrize(("rule", "question", "solution"), [(name, *case) for name, case in SHAPES.items()])
def test_a_rule_recognises_its_expert(monkeypatch, rule, question, solution):
    """With the rule the trace is its expert's; without it, another's, or there is none."""
    assert experts(question, solution) == (rule,)

    without(monkeypatch, program, rule)

    assert experts(question, solution) != (rule,)


SIX = 6
NO_TRACKS = {
    "no_verb": ("Ann has 6 figs and Bo has 3 figs.", "+"),
    "difference": ("Ann has 6 figs. Bo bought 3 more figs than Ann.", "+"),
    "nothing": ("Ann has 6 figs and bought 0 figs.", "+"),
    "overdrawn": ("Ann has 6 figs and ate 8 figs.", "-"),
    "other_dimension": ("Ann has 6 figs and found $3.", "+"),
    "share": ("Ann had 6 figs and ate a third.", "-"),
    "told_before": ("Ann bought 3 figs. She had 6 figs before.", "+"),
}


def track(question, sign):
    """Return the experts of the track that begins with the six figs and changes by the other number, or None."""
    mentions = read_mentions(question)
    nodes = [Input(index, "", mention.quantity.value) for index, mention in enumerate(mentions)]
    nodes.sort(key=lambda node: node.value != SIX)
    written = write_entity_track([Work(sign, *nodes)], mentions, lambda inputs: dict.fromkeys(inputs, "figs"))
    return written and [trace.expert for trace in written.program]


def test_every_rejection_of_a_track_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(NO_TRACKS) == rule_names(entity_tracks)


@pytest.mark.parametrize(("rule", "question", "sign"), [(name, *case) for name, case in NO_TRACKS.items()])
def test_a_rule_rejects_a_track(monkeypatch, rule, question, sign):
    """With the rule there is no track of an entity; without it, there is one."""
    assert track(question, sign) is None

    without(monkeypatch, entity_tracks, rule)

    assert track(question, sign) == ["entity_track"]


def test_gains_and_losses_are_a_track():
    """An entity that gains and loses has a track of its own."""
    solution = "6+3=<<6+3=9>>9 figs\n9-2=<<9-2=7>>7 figs"

    assert experts("Ann had 6 figs. She bought 3 figs and ate 2 figs. How many?", solution) == ("entity_track",)
