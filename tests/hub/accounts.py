"""The accounts of the test Hub. Their tokens are fixed words, so that a test can name them."""

from dataclasses import dataclass

from .refusal import Refusal


@dataclass(frozen=True)
class Account:
    """A user, the organisations the user belongs to, and whether the token may write."""

    name: str
    orgs: tuple[str, ...] = ()
    writes: bool = False

    def owns(self, namespace: str) -> bool:
        """Return whether the account owns the repositories of a namespace."""
        return namespace == self.name or namespace in self.orgs


ACCOUNTS = {
    "hf_alice": Account("alice", orgs=("acme",), writes=True),
    "hf_reader": Account("reader"),
}


def identify(accounts: dict[str, Account], authorization: str | None) -> Account | None:
    """Return the account of an Authorization header, None without one; refuse an unknown token with 401."""
    if authorization is None:
        return None
    account = accounts.get(authorization.removeprefix("Bearer "))
    if account is None:
        raise Refusal(401, "Invalid credentials in Authorization header")
    return account


def require(account: Account | None) -> Account:
    """Return the account; refuse a call without a token."""
    if account is None:
        raise Refusal(401, "Invalid username or password.")
    return account


def require_writer(account: Account | None, namespace: str) -> Account:
    """Return the account if it may write in the namespace; 401 without a token, 403 otherwise."""
    account = require(account)
    if not (account.writes and account.owns(namespace)):
        raise Refusal(403, f"You don't have the rights to write under the namespace {namespace}")
    return account
