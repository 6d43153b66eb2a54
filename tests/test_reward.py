"""Judging is total, fast, thread-safe and deterministic, and its rewards are those of P9."""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import WORST, completions, honest_programs, law
from test_machine import GOOD, MUL, A, B, ask, composed, compute, give, program
from timing import least_seconds

from solver import EXPERTS, REWARDS, Verdict, compute_score, fence, judge, judge_all, solve, trace_reward, write
from solver.number import write_number

SECOND = program(
    "op: init, var: a, source: prev.result", give("b", 2), compute("mul", "a", "b"), ask(), expert="rate_equation"
)
BOTH = composed(GOOD, SECOND)
LIMIT = 0.1
"""Seconds of processor time in which a test judges any text: twice what benchmarks/fuzz.py allows, for a busy machine."""
expectations = st.one_of(
    st.none(), st.sampled_from(list(EXPERTS)), st.lists(st.sampled_from(list(EXPERTS)), max_size=3)
)


@law
@given(honest_programs(), st.booleans())
def test_gold_is_worth_one(program, fenced):
    """The canonical text of any program that runs has the reward 1.0 with its own experts and answer."""
    text = fence(write(program)) if fenced else write(program)
    answer = solve(program).answer
    verdict = judge(text, [trace.expert for trace in program], write_number(answer))

    assert (1.0, "correct", answer) == (verdict.reward, verdict.outcome, verdict.answer)
    assert all(trace.fits_shape for trace in program) is verdict.fits_shape


@law
@given(honest_programs(), st.integers(1, 99))
def test_another_answer_is_worth_less(program, off):
    """A program judged by a different answer has the reward 0.7, and the reason has both numbers."""
    answer = solve(program).answer
    verdict = judge(write(program), None, answer + off)

    assert verdict.reward == 0.7
    assert f"the trace gives {write_number(answer)}, expected {write_number(answer + off)}" == verdict.reason


@law
@given(completions, expectations, st.integers(-9, 99))
def test_any_text_gets_a_verdict_of_the_ladder(completion, experts, answer):
    """Judging never raises, for any completion and any expectation, and gives a reason for every fault."""
    verdict = judge(completion, experts, answer)

    assert verdict.reward in REWARDS.values()
    assert (verdict.reward == 1.0) is (not verdict.reason) is (not verdict.code)
    assert verdict == judge(completion, experts, answer)


@settings(law, max_examples=20)
@given(st.lists(completions, min_size=1, max_size=4))
def test_threads_agree(texts):
    """Eight threads that judge the same texts reach the same verdicts as one."""
    alone = [judge(text, "arithmetic", 42) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda text: judge(text, "arithmetic", 42), texts * 8))

    assert alone * 8 == together


@pytest.mark.parametrize("completion", [None, 42, b"expert: a", ["a"], {"content": GOOD}, float("nan")], ids=repr)
def test_what_is_no_text_is_worth_nothing(completion):
    """A completion that is not text gets a verdict too."""
    assert Verdict("unparsed", "no text", "no_trace") == judge(completion, None, 42)


