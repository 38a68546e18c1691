"""Addresses in parts, taxonomy codes and telephone numbers: the shapes that a claim asks for.

Promise: a value of one of these types has a checked shape. Not promised: that mail arrives there.
"""

from typing import Annotated, Final

from pydantic import StringConstraints

STATES: Final = (
    "AL AK AS AZ AR CA CO CT DE DC FM FL GA GU HI ID IL IN IA KS KY LA ME MH MD MA MI MN MS MO MT NE NV NH NJ NM NY "
    "NC ND MP OH OK OR PW PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY AA AE AP"
)
"""States, territories and military addresses by their two letters."""
STATE_SHAPE: Final = f"^({STATES.replace(' ', '|')})$"
ZIP_SHAPE: Final = r"^[0-9]{5}([0-9]{4})?$"
FULL_ZIP_SHAPE: Final = r"^[0-9]{9}$"
TAXONOMY_SHAPE: Final = r"^[0-9A-Z]{9}X$"
PHONE_SHAPE: Final = r"^[2-9][0-9]{9}$"
SENT_NUMBER_SHAPE: Final = r"^[A-Z0-9][A-Z0-9 .-]{0,13}[A-Z0-9]$"
PAYER_CODE_SHAPE: Final = r"^[A-Z0-9][A-Z0-9.-]{1,29}$"

State = Annotated[str, StringConstraints(pattern=STATE_SHAPE)]
ZipCode = Annotated[str, StringConstraints(pattern=ZIP_SHAPE)]
"""Five or nine digits, without a dash."""
FullZipCode = Annotated[str, StringConstraints(pattern=FULL_ZIP_SHAPE)]
"""Nine digits: what a claim asks for where the provider is."""
Taxonomy = Annotated[str, StringConstraints(pattern=TAXONOMY_SHAPE)]
"""A provider's kind in the national taxonomy: ten characters, such as 207Q00000X."""
Phone = Annotated[str, StringConstraints(pattern=PHONE_SHAPE)]
"""Ten digits, area code first."""
AddressLine = Annotated[str, StringConstraints(min_length=1, max_length=55, pattern=r"^[^\x00-\x1f\x7f]*\S$")]
City = Annotated[str, StringConstraints(min_length=2, max_length=30, pattern=r"^[^\x00-\x1f\x7f]*\S$")]
CalledName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*\S$")]
"""The name of an organisation, a desk or a person, as long as a claim takes it."""
SentNumber = Annotated[str, StringConstraints(pattern=SENT_NUMBER_SHAPE)]
"""The number of a sender or receiver of files, as an envelope takes it: at most fifteen characters."""
PayerCode = Annotated[str, StringConstraints(pattern=PAYER_CODE_SHAPE)]
"""The number under which a payer is sent claims."""
