"""Hypothesis strategies for numbers, programs and texts, derived from the ops, and the slowest known texts.

`EXAMPLES=2000 pytest` looks longer than the 50 examples a law of every run.
"""

import os
import re
from fractions import Fraction
from itertools import product

from docs.completions import FORMS
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from solver import EXPERTS, OPS, Trace, TraceError, fence, text, write
from solver.completion import MAX_COMPLETION
from solver.document import MAX_DEPTH, MAX_TEXT
from solver.fields import KINDS, MAX_NAME, NAME, OPERATIONS, Number, Operand, Operation, Pair, Source, Var
from solver.number import LIMIT
from solver.ops import fields_of
from solver.program import MAX_PARTS, MAX_STEPS
from solver.state import State

law = settings(
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="EXAMPLES" not in os.environ,
)
"""A gate draws the same examples every time; EXAMPLES=1500 pytest looks for new ones, and for longer."""

# Numbers

integers = st.one_of(st.integers(1, 999), st.integers(-(10**6), 10**6), st.integers(1 - LIMIT, LIMIT - 1))
denominators = st.one_of(
    st.just(1), st.sampled_from([2, 4, 5, 8, 10, 20, 100]), st.integers(1, 10**6), st.integers(1, LIMIT - 1)
)
numbers = st.builds(Fraction, integers, denominators)
"""Every number that the language can hold."""

plain_numbers = st.one_of(
    st.integers(1, 99).map(Fraction),
    st.builds(Fraction, st.integers(1, 9_999), st.sampled_from([1, 2, 3, 4, 7, 10, 100])),
)
"""Numbers such as problems have."""

scales = st.sampled_from([1, 2, 3, 4, 7, 12, 100, 10**6, 10**12, 10**12 + 39, 2**100])
units = st.one_of(st.integers(-100, 100), st.integers(-(2**63), 2**63), st.integers(-(10**30), 10**30))
column_values = st.builds(Fraction, units, scales)
"""Numbers at and beyond the edges of int64 numerators over one scale."""

# Programs

_LETTERS = "abcXYZ_"
names = st.one_of(
    st.builds("{}{}".format, st.sampled_from(_LETTERS), st.text(alphabet=f"{_LETTERS}0189", max_size=6)),
    st.sampled_from(["result", "jose_obrien.trading_cards", "no", "on", "y", "null", "true", "off", "e1", "nan", "_"]),
    st.from_regex(NAME, fullmatch=True).filter(lambda name: len(name) <= MAX_NAME),
)


def _kinds(op):
    return fields_of(op)


def _words(op):
    return set(OPERATIONS) if Operation in [_kind(field) for field in _kinds(op).values()] else {op.op}


def _kind(field):
    return next(name for name, kind in KINDS.items() if kind is field.kind)


def ops_of(expert):
    """Return the ops of an expert's vocabulary, without the query."""
    *before, _query = [op for op in OPS.values() if _words(op) & EXPERTS[expert].words]
    return before


@st.composite
def steps(draw, op, words=frozenset(OPERATIONS), known=(), parts=0):
    """Draw a step of an op, mostly with known names; it may be refused."""
    name = st.one_of(st.sampled_from(known), names) if known else names
    operand = st.one_of(name, name, plain_numbers)
    draws = {
        Var: name,
        Number: plain_numbers,
        Operand: operand,
        Operation: st.sampled_from([word for word in OPERATIONS if word in words]),
        Pair: st.tuples(operand, operand),
        Source: st.sampled_from(["prev.result", *(f"sub{part}.result" for part in range(parts))]),
    }
    fields = _kinds(op)
    optional = [key for key, field in fields.items() if not field.needed]
    if optional and not parts:
        optional = [key for key in optional if _kind(fields[key]) is not Source]
    chosen = draw(st.sampled_from(optional)) if optional else None
    return op(**{key: draw(draws[_kind(field)]) for key, field in fields.items() if field.needed or key == chosen})


def _runs(step, state):
    """Run a step and return whether it was accepted; a refused step does not change the state."""
    before = dict(state.given), dict(state.derived)
    try:
        step.run(state)
    except TraceError:
        state.given, state.derived = before
        return False
    return True


