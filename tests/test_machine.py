"""Programs run exactly, or are refused with the step and the fix; the tables hold every loophole seen in practice."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_programs, honest_programs, law

from solver import EXPERTS, OPS, REWARDS, FormatError, TraceError, judge, read, solve
from solver.columns import ColumnState
from solver.number import LIMIT
from solver.program import MAX_PARTS, MAX_STEPS
from solver.state import State

OUTSIDE = [json.loads(line) for line in (Path(__file__).parent / "outside.jsonl").read_text().splitlines()]


def program(*lines, expert="arithmetic"):
    """Return the text of one trace."""
    return f"expert: {expert}\ntrace:\n" + "".join(f"- {{{line}}}\n" for line in lines)


def composed(*texts):
    """Return the text of a composition of traces."""
    return "".join(f"- {text.rstrip()}\n".replace("\n", "\n  ").rstrip(" ") for text in texts)


def entity(*lines):
    """Return the text of an entity_track trace that starts with 5 in a and 3 in b."""
    return program(give("a", 5), give("b", 3), *lines, expert="entity_track")


def give(name, value):
    """Return an init step."""
    return f"op: init, var: {name}, value: {value}"


def compute(word, left, right, name="r"):
    """Return a compute step."""
    return f"op: compute, compute_op: {word}, args: [{left}, {right}], var: {name}"


def ask(name="r"):
    """Return a query step."""
    return f"op: query, var: {name}"


A, B = give("a", 6), give("b", 7)
MUL = compute("mul", "a", "b")
GOOD = program(A, B, MUL, ask())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (GOOD, 42),
        (program(A, B, compute("add", "a", "b"), ask()), 13),
        (program(A, B, compute("sub", "a", "b"), ask()), -1),
        (program(A, B, compute("div", "a", "b"), ask()), Fraction(6, 7)),
        (program(A, compute("mul", "a", "2.5"), ask()), 15),
        (program(A, compute("div", 1, "a"), ask()), Fraction(1, 6)),
        (program(A, compute("sub", 10, "a"), ask()), 4),
        (program(give("a", "2/3"), give("b", "0.1"), compute("add", "a", "b"), ask()), Fraction(23, 30)),
        (program(A, give("b", 0), compute("add", "a", "b"), ask()), 6),
        (program(A, give("b", 1), compute("mul", "a", "b"), ask()), 6),
        (program(give("a", 80), give("b", 15), "op: percent_of, base: a, rate: b, var: r", ask(), expert="percentage"), 12),
        (program(give("a", 80), give("b", 15), "op: percent_off, base: a, rate: b, var: r", ask(), expert="percentage"), 68),
        (program(give("a", 80), give("b", 15), "op: percent_increase, base: a, rate: b, var: r", ask(), expert="percentage"), 92),
        (program(give("a", 80), "op: percent_of, base: a, rate: 12.5, var: r", ask(), expert="percentage"), 10),
        (entity("op: consume, entity: a, amount: 2", ask("a")), 3),
        (entity("op: consume, entity: a, amount: b", ask("a")), 2),
        (entity("op: consume, entity: a, amount: 5", ask("a")), 0),
        (entity("op: add_entity, entity: a, amount: 2", ask("a")), 7),
        (entity("op: transfer, from_entity: a, to_entity: b, amount: 2", ask("b")), 5),
        (entity("op: transfer, from_entity: a, to_entity: b, amount: 2", ask("a")), 3),
        (entity("op: consume, entity: a, amount: 1", compute("mul", "a", "b"), ask()), 12),
        (composed(GOOD, program("op: init, var: a, source: prev.result", compute("sub", "a", 2), ask())), 40),
        (
            composed(
                GOOD,
                program(A, B, compute("sub", "b", "a"), ask()),
                program("op: init, var: a, source: sub0.result", "op: init, var: b, source: sub1.result", compute("add", "a", "b"), ask()),
            ),
            43,
        ),
    ],
)  # fmt: skip
def test_programs_give_exact_answers(text, answer):
    """Each op computes exactly what its row of the op table states."""
    assert answer == solve(read(text)).answer


LOOPHOLES = {
    # identities, with which a given number would be passed off as worked out
    "add [x]": (program(A, "op: compute, compute_op: add, args: [a], var: r", ask()), "bad_args", 2, "write [a, b]"),
    "add []": (program("op: compute, compute_op: add, args: [], var: r", ask()), "bad_args", 1, "write [a, b]"),
    "sub []": (program("op: compute, compute_op: sub, args: [], var: r", ask()), "bad_args", 1, "write [a, b]"),
    "add [42]": (program("op: compute, compute_op: add, args: [42], var: r", ask()), "bad_args", 1, "write [a, b]"),
    "div with one argument": (program(A, "op: compute, compute_op: div, args: [a], var: r", ask()), "bad_args", 2, "write [a, b]"),
    "div with three arguments": (program(A, B, "op: compute, compute_op: div, args: [a, b, 2], var: r", ask()), "bad_args", 3, "write [a, b]"),
    "mul [x, 1]": (program(A, compute("mul", "a", 1), ask()), "literal_identity", 2, "a literal 1 copies a"),
    "mul [1, x]": (program(A, compute("mul", 1, "a"), ask()), "literal_identity", 2, "a literal 1 copies a"),
    "mul [x, 1.0]": (program(A, compute("mul", "a", "1.0"), ask()), "literal_identity", 2, "a literal 1 copies a"),
    "mul [x, 3/3]": (program(A, compute("mul", "a", "3/3"), ask()), "literal_identity", 2, "a literal 1 copies a"),
    "div [x, 1]": (program(A, compute("div", "a", 1), ask()), "literal_identity", 2, "a literal 1 copies a"),
    "add [x, 0]": (program(A, compute("add", "a", 0), ask()), "literal_identity", 2, "use what the text gives"),
    "add [0, x]": (program(A, compute("add", 0, "a"), ask()), "literal_identity", 2, "use what the text gives"),
    "add [x, -0.0]": (program(A, compute("add", "a", "-0.0"), ask()), "literal_identity", 2, "use what the text gives"),
    "sub [x, 0]": (program(A, compute("sub", "a", 0), ask()), "literal_identity", 2, "use what the text gives"),
    "div [x, 0]": (program(A, compute("div", "a", 0), ask()), "literal_identity", 2, "a literal 0"),
    "two literals": (program(compute("mul", 6, 7), ask()), "only_literals", 1, "name the text's numbers with init first"),
    "percent of a literal at a literal": (program("op: percent_of, base: 80, rate: 15, var: r", ask(), expert="percentage"), "only_literals", 1, "init first"),
    "100 percent of": (program(A, "op: percent_of, base: a, rate: 100, var: r", ask(), expert="percentage"), "literal_identity", 2, "a literal rate of 100 copies the base"),
    "0 percent off": (program(A, "op: percent_off, base: a, rate: 0, var: r", ask(), expert="percentage"), "literal_identity", 2, "a literal rate of 0 copies the base"),
    "0 percent increase": (program(A, "op: percent_increase, base: a, rate: 0, var: r", ask(), expert="percentage"), "literal_identity", 2, "copies the base"),
    "percent of a literal 0": (program(A, "op: percent_of, base: 0, rate: a, var: r", ask(), expert="percentage"), "literal_identity", 2, "nothing to compute"),
    # entities
    "consume 0": (entity("op: consume, entity: a, amount: 0", ask("a")), "bad_amount", 3, "the amount is not positive"),
    "consume a variable that is 0": (entity(give("z", 0), "op: consume, entity: a, amount: z", ask("a")), "bad_amount", 4, "not positive"),
    "negative consume": (entity("op: consume, entity: a, amount: -2", ask("a")), "bad_amount", 3, "not positive"),
    "negative add": (entity("op: add_entity, entity: a, amount: -2", ask("a")), "bad_amount", 3, "not positive"),
    "add 0": (entity("op: add_entity, entity: a, amount: 0", ask("a")), "bad_amount", 3, "not positive"),
    "transfer 0": (entity("op: transfer, from_entity: a, to_entity: b, amount: 0", ask("a")), "bad_amount", 3, "not positive"),
    "negative transfer": (entity("op: transfer, from_entity: a, to_entity: b, amount: -1", ask("a")), "bad_amount", 3, "not positive"),
    "transfer to self": (entity("op: transfer, from_entity: a, to_entity: a, amount: 1", ask("a")), "transfer_to_self", 3, "name two entities"),
    "transfer to an unset entity": (entity("op: transfer, from_entity: a, to_entity: c, amount: 1", ask("a")), "unset", 3, "c was never set; init it first"),
    "transfer from an unset entity": (entity("op: transfer, from_entity: c, to_entity: a, amount: 1", ask("a")), "unset", 3, "c was never set; init it first"),
    "transfer more than there is": (entity("op: transfer, from_entity: a, to_entity: b, amount: 6", ask("a")), "not_enough", 3, "a has less than the amount taken"),
    "transfer with from and to": (entity("op: transfer, from: a, to: b, amount: 1", ask("a")), "unknown_field", 3, "transfer has from_entity, to_entity, amount"),
    "consume more than there is": (entity("op: consume, entity: a, amount: 5.01", ask("a")), "not_enough", 3, "has less than the amount"),
    "consume from an unset entity": (entity("op: consume, entity: c, amount: 1", ask("c")), "unset", 3, "init it first"),
    "add to an unset entity": (entity("op: add_entity, entity: c, amount: 1", ask("c")), "unset", 3, "init it first"),
    # the frame
    "empty trace": ("expert: arithmetic\ntrace: []\n", "empty", None, "no steps"),
    "trace missing": ("expert: arithmetic\n", "no_steps", None, "write one step a line"),
    "trace null": ("expert: arithmetic\ntrace:\n", "no_steps", None, "write one step a line"),
    "trace a mapping": ("expert: arithmetic\ntrace: {op: query}\n", "no_steps", None, "write one step a line"),
    "no query": (program(A, B, MUL), "no_query", None, "end the trace with {op: query, var: ...}"),
    "two queries": (program(A, B, MUL, ask(), ask()), "two_queries", 5, "write one query, as the last step"),
    "query then overwrite": (program(A, B, ask("a"), MUL), "after_query", 3, "write one query, as the last step"),
    "query, overwrite, query": (program(A, B, ask("a"), MUL, ask()), "two_queries", 5, "write one query, as the last step"),
    "steps after the query": (program(A, B, MUL, ask(), give("c", 1)), "after_query", 4, "write one query, as the last step"),
    "too many steps": (program(*(give(f"a{n}", 1) for n in range(MAX_STEPS)), ask()), "too_many_steps", None, f"at most {MAX_STEPS}"),
    "another key": (GOOD + "note: hello\n", "unknown_field", None, "a trace has expert and trace"),
    "trace given twice": (GOOD + "trace: []\n", "odd_yaml", None, "write the plain value once"),
    # the answer is worked out
    "query a given variable": (program(A, ask("a")), "short_circuit", 2, "a is given, not worked out; query what the steps compute"),
    "query prev": (composed(GOOD, program("op: init, var: p, source: prev.result", ask("p"))), "short_circuit", 2, "given, not worked out"),
    "query an unknown variable": (program(A, B, MUL, ask("rr")), "unset", 4, "rr was never set; init it first; did you mean r?"),
    "read before setting": (program(A, MUL, B, ask()), "unset", 2, "b was never set; init it first"),
    "unknown variable in args": (program(A, compute("add", "a", "x"), ask()), "unset", 2, "x was never set; init it first"),
    # nothing is set twice, nothing defaults
    "init twice": (program(A, A, MUL, ask()), "set_twice", 2, "use a new name"),
    "init a computed variable": (program(A, B, MUL, give("r", 42), ask()), "set_twice", 4, "use a new name"),
    "compute a given variable": (program(A, B, compute("mul", "a", "b", "a"), ask("a")), "set_twice", 3, "use a new name"),
    "compute twice": (program(A, B, MUL, MUL, ask()), "set_twice", 4, "use a new name"),
    "init without value": (program("op: init, var: a", ask("a")), "init_value", 1, "neither of value and source; an init has exactly one"),
    "init with null": (program("op: init, var: a, value: null", ask("a")), "bad_number", 1, "write one exact number"),
    "init with nothing": (program("op: init, var: a, value: ", ask("a")), "bad_number", 1, "write one exact number"),
    "value and source": (composed(GOOD, program("op: init, var: a, value: 6, source: prev.result", ask("a"))), "init_value", 1, "both of value and source; an init has exactly one"),
    "init a mapping": (program("op: init, var: a, value: {amount: 42}", ask("a")), "bad_number", 1, "is not a number"),
    "init a name": (program(A, "op: init, var: b, value: a", MUL, ask()), "bad_number", 2, "write one exact number"),
    "init an expression": (program("op: init, var: a, value: 6 * 7", ask("a")), "bad_number", 1, "write one exact number"),
    "compute without var": (program(A, B, "op: compute, compute_op: mul, args: [a, b]", ask()), "missing_field", 3, "compute lacks var"),
    "extra field": (program(give("a", "6, unit: kg"), B, MUL, ask()), "unknown_field", 1, "init has var, value, source"),
    "duplicate key": (program("op: init, var: a, value: 6, value: 7", B, MUL, ask()), "odd_yaml", 1, "value is given twice; write the plain value once"),
    "duplicate op": (program("op: init, op: query, var: a, value: 6", B, MUL, ask()), "unknown_op", 1, "given twice"),
    # sources
    "source in a single trace": (program("op: init, var: a, source: prev.result", B, MUL, ask()), "bad_source", 1, "there is no earlier sub-trace"),
    "prev in the first sub-trace": (composed(program("op: init, var: a, source: prev.result", B, MUL, ask()), GOOD), "bad_source", 1, "there is no earlier sub-trace"),
    "sub9": (composed(GOOD, program("op: init, var: a, source: sub9.result", B, MUL, ask())), "bad_source", 1, "sub9.result names no earlier sub-trace; there is sub0.result"),
    "its own result": (composed(GOOD, program("op: init, var: a, source: sub1.result", B, MUL, ask())), "bad_source", 1, "there is sub0.result"),
    "source foo": (composed(GOOD, program("op: init, var: a, source: foo", B, MUL, ask())), "bad_source", 1, "write prev.result or sub0.result"),
    "source sub0.resultXYZ": (composed(GOOD, program("op: init, var: a, source: sub0.resultXYZ", B, MUL, ask())), "bad_source", 1, "write prev.result or sub0.result"),
    "prev.result as an argument": (composed(GOOD, program(A, compute("add", "a", "prev.result"), ask())), "unset", 2, "init it first"),
    "another sub-trace's variable": (composed(GOOD, program(give("c", 1), compute("add", "c", "r"), ask("r"))), "unset", 2, "r was never set; init it first"),
    "sub-trace without query": (composed(program(A, B, MUL), program("op: init, var: a, source: prev.result", B, MUL, ask())), "no_query", None, "end the trace with"),
    "a composition of one": (composed(GOOD), "one_part", None, "write it as a mapping, or compose at least two"),
    "too many sub-traces": (composed(*[GOOD] * (MAX_PARTS + 1)), "too_many_parts", None, f"at most {MAX_PARTS}"),
    # words
    "unknown op": (program(A, B, "op: multiply, args: [a, b], var: r", ask()), "unknown_op", 3, "known are add_entity, compute"),
    "upstream's given": (program("op: given, values: {a: 42}", ask("a")), "unknown_op", 1, "op is 'given'"),
    "unknown compute_op": (program(A, B, compute("times", "a", "b"), ask()), "unknown_compute_op", 3, "known are add, div, mul, sub"),
    **{
        f"upstream's {word}": (program(A, B, compute(word, "a", "b"), ask()), "unknown_compute_op", 3, f"'{word}' is not an operation")
        for word in ("mod", "pow", "sqrt", "abs", "min", "max")
    },
    "unknown expert": (program(A, B, MUL, ask(), expert="algebra"), "unknown_expert", None, "no expert 'algebra'"),
    "misspelt expert": (program(A, B, MUL, ask(), expert="arithmetics"), "unknown_expert", None, "did you mean arithmetic?"),
    "percent op in arithmetic": (program(A, B, "op: percent_of, base: a, rate: b, var: r", ask()), "vocabulary", 3, "arithmetic does not use percent_of"),
    "sub in rate_equation": (program(A, B, compute("sub", "a", "b"), ask(), expert="rate_equation"), "vocabulary", 3, "rate_equation does not use sub; known are init, mul, query"),
    "consume in comparison": (program(A, "op: consume, entity: a, amount: 1", ask("a"), expert="comparison"), "vocabulary", 2, "comparison does not use consume"),
    "a step that is a word": ("expert: arithmetic\ntrace: [query]\n", "not_a_step", 1, "write {op: ..., ...}"),
    "a step that is a list": ("expert: arithmetic\ntrace: [[op, query]]\n", "not_a_step", 1, "write {op: ..., ...}"),
    # numbers, and YAML's ideas of them
    "division by zero": (program(A, give("b", 0), compute("div", "a", "b"), ask()), "division_by_zero", 3, "b is 0; nothing is divided by 0"),
    "a product beyond the limit": (program(give("a", "9" * 30), compute("mul", "a", "a"), ask()), "too_large", 2, "leaves the range of numbers below 1e+40"),
    "a quotient beyond the limit": (program(give("a", "9" * 39), give("b", "7" * 38 + "1"), give("c", "1/" + "7" * 37 + "3"), compute("div", "a", "b", "d"), compute("mul", "d", "c"), ask()), "too_large", 5, "leaves the range"),
    **{
        f"value {text}": (program(give("a", text), B, MUL, ask()), "bad_number", 1, "is not a number; write one exact number")
        for text in ("1e200", ".inf", ".nan", "-.inf", "010", "1_000", "0x1F", "1:30", "2024-01-01", "$6", "6 kg", "off", "9" * 400, "9" * 5_000)
    },
    "value 80,000": (program(give("a", "80,000"), B, MUL, ask()), "unknown_field", 1, "write numbers without commas"),
    "an anchor": (program("op: init, var: a, value: &x 6", B, MUL, ask()), "odd_yaml", 1, "value is a YAML anchor; write the plain value once"),
    "an alias": (program(A, "op: init, var: b, value: *x", MUL, ask()), "odd_yaml", 2, "value is a YAML alias; write the plain value once"),
    "a tag": (program("op: init, var: a, value: !!float 6", B, MUL, ask()), "odd_yaml", 1, "value is a YAML tag; write the plain value once"),
    "a bare tag": (program("op: init, var: a, value: ! 6", B, MUL, ask()), "odd_yaml", 1, "value is a YAML tag"),
    "an alias bomb in a side key": (GOOD + "x: &a [1, 1]\ny: &b [*a, *a]\n", "unknown_field", None, "a trace has expert and trace"),
    "aliases as args": (program(A, "op: compute, compute_op: add, args: [*a, *a], var: r", ask()), "bad_operand", 2, "a YAML alias is neither"),
    "a merge key": (program("<<: {value: 6}, op: init, var: a", B, MUL, ask()), "unknown_field", 1, "init has no field '<<'"),
}  # fmt: skip
"""What upstream let pass or crashed on (design 3, upstream 4.2 and 5.3): text, code, step and words of the mend."""


@pytest.mark.parametrize(("text", "code", "step", "mend"), LOOPHOLES.values(), ids=LOOPHOLES)
def test_loopholes_are_closed(text, code, step, mend):
    """Each shortcut and each silent default is refused at its step, with the fix, and has the reward 0.5."""
    with pytest.raises(TraceError) as refusal:
        solve(read(text))
    verdict = judge(text, None, 42)

    assert (code, step) == (refusal.value.code, refusal.value.step)
    assert mend in str(refusal.value)
    assert ("broken", 0.5, code, step, str(refusal.value)) == (
        verdict.outcome,
        verdict.reward,
        verdict.code,
        verdict.step,
        verdict.reason,
    )


NO_TRACES = {
    "empty": ("", "not_yaml"),
    "a scalar": ("42", "no_trace"),
    "prose": ("The answer is 42.", "no_trace"),
    "a list of strings": ("[arithmetic, query]", "no_trace"),
    "an empty list": ("[]", "no_trace"),
    "a list of a trace and a word": (composed(GOOD) + "- hello\n", "no_trace"),
    "expert a list": ("expert: [arithmetic]\ntrace: []\n", "no_expert"),
    "no expert": ("trace: []\n", "no_expert"),
    "a Python tag": ("!!python/object/apply:os.system [ls]", "no_trace"),
    "two documents": (f"{GOOD}---\n{GOOD}", "not_yaml"),
    "broken YAML": (GOOD.replace("]", ""), "not_yaml"),
    "a 2,000 deep list": ("[" * 2_000 + "]" * 2_000, "too_deep"),
    "20,000 steps": (program(*[A] * 20_000), "too_long"),
    "10,000,000 aliases": ("a: &a [1]\nb: [" + "*a, " * 10_000 + "]", "too_long"),
}


@pytest.mark.parametrize(("text", "code"), NO_TRACES.values(), ids=NO_TRACES)
def test_what_is_no_trace_is_worth_nothing(text, code):
    """A text without the outer structure of a trace is a format error, with the reward 0.0."""
    with pytest.raises(FormatError) as refusal:
        solve(read(text))

    assert code == refusal.value.code
    assert judge(text, None, 42).reward == 0.0


def test_a_refusal_names_the_sub_trace():
    """In a composition, the refusal names the sub-trace and its step."""
    with pytest.raises(TraceError, match=r"^sub-trace 2, step 1: source: 'foo' is not a source") as refusal:
        solve(read(LOOPHOLES["source foo"][0]))

    assert (refusal.value.part, refusal.value.step) == (2, 1)


@law
@given(st.one_of(honest_programs(), any_programs()))
def test_solving_is_total(program):
    """Any program has an answer within bounds, the value of its last line, or a TraceError with code and location."""
    try:
        solution = solve(program)
    except TraceError as error:
        refusal = error
    else:
        refusal = None
    if refusal:
        assert refusal.code
        assert refusal.part is None or 1 <= refusal.part <= len(program)
        return
    assert abs(solution.answer.numerator) < LIMIT > solution.answer.denominator
    assert solution.answer == solution.parts[-1][1][-1].value
    assert [[step for step, _ in lines] for _, lines in solution.parts] == [list(trace.steps) for trace in program]


@law
@given(honest_programs(), st.data())
def test_the_answer_is_worked_out(program, data):
    """No honest program answers with a given name; a query of one is refused (P1)."""
    *before, query = program[-1].steps
    given_names = [step.var for step in before if type(step) is OPS["init"]]
    changed = {name for step in before if type(step) is not OPS["init"] for name in step.names}
    untouched = sorted(set(given_names) - changed)
    if untouched:
        asked = type(query)(var=data.draw(st.sampled_from(untouched)))
        trace = type(program[-1])(program[-1].expert, (*before, asked))
        with pytest.raises(TraceError, match="given, not worked out"):
            solve((*program[:-1], trace))


@law
@given(honest_programs())
def test_a_column_of_one_program_is_that_program(program):
    """Steps run on columns as on fractions: a program of constants has the same answer on both."""
    assert solve(program).answer == solve(program, ColumnState).answer


@law
@given(honest_programs())
def test_entities_are_moved_and_never_made(program):
    """A transfer takes from one name exactly the amount that it adds to the other."""
    results = []
    for trace in program:
        state = State(results)
        for step in trace.steps:
            before = {**state.given, **state.derived}
            value = step.run(state)
            if type(step) is OPS["transfer"]:
                after = {**state.given, **state.derived}
                assert sum(before.values()) == sum(after.values())
        results.append(value)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (GOOD, 0),
        (program(A, give("b", 1), MUL, ask()), 1),
        (program(A, give("b", 1), compute("mul", "b", "a"), ask()), 1),
        (program(A, give("b", 0), compute("add", "b", "a"), ask()), 1),
        (program(A, give("b", 0), compute("sub", "a", "b"), ask()), 1),
        (program(A, give("b", 0), compute("sub", "b", "a"), ask()), 0),
        (program(A, give("b", 1), compute("div", "a", "b"), ask()), 1),
        (program(A, give("b", 1), compute("div", "b", "a"), ask()), 0),
        (program(A, compute("div", 1, "a"), ask()), 0),
        (program(A, give("b", 0), compute("mul", "a", "b"), ask()), 0),
        (
            program(
                give("a", 1), B, compute("mul", "a", "b"), "op: add_entity, entity: a, amount: 1", ask(), expert="entity_track"
            ),
            1,
        ),
        (
            program(
                give("a", 2), B, compute("mul", "a", "b"), "op: consume, entity: a, amount: 1", ask(), expert="entity_track"
            ),
            0,
        ),
    ],
)  # fmt: skip
def test_identities_through_variables_are_counted(text, count):
    """A compute that copies an argument because a variable is 0 or 1 is legal, and counted."""
    assert count == solve(read(text)).identities


@pytest.mark.parametrize("row", OUTSIDE, ids=lambda row: row["expert"])
def test_outside_traces_agree(row):
    """Another generator's traces have the values that it states, or move to an entity that was never set."""
    verdict = judge(row["yaml"], None, "0")

    if verdict.code == "unset":
        assert "transfer" in row["yaml"]
        assert "was never set; init it first" in verdict.reason
    else:
        assert float(verdict.answer) == pytest.approx(row["value"], rel=1e-9, abs=1e-9)
        assert judge(row["yaml"], None, verdict.answer).reward == 1.0


def test_the_outside_extract_is_an_even_choice():
    """The extract has a hundred rows, similar numbers per expert, and a few refused rows."""
    experts = [row["expert"] for row in OUTSIDE]
    refused = [row for row in OUTSIDE if judge(row["yaml"], None, 0).reward == REWARDS["broken"]]

    assert len(OUTSIDE) == 100
    assert {*EXPERTS, "composed"} == set(experts)
    assert max(map(experts.count, experts)) - min(map(experts.count, experts)) <= 1
    assert 0 < len(refused) < 5
