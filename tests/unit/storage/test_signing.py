"""Our one signature against botocore's, header for header."""

from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from dam.storage.signing import object_path, signed_get

HOST = "127.0.0.1:8333"


@pytest.mark.parametrize(
    "key",
    ["delivery/0198-ab", "sha256/ab/abcdef", "a b/c+d", "柴世荣/预览.jpg", "odd'()*!~&=$@:,;?#[]/x", "per%cent/%2F"],
)
@pytest.mark.parametrize("secret", ["s3cret", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"])
def test_the_signature_is_botocores(key, secret, monkeypatch):
    at = datetime(2026, 3, 10, 4, 5, 6, tzinfo=UTC)
    path = object_path("copies", key)
    ours = signed_get(path, host=HOST, region="us-east-1", access_key="AK", secret_key=secret, at=at)
    # Left to itself botocore would hash the empty body; told not to, it signs what we sign.
    monkeypatch.setattr(S3SigV4Auth, "_should_sha256_sign_payload", lambda *_: False)
    theirs = AWSRequest("GET", f"https://{HOST}{path}")
    signer = S3SigV4Auth(Credentials("AK", secret), "s3", "us-east-1")
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: at.replace(tzinfo=None))
    signer.add_auth(theirs)
    assert ours["X-Amz-Date"] == theirs.headers["X-Amz-Date"]
    assert ours["Authorization"] == theirs.headers["Authorization"]
