"""Meanings of names whose code does not state them: keys of files, dependencies, measures of the log."""

from generators.imports.linking.choice import UNRIVALLED

OUTCOMES = {
    "correct": "The trace runs, its answer is right, and the expert is the expected one.",
    "wrong_answer": "The trace runs and gives another answer.",
    "broken": "The trace breaks a rule, cannot run, or takes numbers that the question does not have.",
    "wrong_expert": "A trace of another expert, or of other experts in a composition. Its steps are not read.",
    "unparsed": "There is no trace in the answer, or it is no YAML.",
}
"""The outcomes of a verdict."""

QUANTITIES = {
    "plain": "7",
    "word": "sixty",
    "multiple": "twice",
    "ordinal": "the third",
    "money": "$0.50",
    "cents": "50 cents",
    "percent": "25%",
    "fraction": "a quarter",
    "half": "half",
    "group": "3 dozen",
    "clock": "5:30",
}
"""An example of each kind of number that a question can have."""

SLOT_FORMS = {
    "5..25": "whole numbers in a range, ends included",
    "40..200 by 20": "a range with a step",
    "1.00..10.00 by 0.25": "decimals, written in their shortest form",
    "[10, 20, 25]": "one of a list of numbers",
    "person": "a word of a vocabulary",
    "= left + spent": "computed from other slots",
}
"""The forms of a slot; each is read by the code for its example values."""

SOURCES = (
    "The sources of the rows: of each the `name`, `licence`, `notice` and `terms`, whether a dataset that is made of it must "
    "be under the same licence (`share_alike`), and whether `derivatives` may be passed on, or null if that is not known."
)
"""The key of recipe.json and manifest.json that lists licences."""

MANIFEST = {
    "all": {
        "format": "The version of this layout.",
        "recipe": "The SHA-256 of `recipe.json`.",
        "files": "For each data file its `rows`, `bytes` and `sha256`.",
        "splits": "For each split the entries below.",
        "content": "A hash of all rows. It is the same on every machine and for every version of pyarrow.",
        "verification": "`read_back`: rows that were parsed again from their text and solved. `second_opinion`: rows "
        "that were also checked by the YAML reader with exact fractions. `max_len`: the limit on tokens. Builds add "
        "`bounds`, the largest possible number of tokens per pattern, and `fit_by_pattern`, the patterns that fit "
        "whatever their slots hold.",
        "refused": "The ids that the contamination gate refused. Only where it ran.",
    },
    "build": {
        "test_numbers_in_train": "`rows` of the `of` test rows have exactly the numbers of a training row of their pattern.",
    },
    "import": {
        "kind": "`import`.",
        "sources": f"{SOURCES} Builds have it, too, where patterns were made from problems.",
        "funnel": "Labels and counts: all problems, those with a trace, each grade, each expert, each reason to drop one.",
        "grades": "Rows of each grade.",
        "wirings": "Rows by how their wiring is known: annotated, unique or chosen.",
        "problems": "Problems that were read: rows and dropped ones.",
        "dropped": "`rows` of `dropped.jsonl`, and its `sha256`.",
    },
}
"""The keys of manifest.json: of every dataset, of builds, of imports."""

SPLIT_KEYS = {
    "rows": "Rows of the split.",
    "experts": "Rows per expert.",
    "patterns": "Rows per pattern. Empty for imports.",
    "longest": "The largest bound on a row's tokens, per pattern or, for imports, per expert.",
    "content": "A hash of the split's rows.",
}
"""The keys of a split in manifest.json."""

RECIPE = {
    "format": "The version of this layout.",
    "preset": "The preset's name.",
    "seed": "The seed.",
    "rows": "Rows per split.",
    "shares": "Each pattern's share of the rows, as an exact fraction.",
    "system": "The system prompt.",
    "max_len": "The limit on tokens.",
    "tokenizer": "The tokenizer that measured rows which their bytes did not prove to fit, or null.",
    "phrasings": 'Training wordings used of each pattern: a number, `all`, or `{"train": ..., "held_out": true}`.',
    "shard_rows": "Rows of a file.",
    "versions": "The versions of wirework and pyarrow.",
    "files": "The text of every file of patterns, vocabularies and constants, so that the rows can be made again without them.",
    "against": "The held-out sets of the contamination gate: the `name`, `sha256` and number of `questions` of each.",
    "where": "The bounds within which number tuples were found that satisfy the [conditions](patterns.md#conditions) of patterns: `tuples` and `tries`. Only where a pattern has conditions.",
    "about": "The `language`, `license`, `pretty_name` and `tags` for the page, as the preset states them.",
    "sources": f"{SOURCES} Only where patterns were made from problems.",
}
"""The keys of a build's recipe.json."""

