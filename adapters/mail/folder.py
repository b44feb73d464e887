"""The mailbox for development and demonstrations: one file a mail, which any mail program opens."""

import asyncio
import os
from pathlib import Path
from urllib.parse import quote

from adapters.mail.failures import MailNotTaken
from adapters.mail.message import as_message, message_digest
from business_care.ports import Mail

LONGEST_NAME = 150


class FolderMailbox:
    """`Mailbox` that writes `.eml` files. The same mail delivered again is the same file, once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, mail: Mail) -> None:
        """Write the mail, whole or not at all. Raises `MailNotTaken`; `MailRefused` for a wrong address."""
        content = as_message(mail).as_bytes()
        try:
            await asyncio.to_thread(self._write, file_name(mail), content)
        except OSError as error:
            code = (os.strerror(error.errno) if error.errno else "unknown error").casefold()
            raise MailNotTaken(
                "outbox_not_writable", f"the outbox folder can't be written to: {code}"
            ) from error

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.unfinished"
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / name)


def file_name(mail: Mail) -> str:
    """A name with which no key leaves the folder; the digest tells apart what a shortened key does not."""
    readable = quote(mail.key.replace("/", "--"), safe="")[:LONGEST_NAME]
    return f"{readable}-{message_digest(mail)[:8]}.eml".lstrip(".")
