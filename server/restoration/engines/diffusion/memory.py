"""What happens when a card has too little memory: less at once, then weights outside, and a note.

Nothing done is lost: a call that failed is made again with less; calls before it stand.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import torch

_Item = TypeVar("_Item")


class Frugal:
    """Calls in batches that shrink when memory runs out; tells the curator what it did."""

    def __init__(self, batch: int, offload: Callable[[], None]) -> None:
        self.batch = batch
        self.notes: list[str] = []
        self._offload = offload
        self._offloaded = False

    def batches(
        self, items: Sequence[_Item], call: Callable[[Sequence[_Item]], Any]
    ) -> Iterator[tuple[Sequence[_Item], Any]]:
        """Every item once, with what ``call`` made of its batch; batches are near equal.

        Raises:
            MemoryError: one item at a time, with weights outside the card, is still too much.
        """
        place = 0
        while place < len(items):
            left = len(items) - place
            now = items[place : place + -(-left // -(-left // self.batch))]
            try:
                made = call(now)
            except torch.OutOfMemoryError as error:
                self._spare(len(now), error)
                continue
            yield now, made
            place += len(now)

    def once(self, call: Callable[[], Any]) -> Any:
        """One call that cannot be split. Raises MemoryError as ``batches``."""
        return next(self.batches([None], lambda _: call()))[1]

    def _spare(self, size: int, error: Exception) -> None:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if size > 1:
            self.batch = size // 2
            self.notes.append(f"Out of memory: went on with tile_batch = {self.batch}.")
        elif not self._offloaded:
            self._offloaded = True
            self._offload()
            self.notes.append("Out of memory: went on with the weights in main memory, slower.")
        else:
            raise MemoryError("one tile at a time is too much for this card") from error