IMPORT_RECIPE = {
    "format": "The version of this layout.",
    "kind": "`import`.",
    "source": "The source's name.",
    "split": "The split that was read.",
    "hub": "The source's repository on the Hub.",
    "columns": "The columns that make the question, the program and the answer.",
    "programs": "The format of the programs.",
    "origin": "The place that was read: a name on the Hub, or the name of a file.",
    "language": "The codes of the languages of the questions, for the page; empty if that is not known.",
    "origin_sha256": "The SHA-256 of the entries that were read.",
    "grade": "The lowest grade that was kept.",
    "eval_only": "Whether only questions and answers were written.",
    "system": "The system prompt.",
    "max_len": "The limit on tokens.",
    "problems": "The number of entries that were read.",
    "shard_rows": "The number of problems whose rows a data file holds.",
    "versions": "The versions of wirework and pyarrow.",
    "against": "The held-out sets of the contamination gate: the `name`, `sha256` and number of `questions` of each.",
    "traced": "Only where the source wrote the traces: a question may then have several that differ.",
    "sources": SOURCES,
}
"""The keys of an import's recipe.json."""

RESULTS = {
    "readme": {
        "Rows built, proved and written per core-second": "rows built, checked and written per second and core",
        "The same over reasoning-gym's gsm_symbolic, which only generates": "the same, relative to reasoning-gym's `gsm_symbolic`, which only generates",
        "Peak memory, 10,000,000 rows over 100,000": "peak memory for 10,000,000 rows, relative to 100,000",
        "Rows verified per core-second": "rows verified per second and core",
        "Gold completions judged per second, warm cache": "completions judged per second",
        "Held-out rows of run8 right, SmolLM2-135M": "SmolLM2-135M, trained on run8: held-out rows answered right",
        "The same problems in other words": "the same model: such problems in other words",
        "The same, SmolLM2-135M on all training wordings of run8": "SmolLM2-135M, trained on all training wordings of run8's patterns: the same problems in other words",
        "Held-out wordings of run8's patterns right, the same model": "the same model: questions in wordings that were held out",
        "School excerpts right, SmolLM2-135M on run10": "SmolLM2-135M, trained on run10: school problems of one and two steps, never trained on",
        "School excerpts right, SmolLM2-135M on run10, GSM-8K and SVAMP": "SmolLM2-135M, trained on run10 with imported problems of GSM-8K and SVAMP: the same",
        "The same, nonnegative decoding": "the same model with `--nonnegative`",
        "GSM-8K test problems right, SmolLM2-135M": "the last model: test problems of GSM-8K answered right",
        "GSM-8K train: traces that execute to gold": "training problems of GSM-8K converted to a trace with the right answer",
        "Grade A wired right, strict readers": "rows of grade A whose wiring readers found right",
    },
    "import": {
        "GSM-8K train: traces that execute to gold": "GSM-8K: a trace reaches the gold answer",
        "GSM-8K train: without an inferred step": "GSM-8K: without an inferred step",
        "GSM-8K train: wiring unique": "GSM-8K: wiring unique",
        "GSM-8K train: grade A": "GSM-8K: grade A",
        "SVAMP: traces that execute to gold": "SVAMP: a trace reaches the gold answer",
        "Grade A wired right, strict readers": "rows of grade A whose wiring readers found right",
        "Grade A names say nothing false (good or weak)": "rows of grade A whose variable names say nothing false",
        "GSM-8K train: time of the import, one process (wall)": "GSM-8K: time of the import",
    },
    "contamination": {
        "Altered copies of GSM-8K test questions refused: new numbers": "new numbers",
        "Altered copies of GSM-8K test questions refused: new names and pronouns": "new names and pronouns",
        "Altered copies of GSM-8K test questions refused: one sentence added": "one sentence added",
        "Altered copies of GSM-8K test questions refused: all three": "all three",
        "Altered copies of GSM-8K test questions refused: sentences in another order": "sentences in another order",
        "Altered copies of GSM-8K test questions refused: all three, one sentence left out": "all three, and a sentence left out",
        "Altered copies of GSM-8K test questions refused: all three, a tenth of the words changed": "all three, and a tenth of the words changed",
        "Altered copies of GSM-8K test questions refused: all three, another last sentence": "all three, and another last sentence",
        "Altered copies of GSM-8K test questions refused: all three, three nouns changed": "all three, and the three most frequent nouns changed",
    },
    "gate": {
        "GSM-8K training questions refused as copies of test questions": "GSM-8K's training questions that are refused",
        "Shipped wordings whose rows the gate reads": "shipped wordings whose rows are read",
    },
    "training": {
        "Held-out rows of run8 right, SmolLM2-135M": "SmolLM2-135M, trained on run8: held-out rows answered right",
        "Held-out rows of run8 parsed": "the same: rows with a trace that can be read",
        "Training and evaluation together (wall)": "time of a training with its evaluation",
        "The same problems in other words": "the same model: such problems in other words",
        "The same, SmolLM2-135M on all training wordings of run8": "SmolLM2-135M, trained on all training wordings of run8's patterns: the same problems in other words",
        "Held-out wordings of run8's patterns right, the same model": "the same model: questions in wordings that were held out",
        "School excerpts right, SmolLM2-135M on run10": "SmolLM2-135M, trained on run10: school problems of one and two steps, never trained on",
        "School excerpts right, SmolLM2-135M on run10, GSM-8K and SVAMP": "SmolLM2-135M, trained on run10 with imported problems of GSM-8K and SVAMP: the same",
        "GSM-8K test problems right, SmolLM2-135M": "the last model: test problems of GSM-8K answered right",
        "Training over TRL's defaults, processor time, CPU": "speed of training on a CPU, relative to TRL's defaults",
        "Decoding over the library's, default batches of each": "speed of decoding on a CPU, relative to transformers' `generate`",
    },
}
"""For each page that shows results: measures of the log's scoreboard, and what the page calls them."""

