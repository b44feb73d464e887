"""Asking an outside party many questions, several at a time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


async def side_by_side(
    questions: Iterable[Question], ask: Callable[[Question], Awaitable[Answer]], at_a_time: int
) -> list[Answer]:
    """Every answer, in the order in which they came.

    After the first failure no further question is asked. Those under way are awaited before it is raised: a
    call that is broken off may have had its effect, and another one is safe only behind it.
    """
    left = deque(questions)
    answers: list[Answer] = []

    async def one_after_another() -> None:
        try:
            while left:
                answers.append(await ask(left.popleft()))
        finally:
            left.clear()

    askers = (one_after_another() for _ in range(min(at_a_time, len(left))))
    for ending in await asyncio.gather(*askers, return_exceptions=True):
        if isinstance(ending, BaseException):
            raise ending
    return answers
