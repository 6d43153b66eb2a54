"""Run the test Hub by hand: `python -m tests.hub --port 8899`, then do what it prints."""

import argparse
import contextlib
import tempfile
from pathlib import Path

from .server import Server, serve

EXAMPLE = """example:
  python -m tests.hub --port 8899 --dir /tmp/hub
  then, in another shell, after the three lines that it prints:
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
    parser.add_argument("--port", type=int, default=8899, help="0 takes any free port")
    parser.add_argument("--dir", type=Path, help="keep repos here; else gone when it stops")
    parser.add_argument("--mbit", type=float, default=0, help="be as slow as a line of so many Mbit/s (LFS)")
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="hub-") as scratch,
        serve(wanted.dir or Path(scratch), wanted.port, rate=wanted.mbit * 125_000) as server,
        contextlib.suppress(KeyboardInterrupt),
    ):
        print(*settings(server), sep="\n", flush=True)
        server.stopped.wait()


def settings(server: Server) -> list[str]:
    """Return the shell lines that point a client to this Hub and away from any other cache."""
    return [
        f"export HF_ENDPOINT={server.url}",
        "export HF_TOKEN=hf_alice  # user alice, organisation acme; hf_reader may only read",
        f"export HF_HOME={server.folder / 'home'}",
    ]


if __name__ == "__main__":
    main()
