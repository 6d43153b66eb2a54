"""The forms of a completion and the verdict on each: the table in docs/trace-language.md, and the test of it."""

import json

from solver import fence

TRACE = """\
expert: arithmetic
trace:
- {op: init, var: a, value: 41}
- {op: compute, compute_op: add, args: [a, 1], var: result}
- {op: query, var: result}
"""
WRONG = TRACE.replace("41", "40")
COMPOSED = """\
- expert: arithmetic
  trace:
  - {op: init, var: a, value: 20}
  - {op: compute, compute_op: add, args: [a, 1], var: result}
  - {op: query, var: result}
- expert: rate_equation
  trace:
  - {op: init, var: a, source: prev.result}
  - {op: init, var: b, value: 2}
  - {op: compute, compute_op: mul, args: [a, b], var: result}
  - {op: query, var: result}
"""
CUT = fence(TRACE)[: fence(TRACE).index("- {op: query") + 6]
JSON = json.dumps({
    "expert": "arithmetic",
    "trace": [
        {"op": "init", "var": "a", "value": "41"},
        {"op": "compute", "compute_op": "add", "args": ["a", "1"], "var": "result"},
        {"op": "query", "var": "result"},
    ],
})  # fmt: skip
PROSE = "Let me think: expert advice is to add.\n"
ROUTE = "expert: comparison, since one has more than the other.\n"
PYTHON = "```python\nprint(41 + 1)\n```\n"
GIVE_UP = "I give up."


def chat(*turns):
    """Return a list of messages from pairs of role and content."""
    return [{"role": role, "content": content} for role, content in turns]


def parts(*texts, kind="text"):
    """Return the content of a message as a list of parts."""
    return [{"type": kind, "text": text} for text in texts]


def chatml(*turns):
    """Return turns as the raw text of ChatML."""
    return "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in turns)


