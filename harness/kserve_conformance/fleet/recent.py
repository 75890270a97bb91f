"""A dict of bounded size that forgets what was not used for long."""

from __future__ import annotations

from typing import Generic, TypeVar, overload

Key = TypeVar("Key")
Value = TypeVar("Value")
Default = TypeVar("Default")


class Recent(Generic[Key, Value]):
    """
    Keeps at least the last ``number`` keys that were used, and at most twice as many.

    Two generations are cheaper than an order of use, which every look-up would change.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._young or key in self._old

    @overload
    def get(self, key: Key) -> Value | None: ...
    @overload
    def get(self, key: Key, default: Default) -> Value | Default: ...
    def get(self, key: Key, default: object = None) -> object:
        """The value of a key, which is used by that."""
        try:
            return self._young[key]
        except KeyError:
            pass
        if key not in self._old:
            return default
        value = self._old[key]
        self[key] = value
        return value

    def __setitem__(self, key: Key, value: Value) -> None:
        if len(self._young) >= self._number:
            self._old, self._young = self._young, {}
        self._young[key] = value
