"""The command line of the cards: `python -m datasets_cards card data/run8`."""

import argparse
import sys
from pathlib import Path

from solver.command import run


def main(argv: list[str] | None = None) -> int:
    """Render a card and return the exit status."""
    top = argparse.ArgumentParser(
        prog="python -m datasets_cards",
        description="Write the page of a dataset folder.",
        epilog="example: python -m datasets_cards card data/run8",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    card = verbs.add_parser(
        "card",
        help="write README.md and its plots",
        epilog="example: python -m datasets_cards card data/run8 --name acme/run8",
    )
    card.add_argument("folder", type=Path, metavar="DIR")
    card.add_argument("--name", metavar="ORG/NAME", help="the name that the page tells readers to load (default DIR)")
    args = top.parse_args(argv)
    return run(lambda: _card(args))


def _card(args: argparse.Namespace) -> int:
    from .card import write_card

    print(write_card(args.folder, args.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