def _forced(expert, state):
    """Return a step that computes something from the names in a state, found by trying all candidates."""
    known = list(state.given)
    choices = {
        Var: [*known, "forced"],
        Operand: known,
        Operation: [word for word in OPERATIONS if word in EXPERTS[expert].words],
        Pair: list(product(known, known)),
    }
    for op in ops_of(expert)[1:]:
        fields = _kinds(op)
        for values in product(*(choices[_kind(field)] for field in fields.values())):
            step = op(**dict(zip(fields, values, strict=True)))
            if _runs(step, state):
                return step
    raise AssertionError(f"{expert} can work nothing out")


@st.composite
def honest_traces(draw, expert=None, results=(), most=6):
    """Draw a trace that runs: steps that the solver refuses are left out."""
    expert = expert or draw(st.sampled_from(list(EXPERTS)))
    state, done = State(results), []
    init, *_ = ops_of(expert)
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        step = init(var=name, value=draw(plain_numbers))
        assert _runs(step, state)
        done.append(step)
    for _ in range(draw(st.integers(0, most))):
        op = draw(st.sampled_from(ops_of(expert)))
        step = draw(steps(op, EXPERTS[expert].words, [*state.given, *state.derived], len(results)))
        if _runs(step, state):
            done.append(step)
    if not state.derived:
        done.append(_forced(expert, state))
    query = list(OPS.values())[-1](var=draw(st.sampled_from(list(state.derived))))
    state.results = [*results, query.run(state)]
    return Trace(expert, (*done, query)), state.results


@st.composite
def honest_programs(draw, most_parts=3):
    """Draw a program that runs: one trace, or a composition whose later sub-traces read earlier results."""
    program, results = [], ()
    for _ in range(draw(st.integers(1, most_parts))):
        trace, results = draw(honest_traces(results=results))
        program.append(trace)
    return tuple(program)


@st.composite
def any_programs(draw):
    """Draw a program that can be written and may be refused."""
    step = st.sampled_from(list(OPS.values())).flatmap(lambda op: steps(op, parts=2))
    trace = st.builds(
        Trace, st.one_of(st.sampled_from(list(EXPERTS)), st.just("oracle")), st.lists(step, max_size=9).map(tuple)
    )
    return tuple(draw(st.lists(trace.filter(lambda trace: trace.steps), min_size=1, max_size=3)))


# Texts

scraps = st.sampled_from(
    [
        *"\n\t \0-{}[]:,#&*!|>'\"%@`?~=.\r\x85\u2028\ufeffé漢",
        *(
            "- ",
            ": ",
            ", ",
            "  ",
            "\n- ",
            "```",
            "```yaml\n",
            "---\n",
            "...\n",
            "&a ",
            "*a",
            "!!int ",
            "<<: ",
            "|\n",
            "[]",
        ),
        *(
            "",
            "off",
            "010",
            "1e3",
            "0x1F",
            "1_000",
            "80,000",
            "1:30",
            ".nan",
            "-.inf",
            "~",
            "null",
            "2/3",
            "1/0",
            "-0",
            "9" * 50,
        ),
        *("expert", "trace", "op", "prev.result", "sub0.result", "sub9.result", *OPS, *OPERATIONS, *EXPERTS),
        *{key for op in OPS.values() for key in _kinds(op)},
    ]
)
_TOKEN = re.compile(r"[A-Za-z0-9_./-]+|[^A-Za-z0-9_./-]")


@st.composite
def mutated_texts(draw):
    """Draw the canonical text of a program with a few characters, words or lines dropped, doubled, moved or replaced."""
    canonical = write(draw(st.one_of(honest_programs(), any_programs())))
    for _ in range(draw(st.integers(1, 3))):
        pieces = draw(st.sampled_from([list, str.splitlines, _TOKEN.findall]))(canonical)
        glue = "" if "".join(pieces) == canonical else "\n"
        if not pieces:
            break
        place, other = (draw(st.integers(0, len(pieces) - 1)) for _ in range(2))
        change = draw(st.sampled_from(["drop", "double", "swap", "insert", "replace"]))
        if change == "drop":
            del pieces[place]
        elif change == "double":
            pieces.insert(other, pieces[place])
        elif change == "swap":
            pieces[place], pieces[other] = pieces[other], pieces[place]
        else:
            pieces[place : place + (change == "replace")] = [draw(scraps)]
        canonical = glue.join(pieces)
    return canonical


canonical_shapes = st.one_of(
    st.from_regex(text._SINGLE, fullmatch=True), st.from_regex(text._COMPOSED, fullmatch=True).filter(bool)
)
"""Texts that the canonical reader takes, whatever they say."""

