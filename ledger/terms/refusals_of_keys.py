"""Refusals about the keys that programs enter by. In precedence order; refusals.py joins the catalogue."""

from typing import Final

from ledger.terms.refusal import Refusal

_ENTERS: Final = "A program enters by a key that was issued to it, until it expires or is revoked (readings, 2)."
_ISSUED: Final = "Keys are issued by an administrator, for a time, one for each secret (readings, 2)."

SPEAKING_OF_KEYS: Final = (
    Refusal(
        "api_key_revoked",
        "The key was revoked: it lets nobody in any more.",
        _ENTERS,
        "Ask an administrator for another key.",
    ),
    Refusal(
        "api_key_expired",
        "The time of the key is over.",
        _ENTERS,
        "Ask an administrator for another key, before the next one expires.",
    ),
    Refusal(
        "token_expired",
        "The time of the token is over.",
        "A token lets somebody in for the time that its issuer gave it (readings, 2).",
        "Ask the issuer for a new token and send the request again with it.",
        retryable=True,
    ),
)

NAMING_OF_KEYS: Final = (
    Refusal(
        "no_such_api_key",
        "The ledger issued no key with the id that the command gives.",
        _ISSUED,
        "`ccm-ledger api-key list` lists the keys.",
    ),
)

ACTING_OF_KEYS: Final = (
    Refusal(
        "api_key_by_api_key",
        "A key asks for another key.",
        "No key makes another one: whoever finds a key must not outlive it (readings, 2).",
        "Let an administrator issue the key under the own login.",
        audited=True,
    ),
    Refusal(
        "api_key_secret_known",
        "A key with this secret was issued before, for something else or revoked since.",
        _ISSUED,
        "Draw another secret: `ccm-ledger api-key new` does.",
    ),
    Refusal(
        "api_key_time",
        "The key would expire before now, or later than in two years.",
        _ISSUED,
        "Give an instant within two years from now; issue the next key before this one expires.",
    ),
)
