"""A rulebook of two files that stands still, so that golden bytes do not move when the law grows."""

from typing import Final

MINUTES: Final = b"""implements = ["CCM-CODE-01", "CCM-CODE-02"]
checked = 2026-11-21

[minutes_minimum]
unit = "minutes"
says = "Minutes that the unit needs."
rules = ["CCM-CODE-01", "CCM-CODE-02"]
values = [
  {effective = 2015-01-01, value = 20, cite = "CY 2015 PFS final rule [S71]", confidence = "CONFIRMED*"},
]

[levels]
unit = "words"
says = "Levels of decision making."
note = "Two of four."
rules = ["CCM-CODE-01"]
values = [
  {effective = 2017-01-01, value = ["moderate", "high"], cite = "CY 2017 PFS final rule", confidence = "CONFIRMED"},
]
"""

PRICES: Final = b"""implements = ["CCM-RATE-10"]
checked = 2026-11-21

[factor]
unit = "dollars_per_rvu"
says = "Dollars for one relative value unit."
rules = ["CCM-RATE-10"]
values = [
  {effective = 2024-01-01, until = 2024-03-08, value = 32.7442, cite = "CY 2024", confidence = "CONFIRMED"},
  {effective = 2024-03-09, until = 2024-12-31, value = 33.2875, cite = "CAA 2024", confidence = "CONFIRMED"},
]

[estimate]
unit = "yes_no"
says = "Whether amounts are estimates."
rules = ["CCM-RATE-10"]
values = [
  {effective = 2024-01-01, value = true, cite = "CY 2024", confidence = "DESIGN"},
]

[first_code]
unit = "code"
says = "The first code."
rules = ["CCM-RATE-10"]
values = [
  {effective = 2024-01-01, value = "99490", published = 2023-11-16, cite = "CY 2024", confidence = "DESIGN"},
]
"""

SOURCES: Final = b'S71 = "A public page, quoting CMS"\n'

FILES: Final = {"toy/minutes.toml": MINUTES, "toy/prices.toml": PRICES, "sources.toml": SOURCES}