hostile_texts = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=st.characters(codec=None, categories=["Cs", "Cc", "L", "P"]), max_size=60),  # lone surrogates too
    st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")),
    st.lists(scraps, max_size=60).map("".join),
    st.builds(lambda scrap, count: scrap * count, scraps, st.integers(1, 3_000)),
    st.builds(lambda a, b, count: (a + b) * count, scraps, scraps, st.integers(1, 1_500)),
)

completions = st.one_of(
    mutated_texts(),
    mutated_texts().map(fence),
    hostile_texts,
    canonical_shapes,
    st.tuples(hostile_texts, mutated_texts().map(fence), hostile_texts).map("\n".join),
)
"""What a model may write, and what it should never."""

# Model outputs: real forms, mutated by a seeded generator, which is quicker than Hypothesis and has no shrinking

_FORMS = [form[1] for forms in FORMS.values() for form in forms]
_TURNS = [turn for form in _FORMS if isinstance(form, list | tuple) for turn in form]
_OUTPUTS = [form for form in _FORMS if isinstance(form, str)]
_MARKS = [
    *("```", "```yaml\n", "~~~", "````", "\n```\n", "`", '```yaml title="t"\n', "```{.yaml}\n"),
    *("<think>", "</think>", "<thinking>", "</thinking>", "</reasoning>", "<|end_of_thought|>", "[THINK]", "[/THINK]"),
    *(
        "\u25c1think\u25b7",
        "\u25c1/think\u25b7",
        "<|channel|>final<|message|>",
        "<|channel|>analysis<|message|>",
        "assistantfinal",
    ),
    *(
        "<|im_start|>",
        "<|im_start|>user\n",
        "<|im_start|>assistant\n",
        "<|im_end|>",
        "<|eot_id|>",
        "</s>",
        "<s>",
        "[INST]",
        "[/INST]",
    ),
    *(
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "<start_of_turn>model\n",
        "<end_of_turn>",
        "<\uff5cAssistant\uff5c>",
    ),
    *(
        "<trace>",
        "</trace>",
        "<answer>",
        "</answer>",
        "<",
        ">",
        "[",
        "]",
        "{",
        "}",
        "{expert:",
        '{"expert": "',
        '"trace": [',
    ),
    *(
        "expert: ",
        "expert: comparison, since\n",
        "- expert: arithmetic\n",
        "trace:\n",
        "- ",
        "\n",
        "\n\n",
        "  ",
        "---\n",
        "# ",
    ),
    *("\r", "\r\n", "\u2028", "\u2029", "\x85", "\xa0", "\ufeff", "\u200b", "\0", "\ud800", "\u6f22", "\t", "\x0b"),
    *("- {op: query, var: result}\n", "value: 7,000", "*", "&a ", "!!int ", "%"),
]


