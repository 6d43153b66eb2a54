"""The types of parsed traces: a trace is an expert and its steps; a program is one trace or a composition (P13)."""

from dataclasses import dataclass

from .experts import EXPERTS
from .ops import Step

MAX_STEPS = 64
"""The most steps a trace may have."""
MAX_PARTS = 8
"""The most sub-traces a composition may have."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The name of an expert, and steps in its vocabulary."""

    expert: str
    steps: tuple[Step, ...]

    @property
    def words(self) -> list[str]:
        """The words of the steps, in order."""
        return [step.word for step in self.steps]

    @property
    def fits_shape(self) -> bool:
        """Whether the steps match the expert's shape."""
        return self.expert in EXPERTS and EXPERTS[self.expert].fits(self.words)


Program = tuple[Trace, ...]
"""One trace, or the sub-traces of a composition in order."""
