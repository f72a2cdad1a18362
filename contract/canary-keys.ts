/**
 * The canary's keys: one a tenant, as every tenant's is, and three probes. Since each of a key's locks stops a
 * neighbour alone, nobody would notice the loss of one at an ordinary key; a probe is a key at which one lock
 * stands alone. None of them guards anything.
 */
import { type CanaryTenant, tenantA, tenantB } from './canary-tenants.ts';

export interface CanaryKey {
  /** as the names of paths have it */
  readonly title: string;
  /** whose key the key policy says that it is */
  readonly policyOf: CanaryTenant;
  /** whose key its tag says that it is: IAM goes by the tag */
  readonly tag: CanaryTenant;
  /** whose session can use it as things should be, in a context of that tenant: at a probe past the other locks only */
  readonly user: CanaryTenant;
}

export const canaryKeys = {
  a: { title: "canary_a's key", policyOf: tenantA, tag: tenantA, user: tenantA },
  b: { title: "canary_b's key", policyOf: tenantB, tag: tenantB, user: tenantB },
  iam: {
    title: 'a key that IAM alone guards',
    policyOf: tenantA,
    tag: tenantB,
    user: tenantB,
  },
  allow: {
    title: "a key that its policy's Allow alone guards",
    policyOf: tenantB,
    tag: tenantA,
    user: tenantB,
  },
  deny: {
    title: "a key that its policy's Denies alone guard",
    policyOf: tenantB,
    tag: tenantA,
    user: tenantB,
  },
} as const satisfies Readonly<Record<string, CanaryKey>>;

export type KeyName = keyof typeof canaryKeys;
export const keyNames = Object.keys(canaryKeys) as readonly KeyName[];
