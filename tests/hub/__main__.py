"""Runs the test Hub by hand: `python -m tests.hub --port 8899`, then enter the lines that it prints."""

import argparse
import contextlib
import tempfile
from pathlib import Path

from .server import Server, serve

EXAMPLE = """example:
  python -m tests.hub --port 8899 --dir /tmp/hub
  then, in another shell, first the three lines that it prints, and:
  hf repos create acme/sums --type dataset
  hf upload acme/sums ./data --type dataset
  python -c "from datasets import load_dataset; print(load_dataset('acme/sums'))"
"""


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hub",
        description="A Hugging Face Hub on 127.0.0.1 that needs no account and no network.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8899, help="the port (default 8899; 0 takes any free port)")
    parser.add_argument(
        "--dir",
        type=Path,
        help="keep the repositories in this folder (default: a folder that is deleted when the Hub stops)",
    )
    parser.add_argument(
        "--mbit", type=float, default=0, help="limit uploads and downloads to this many Mbit/s (LFS only)"
    )
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="hub-") as scratch,
        serve(wanted.dir or Path(scratch), wanted.port, rate=wanted.mbit * 125_000) as server,
        contextlib.suppress(KeyboardInterrupt),
    ):
        print(*settings(server), sep="\n", flush=True)
        server.stopped.wait()


def settings(server: Server) -> list[str]:
    """Return the shell lines that point a client to this Hub, with a cache of its own."""
    return [
        f"export HF_ENDPOINT={server.url}",
        "export HF_TOKEN=hf_alice  # user alice, organisation acme; hf_reader has read access only",
        f"export HF_HOME={server.folder / 'home'}",
    ]


if __name__ == "__main__":
    main()
