/**
 * The one catalogue of problems (RFC 9457): every error that a caller can get, from a function or from API Gateway.
 * What API Gateway says of them by itself is in gateway-problems.ts.
 * Invariant: a detail is written here or names a member of ours; it never repeats what the caller sent.
 */

import { insufficientScope, invalidToken, notAllowed } from './challenge.ts';
import { problemType } from './problem-type.ts';

/** The statuses, and the titles that go with them (RFC 9110 section 15). */
export const problemTitles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const;
export type ProblemStatus = keyof typeof problemTitles;

/** The codes, and the statuses that each may come with: more than one only where API Gateway has its own. */
export const problemStatuses = {
  'bad-request': [400],
  'invalid-tenant-id': [400],
  'invalid-cursor': [400],
  'decryption-failed': [400],
  'too-many-kms-calls': [400],
  'key-store-not-configured': [400],
  'mode-needs-aws-kms': [400],
  unauthorized: [401],
  forbidden: [403],
  'not-found': [404],
  'method-not-allowed': [405],
  'tenant-not-found': [404],
  'tenant-exists': [409],
  'tenant-provisioning': [409],
  'tenant-suspended': [409],
  'tenant-offboarding': [409],
  'tenant-erased': [409],
  'tenant-not-erased': [409],
  'tenant-busy': [409],
  'tenant-declared': [409],
  'key-store-changing': [409],
  'no-previous-key': [409],
  'mac-keys-left': [409],
  'key-recently-used': [409],
  'rotation-limit-reached': [409],
  'rotation-in-progress': [409],
  'rotation-unconfirmed': [409],
  'mac-versions-differ': [409],
  'too-many-purposes': [409],
  'alias-taken': [409],
  'key-unusable': [409],
  'key-missing': [409],
  'key-mismatch': [409],
  'key-revoked-by-tenant': [409],
  'key-administered-by-tenant': [409],
  'external-key-refused': [409],
  'not-acceptable': [406],
  'too-large': [413],
  'unsupported-media-type': [415],
  throttled: [429],
  'internal-error': [500],
  'key-not-ready': [503],
  'key-store-unavailable': [503],
  unavailable: [503, 504],
} as const satisfies Readonly<Record<string, readonly [ProblemStatus, ...ProblemStatus[]]>>;
export type ProblemCode = keyof typeof problemStatuses;

/** The media type of a problem's body. */
export const problemJson = 'application/problem+json';

/** An error that holds the answer: throw it from anywhere in a handler. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: ProblemStatus;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    status: ProblemStatus = problemStatuses[code][0],
  ) {
    super(detail);
    this.code = code;
    this.status = status;
    this.title = problemTitles[status];
    this.headers = headers;
  }

  /** @returns the body of the answer */
  toBody({ requestId, stage }: { readonly requestId: string; readonly stage: string }) {
    return {
      type: problemType(this.code, stage),
      title: this.title,
      status: this.status,
      detail: this.message,
      code: this.code,
      requestId,
    };
  }
}

const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) });

export const badRequest = (detail: string) => new Problem('bad-request', detail);

export const invalidTenantId = () =>
  new Problem(
    'invalid-tenant-id',
    'A tenant id is 2-63 characters: lower-case letters, digits and hyphens, no hyphen at either end.',
  );

export const invalidCursor = () =>
  new Problem('invalid-cursor', 'cursor: must be the nextCursor of an earlier answer');

/** One text for every cause: another tenant's, another context, tampered, truncated, no ciphertext at all. */
export const decryptionFailed = () =>
  new Problem(
    'decryption-failed',
    'The ciphertext cannot be decrypted for this tenant with this encryption context.',
  );

/** @param maxCalls that a request may make */
export const tooManyKmsCalls = (
  maxCalls: number,
  remedy = 'Send smaller batches, or encrypt with encryption contexts that items share.',
) =>
  new Problem(
    'too-many-kms-calls',
    `The batch needs more than ${maxCalls} calls to the key store, and none was made. ${remedy}`,
  );

/** @param configured names of the stores that there are */
export const keyStoreNotConfigured = (configured: string) =>
  new Problem(
    'key-store-not-configured',
    `keyStore: is none that this stack is configured with, which are ${configured}`,
  );