@pytest.mark.parametrize(
    ("text", "experts", "answer", "outcome", "reward"),
    [
        pytest.param(GOOD, "arithmetic", "42", "correct", 1.0, id="correct"),
        pytest.param(GOOD, ["arithmetic"], "42.0", "correct", 1.0, id="correct, another form of the answer"),
        pytest.param(GOOD, None, 42, "correct", 1.0, id="correct, any expert will do"),
        pytest.param(GOOD, [], 42, "correct", 1.0, id="correct, no expert is expected"),
        pytest.param(BOTH, ["arithmetic", "rate_equation"], 84, "correct", 1.0, id="correct composition"),
        pytest.param(BOTH, np.array(["arithmetic", "rate_equation"]), 84, "correct", 1.0, id="experts in an array"),
        pytest.param(GOOD, "arithmetic", "43", "wrong_answer", 0.7, id="wrong answer"),
        pytest.param(GOOD, "arithmetic", "42.000000001", "wrong_answer", 0.7, id="nearly right is wrong"),
        pytest.param(BOTH, ["arithmetic", "rate_equation"], 42, "wrong_answer", 0.7, id="the first part's answer"),
        pytest.param(program(A, B, "op: multiply, args: [a, b], var: r", ask()), "arithmetic", 42, "broken", 0.5, id="invented op"),
        pytest.param(program(A, B, MUL), "arithmetic", 42, "broken", 0.5, id="no query"),
        pytest.param("expert: arithmetic\ntrace: []", "arithmetic", 42, "broken", 0.5, id="empty trace"),
        pytest.param(GOOD, "comparison", "42", "wrong_expert", 0.3, id="right answer, wrong expert"),
        pytest.param(program(A, B, MUL, ask(), expert="algebra"), "arithmetic", 42, "wrong_expert", 0.3, id="expert that is none"),
        pytest.param(program(A, B, MUL), "comparison", 42, "wrong_expert", 0.3, id="routing is judged before rules"),
        pytest.param(BOTH, ["rate_equation", "arithmetic"], 84, "wrong_expert", 0.3, id="experts in the wrong order"),
        pytest.param(BOTH, ["arithmetic"], 84, "wrong_expert", 0.3, id="composition instead of one"),
        pytest.param(BOTH, ["arithmetic", "rate_equation", "arithmetic"], 84, "wrong_expert", 0.3, id="a part too few"),
        pytest.param(GOOD, ["arithmetic", "rate_equation"], 42, "wrong_expert", 0.3, id="one instead of a composition"),
        pytest.param("The answer is 42.", "arithmetic", 42, "unparsed", 0.0, id="prose"),
        pytest.param("", "arithmetic", 42, "unparsed", 0.0, id="nothing"),
        pytest.param("```yaml\n```", "arithmetic", 42, "unparsed", 0.0, id="an empty block"),
        pytest.param(GOOD.replace("]", ""), "arithmetic", 42, "unparsed", 0.0, id="broken YAML"),
    ],
)  # fmt: skip
def test_the_ladder(text, experts, answer, outcome, reward):
    """Correct 1.0, wrong answer 0.7, broken trace 0.5, wrong expert 0.3, no trace 0.0 (P9)."""
    verdict = judge(text, experts, answer)

    assert (outcome, reward) == (verdict.outcome, verdict.reward)


def test_a_wrong_expert_is_named():
    """The reason names the experts of the completion and the expected ones, in order."""
    verdict = judge(BOTH, ["rate_equation", "arithmetic"], 84)

    assert verdict.reason == "arithmetic then rate_equation; expected rate_equation then arithmetic"
    assert verdict.experts == ("arithmetic", "rate_equation")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expert: arithmetic", "expert: Arithmetic", "Arithmetic; expected arithmetic; write names in lower case"),
        ("expert: arithmetic", "Expert: arithmetic", "the key is 'Expert'; write expert: NAME"),
        ("op: query", "Op: query", "write op for 'Op'"),
        ("op: query", "op: QUERY", "did you mean query?"),
        ("value: 6", "Value: 6", "init has no field 'Value'; write value"),
        ("compute_op: mul", "compute_op: MUL", "'MUL' is not an operation; did you mean mul?"),
        ("query, var: r", "query, var: R", "R was never set; init it first; did you mean r?"),
        ("compute_op: mul", "compute_op: *", "not YAML in line 6: did not find expected alphabetic or numeric character; write compute_op: mul"),
        ("compute_op: mul", "compute_op: '*'", "'*' is not an operation; write mul"),
        ("compute_op: mul", "compute_op: \xd7", "write mul"),
        ("compute_op: mul", "compute_op: -", "'-' is not an operation; write sub"),
        ("op: compute, compute_op: mul", "op: multiply", "op is 'multiply'; write op: compute, compute_op: mul"),
        ("value: 6", "value: \u22127", "is not a number; write one exact number: -7"),
        ("value: 6", "value: $7", "'$7' is not a number; write one exact number: 7"),
        ("value: 6", "value: 7,000", "write numbers without commas: 7000"),
        ("value: 6", "value: '7,000'", "'7,000' is not a number; write one exact number: 7000"),
        ("value: 6", "value: 7,5", "write a point before decimals: 7.5"),
        ("value: 6", "value: 7\u20ac", "is not a number; write one exact number: 7"),
        ("args: [a, b]", "args: a, b", "write args: [a, b]"),
        ("args: [a, b]", "args: (a, b)", "write args: [a, b]"),
        ("value: 6", "value: 07", "'07' is not a number; write one exact number: 7"),
        ("value: 6", "value: 4%", "'4%' is not a number; write one exact number: 4"),
        ("[a, b]", "[7,000, b]", "write [7000, b]"),
        ("[a, b]", "[a, $7]", "'$7' is neither a variable nor a number; write 7"),
        ("var: a,", "var: ann's cards,", "write a name such as anns_cards"),
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_a_reason_says_what_to_write(old, new, said):
    """The reason for a small slip says what to write instead."""
    assert said in judge(fence(GOOD.replace(old, new)), "arithmetic", 42).reason


