"""The signature of a plain GET, in headers: a quarter of the cost of a whole client for the one request made all day.

A signature in headers, unlike a signed address, cannot be passed on as a link.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
_PAYLOAD = "UNSIGNED-PAYLOAD"
_SIGNED = "host;x-amz-content-sha256;x-amz-date"


def object_path(bucket: str, key: str) -> str:
    """Return the path of an object, encoded as it is signed and sent."""
    return quote(f"/{bucket}/{key}", safe="/-_.~")


def signed_get(
    path: str, *, host: str, region: str, access_key: str, secret_key: str, at: datetime
) -> Mapping[str, str]:
    """Return the headers that make a GET of the path good for some minutes from the instant.

    Shape: `host` with its port as it is sent; `at` aware UTC. A `Range` may be added: it is not signed.
    Source: AWS Signature Version 4, authorization header, unsigned payload.
    """
    moment = at.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    canonical = (
        f"GET\n{path}\n\nhost:{host}\nx-amz-content-sha256:{_PAYLOAD}\nx-amz-date:{moment}\n\n{_SIGNED}\n{_PAYLOAD}"
    )
    to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_day_key(secret_key, moment[:8], region), to_sign.encode(), sha256).hexdigest()
    who = f"Credential={access_key}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}"
    return {
        "Host": host,
        "X-Amz-Date": moment,
        "X-Amz-Content-Sha256": _PAYLOAD,
        "Authorization": f"{_ALGORITHM} {who}",
    }


@lru_cache(maxsize=8)
def _day_key(secret_key: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key
