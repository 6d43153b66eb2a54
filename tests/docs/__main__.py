"""Write every generated part of README.md and docs/ anew: `python -m tests.docs`."""

import sys

from .pages import PAGES, renewed


def main() -> int:
    """Rewrite the pages whose generated parts have changed, and name them."""
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = renewed(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            print(page.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
