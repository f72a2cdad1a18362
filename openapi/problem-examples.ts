/** A problem of each code, as the contract makes it: the source of the document's texts, headers and examples. */

import { withRemedy } from '../contract/external-challenge.ts';
import type { Problem, ProblemCode } from '../contract/problem.ts';
import * as problems from '../contract/problem.ts';

type Example = readonly [when: string, make: () => Problem];

export const problemExamples: Readonly<Record<ProblemCode, Example>> = {
  'bad-request': [
    'A path, query, header or body that is not as described.',
    () => problems.badRequest('rotationPeriodInDays: must be a whole number of days, 90-2560'),
  ],
  'invalid-tenant-id': ['The path has no tenant id.', problems.invalidTenantId],
  'invalid-cursor': ['The cursor is none of this list.', problems.invalidCursor],
  'decryption-failed': [
    'Wrong tenant, wrong context, tampered, truncated, no ciphertext at all: one answer for all.',
    problems.decryptionFailed,
  ],
  'too-many-kms-calls': [
    'The batch needs more calls to the key store than a request may make.',
    () => problems.tooManyKmsCalls(100),
  ],
  'key-store-not-configured': [
    'No key store of that name is configured.',
    () => problems.keyStoreNotConfigured('aws-kms, vault'),
  ],
  'mode-needs-aws-kms': [
    'Direct mode for a tenant whose key is not in AWS KMS.',
    problems.modeNeedsAwsKms,
  ],
  unauthorized: ['No valid token.', problems.unauthorized],
  forbidden: ['A token for something or somebody else.', () => problems.forbidden()],
  'not-found': ['No such route.', problems.notFound],
  'method-not-allowed': [
    'The path has other methods.',
    () => problems.methodNotAllowed('GET, PUT'),
  ],
  'tenant-not-found': ['No such tenant.', problems.tenantNotFound],
  'tenant-exists': [
    'Onboarded before with something else.',
    () => problems.tenantExists('displayName'),
  ],
  'tenant-provisioning': ['The onboarding is not finished.', problems.tenantProvisioning],
  'tenant-suspended': ['The tenant is suspended.', () => problems.tenantSuspended()],
  'tenant-offboarding': ['The tenant is being offboarded.', () => problems.tenantOffboarding()],
  'tenant-erased': ['The tenant was erased.', problems.tenantErased],
  'tenant-not-erased': [
    'There is no certificate yet.',
    () => problems.tenantNotErased('The tenant is ACTIVE.'),
  ],
  'tenant-busy': ['Another request is at work on the tenant.', () => problems.tenantBusy(28)],
  'tenant-declared': ['The key is made by CloudFormation.', problems.tenantDeclared],
  'key-store-changing': [
    'Another change of the key store has to end first.',
    () =>
      problems.keyStoreChanging(
        'A change to vault has begun and not ended: end it by the same request.',
      ),
  ],
  'no-previous-key': ['There is no key of another store from before.', problems.noPreviousKey],
  'mac-keys-left': [
    "Keys of the tenant's macs are under the previous key, or it is not known yet.",
    () => problems.macKeysLeft(2),
  ],
  'key-recently-used': [
    'Somebody used the key within the last hour.',
    () => problems.keyRecentlyUsed({ operation: 'Decrypt', at: '2026-11-26T01:35:36.654Z' }),
  ],
  'rotation-limit-reached': [
    'KMS rotates a key on demand 25 times at most.',
    problems.rotationLimitReached,
  ],
  'rotation-in-progress': ['KMS is at work on another rotation.', problems.rotationInProgress],
  'rotation-unconfirmed': [
    'It is not known whether the key store rotates the key. The same request finds out.',
    () => problems.rotationUnconfirmed('2026-11-26T01:35:36.847Z'),
  ],
  'mac-versions-differ': [
    "No single step leads from the purpose's versions to these.",
    problems.macVersionsDiffer,
  ],
  'too-many-purposes': [
    'The tenant has as many purposes as it may have.',
    () => problems.tooManyPurposes(1000),
  ],
  'alias-taken': [
    'The alias, or in another store the name, is on a key that this onboarding has not made.',
    problems.aliasTaken,
  ],
  'key-unusable': ['The key is disabled, or pending deletion.', problems.keyUnusable],
  'key-missing': ['Somebody else has deleted the key.', problems.keyMissing],
  'key-mismatch': ["The registered key is not the tenant's.", problems.keyMismatch],
  'external-key-refused': [
    "The key in the tenant's own account, or its role, is not as it must be.",
    () => problems.externalKeyRefused(withRemedy('no-external-id-refused')),
  ],
  'key-revoked-by-tenant': [
    "The tenant's own key store refuses the use of its key.",
    problems.keyRevokedByTenant,
  ],
  'key-administered-by-tenant': [
    "The key is in the tenant's own AWS account, whose administrators rotate it.",
    problems.keyAdministeredByTenant,
  ],
  'not-acceptable': ['`Accept` allows no form that the answer has.', problems.notAcceptable],
  'too-large': [
    'More than the API takes, or gives.',
    () => problems.tooLarge('The plaintext is larger than 4194304 bytes.'),
  ],
  'unsupported-media-type': [
    'Another `Content-Type`, or any `Content-Encoding`.',
    () => problems.unsupportedMediaType(),
  ],
  throttled: [
    'Too many requests, or changes of keys, for the moment.',
    () => problems.throttled(2),
  ],
  'internal-error': ['A fault of ours.', problems.internalError],
  'key-not-ready': ['The key is new, and not ready yet.', () => problems.keyNotReady(5)],
  'key-store-unavailable': [
    "The tenant's key store is down, sealed or too busy.",
    () => problems.keyStoreUnavailable('vault'),
  ],
  unavailable: [
    "Not finished in time, AWS is down, or the keys of the token's issuer cannot be read.",
    () => problems.unavailable(),
  ],
};
