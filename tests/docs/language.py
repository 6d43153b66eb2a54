"""The generated parts about the trace language."""

from dataclasses import fields

from solver import grounding
from solver.completion import MAX_COMPLETION
from solver.document import MAX_DEPTH, MAX_EVENTS, MAX_TEXT
from solver.experts import EXPERTS
from solver.fields import MAX_NAME
from solver.grounding import FORMS_OF_KIND, MAX_QUESTION
from solver.number import LIMIT, MAX_PLACES, write_number
from solver.ops import GROUPS
from solver.program import MAX_PARTS, MAX_STEPS
from solver.quantities import read_quantities
from solver.refusal import FormatError
from solver.reward import REWARDS, Verdict

from .completions import FORMS
from .markdown import cell, check_same, code, rows
from .meanings import OUTCOMES, QUANTITIES, VERDICT
from .refusals import TRACES, refused


def experts() -> str:
    """Return the table of experts with their words and shapes."""
    body = (
        (code(name), code(expert.vocabulary), code(expert.shape), "fixed" if expert.fixed else "free")
        for name, expert in EXPERTS.items()
    )
    return rows("expert", "words it may use", "shape of its patterns", "length", body=body)


def groups() -> str:
    """Return the table of groups of words."""
    return rows("group", "words", body=((code(name), " ".join(map(code, words))) for name, words in GROUPS.items()))


def rewards() -> str:
    """Return the table of outcomes with their rewards."""
    check_same(REWARDS, OUTCOMES)
    return rows("outcome", ">reward", "meaning", body=((code(n), reward, OUTCOMES[n]) for n, reward in REWARDS.items()))


def forms() -> str:
    """Return the table of forms of a completion."""
    body = (
        ((group if form is told[0] else ""), form[0], code(form[2]), form[3])
        for group, forms in FORMS.items()
        for told in [[form for form in forms if form[0]]]
        for form in told
    )
    return rows("", "form", "outcome, where the trace is right", ">complete traces", body=body)


def number_forms() -> str:
    """Return the table of the forms that a number of a question can have in a trace, with an example of each."""
    check_same(FORMS_OF_KIND, QUANTITIES)
    body = []
    for kind, text in QUANTITIES.items():
        (quantity,) = read_quantities(text)
        values = dict(grounding.number_forms(quantity))
        for place, name in enumerate(FORMS_OF_KIND[kind]):
            if name in values:
                body.append(("" if place else text, grounding.FORMS[name].meaning, code(write_number(values[name]))))
    return rows("in the question", "form", ">in a trace", body=body)


def verdict() -> str:
    """Return the table of the fields of a verdict."""
    check_same([field.name for field in fields(Verdict)], VERDICT)
    body = ((code(field.name), code(_type(field.type)), VERDICT[field.name]) for field in fields(Verdict))
    return rows("field", "type", "meaning", body=[*body, ("`reward`", "`float`", "The reward of the outcome.")])


def _type(kind: object) -> str:
    return (
        kind.__name__
        if isinstance(kind, type) and not hasattr(kind, "__args__")
        else str(kind).replace("fractions.", "")
    )


def trace_limits() -> str:
    """Return the table of limits on completions and traces."""
    body = (
        ("characters of a completion that is searched for a trace", MAX_COMPLETION),
        ("characters of a question that are read, the last ones", MAX_QUESTION),
        ("bytes of a trace", MAX_TEXT),
        ("YAML nodes of a trace", MAX_EVENTS),
        ("lists and mappings inside one another", MAX_DEPTH),
        ("sub-traces of a composition", MAX_PARTS),
        ("steps of a trace", MAX_STEPS),
        ("characters of a variable's name", MAX_NAME),
        ("digits of a numerator or denominator", len(str(LIMIT)) - 1),
        ("decimal places of a number that is written as a decimal", MAX_PLACES),
    )
    return rows("limit", ">at most", body=((what, f"{size:,}") for what, size in body))


def trace_refusals() -> str:
    """Return the table of refused traces, with the code and the message of each."""
    found = [(mistake, refused(text)) for mistake, text in TRACES]
    body = (
        (
            code(error.code),
            mistake,
            REWARDS["unparsed" if isinstance(error, FormatError) else "broken"],
            cell(str(error)),
        )
        for mistake, error in found
    )
    return rows("code", "mistake", ">reward", "message", body=body)
