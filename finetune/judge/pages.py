"""Renders pages: each is one self-contained HTML text that needs no network."""

from pathlib import Path
from typing import Any

from solver.plurals import counted

PAGE = "report.html"
"""The name of a page in the folder of an evaluation or a run."""
_FOLDER = Path(__file__).parent


def render(template: str, folder: Path = _FOLDER, **values: Any) -> str:
    """Return a page of a template in a folder, by default that of this package, whose style any template may include."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder, _FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    environment.filters["percent"] = lambda share: f"{100 * share:.1f}".removesuffix(".0") + " %"
    return environment.get_template(template).render(**values)