DEPENDENCIES = {
    "datasets": "loads a finished folder; the base class of streams",
    "huggingface_hub": "cards, publishing, and fetching tokenizers; 1.5 can ask whether a token may write",
    "jinja2": "parses the question of a pattern, and renders cards and reports",
    "matplotlib": "the plots of a card",
    "msgspec": "typed recipes and manifests, checked when they are read",
    "numpy": "columns of numbers and the keyed permutations",
    "pyarrow": "columns of text, and Parquet with content-defined chunks",
    "pyyaml": "parses traces, presets, recipes and vocabularies",
    "rich": "tables and progress in the terminal",
    "tokenizers": "measures rows that their bytes do not prove to fit, and counts tokens for cards",
    "torch": "training and decoding",
    "transformers": "models, tokenizers and the training loop",
    "peft": "LoRA adapters",
    "trl": "the trainers for supervised training and GRPO; for benchmarks, its `accuracy_reward` and default trainer",
    "accelerate": "devices, and several GPUs",
    "gguf": "reads the file format of the embedded model",
    "psutil": "the free memory of a machine without a GPU",
    "ray": "builds on a cluster",
    "s3fs": "builds into S3 and what speaks its protocol",
    "llguidance": "says which tokens a grammar lets through, for constrained decoding",
    "openai": "asks the endpoint of a language model, for wordings and evaluations; its errors, time limits and connections",
    "pytest": "runs the tests",
    "pytest-xdist": "runs them in parallel",
    "hypothesis": "draws inputs for tests of laws",
    "ruff": "lint and format",
    "mypy": "types",
    "types-pyyaml": "types of pyyaml",
    "moto[server]": "an S3 endpoint for the tests of builds into object storage",
    "math-verify": "what `accuracy_reward` needs, for the benchmark of `judge`",
    "playwright": "drives a browser in the tests of pages",
}
"""The purpose of each dependency."""

EXAMPLES = {
    "times_more": ("templates/comparison/times_more.jinja", "jinja"),
    "percent_of_then_multiply": ("templates/composition/percent_of_then_multiply.jinja", "jinja"),
    "run9": ("generators/presets/run9.yaml", "yaml"),
}
"""Shipped files that pages show."""

VERDICT = {
    "outcome": "One of the five outcomes of [the reward](trace-language.md#the-reward).",
    "reason": "What is wrong and the fix, in words. Empty for a correct completion.",
    "code": "The code of [the refusal](trace-language.md#refusals), or `wrong_answer`, or `wrong_expert`.",
    "part": "The sub-trace that failed, from 1, in a composition.",
    "step": "The step that failed, from 1.",
    "answer": "The answer of the trace, if it ran.",
    "experts": "The experts that the completion names, in order.",
    "fits_shape": "Whether every part has the shape of its expert.",
    "identities": "Steps that copied a number because a variable was 0 or 1.",
    "traces": "Complete traces in [the answer](trace-language.md#the-trace-in-a-completion). The last one is judged.",
}
"""The fields of a verdict; its property `reward` is the number of its outcome."""

METADATA = {
    "source": "The source's name.",
    "grade": "A, B or C.",
    "reasons": "Why the grade was given.",
    "answer": "Only where the answer is the program's value: the source has none, or rounds it.",
    "wiring": "A linking says for each number of the solution where in the question it comes from. `how`: annotated, "
    "unique or chosen, as above. `linkings`: how many linkings are as consistent as the chosen one, itself included. "
    "`functions`: how many different functions of the question's numbers these are. `margin`: the log odds of the chosen function "
    f"against all others; {UNRIVALLED:g} if there are none.",
    "inferred": "Steps that the solution does not write and that were added.",
    "operands": "For each sub-trace, the origin of each number: the `span` in the question, its `text` and `how` it is "
    "read, or the named `constant`.",
    "unused": "Numbers of the question that the trace does not use.",
}
"""The keys of an imported row's metadata."""