def model_output(random):
    """Return a completion such as models and their servers write: a form of the table, cut, joined and mutated.

    Most are texts; some are messages and parts with odd roles and types.
    """
    text = random.choice(_OUTPUTS)
    for _ in range(random.randrange(4)):
        place, other = sorted(random.randrange(len(text) + 1) for _ in range(2))
        match random.randrange(7):
            case 0:
                text = text[:place] + random.choice(_MARKS) + text[place:]
            case 1:
                text = text[:place] + text[other:]
            case 2:
                text = text[:place] + text[place:other][:300] * random.choice([2, 3, 40]) + text[other:]
            case 3:
                text += random.choice(["", "\n", "\nNo:\n"]) + random.choice(_OUTPUTS)
            case 4:
                text = text[:place] + random.choice(_OUTPUTS)[:other] + text[place:]
            case 5:
                text = random.choice(_MARKS) + text + random.choice(_MARKS)
            case 6:
                old, new = random.choice(_MARKS), random.choice(_MARKS)
                text = text.replace(old, new)
        text = text[:20_000]
    if random.random() < 0.01:
        text = (text * (MAX_COMPLETION // max(1, len(text))))[:MAX_COMPLETION]
    return text if random.random() < 0.7 else _messages(random, text)


def _messages(random, text):
    odd = [
        None,
        7,
        [],
        {},
        ["text"],
        [None],
        [{"type": "text"}],
        [{"type": "text", "text": 7}],
        {"text": text},
        float("nan"),
    ]
    cut = random.randrange(len(text) + 1)
    content = random.choice(
        [text, [{"type": "text", "text": text}], [{"type": "text", "text": part} for part in (text[:cut], text[cut:])]]
    )
    turns = [
        {
            "role": random.choice(["assistant", "assistant", "user", "tool", "system", "model", None, 7]),
            "content": content,
        },
        random.choice([*_TURNS, *odd]),
        {"role": "assistant", "content": random.choice(odd)},
        {"content": text},
    ]
    random.shuffle(turns)
    turns = turns[random.randrange(4) :]
    return random.choice([turns, tuple(turns), turns[0]])


# The worst texts: long to judge unless something bounds them

_LONG = 10_000_000


def _trace(lines):
    return "expert: arithmetic\ntrace:\n" + "".join(f"- {{{line}}}\n" for line in lines)


def _unset(stem):
    """A trace with the most, longest and most similar names, and then an unknown one."""
    inits = [f"op: init, var: {stem(number)}, value: 1" for number in range(MAX_STEPS - 1)]
    return _trace([*inits, f"op: query, var: {stem(MAX_STEPS)}x"])


def _fill(piece, size=MAX_TEXT):
    return piece * (size // len(piece))


WORST = {
    **{f"10 MB of {char!r}": char * _LONG for char in "a \n\t`[{-&*!\"'|#:é\0\ud800"},
    **{
        f"10 MB of {piece!r}": _fill(piece, _LONG)
        for piece in ("```\n", "```yaml\n", "expert:\n", "- ", "- expert", "[]\n")
    },
    **{
        f"searched {piece!r}": _fill(piece, MAX_COMPLETION)
        for piece in (
            "`",
            "```\n",
            "```yaml\n",
            "```yaml\nexper",
            "expert",
            "expert ",
            "\n",
            "- ",
            "\n- ",
            "{",
            '- {"expert\n',
            "漢",
        )
    },
    **{
        f"expert, then {piece!r}": "expert " + _fill(piece, MAX_COMPLETION - 7)
        for piece in ("{", "[", "`", ">", "<a>", "◁a▷")
    },
    **{
        f"searched, {name}": start + _fill(piece, MAX_COMPLETION - len(start))
        for start in ("", "expert: trace\n")
        for name, piece in {
            "keys": "expert:\ntrace:\n",
            "brackets and keys": "{expert: trace",
            "objects": '{"expert":"trace"}\n',
            "tags": "<a>expert: trace",
            "open tags": "<|",
            "tokens": "[/AA]",
            "turns": "<|im_start|>assistant ",
            "instructions": "[INST]",
            "reasoning": "</think>",
            "blank lines": "expert: race\n\n   \n",
            "many blank lines": "expert: race\n" + "\n" * 50,
            "comments": "expert: race\n#\n",
            "dashes": "- expert: trace\n",
            "brackets in lines": "expert: trace\n  - [[[\n",
            "carriage returns": "\r",
            "separators": "\u2028",
            "fences around keys": "expert: trace\n```\n",
        }.items()
    },
    "a fence and spaces": "```" + " " * (MAX_COMPLETION - 3),
    "a fence, spaces and a word": "```" + " " * (MAX_COMPLETION - 4) + "x",
    "a fence, spaces and a mark": "```" + " " * (MAX_COMPLETION - 4) + "!",
    "a fence and a long word": "```" + "a" * (MAX_COMPLETION - 3),
    "expert and spaces": "expert" + " " * (MAX_COMPLETION - 6),
    "a dash and spaces": "-" + " " * (MAX_COMPLETION - 1),
    "fences before a trace": _fill("```\n", MAX_COMPLETION - 9) + "expert: a",
    "60 KB of brackets": "[" * 60_000,
    **{
        f"16 KB of {piece!r}": _fill(piece)
        for piece in (
            *(
                "[",
                "{",
                "[]",
                "{},",
                "[],",
                "? ",
                "- ",
                "- - - - - - - -\n",
                "a: ",
                "a:\n",
                "k: v\n",
                "- a\n",
                "- {a: b}\n",
            ),
            *(
                "&a ",
                "- &a a\n",
                "- *a\n",
                "- !a a\n",
                "- !<a> a\n",
                "%TAG !a! b\n",
                "%YAML 1.1\n",
                "---\n",
                "...\n",
                "--- a\n",
            ),
            *(
                ":",
                ",",
                "'",
                '"',
                "''",
                "%",
                "@",
                "|\n",
                ">\n",
                "#\n",
                "# ]\n[",
                "\\",
                "\t",
                "\0",
                "\r",
                "\x85",
                "é",
                "\ufeff",
            ),
        )
    },
    "brackets that a comment closes": _fill("[ #]\n"),
    "brackets closed before they open": "# " + "]" * 8_000 + "\n" + "[" * 8_000,
    "brackets closed in a string": '"' + "]" * 8_000 + '": ' + "[" * 8_000,
    "many small flow nodes": "[" + _fill("[],", MAX_TEXT - 2) + "]",
    "many flow keys": "{" + ", ".join(f"k{number}: v" for number in range(1_500)) + "}",
    "many implicit pairs": "[" + _fill("? a : b, ", MAX_TEXT - 2) + "]",
    "many block keys": "\n".join(f"k{number}: v" for number in range(1_700)),
    "deep block": "\n".join(" " * depth + "a:" for depth in range(170)),
    "a step of many keys": _trace([", ".join(f"k{number}: v" for number in range(1_200))]),
    "a long key": "{" + "a" * (MAX_TEXT - 10) + ": b}",
    "escapes": '"' + _fill("\\n", MAX_TEXT - 2) + '"',
    "a literal block": "|\n" + _fill(" a\n", MAX_TEXT - 2),
    "a folded block of blanks": ">\n" + _fill(" \n\n", MAX_TEXT - 2),
    "many steps": _trace(["op: query, var: a"] * 700),
    "many empty sub-traces": _fill("- expert: a\n  trace: []\n"),
    "many odd steps": _trace(["op: init, var: [[[a]]], value: {a: {b: c}}"] * 300),
    "alias bomb": "a: &a [x, x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(9)),
    "a huge integer": _trace([f"op: init, var: a, value: {'9' * 10_000}"]),
    "a huge fraction": _trace([f"op: init, var: a, value: {'9' * 5_000}/{'7' * 5_000}"]),
    "powers": _trace(
        [
            "op: init, var: a0, value: " + "9" * 39,
            *(f"op: compute, compute_op: mul, args: [a{n}, a{n}], var: a{n + 1}" for n in range(60)),
        ]
    ),
    "alike names": _unset(lambda number: ("ab" * 36) + format(number, "06b").replace("0", "a").replace("1", "b")),
    "alike short names": _unset(lambda number: ("ab" * 16) + format(number, "07b").replace("0", "a").replace("1", "b")),
    "names of one letter": _unset(lambda number: "a" * (number + 10)),
    "shuffled names": _unset(
        lambda number: "abcdefgh"[number % 8 :] + "abcdefgh"[: number % 8] + "abcdefgh" * 3 + str(number)
    ),
    "a long unknown op": _trace([f"op: {'compute' * 1_000}, var: a"]),
    "a long unknown expert": f"expert: {'arithmetic' * 1_000}\ntrace:\n- {{op: query, var: a}}\n",
    "almost canonical, one step": "expert: a\ntrace:\n- {" + _fill("a: b, ", 4_000) + "a: b",
    "almost canonical, pairs": "expert: a\ntrace:\n- {" + _fill("a: [b, b], ", 4_000) + "a: [b, b}",
    "almost canonical, steps": "expert: a\ntrace:\n" + _fill("- {a: b}\n", 4_000) + "- {a: b]",
    "almost canonical, parts": _fill("- expert: a\n  trace:\n  - {a: b}\n", 4_000) + "- expert: a",
    "almost canonical, one scalar": "expert: a\ntrace:\n- {a: " + "b" * 4_000 + "!}",
    "almost canonical, long keys": "expert: a\ntrace:\n- {" + _fill("a" * 40 + ": b, ", 4_000) + "a: b",
    "almost canonical, dashes": "expert: a\ntrace:\n- {a: [" + _fill("-a, ", 4_000) + "]}",
    "the longest composition": "".join(
        "- expert: arithmetic\n  trace:\n  - {op: init, var: a0, value: 2}\n"
        + "".join(
            f"  - {{op: compute, compute_op: add, args: [a{n}, a0], var: a{n + 1}}}\n" for n in range(MAX_STEPS // 3)
        )
        + f"  - {{op: query, var: a{MAX_STEPS // 3}}}\n"
        for _ in range(MAX_PARTS)
    ),
    "too deep a trace": "expert: arithmetic\ntrace: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH,
}
"""Texts that were slow once, that crash other readers, or that ought to be slow; each is judged in 50 ms."""
