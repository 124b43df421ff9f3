"""English: the language of glosses and of the documentation."""

from __future__ import annotations

from dragoman.languages import Language

LANGUAGE = Language(
    tag="en",
    name="English",
    own_name="English",
    script="Latn",
    direction="ltr",
    fonts=("system-ui", "sans-serif"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
