/** The named schemas of certificates of erasure. */
import * as certificates from '../contract/certificates.ts';
import { base64, type Component, text, time } from './component.ts';
import { keyArn, keyName, ofTenant } from './tenant-components.ts';

/** How a key came to its end, the tenant's last one or one before. */
const endOfKey = {
  windowInDays: text('How long the key was kept before it was destroyed.'),
  deletionDate: time('When the key was to be destroyed.'),
  erasedAt: time('When the key store was first found to have no such key any more.'),
  keyDestroyed: text(
    "`false` where the key is in the tenant's own AWS account: it stays there, and only the product's use of it ended, at `erasedAt` for good.",
  ),
  keyLastUsed: text('The last use of the key that KMS knew of; absent for another store.'),
  kmsRequestId: text('Of the call of ScheduleKeyDeletion; `requestID` in CloudTrail.'),
};

export const certificateComponents: Readonly<Record<string, Component>> = {
  FormerKey: {
    schema: certificates.formerKey,
    description:
      'A key from before a change of the key store, which came to its end before the erasure.',
    members: {
      keyStore: text('Where the key was.'),
      keyArn: text('ARN of a key in KMS.'),
      keyName: text('Of a key that was not in KMS, as its store and messages name it.'),
      keyMaterialIds: text('Of every key material that the key ever had.'),
      endedBy: text('The principal of the token with which its end was asked for.'),
      endedAt: time('When that was.'),
      ...endOfKey,
    },
  },
  Certificate: {
    schema: certificates.certificate,
    description:
      'What was destroyed, by whom and when. The same whenever it is asked for, but for the time of issue.',
    members: {
      type: text('The kind of certificate, and its version.'),
      tenantId: ofTenant,
      displayName: text('As at the erasure.'),
      legalName: text('As at the erasure.'),
      keyStore: text('Where the key was; absent where it was in KMS of this account.'),
      keyArn,
      keyName,
      keyMaterialIds: text('Of every key material that the key ever had.'),
      formerKeys: text(
        'The keys that the tenant had before, each with its own end; absent where the key store was never changed.',
      ),
      createdAt: time('When the tenant was onboarded.'),
      offboardedBy: text('The principal of the token with which the tenant was offboarded.'),
      offboardedAt: time('When that was.'),
      ...endOfKey,
      issuedAt: time('When the certificate was issued.'),
      issuedFor: text('The stack: its account, its region and its name.'),
      trail: text(
        "CloudTrail's own signed record; absent where the stack has no trail of its own.",
      ),
      notCovered: text('What the erasure does not reach.'),
      signingKeys: text('The keys that sign, so that none of the signatures can be left out.'),
    },
  },
  TrailDigests: {
    schema: certificates.trailDigests,
    description: "Where CloudTrail's digest files of the erasure are.",
    members: {
      trailArn: text('ARN of the trail.'),
      digests: text('What the URLs of the digest files begin with.'),
      from: time('The first moment of the record.'),
      to: time('The last moment, by which all of it is delivered.'),
      validate: text('The command of the AWS CLI that checks it.'),
    },
  },
  NotCovered: {
    schema: certificates.notCovered,
    description: 'Something that the erasure does not reach.',
    members: {
      what: text('In words.'),
      until: time('When it ends by itself. Absent where it does not, or nobody knows.'),
    },
  },
  SignedCertificate: {
    schema: certificates.signedCertificate,
    description: 'A certificate of erasure.',
    members: {
      certificate: text(
        'What is signed: the SHA-512 of its bytes by RFC 8785 (JSON Canonicalization Scheme) stands in the statement.',
      ),
      signatures: text('One by each signing key, all of the same statement.'),
    },
  },
  CertificateSignature: {
    schema: certificates.signature,
    description: 'A signature of the statement.',
    members: {
      keyArn: text('ARN of the key that signs.'),
      signingAlgorithm: text("KMS's name of the algorithm."),
      signature: base64('ECDSA in DER, ML-DSA as FIPS 204 has it.'),
    },
  },
  CertificateKeys: {
    schema: certificates.certificateKeys,
    description: 'The public keys that check certificates.',
    members: { keys: text('One for each signature.') },
  },
  CertificatePublicKey: {
    schema: certificates.publicKey,
    description: 'A public key that checks certificates.',
    members: {
      keyArn: text('ARN of the key that signs.'),
      keySpec: text("KMS's name of the kind of key."),
      signingAlgorithm: text("KMS's name of the algorithm."),
      publicKey: text('PEM of a SubjectPublicKeyInfo.'),
    },
  },
};
