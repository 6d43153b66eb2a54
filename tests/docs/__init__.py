"""The documentation's generated parts and its code blocks; `python -m tests.docs` writes the generated parts anew."""
