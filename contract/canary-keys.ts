/**
 * The canary's keys: one for each of its tenants, like any tenant's key, and three probe keys. Each lock of an ordinary
 * key stops a neighbour alone, so there the loss of one lock would not show; a probe key has one lock alone. One of them
 * passes for another stack's key besides. None of these keys protects any data.
 */
import { type CanaryTenant, tenantA, tenantB } from './canary-tenants.ts';

export interface CanaryKey {
  /** in the names of probes */
  readonly title: string;
  /** the tenant that the key policy names */
  readonly policyOf: CanaryTenant;
  /** the tenant that the key's tag names, by which IAM decides */
  readonly tag: CanaryTenant;
  /** the tenant whose session may use the key, in that tenant's context; at a probe key it passes all the locks */
  readonly user: CanaryTenant;
  /** whether the key's tag names another stack, of which IAM lets no session of this one use a key */
  readonly isOfAnotherStack?: true;
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
    isOfAnotherStack: true,
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
