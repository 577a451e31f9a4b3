"""What a writer reports about a document that it has printed."""

from __future__ import annotations

from dataclasses import dataclass, field

NOTICE = "Fictional document written for Concord"


@dataclass(frozen=True)
class ContentsEntry:
    """A line of a contents page."""

    marker: str | None
    title: str
    page: str

    @property
    def text(self) -> str:
        """The line without its dot leaders."""
        return " ".join(part for part in (self.marker, self.title, self.page) if part)


@dataclass(frozen=True)
class Printed:
    """The pages of each block (by its place in the source), and what is not text."""

    places: list[tuple[int, int] | None]
    pages: int
    furniture: list[str]
    contents: list[ContentsEntry] = field(default_factory=list)