FORMS = {
    "Fences": [
        ("no fence", TRACE, "correct", 1),
        ("a fence, with or without `yaml`", fence(TRACE), "correct", 1),
        ("", f"```\n{TRACE}```", "correct", 1),
        ("", f"```yml\n{TRACE}```", "correct", 1),
        ("", f"```YAML\n{TRACE}```", "correct", 1),
        ("", f"``` yaml \t\n{TRACE}```  ", "correct", 1),
        ("a fence of `~~~`, or of more than three signs", f"~~~yaml\n{TRACE}~~~", "correct", 1),
        ("", f"~~~\n{TRACE}~~~\n", "correct", 1),
        ("", f"````yaml\n{TRACE}````", "correct", 1),
        ('an info string: `yaml title="t"`, `{.yaml}`, `yaml:trace.yaml`', f'```yaml title="t"\n{TRACE}```', "correct", 1),
        ("", f"```{{.yaml}}\n{TRACE}```", "correct", 1),
        ("", f"```{{.yaml .numberLines startFrom=1}}\n{TRACE}```", "correct", 1),
        ("", f"```yaml:trace.yaml\n{TRACE}```", "correct", 1),
        ("", f"~~~ {{.yaml}}\n{TRACE}~~~", "correct", 1),
        ("a fence that is not closed, or not opened", f"```yaml\n{TRACE}", "correct", 1),
        ("", f"```yaml\n{TRACE.rstrip()}", "correct", 1),
        ("", f"{TRACE}```", "correct", 1),
        ("", f"{TRACE}```\nThe answer is 42.", "correct", 1),
        ("", f"{TRACE.rstrip()}```", "correct", 1),
        ("an indented fence or trace", f"1. Here:\n   ```yaml\n   {TRACE.rstrip().replace(chr(10), chr(10) + '   ')}\n   ```", "correct", 1),
        ("", "".join(f"  {line}\n" for line in TRACE.splitlines()), "correct", 1),
    ],
    "Around the trace": [
        ("prose before and after", f"{PROSE}{fence(TRACE)}\n{PROSE}", "correct", 1),
        ("", f"Here it is: {fence(TRACE)}", "correct", 1),
        ("", f"{PROSE}{TRACE}", "correct", 1),
        ("", f"{TRACE}\nThe answer is 42.\n\n- That is all.", "correct", 1),
        ("other blocks of code", f"{PYTHON}{PROSE}{fence(TRACE)}\n{PYTHON}", "correct", 1),
        ("", f"{PYTHON}{PROSE}{TRACE}", "correct", 1),
        ("", f"```\n41 + 1\n```\n{PROSE}{fence(TRACE)}", "correct", 1),
        ("prose that begins with `expert:`", f"{ROUTE}{fence(TRACE)}", "correct", 1),
        ("", f"{ROUTE * 3}\n{TRACE}", "correct", 1),
        ("", f"{fence(TRACE)}\n{ROUTE}", "correct", 1),
        ("", f"- expert: comparison, since one has more.\n- trace: see below\n\n{fence(TRACE)}", "correct", 1),
        ("a tag around the trace", f"<trace>\n{TRACE}</trace>", "correct", 1),
        ("", f"<answer>{TRACE.rstrip()}</answer>", "correct", 1),
        ("", f"<answer>\n{fence(TRACE)}\n</answer>", "correct", 1),
        ("", f"[TRACE]\n{TRACE}[/TRACE]", "correct", 1),
        ("", f"{TRACE}<a `expert: b>", "correct", 1),
        ("", f"<tool_call>\n{JSON}\n</tool_call>", "correct", 1),
        ("comments, `---`, and `trace` before `expert`", f"```yaml\n# the trace\n---\n{TRACE}```", "correct", 1),
        ("", "```yaml\n" + TRACE.replace("expert: arithmetic\n", "") + "expert: arithmetic\n```", "correct", 1),
        ("", TRACE.replace("expert: arithmetic\n", "") + "expert: arithmetic\n", "correct", 1),
        ("JSON, also behind prose", JSON, "correct", 1),
        ("", f"```json\n{JSON}\n```", "correct", 1),
        ("", f"Here is the trace: {JSON}", "correct", 1),
        ("", f"Here is the trace: {JSON} It gives {{42}}.", "correct", 1),
        ("", f"Here is the trace:\n{json.dumps(json.loads(JSON), indent=2)}\nThat is all.", "correct", 1),
        ("", f"{ROUTE}{json.dumps(json.loads(JSON), indent=2, sort_keys=True)}", "correct", 1),
    ],
    "Characters": [
        ("line ends `\\r\\n`, `\\r`, U+0085, U+2028 or U+2029", fence(TRACE).replace("\n", "\r\n"), "correct", 1),
        *(("", form(TRACE).replace("\n", end), "correct", 1) for end in "\r\x85\u2028\u2029" for form in (str, fence)),
        ("a no-break space or another space of Unicode", TRACE.replace(" ", "\xa0"), "correct", 1),
        *(("", fence(TRACE).replace(": ", f":{space}"), "correct", 1) for space in "\xa0\u2007\u2009\u202f\u3000"),
        ("a byte order mark or a zero-width space", f"\ufeff{TRACE}", "correct", 1),
        ("", f"\u200b{fence(TRACE)}", "correct", 1),
    ],
    "End-of-turn tokens": [
        (
            "the tokens of ChatML, Llama, Gemma, Mistral, Phi, DeepSeek, Cohere, gpt-oss and others",
            f"{TRACE}<|im_end|>", "correct", 1,
        ),
        *(
            ("", f"{TRACE.rstrip()}{gap}{token}", "correct", 1)
            for token in (
                "<|im_end|>", "<|eot_id|>", "</s>", "<end_of_turn>\n", "<|end|>", "<|endoftext|>", "<eos>", "<|return|>",
                "<|END_OF_TURN_TOKEN|>", "<\uff5cend▁of▁sentence\uff5c>", "<|end_of_text|>", "<turn|>", "[/INST]", "<|eom_id|>",
                "<pad><pad><pad>", "<|im_end|>\n<|endoftext|>",
            )
            for gap in ("", "\n")
        ),
        ("", f"{fence(TRACE)}</s>", "correct", 1),
        ("", f"<s> {TRACE}</s>", "correct", 1),
        ("the prompt in front of the answer", chatml(("user", WRONG), ("assistant", fence(TRACE))), "correct", 1),
        ("", f"<|start_header_id|>user<|end_header_id|>\n\n{WRONG}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n{TRACE}<|eot_id|>", "correct", 1),
        ("", f"<start_of_turn>user\n{WRONG}<end_of_turn>\n<start_of_turn>model\n{TRACE}<end_of_turn>", "correct", 1),
        ("", f"<s>[INST] {WRONG} [/INST] {TRACE}</s>", "correct", 1),
        ("", f"<|user|>\n{WRONG}<|end|>\n<|assistant|>\n{TRACE}<|end|>", "correct", 1),
        ("", f"<\uff5cUser\uff5c>{WRONG}<\uff5cAssistant\uff5c>{TRACE}<\uff5cend▁of▁sentence\uff5c>", "correct", 1),
        ("an invented turn of the user behind the answer", f"{TRACE}<|im_end|>\n<|im_start|>user\n{WRONG}<|im_end|>", "correct", 1),
        ("only a turn of the user or of a tool", chatml(("user", TRACE)), "unparsed", 0),
        ("", chatml(("assistant", GIVE_UP), ("tool", TRACE)), "unparsed", 0),
    ],
    "Reasoning": [
        ("a draft in the reasoning, the trace behind it", f"<think>\n{WRONG}</think>\n{TRACE}", "correct", 1),
        *(
            ("", f"{opening}Draft:\n{fence(WRONG)}\nno.{closing}\n\n{fence(TRACE)}", "correct", 1)
            for opening, closing in (
                ("<think>", "</think>"), ("", "</think>"), ("<thinking>", "</thinking>"), ("<THINK>", "</THINK>"),
                ("<reasoning>", "</reasoning>"), ("<think lang='en'>", "</think >"), ("<reflection>", "</reflection>"), ("<thought>", "</thought>"),
                ("<scratchpad>", "</scratchpad>"), ("<seed:think>", "</seed:think>"), ("[THINK]", "[/THINK]"),
                ("<|begin_of_thought|>", "<|end_of_thought|>"), ("<|START_THINKING|>", "<|END_THINKING|>"),
                ("◁think▷", "◁/think▷"), ("<|channel>thought\n", "<channel|>"),
                ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
                ("<|channel|>analysis<|message|>", "<|end|><|channel|>final<|message|>"),
                ("analysis", "assistantfinal"), ("<thinking><reflection>", "</reflection></thinking>"),
            )
        ),
        ("", f"<think>a</think>\n{fence(WRONG)}\n<think>b</think>{TRACE}", "correct", 1),
        ("a trace in the reasoning, none behind it", f"<think>\n{TRACE}</think>\n{GIVE_UP}", "unparsed", 0),
        ("", f"{fence(TRACE)}\n</think>\n{GIVE_UP}", "unparsed", 0),
        ("", f"{fence(TRACE)}\n</think>", "unparsed", 0),
        ("", f"[THINK]{TRACE}[/THINK]", "unparsed", 0),
        ("reasoning that never ends", f"<think>\n{fence(TRACE)}\nBut wait", "unparsed", 0),
        ("", f'<think budget="9">\n{fence(TRACE)}\nBut wait', "unparsed", 0),
        ("", f"<|channel|>analysis<|message|>{TRACE}", "unparsed", 0),
        ("a trace, then reasoning that never ends", f"{fence(TRACE)}\n<think>But wait", "correct", 1),
        ("a fence in the reasoning", f"<think>I open with ``` here</think>\n{fence(TRACE)}", "correct", 1),
        ("", f"I open with ``` here.\n{fence(TRACE)}", "correct", 1),
    ],
    "Several traces": [
        ("several complete traces: the last one counts", f"{fence(WRONG)}\nNo:\n{fence(TRACE)}", "correct", 2),
        ("", f"{fence(TRACE)}\nNo:\n{fence(WRONG)}", "wrong_answer", 2),
        ("", f"{WRONG}\nNo:\n\n{TRACE}", "correct", 2),
        ("", f"{WRONG}\n{TRACE}", "correct", 2),
        ("", f"{fence(WRONG)}\nNo:\n{TRACE}", "correct", 2),
        ("", f"{WRONG}```\n{fence(TRACE)}", "correct", 2),
        ("", f"{JSON.replace('41', '40')}\nNo: {JSON}", "correct", 2),
        ("", f"{fence(COMPOSED)}\nOr:\n{fence(TRACE)}", "correct", 2),
        ("", "\n".join([fence(WRONG)] * 9 + [fence(TRACE)]), "correct", 10),
        ("a complete trace, then one that was cut off", f"{fence(TRACE)}\nOr:\n{CUT}", "correct", 1),
        ("", f"{fence(TRACE)}\nOr:\n{fence(TRACE)[:60]}", "correct", 1),
        ("", f"{fence(TRACE)}\n```yaml\nexpert: NAME\ntrace:\n...\n```", "correct", 1),
        ("a complete trace that breaks a rule comes last", f"{fence(TRACE)}\n{fence(TRACE.replace('[a, 1]', '[b, 1]'))}", "broken", 2),
        ("only a trace that was cut off", CUT, "unparsed", 0),
        ("", fence(TRACE)[: fence(TRACE).index("- {op: query")], "broken", 0),
    ],
    "Messages": [
        ("a message, or a list of messages: the last one of the assistant", chat(("assistant", TRACE)), "correct", 1),
        ("", chat(("assistant", TRACE))[0], "correct", 1),
        ("", chat(("user", WRONG), ("assistant", fence(TRACE))), "correct", 1),
        ("", chat(("assistant", WRONG), ("tool", "41"), ("assistant", TRACE)), "correct", 1),
        ("", chat(("assistant", TRACE), ("tool", WRONG)), "correct", 1),
        ("", chat(("assistant", TRACE), ("user", WRONG)), "correct", 1),
        ("", tuple(chat(("model", TRACE))), "correct", 1),
        ("content as a list of parts", chat(("assistant", parts(TRACE))), "correct", 1),
        ("", chat(("assistant", parts(TRACE[:40], TRACE[40:]))), "correct", 1),
        ("", chat(("assistant", parts(TRACE, kind="output_text"))), "correct", 1),
        ("", chat(("assistant", [*parts(WRONG, kind="reasoning"), {"type": "thinking", "thinking": WRONG}, *parts(TRACE)])), "correct", 1),
        ("", parts(TRACE[:40], TRACE[40:]), "correct", 1),
        ("", [{"type": "thinking", "thinking": WRONG}, *parts(TRACE)], "correct", 1),
        ("a trace in a message of the user, the system or a tool", chat(("user", TRACE)), "unparsed", 0),
        ("", chat(("tool", TRACE)), "unparsed", 0),
        ("", chat(("assistant", ""), ("tool", TRACE)), "unparsed", 0),
        ("", chat(("assistant", None), ("tool", TRACE)), "unparsed", 0),
        ("", chat(("user", TRACE), ("assistant", GIVE_UP)), "unparsed", 0),
        ("", chat(("assistant", TRACE), ("assistant", GIVE_UP)), "unparsed", 0),
        ("no text", [], "unparsed", 0),
        ("", None, "unparsed", 0),
        ("", chat(("assistant", [])), "unparsed", 0),
        ("", chat(("assistant", [{"type": "image_url", "image_url": {"url": TRACE}}])), "unparsed", 0),
    ],
}  # fmt: skip
"""Groups of forms: the description of a form, a completion, the outcome for 42, and the number of complete traces.

A completion without a description is another example of the form before it.
"""
