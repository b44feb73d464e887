"""Reads the texts of one language: what each notice says to whom, the words for codes and dates."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Final

import yaml
from pydantic import Field

from business_care.errors import StepFailed
from business_care.notices import NoticeAbout, NoticeKind
from business_care.people import Role
from business_care.values import Value

FALLBACK_LANGUAGE: Final = "en"


class NoticeText(Value):
    """A subject and the paragraphs of one notice to one kind of reader, with `{placeholders}`."""

    subject: str
    body: str


class Texts(Value):
    """All the texts of one language."""

    months: Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]
    weekdays: Annotated[tuple[str, ...], Field(min_length=7, max_length=7)]
    first_day: str = "1"
    date: str
    moment: str
    end_of_day: str
    business_day: str
    business_days: str
    decimal_sign: str
    greeting: str
    greeting_nobody: str
    closing: str
    words: dict[str, dict[str, str]]
    notices: dict[NoticeKind, dict[Role, NoticeText]]
    of_recoveries: dict[NoticeKind, dict[Role, NoticeText]]
    """The same kinds, said about a refund that failed after its request had closed."""

    def notice(self, kind: NoticeKind, role: Role, about: NoticeAbout = NoticeAbout.REQUEST) -> NoticeText:
        """What a notice says to that reader; an agent reads as the seller does. Raises `NoticeUnworded`."""
        reader = Role.SELLER if role is Role.AGENT else role
        texts = self.of_recoveries if about is NoticeAbout.RECOVERY else self.notices
        try:
            return texts[kind][reader]
        except KeyError:
            raise NoticeUnworded(f"there is no text of {kind} for {role}") from None

    def word(self, field: str, code: str) -> str:
        """The words for a code, or the code itself where there are none."""
        return self.words.get(field, {}).get(code, code)


class NoticeUnworded(StepFailed):
    """No text was written for this kind of notice to this kind of reader."""


@cache
def texts_in(language: str) -> Texts:
    """The texts of a language such as `es` or `fr-CA`; English where we don't speak it."""
    spoken = language.partition("-")[0].casefold()
    folder = files("adapters.mail.texts")
    file = folder.joinpath(f"{spoken}.yaml")
    if not (spoken.isalpha() and file.is_file()):
        file = folder.joinpath(f"{FALLBACK_LANGUAGE}.yaml")
    # Strict, but a file has strings where the model has enumerations.
    return Texts.model_validate(yaml.safe_load(file.read_text("utf-8")), strict=False)
