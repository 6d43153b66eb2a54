"""Loads the tokenizer that counts the tokens of rows: from a file, from a folder, or from a model on the Hub."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from solver.files import local
from solver.refusal import InputError

FILE = "tokenizer.json"


@lru_cache(maxsize=4)
def load_tokenizer(name: str) -> Any:
    """Return a tokenizer; raise InputError that says what is wrong with the name, and what would do."""
    from tokenizers import Tokenizer

    try:
        path = _file(name)
        try:
            return Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001 - tokenizers raises bare Exception for a bad file
            raise InputError(f"{path} is no tokenizer: {error}") from None
    except InputError as error:
        raise InputError(
            f"tokenizer {name!r}: {error}; give a folder with {FILE}, that file, or the name of a model on the Hub"
        ) from None


def _file(name: str) -> Path:
    """Return the file of a tokenizer; raise InputError with the reason if there is none."""
    path = local(name)
    if path.is_file():
        return path
    if path.is_dir():
        if not (path / FILE).is_file():
            raise InputError(f"the folder has no {FILE}")
        return path / FILE
    if name.count("/") > 1 or name.startswith((".", "/", "~")) or name.endswith(".json"):
        raise InputError("no such file or folder")
    return _from_hub(name)


def _from_hub(name: str) -> Path:
    """Return the file of a model on the Hub, from the cache if it is there; raise InputError with the reason if it fails."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        try:
            return Path(hf_hub_download(name, FILE, local_files_only=True))
        except LocalEntryNotFoundError:
            get_hf_file_metadata(hf_hub_url(name, FILE))  # unlike the download, asks once and prints nothing
            return Path(hf_hub_download(name, FILE))
    except HFValidationError:
        reason = "no such file or folder, and no name that the Hub can have"
    except GatedRepoError:
        reason = "the Hub wants its conditions to be accepted, and a token of the account that has"
    except RepositoryNotFoundError:
        reason = "no such file or folder, and the Hub shows no such model"
    except EntryNotFoundError:
        reason = f"the model on the Hub has no {FILE}"
    except OfflineModeIsEnabled:
        reason = "no such file or folder, and HF_HUB_OFFLINE forbids to ask the Hub"
    except Exception as error:  # noqa: BLE001 - the Hub's client raises what its libraries do if the network fails
        reason = f"no such file or folder, and the Hub cannot be reached ({type(error).__name__})"
    raise InputError(reason)