@pytest.mark.parametrize("answer", ["", "forty-two", "80,000", "1e3", None, 42.0, float("nan"), "9" * 99], ids=repr)
def test_an_answer_that_is_no_exact_number_is_the_callers_error(answer):
    """An `answer` that is not an exact number raises ValueError, since it is not model output."""
    with pytest.raises(ValueError, match="number"):
        judge("", None, answer)


@pytest.mark.parametrize("answer", ["7.4", "37/5", Fraction(37, 5)], ids=repr)
def test_answers_are_compared_exactly(answer):
    """All exact forms of an answer are equal."""
    assert judge(program(give("a", 37), give("b", 5), compute("div", "a", "b"), ask()), None, answer).reward == 1.0


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
def test_no_text_takes_long(text):
    """The slowest known texts are judged within the limit."""
    assert judge(text, "arithmetic", 42).reward in REWARDS.values()
    assert least_seconds(lambda: judge(text, "arithmetic", 42), LIMIT) < LIMIT


@settings(law, max_examples=50)
@given(completions.map(lambda text: text * 200), expectations)
def test_no_long_text_takes_long(completion, experts):
    """A text of a thousand fuzzed pieces is judged within the limit too."""
    assert least_seconds(lambda: judge(completion, experts, 42), LIMIT) < LIMIT, f"{len(completion)} characters"


def test_hostile_texts_do_not_end_the_process():
    """A thread with a stack of 128 KiB judges the worst texts without crashing the process."""
    script = """
        import threading
        from solver import judge
        from strategies import WORST
        def run():
            for text in WORST.values():
                judge(text, None, 42)
            print("alive")
        threading.stack_size(128 * 1024)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "alive\n")


def test_trl_calls_the_reward_with_columns():
    """TRL's call, all by keyword, with plain or conversational completions and unused columns, returns floats."""
    texts = [fence(GOOD), GOOD, "42"]
    columns = {
        "prompts": ["", "", ""],
        "completion_ids": [[], [], []],
        "trainer_state": None,
        "answer": ["42", "7", "42"],
        "experts": [["arithmetic"]] * 3,
    }
    chats = [[{"role": "assistant", "content": text}] for text in texts]

    assert trace_reward(completions=texts, **columns) == [1.0, 0.7, 0.0]
    assert judge_all(texts, columns["experts"], columns["answer"]) == list(
        map(judge, texts, columns["experts"], columns["answer"])
    )
    assert trace_reward(completions=chats, **columns) == [1.0, 0.7, 0.0]


def test_the_last_message_counts_and_experts_may_be_missing():
    """The last message of a conversation is judged; without experts, or with null, any expert is accepted."""
    chat = [{"role": "assistant", "content": "Let me think."}, {"role": "assistant", "content": GOOD}]

    assert trace_reward([chat], answer=["42"]) == [1.0]
    assert trace_reward([chat], answer=["42"], experts=[None]) == [1.0]
    assert trace_reward([[{"role": "assistant", "content": None}]], answer=["42"]) == [0.0]
    assert trace_reward([[]], answer=["42"]) == [0.0]


