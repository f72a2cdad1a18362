/**
 * Everything that the client throws, but for what a caller's own AbortSignal says. No error has a token, a plaintext, a
 * data key or any other value of the caller's: not in its message, its members or its causes.
 * Names are written out, since a bundler may shorten those of classes.
 */

/** The base of all. */
export class TenantKeysError extends Error {
  override get name(): string {
    return 'TenantKeysError';
  }
}

/** An option or argument that is not as it must be. Nothing was sent. */
export class UsageError extends TenantKeysError {
  override get name(): string {
    return 'UsageError';
  }
}

/** A message that is not whole, not the right one, or not a message at all. */
export class MessageError extends TenantKeysError {
  override get name(): string {
    return 'MessageError';
  }
}

/** A record that is not as it was sealed, or cannot be sealed. */
export class RecordError extends TenantKeysError {
  override get name(): string {
    return 'RecordError';
  }
}
