"""The seeded random of the oracle: days and times at which much happens at once."""

from datetime import date, timedelta
from random import Random


class Dice(Random):
    """A seeded random with the questions that the charts ask."""

    pivot: str | None = None
    """A day on which much happens at once: where rules meet, they go wrong."""

    def often(self, share: float) -> bool:
        """Whether something happens."""
        return self.random() < share

    def on(self, month: str, *, spread: int = 0) -> str:
        """A day of the month, or up to `spread` days off it; often one of its ends, or the pivot."""
        if self.pivot and self.often(0.35):
            return self.pivot
        first = date.fromisoformat(f"{month}-01")
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        if self.often(0.25):
            return self.choice((first, last)).isoformat()
        return (first + timedelta(days=self.randint(-spread, (last - first).days + spread))).isoformat()

    def at(self, month: str, *, spread: int = 0) -> str:
        """A local time in the month, most often in the hours in which the entries crowd."""
        clock = self.choice(("00:00", "00:00", "09:00", "09:20", "09:20:30", "10:00", "10:15", "23:50", "12:00"))
        return f"{self.on(month, spread=spread)} {clock}"
