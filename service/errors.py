"""What can be refused, as one short tree.

    NuanfanError
    ├── InvalidError        the caller gave something that cannot be: it says what was expected and what came
    ├── NotFoundError       the caller named something that is not there
    ├── NotAllowedError     the caller may not do this
    ├── ConflictError       true by itself, but not now: closed, doubled, being done by somebody else
    ├── ForgottenError      a plan that does not account for every order; it is never published
    └── StorageError        the disk or the database cannot take it; nothing was acknowledged

Each carries the key of its sentence in the text catalogues and the values in it. HTTP appears only at the door.
"""

from __future__ import annotations

from service.texts import text


class NuanfanError(Exception):
    """A refusal with a sentence in both languages; nothing was changed when it is raised."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def say(self, language: str) -> str:
        """Return the sentence in `language` ("zh" or "en")."""
        return text(language, self.key, **self.values)

    def __str__(self) -> str:
        return f"{self.say('zh')} / {self.say('en')}"


class InvalidError(NuanfanError):
    """Something that cannot be."""


class NotFoundError(NuanfanError):
    """Something that is not there."""


class NotAllowedError(NuanfanError):
    """Something that this caller may not do."""


class ConflictError(NuanfanError):
    """Something that cannot be done now."""


class ForgottenError(NuanfanError):
    """A plan that forgets somebody."""


class StorageError(NuanfanError):
    """The disk or the database cannot take it."""
