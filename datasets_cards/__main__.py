"""Command line of the dataset cards: `python -m datasets_cards card data/run8`."""

import argparse
import sys

from solver.command import Parser, parsed, path, run


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the exit status."""
    top = Parser(
        prog="python -m datasets_cards",
        description="Write the card of a dataset folder.",
        epilog="example: python -m datasets_cards card data/run8",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    card = verbs.add_parser(
        "card",
        help="write README.md, and its plots where matplotlib is installed",
        epilog="example: python -m datasets_cards card data/run8 --name acme/run8",
    )
    card.add_argument("folder", type=path, metavar="DIR")
    card.add_argument(
        "--name", metavar="ORG/NAME", help="the dataset name in the load command of the card (default DIR)"
    )
    card.add_argument(
        "--overwrite-page", action="store_true", help="give up changes to README.md that cannot be merged"
    )
    args = parsed(top, argv)
    return run(lambda: _card(args))


def _card(args: argparse.Namespace) -> int:
    from .card import write_card

    print(write_card(args.folder, args.name, overwrite=args.overwrite_page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
