"""How a broken rule reaches a program: the failure of an update, as Temporal hands it to every SDK."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from business_care.errors import ErrorCode


class RefusalInfo(BaseModel):
    """What an SDK's application error holds. Nothing is tried again: the rule would say the same."""

    model_config = ConfigDict(extra="allow")  # Temporal's, and it may grow

    type: ErrorCode
    nonRetryable: Literal[True]  # noqa: N815 -- Temporal spells it so
    category: Literal["APPLICATION_ERROR_CATEGORY_BENIGN"]


class Refusal(BaseModel):
    """The failure of an update that a rule refused, and of a run whose start can't be read.

    `applicationFailureInfo.type` is the rule's code and `message` one sentence that may be shown to the
    sender. There are no details. Where messages are locked, the sentence is locked and the code is not.
    """

    model_config = ConfigDict(extra="allow")  # a stack trace, a cause, a locked sentence

    message: str
    application_failure_info: RefusalInfo = Field(alias="applicationFailureInfo")
