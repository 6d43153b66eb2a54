"""Programs: a trace is an expert's name and its steps; a program is one trace, or a composition's in order."""

from dataclasses import dataclass

from .experts import EXPERTS
from .ops import Step

MAX_STEPS = 64
"""Steps of the longest trace."""
MAX_PARTS = 8
"""Sub-traces of the longest composition."""


@dataclass(frozen=True, slots=True)
class Trace:
    """An expert's name and its steps."""

    expert: str
    steps: tuple[Step, ...]

    @property
    def words(self) -> list[str]:
        """The words of the steps, in order."""
        return [step.word for step in self.steps]

    @property
    def fits_shape(self) -> bool:
        """Whether the steps have the expert's shape."""
        return self.expert in EXPERTS and EXPERTS[self.expert].fits(self.words)


Program = tuple[Trace, ...]
"""One trace, or the sub-traces of a composition in order."""
