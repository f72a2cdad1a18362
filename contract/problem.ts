/**
 * Every error that a caller can get, in one place (RFC 9457). Invariant: a detail is written here or names
 * a member of ours; it never repeats what the caller sent.
 */

/** The caller's answer is in the error: throw it from anywhere in a handler. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    [status, code, title]: Kind,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.title = title;
    this.headers = headers;
  }

  /** @returns the body of the answer */
  toBody(requestId: string) {
    return {
      type: `urn:tenant-keys:problem:${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.message,
      code: this.code,
      requestId,
    };
  }
}

type Kind = readonly [status: number, code: string, title: string];

const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) });

export const badRequest = (detail: string) =>
  new Problem([400, 'bad-request', 'Bad Request'], detail);

export const invalidTenantId = () =>
  new Problem(
    [400, 'invalid-tenant-id', 'Bad Request'],
    'A tenant id is 2-63 characters: lower-case letters, digits and hyphens, no hyphen at either end.',
  );

export const invalidCursor = () =>
  new Problem(
    [400, 'invalid-cursor', 'Bad Request'],
    'cursor: must be the nextCursor of an earlier answer',
  );

/** One text for every cause: wrong tenant, wrong context, tampered, truncated, no message at all. */
export const decryptionFailed = () =>
  new Problem(
    [400, 'decryption-failed', 'Bad Request'],
    'The ciphertext cannot be decrypted for this tenant with this encryption context.',
  );

export const forbidden = () =>
  new Problem([403, 'forbidden', 'Forbidden'], 'The token does not allow this request.');

export const notFound = () =>
  new Problem([404, 'not-found', 'Not Found'], 'There is no such route.');

export const tenantNotFound = () =>
  new Problem([404, 'tenant-not-found', 'Not Found'], 'There is no such tenant.');

export const tenantExists = () =>
  new Problem(
    [409, 'tenant-exists', 'Conflict'],
    'The tenant exists already and was onboarded with something else.',
  );

export const tenantProvisioning = () =>
  new Problem(
    [409, 'tenant-provisioning', 'Conflict'],
    'The tenant is still being onboarded; finish it by the same PUT.',
  );

export const tenantSuspended = (detail = 'The tenant is suspended.') =>
  new Problem([409, 'tenant-suspended', 'Conflict'], detail);

export const tenantOffboarding = (detail = 'The tenant is being offboarded.') =>
  new Problem([409, 'tenant-offboarding', 'Conflict'], detail);

export const tenantErased = () =>
  new Problem(
    [409, 'tenant-erased', 'Conflict'],
    'The tenant id belonged to a tenant that was erased, and is not given again.',
  );

export const tenantNotErased = (detail: string) =>
  new Problem([409, 'tenant-not-erased', 'Conflict'], detail);

/** @param seconds until the lease of whoever is at work runs out */
export const tenantBusy = (seconds: number) =>
  new Problem(
    [409, 'tenant-busy', 'Conflict'],
    'Another request is at work on the tenant; try again later.',
    retryAfter(seconds),
  );

export const keyRecentlyUsed = ({ operation, at }: { operation: string; at: string }) =>
  new Problem(
    [409, 'key-recently-used', 'Conflict'],
    `The tenant's key was last used for ${operation} at ${at}, less than an hour ago. Suspend the tenant and wait, or use force=true.`,
  );

export const rotationLimitReached = () =>
  new Problem(
    [409, 'rotation-limit-reached', 'Conflict'],
    'KMS rotates a key on demand 25 times at most.',
  );

export const rotationInProgress = () =>
  new Problem(
    [409, 'rotation-in-progress', 'Conflict'],
    'The key is being rotated, or was just now.',
  );

/** The alias of a tenant that is being onboarded is on a key that we did not make for it. */
export const aliasTaken = () =>
  new Problem(
    [409, 'alias-taken', 'Conflict'],
    "The alias for the tenant's key is on a key that is not this tenant's, or not usable. An administrator must remove the alias.",
  );

/** The key is disabled or pending deletion: trying again does not help, enabling it does. */
export const keyUnusable = () =>
  new Problem(
    [409, 'key-unusable', 'Conflict'],
    "The tenant's key is disabled or pending deletion.",
  );

/** Deleted by somebody else, since the tenant was not offboarded. */
export const keyMissing = () =>
  new Problem(
    [409, 'key-missing', 'Conflict'],
    "KMS has no such key any more as the tenant's. What it had encrypted is lost.",
  );

export const notAcceptable = () =>
  new Problem(
    [406, 'not-acceptable', 'Not Acceptable'],
    'The answer is application/json, or application/octet-stream where Accept names it first.',
  );

export const tooLarge = (detail: string) =>
  new Problem([413, 'too-large', 'Content Too Large'], detail);

export const unsupportedMediaType = () =>
  new Problem(
    [415, 'unsupported-media-type', 'Unsupported Media Type'],
    'The body must be application/json in UTF-8 or, where the route takes bytes, application/octet-stream.',
  );

/** KMS takes only some changes a second, all tenants of an account together. */
export const throttled = (seconds: number) =>
  new Problem(
    [429, 'throttled', 'Too Many Requests'],
    'AWS KMS takes no more changes for the moment; try again later.',
    retryAfter(seconds),
  );

export const internalError = () =>
  new Problem(
    [500, 'internal-error', 'Internal Server Error'],
    'The request failed; its request id leads to the logs.',
  );

/** @param seconds after which it is worth while to try again */
export const keyNotReady = (seconds: number) =>
  new Problem(
    [503, 'key-not-ready', 'Service Unavailable'],
    "The tenant's key is not ready yet; try again later.",
    retryAfter(seconds),
  );

export const unavailable = (seconds = 1) =>
  new Problem(
    [503, 'unavailable', 'Service Unavailable'],
    'The request could not be finished; try again later.',
    retryAfter(seconds),
  );