def test_a_row_without_an_answer_is_left_out():
    """TRL's way to mix tasks: a row that is not ours has no answer and gets None; the others keep their rewards."""
    rewards = trace_reward([GOOD, "a poem", GOOD], answer=["42", None, "7"], experts=[["arithmetic"], None, None])

    assert rewards == [1.0, None, 0.7]


@pytest.mark.parametrize("experts", ["arithmatic", ["arithmetic", "arithmatic"], np.array(["arithmatic"])], ids=repr)
def test_an_expected_expert_that_does_not_exist_is_the_callers_error(experts):
    """A typo in an expected expert would make every completion wrong; the error names the nearest expert."""
    with pytest.raises(ValueError, match=r"^no expert 'arithmatic'; did you mean arithmetic\?$"):
        judge("", experts, 42)


def test_columns_of_another_length_are_an_error():
    """A column of another length than the completions is the caller's error, and is not truncated."""
    with pytest.raises(ValueError, match="zip"):
        trace_reward([GOOD, GOOD], answer=["42"])


def test_verl_calls_the_score_by_name():
    """Verl's call, by keyword, returns a float, with experts from extra_info if it has them."""
    call = {"data_source": "run8", "solution_str": fence(GOOD), "ground_truth": "42"}

    assert compute_score(**call) == 1.0
    assert compute_score(**call, extra_info=None) == 1.0
    assert compute_score(**call, extra_info={"index": 7, "experts": ["arithmetic"]}) == 1.0
    assert compute_score(**call, extra_info={"experts": np.array(["comparison"], dtype=object)}) == 0.3


def test_verl_may_pass_more():
    """Later versions of verl pass further keyword arguments, and the configuration may pass some, too."""
    call = {"data_source": "run8", "solution_str": fence(GOOD), "ground_truth": "42", "extra_info": None}

    assert compute_score(**call, reward_router_address="localhost:80", reward_model_tokenizer=None) == 1.0


@pytest.mark.parametrize("experts", [["arithmetic"], np.array(["arithmetic"], dtype=object)], ids=["list", "array"])
def test_verls_batch_manager_gets_a_list(experts):
    """Verl's batch manager passes columns and gets a score per completion, or a mapping per completion."""
    texts = [fence(GOOD), GOOD, "42"]
    call = {"data_sources": ["run8"] * 3, "solution_strs": texts, "ground_truths": ["42", "7", "42"]}
    infos = np.array([{"experts": experts}, {"index": 1}, None], dtype=object)

    assert compute_score(**call, extra_infos=infos) == [1.0, 0.7, 0.0]
    assert compute_score(**call) == compute_score(**call, extra_infos=None) == [1.0, 0.7, 0.0]
    assert [score["acc"] for score in compute_score(**call, extra_infos=infos, as_mapping=True)] == [1.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="zip"):
        compute_score(**{**call, "ground_truths": ["42"]})


@pytest.mark.parametrize(
    ("text", "answer", "expert", "score"),
    [
        (GOOD, "42", "arithmetic", {"score": 1.0, "acc": 1.0}),
        (GOOD, "7", "arithmetic", {"score": 0.7, "acc": 0.0}),
        (GOOD, "42", "comparison", {"score": 0.3, "acc": 0.0}),
        ("42", "42", "arithmetic", {"score": 0.0, "acc": 0.0}),
    ],
)
def test_verl_logs_the_accuracy_apart_from_the_reward(text, answer, expert, score):
    """A wrong answer is rewarded with 0.7 and counted as wrong."""
    assert score == compute_score("run8", text, answer, {"experts": [expert]}, as_mapping=True)


def test_the_docstring_shows_a_true_example():
    """The example in trace_reward's docstring runs as shown."""
    import doctest

    import solver.reward

    assert doctest.testmod(solver.reward) == (0, 1)