export const modeNeedsAwsKms = () =>
  new Problem(
    'mode-needs-aws-kms',
    "Direct mode is KMS's own, and the tenant's key is in another key store. Leave out the mode.",
  );

export const unauthorized = () =>
  new Problem(
    'unauthorized',
    'The request needs Authorization: Bearer and a signed JWT of the configured issuer, for its audience and not expired. Get a new token and send the request again.',
    { 'WWW-Authenticate': invalidToken },
  );

/** @param scope that would do; empty where no scope helps, but another token */
export const forbidden = (scope = '') =>
  new Problem(
    'forbidden',
    `${notAllowed} A tenant's path needs a token that names that tenant, any other path one that names none, each with a scope of the route.`,
    { 'WWW-Authenticate': insufficientScope(scope) },
  );

export const notFound = () =>
  new Problem(
    'not-found',
    'There is no such path. Paths begin with the stage; GET /problems there explains more.',
  );

/** @param allow the methods that the path has, as the header Allow lists them (RFC 9110 section 10.2.1) */
export const methodNotAllowed = (allow: string) =>
  new Problem('method-not-allowed', `The path has no such method, but ${allow}.`, { Allow: allow });

export const tenantNotFound = () =>
  new Problem(
    'tenant-not-found',
    'There is no such tenant. An administrator may onboard it by PUT.',
  );

/** @param members by which the request differs from what the tenant was onboarded with; not their values */
export const tenantExists = (members: string) =>
  new Problem(
    'tenant-exists',
    `The tenant was onboarded before, with another ${members}. Send what it was onboarded with, or GET it as it is now; change its names by PATCH, its rotation period by PUT .../key/rotation.`,
  );

export const tenantProvisioning = () =>
  new Problem(
    'tenant-provisioning',
    'The tenant is still being onboarded; finish it by the same PUT.',
  );

export const tenantSuspended = (
  detail = 'The tenant is suspended, until an administrator resumes it: resume it by POST .../resume.',
) => new Problem('tenant-suspended', detail);

export const tenantOffboarding = (
  detail = 'The tenant is being offboarded. Until its deletion date an administrator may restore it by POST .../restore.',
) => new Problem('tenant-offboarding', detail);

export const tenantErased = () =>
  new Problem(
    'tenant-erased',
    'The tenant id belonged to a tenant that was erased, and is not given again.',
  );

export const tenantNotErased = (detail: string) => new Problem('tenant-not-erased', detail);

/** @param seconds until the lease of the request that is at work runs out */
export const tenantBusy = (seconds: number) =>
  new Problem(
    'tenant-busy',
    'Another request is at work on the tenant; try again later.',
    retryAfter(seconds),
  );

export const tenantDeclared = () =>
  new Problem(
    'tenant-declared',
    "The tenant's key is CloudFormation's, by the stack's configuration, and stays where it is.",
  );

/** The one change of a tenant's key store has to end before another. */
export const keyStoreChanging = (detail: string) => new Problem('key-store-changing', detail);

export const noPreviousKey = () =>
  new Problem(
    'no-previous-key',
    'The tenant has no key of another key store from before: none was changed, or that key is deleted.',
  );

/** @param left how many purposes; undefined: not counted since the new key encrypts */
export const macKeysLeft = (left: number | undefined) =>
  new Problem(
    'mac-keys-left',
    left === undefined
      ? "Whether keys of the tenant's macs are under the previous key is not known yet: the reconciler counts them in its next run."
      : `The keys of the tenant's macs for ${left} purposes were under the previous key when they were last counted. Move them by POST .../mac-keys/rewrap; the reconciler counts them in each run.`,
  );

export const keyRecentlyUsed = ({ operation, at }: { operation: string; at: string }) =>
  new Problem(
    'key-recently-used',
    `The tenant's key was last used for ${operation} at ${at}, less than an hour ago. Suspend the tenant and wait, or use force=true.`,
  );

export const macVersionsDiffer = () =>
  new Problem(
    'mac-versions-differ',
    "From the purpose's versions one step leads to the one that was begun after the newest, or to the newest alone, and this is neither.",
  );

/** @param maxPurposes that a tenant may have */
export const tooManyPurposes = (maxPurposes: number) =>
  new Problem(
    'too-many-purposes',
    `The tenant has hashes for ${maxPurposes} purposes, and has no more. A purpose is a name for a field, never a value.`,
  );

