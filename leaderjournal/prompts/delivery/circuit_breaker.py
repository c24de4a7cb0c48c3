"""A circuit breaker: a push service that stops responding is left alone for a while."""

from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.push.rules import Device

MAX_SILENT_TRIES = 5
"""After how many attempts in a row without a response a service is paused."""
SERVICE_PAUSE = timedelta(seconds=30)


class CircuitBreaker:
    """Counts the attempts without a response per push service, which is a host and port."""

    def __init__(self) -> None:
        self._silent_tries: Counter[str] = Counter()
        self._paused_until: dict[str, Instant] = {}

    def get_pause(self, device: Device, now: Instant) -> timedelta:
        """Return for how long the device's service is still paused; not above 0 where it is not."""
        return self._paused_until.get(get_service(device), now) - now

    def record_silence(self, device: Device, now: Instant) -> None:
        """Record that the device's service did not respond."""
        service = get_service(device)
        self._silent_tries[service] += 1
        if self._silent_tries[service] >= MAX_SILENT_TRIES:
            self._paused_until[service] = Instant(now + SERVICE_PAUSE)

    def record_response(self, device: Device) -> None:
        """Record that the device's service responded."""
        self._silent_tries[get_service(device)] = 0


def get_service(device: Device) -> str:
    """Return the push service of a device, as `host` or `host:port`."""
    return urlsplit(device.endpoint).netloc
