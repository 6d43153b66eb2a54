"""A small Hugging Face Hub on this machine, for tests and for trying out publishing without an account.

Users run it with `python -m tests.hub`; docs/publishing.md ("Try it without an account") shows how. Tests run it in
their own process:

    with hub.serve(tmp_path) as server:
        server.fault("lost", r"/commit/", "POST")
        subprocess.run([...], env=server.env())
        assert server.log.commits() == 1

It stores files by their sha256, commits atomically, and fails on demand. It answers the calls that huggingface_hub
and datasets make for datasets, models and Spaces, with uploads by LFS or by Xet.

Limits: it checks no quota, it does not parse YAML, and it does not imitate the limits of the real Hub. Xet bytes travel
through a local folder, so a fault can hit the calls for tokens but not the transfer. Anybody who reaches the port can
order faults, so it listens on 127.0.0.1 only.
"""

from .accounts import Account
from .faults import Fault
from .log import Entry
from .server import Server, serve

__all__ = ["Account", "Entry", "Fault", "Server", "serve"]
