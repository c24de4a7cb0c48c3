"""Times of day as apps write them in the languages of their users.

The names of the halves of a day are those of the Unicode CLDR (unicode-org/cldr-json,
cldr-dates-full/main/*/ca-gregorian.json, dayPeriods), without their dots and spaces.
"""

import re
import unicodedata
from datetime import time

LONGEST_CLOCK = 40

HOUR_AND_MINUTE = re.compile(
    r"(?<!\d)(\d{1,2})\s*(?:[:.h時时시點点])\s*(\d{2})(?:\s*[:.]\s*(\d{2})(?:[.,]\d+)?)?(?!\d)"
)
HOUR_ALONE = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
PART_OF_A_DAY = re.compile(r"0?[.,](\d{3,})")
"""What a spreadsheet makes of a time whose cell has no format: 0.84722 is 20:20."""

_BEFORE_NOON = (
    "am a vorm vm fm fh πμ dop de ap öö sa pd paradite rano ص صباحا قظ לפנהצ "
    "上午 午前 오전 早上 清晨 凌晨 ก่อนเที่ยง पूर्वाह्न дп проб преподне"
)
_AFTER_NOON = (
    "pm p nachm nm em eh μμ odp pop du ip ös ch md pasdite م مساء بظ אחהצ "
    "下午 午後 오후 晚上 傍晚 หลังเที่ยง अपराह्न пп слоб поподне"
)
BEFORE_NOON = frozenset(_BEFORE_NOON.split())
AFTER_NOON = frozenset(_AFTER_NOON.split())
AROUND_NOON = frozenset({"中午", "noon"})
WITHOUT_MEANING = frozenset({"", "uhr", "h", "kl", "klo", "hod", "godz", "ч"})


def parse_clock(text: str) -> time | None:
    """Return the time that `text` writes, in 12 or 24 hours; None where it is not certain."""
    if len(text) > LONGEST_CLOCK:
        return None
    plain = _simplify(text)
    if (part := PART_OF_A_DAY.fullmatch(plain)) is not None:
        minutes = round(float(f"0.{part[1]}") * 24 * 60)
        return time(*divmod(minutes, 60)) if minutes < 24 * 60 else None
    found = HOUR_AND_MINUTE.search(plain) or HOUR_ALONE.search(plain)
    if found is None:
        return None
    half = re.sub(r"[\W分분]", "", plain[: found.start()] + plain[found.end() :])
    minute = int(found[2]) if found.re is HOUR_AND_MINUTE else 0
    hour = _convert_hour(int(found[1]), half, has_minutes=found.re is HOUR_AND_MINUTE)
    return time(hour, minute) if hour is not None and minute < 60 else None


def _simplify(text: str) -> str:
    """Return `text` in lower case, with plain spaces and without invisible marks of direction."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cf").strip()


def _convert_hour(hour: int, half: str, *, has_minutes: bool) -> int | None:
    """Return an hour of 24; None where `half` is unknown and makes a difference."""
    if half in WITHOUT_MEANING:
        return hour if hour < 24 and has_minutes else None
    if half in AROUND_NOON and hour < 10:
        return hour + 12
    if half in BEFORE_NOON and hour <= 12:
        return hour % 12
    if half in AFTER_NOON and hour <= 12:
        return hour % 12 + 12
    return hour if 13 <= hour < 24 or (half in AROUND_NOON and hour <= 12) else None
