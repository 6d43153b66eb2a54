"""A small real Hub on loopback, so that the real clients can be tested without a network.

It stores files by their sha256, commits atomically, answers the calls that huggingface_hub and
datasets make for datasets, models and Spaces, by LFS or by Xet, and fails on demand:

    with hub.serve(tmp_path) as server:
        server.fault("lost", r"/commit/", "POST")
        subprocess.run([...], env=server.env())
        assert server.log.commits() == 1

It checks no quota, reads no YAML, and is no model of the real Hub's limits. Xet bytes travel
through a local folder: a fault can hit the calls for tokens, not the transfer. Whoever reaches the
port may order faults, so it listens on 127.0.0.1 only.
"""

from .accounts import Account
from .faults import Fault
from .log import Entry
from .server import Server, serve

__all__ = ["Account", "Entry", "Fault", "Server", "serve"]
