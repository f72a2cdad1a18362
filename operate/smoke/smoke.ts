/** What the steps share: the run's two tenants, each with clients of its own, and where the stack is. */
import { randomBytes } from 'node:crypto';
import type { TenantKeys } from '../../client/tenant-keys.ts';
import type { Patience } from '../until.ts';
import type { Platform } from './platform.ts';

export interface SmokeTenant {
  readonly id: string;
  /** with a token of this tenant */
  readonly keys: TenantKeys;
  /** of this run alone */
  readonly plaintext: Buffer;
  message?: Uint8Array<ArrayBuffer>;
  /** whether this run has made or found it, and so offboards it */
  isOurs?: boolean;
}

export interface Smoke {
  readonly administrator: TenantKeys;
  readonly first: SmokeTenant;
  readonly second: SmokeTenant;
  readonly platform: Platform;
  readonly patience: Patience;
  readonly startedAt: Date;
  readonly tokensFrom: string;
}

export const smokeTenant = (id: string, keys: TenantKeys): SmokeTenant => ({
  id,
  keys,
  plaintext: randomBytes(32),
});

export const both = ({ first, second }: Smoke) => [first, second];
