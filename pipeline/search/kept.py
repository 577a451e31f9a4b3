"""Answers that are kept for whoever asks the same again. Reads and writes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The latest answers, by what was asked; safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Any, Value] = {}
        self._lock = threading.Lock()
        self._age = 0

    def get(self, key: Any, make: Callable[[], Value], keep: Callable[[Value], bool] = lambda _: True) -> Value:
        """Return the value of `key`, made when it is not kept."""
        with self._lock:
            age = self._age
            if key in self._values:
                self._values[key] = self._values.pop(key)  # the latest stand last
                return self._values[key]
        value = make()
        with self._lock:
            if keep(value) and age == self._age:
                self._values[key] = value
                while len(self._values) > self._most:
                    del self._values[next(iter(self._values))]
        return value

    def clear(self) -> None:
        """Forget all; what is being made meanwhile is not kept either."""
        with self._lock:
            self._age += 1
            self._values.clear()
