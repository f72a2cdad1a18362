/** The product's own keys, for its tables and its certificates: no role of the product changes one. */
import type { PolicyDocument } from '../../../local/iam/policy-document.ts';
import { administration, claims, first, mapAttempts } from './attempts.ts';
import { type Case, decide, type Harness, type Tenant } from './case.ts';

const { DescribeKey: _, ...changes } = administration;

const keys: Readonly<Record<string, (harness: Harness) => string>> = {
  'the certificate key': (harness) => harness.certificateKeyArn,
  'the post-quantum key': (harness) => harness.postQuantumKeyArn,
  "the product's key": (harness) => harness.productKeyArn,
};

/** As a tenant's key, for attempts that take one. */
const asKey = (harness: Harness, keyArn: string): Tenant => ({ ...first(harness), keyArn });

/** In the stack's template by the beginnings of their logical ids. */
const roles = [
  'AuthorizerRole',
  'AuditRole',
  'AuditIndexerRole',
  'CanaryRole',
  'CertificatesRole',
  'ControlPlaneRole',
  'DataPlaneRole',
  'DeclaredTenantsRole',
  'ReconcilerRole',
  'VolumesRole',
];

const policyOf = (harness: Harness, keyArn: string): PolicyDocument => {
  if (keyArn === harness.productKeyArn) return harness.productKeyPolicy;
  return keyArn === harness.postQuantumKeyArn
    ? harness.postQuantumKeyPolicy
    : harness.certificateKeyPolicy;
};

/** A role to which somebody has given everything, asked of the key's own policy. */
const asOpenRole =
  (role: string, keyOf: (harness: Harness) => string, action: string): Case['attempt'] =>
  (harness) => {
    const resource = keyOf(harness);
    const policy = policyOf(harness, resource);
    const { administratorPolicies: identityPolicies } = harness;
    const caller = { ...harness.caller(role), identityPolicies };
    return decide(caller, { action, resource, context: {} }, policy);
  };

export const productKeys: readonly Case[] = Object.entries(keys).flatMap(([title, keyOf]) => [
  // The control plane's own policy allows everything here, so the key's policy alone refuses.
  ...claims('denied', ['control-open'], {
    ...mapAttempts(
      `the control plane on ${title}`,
      changes,
      (attempt) => (harness) =>
        attempt(harness.controlPlane, asKey(harness, keyOf(harness)), harness),
    ),
    [`the control plane disables ${title}`]: (harness) =>
      harness.controlPlane.kms.disableKey({ KeyId: keyOf(harness) }),
    [`the control plane schedules the deletion of ${title}`]: (harness) =>
      harness.controlPlane.kms.scheduleKeyDeletion({
        KeyId: keyOf(harness),
        PendingWindowInDays: 30,
      }),
  }),
  ...claims(
    'denied',
    ['deployed'],
    Object.fromEntries(
      roles.map((role) => [
        `${role}, with a policy that allows everything, changes the policy of ${title}`,
        asOpenRole(role, keyOf, 'kms:PutKeyPolicy'),
      ]),
    ),
  ),
  ...claims('allowed', ['deployed'], {
    [`an administrator tags ${title}, and takes the tag off`]: async (harness) => {
      const { operator } = harness;
      const KeyId = keyOf(harness);
      await operator.kms.tagResource({ KeyId, Tags: [{ TagKey: 'Note', TagValue: 'x' }] });
      await operator.kms.untagResource({ KeyId, TagKeys: ['Note'] });
    },
  }),
]);
