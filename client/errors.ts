/**
 * Everything that the client throws, but for what a caller's own AbortSignal says. No error has a token, a plaintext, a
 * data key or any other value of the caller's: not in its message, its members or its causes.
 */

/** The base of all. */
export class TenantKeysError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** What was asked for cannot be asked: an option, a tenant id or an argument that is not as it must be. Nothing was sent. */
export class UsageError extends TenantKeysError {}

/** A message that is not whole, not the right one, or not a message at all. */
export class MessageError extends TenantKeysError {}

/** A record that is not as it was sealed, or cannot be sealed. */
export class RecordError extends TenantKeysError {}