export const rotationLimitReached = () =>
  new Problem('rotation-limit-reached', 'KMS rotates a key on demand 25 times at most.');

export const rotationInProgress = () =>
  new Problem('rotation-in-progress', 'The key is being rotated, or was just now.');

/** Without Retry-After: coming again costs nothing, but for minutes it may not help either. @param askedAt RFC 3339 */
export const rotationUnconfirmed = (askedAt: string) =>
  new Problem(
    'rotation-unconfirmed',
    `Whether the key store rotates the key, as it was asked to at ${askedAt}, is not known yet. The same request finds out; it asks again only if there is no sign of a rotation for five minutes.`,
  );

/** The alias of a tenant that is being onboarded names a key that we did not make for that tenant. */
export const aliasTaken = (
  detail = "The alias for the tenant's key is on a key that this onboarding has not made. An administrator must remove the alias or, if the tenant was there before, restore its row.",
) => new Problem('alias-taken', detail);

/** The key is disabled or pending deletion: not the same request helps, but enabling the key. */
export const keyUnusable = (
  detail = "The tenant's key is disabled or pending deletion, though the tenant is not. An administrator must enable it in KMS, or suspend the tenant.",
) => new Problem('key-unusable', detail);

/** Deleted by somebody else, since the tenant was not offboarded. */
export const keyMissing = () =>
  new Problem(
    'key-missing',
    "The key store has no such key any more as the tenant's. What it had encrypted is lost.",
  );

/** Somebody has changed the row, or the key's tag, or has put another key in the place of it. */
export const keyMismatch = () =>
  new Problem(
    'key-mismatch',
    "The key that is registered for the tenant is not this tenant's by its tag or, in another store than KMS, by its name and age. It was not touched.",
  );

/** Whose key it is has taken the product's right away, or disabled or deleted the key, in the tenant's own account or store. */
export const keyRevokedByTenant = () =>
  new Problem(
    'key-revoked-by-tenant',
    "The tenant's own key store refuses the use of the tenant's key. When the tenant gives the right back the same request works again.",
  );

/** Rotations and all else of the kind are done in the tenant's account, where nobody of ours may. */
export const keyAdministeredByTenant = () =>
  new Problem(
    'key-administered-by-tenant',
    "The key is in the tenant's own AWS account: only its administrators rotate it, and see its rotations.",
  );

/** @param failed what of it, and what to do about that, each after a semicolon */
export const externalKeyRefused = (failed: string) =>
  new Problem(
    'external-key-refused',
    `The key in the tenant's account is not as it must be, and nothing was made. ${failed}. What was changed there within the last minute may not count yet: then send the request again.`,
  );

export const notAcceptable = (
  detail = 'The answer is application/json, or application/octet-stream where Accept names it first.',
) => new Problem('not-acceptable', detail);

export const tooLarge = (detail: string) => new Problem('too-large', detail);

export const unsupportedMediaType = (
  detail = 'The body must be application/json in UTF-8 or, where the route takes bytes, application/octet-stream.',
  headers: Readonly<Record<string, string>> = {},
) => new Problem('unsupported-media-type', detail, headers);

/** KMS takes only some changes a second from an account, for all its tenants together. */
export const throttled = (
  seconds: number,
  detail = 'AWS KMS takes no more changes for the moment; try again later.',
) => new Problem('throttled', detail, retryAfter(seconds));

export const internalError = () =>
  new Problem('internal-error', 'The request failed; its request id leads to the logs.');

/** @param seconds after which trying again may help */
export const keyNotReady = (seconds: number) =>
  new Problem(
    'key-not-ready',
    "The tenant's key is not ready yet; try again later.",
    retryAfter(seconds),
  );

/** @param keyStore its name by the contract; nothing of what it said */
export const keyStoreUnavailable = (keyStore: string, seconds = 5) =>
  new Problem(
    'key-store-unavailable',
    `The tenant's key store (${keyStore}) gave no answer, or takes no requests at the moment; try again later.`,
    retryAfter(seconds),
  );

export const unavailable = (
  seconds = 1,
  status: 503 | 504 = 503,
  detail = 'The request could not be finished; try again later.',
) => new Problem('unavailable', detail, retryAfter(seconds), status);
