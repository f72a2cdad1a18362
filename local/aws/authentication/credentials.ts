/**
 * The credentials that the stack has handed out. Invariant: a session's credentials are its key, its
 * secret and its token together, and end at their time; none of the three can be guessed.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Caller } from '../../iam/caller.ts';
import { uniqueId } from '../unique-id.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** only with temporary credentials */
  readonly sessionToken?: string;
  readonly expiresAt?: Date;
}

export interface IssuedCredentials extends Credentials {
  readonly caller: Caller;
}

export interface CredentialStore {
  /**
   * Makes credentials.
   * @param caller whose they are, or what says so at each use: nobody's from the moment on at which it says nobody
   * @param options.expiresAt makes them temporary, with a session token; without it they last
   */
  issue(caller: Caller | CurrentCaller, options?: { readonly expiresAt?: Date }): Credentials;
  /** @returns what was issued, for a while even after it expired, so that the error can say so */
  find(accessKeyId: string): IssuedCredentials | undefined;
}

/** A session's rights are those that its role has when it is used, and end with the role. */
export type CurrentCaller = () => Caller | undefined;

const hourMs = 3_600_000;

export function credentialStore(clock: Clock): CredentialStore {
  const issued = new Map<string, Credentials & { readonly current: CurrentCaller }>();
  let nextSweep = 0;

  function dropExpired(): void {
    const now = clock.now().getTime();
    if (now < nextSweep) return;
    nextSweep = now + hourMs / 60;
    for (const [id, { expiresAt }] of issued) {
      if (expiresAt !== undefined && expiresAt.getTime() < now - hourMs) issued.delete(id);
    }
  }

  return {
    issue(caller, { expiresAt } = {}) {
      dropExpired();
      const credentials: Credentials = {
        accessKeyId: uniqueId(expiresAt === undefined ? 'AKIA' : 'ASIA', 16),
        secretAccessKey: randomBytes(30).toString('base64'),
        ...(expiresAt === undefined
          ? {}
          : { sessionToken: randomBytes(240).toString('base64'), expiresAt }),
      };
      const current = typeof caller === 'function' ? caller : () => caller;
      issued.set(credentials.accessKeyId, { ...credentials, current });
      return credentials;
    },
    find(id) {
      const found = issued.get(id);
      const caller = found?.current();
      if (found === undefined || caller === undefined) return undefined;
      const { expiresAt } = found;
      return { ...found, caller: { ...caller, ...(expiresAt && { sessionExpiresAt: expiresAt }) } };
    },
  };
}
