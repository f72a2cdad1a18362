"""The AWS Encryption SDK of Python with a tenant's session: opens what the client sealed, and makes what the client opens."""

import json
import logging
import pathlib
import sys

import aws_encryption_sdk
import botocore.session
from aws_encryption_sdk import CommitmentPolicy
from aws_encryption_sdk.identifiers import AlgorithmSuite as Algorithm

# The SDK logs each refusal, which is what is looked for here.
logging.disable(logging.CRITICAL)
order = json.load(sys.stdin)
folder = pathlib.Path(order["folder"])


def keys_with(session):
    client = botocore.session.Session().create_client(
        "kms",
        region_name=order["region"],
        endpoint_url=order["endpoint"],
        aws_access_key_id=session["accessKeyId"],
        aws_secret_access_key=session["secretAccessKey"],
        aws_session_token=session["sessionToken"],
    )

    class KeyProvider(aws_encryption_sdk.StrictAwsKmsMasterKeyProvider):
        def _client(self, key_id):
            return client

    return KeyProvider(key_ids=[order["keyArn"]])


encryption = aws_encryption_sdk.EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
)
own, neighbour = keys_with(order["session"]), keys_with(order["neighbour"])
opened, refused = [], []
for name in order["sealed"]:
    message = (folder / name).read_bytes()
    plaintext, header = encryption.decrypt(source=message, key_provider=own)
    (folder / f"{name}.opened").write_bytes(plaintext)
    opened.append(dict(header.encryption_context))
    try:
        encryption.decrypt(source=message, key_provider=neighbour)
    except Exception as error:
        refused.append(type(error).__name__)

for name, suite, frame_length in [
    ("signed", Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384, 4096),
    ("unsigned", Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY, 4096),
    ("large-frames", Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY, 1048576),
]:
    message, _ = encryption.encrypt(
        source=(folder / "plain").read_bytes(),
        key_provider=own,
        algorithm=suite,
        frame_length=frame_length,
        encryption_context={**order["context"], "TenantId": order["tenantId"]},
    )
    (folder / f"{name}.python").write_bytes(message)

print(json.dumps({"contexts": opened, "refused": refused}))
