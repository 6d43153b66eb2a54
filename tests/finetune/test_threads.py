"""Training takes the fewest threads that are about as fast as any number, unless the user says how many."""

import json

import pytest
import torch
from commands import losses, sft

from finetune.hardware import threads
from finetune.hardware.device import Device
from finetune.hardware.threads import CHOSEN, counts, fewest, timed, training_threads

pytestmark = pytest.mark.filterwarnings("default")
CPU = Device("cpu", torch.float32)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({1: 1.0, 2: 1.4}, 1),
        ({1: 1.0, 2: 0.95}, 1),
        ({1: 1.0, 2: 0.6}, 2),
        ({1: 4.0, 2: 2.2, 4: 1.1, 6: 1.0}, 4),
        ({1: 1.0}, 1),
    ],
    ids=["slower", "hardly faster", "faster", "six hardly beat four", "one core"],
)
def test_more_threads_are_taken_only_if_they_are_clearly_faster(times, expected):
    """A second thread that saves little of a step's time costs nearly twice the processor time: it is not taken."""
    assert fewest(times) == expected


def test_numbers_are_powers_of_two_and_the_most():
    """A machine with 12 cores is not tried with every number."""
    assert [counts(1), counts(2), counts(12)] == [[1], [1, 2], [1, 2, 4, 8, 12]]


def test_each_number_is_timed_with_that_many_threads_and_the_first_turn_is_left_out():
    """Numbers take turns, and the least time of each counts."""
    seen = []

    found = timed([1, 2], lambda: seen.append(torch.get_num_threads()))

    assert seen == [1, 2] * (len(seen) // 2)
    assert found.keys() == {1, 2}
    assert max(found.values()) < float("inf")


@pytest.fixture
def two_threads(monkeypatch):
    """Let torch compute with two threads that nobody asked for; afterwards it has its own number again."""
    before = torch.get_num_threads()
    monkeypatch.delenv(CHOSEN, raising=False)
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_the_choice_is_told_and_ends_with_the_context(model, capsys, monkeypatch):
    """The note gives both timings and the flag; torch has its own number of threads again after training."""
    monkeypatch.setattr(threads, "fewest", min)

    with training_threads(model, CPU, 2, 30) as used:
        inside = torch.get_num_threads()

    said = capsys.readouterr().err
    assert (used, inside, torch.get_num_threads()) == (1, 1, 2)
    assert "1 thread: a layer takes " in said
    assert "ms with 1, " in said
    assert "--threads" in said


@pytest.mark.usefixtures("two_threads")
def test_a_timing_leaves_the_model_and_the_random_numbers_as_they_were(model):
    """It adds no gradient, keeps the number of layers, and draws nothing from torch's global generator."""
    layers, state = model.config.num_hidden_layers, torch.random.get_rng_state()

    with training_threads(model, CPU, 2, 30):
        pass

    assert model.config.num_hidden_layers == layers
    assert torch.equal(state, torch.random.get_rng_state())
    assert not [name for name, weight in model.named_parameters() if weight.grad is not None]


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(("wanted", "said"), [(1, None), (0, "2")], ids=["flag", "environment"])
def test_a_user_who_names_a_number_is_obeyed_without_a_timing(model, monkeypatch, wanted, said):
    """The flag comes first, then the variable that users of torch set."""
    if said:
        monkeypatch.setenv(CHOSEN, said)

    def refuse(*_):
        raise AssertionError("timed")

    monkeypatch.setattr(threads, "timed", refuse)

    with training_threads(model, CPU, 2, 30, wanted) as used:
        assert used == (wanted or int(said))


def test_a_resumed_run_keeps_its_number_of_threads(trained, dataset, tiny, tmp_path, call, monkeypatch):
    """Another number would round differently, so run.json has the number and a resumed run does not measure again."""
    out = tmp_path / "run"
    words = sft(dataset, tiny, out, "--threads", 0)
    wanted = []

    def note(_model, _device, _rows, _tokens, number):
        wanted.append(number)
        return training_threads(_model, _device, _rows, _tokens, 1)

    monkeypatch.setattr("finetune.training.sft.training_threads", note)
    monkeypatch.setattr("finetune.training.sft.finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert call(*words)[0] == 130
    assert json.loads((out / "run.json").read_text())["settings"]["threads_used"] == 1
    call(*words, "--resume")

    assert wanted == [0, 1]
    assert losses(out) == losses(trained)
