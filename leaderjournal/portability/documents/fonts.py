"""Which scripts this machine has letters for, so that a PDF is not full of empty boxes.

WeasyPrint asks fontconfig for a font that has a letter. Its command `fc-list` tells which letters
the fonts have.
"""

import subprocess
from functools import cache

SAMPLES = {
    "Greek": "Ωή",
    "Cyrillic": "Жїў",
    "Armenian": "Ժ",
    "Georgian": "ჟ",
    "Hebrew": "שלום",
    "Arabic": "عپ",
    "Devanagari": "हिन्दी",
    "Bengali": "বাংলা",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Gujarati": "ગુજરાતી",
    "Tamil": "தமிழ்",
    "Telugu": "తెలుగు",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Sinhala": "සිංහල",
    "Thai": "ไทย",
    "Lao": "ລາວ",
    "Khmer": "ខ្មែរ",
    "Burmese": "မြန်မာ",
    "Ethiopic": "አማርኛ",
    "Chinese": "中文漢語",
    "Japanese": "かなカナ",
    "Korean": "한국어",
    "Vietnamese": "ễậ",
    "Emoji": "😀🙏",
}
"""Letters of each script that a leader may write in."""


@cache
def find_missing_scripts() -> tuple[str, ...]:
    """Return the scripts whose letters would be empty boxes in a PDF; none if it is not known.

    Fonts are looked for once in a process: a new one is used after a restart, by PDFs too.
    """
    letters = _list_letters()
    if letters is None:
        return ()
    return tuple(
        script
        for script, sample in SAMPLES.items()
        if not all(any(ord(letter) in run for run in letters) for letter in sample)
    )


def list_warnings() -> list[str]:
    """Return what a leader has to know before a PDF is made."""
    missing = ", ".join(find_missing_scripts())
    boxes = f"This server has no letters for {missing}: in a PDF they are empty boxes."
    return [f"{boxes} Its operator can install Noto fonts."] if missing else []


def can_list_fonts() -> bool:
    """Return whether it is known which letters there are."""
    return _list_letters() is not None


@cache
def _list_letters() -> tuple[range, ...] | None:
    """Return the ranges of the letters that any font has; None without fontconfig's command."""
    try:
        listed = subprocess.run(
            ["fc-list", "--format", "%{charset} "],  # noqa: S607 - where it is differs by system
            capture_output=True,
            check=True,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    ranges = set()
    for written in set(listed.stdout.split()):
        first, _, last = written.partition("-")
        ranges.add(range(int(first, 16), int(last or first, 16) + 1))
    return tuple(ranges)
