"""Why a mail was not delivered; `code` is kept with the notice in the records."""

from business_care.errors import StepFailed, TemporarilyUnavailable


class MailNotTaken(TemporarilyUnavailable):
    """The folder or the mail server could not take the mail now."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MailRefused(StepFailed):
    """The mail will not be taken as it is: the address is none, or the server says so for good."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
