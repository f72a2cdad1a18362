/**
 * What the session broker is asked, and answers, of a key that a tenant has in its own account. Invariant: the question has an
 * administrator's bearer token, and the answer is a verdict: nothing of a session, of a data key or of what AWS said is in it.
 */
import * as z from 'zod/mini';
import { externalKeyArn } from './external-account.ts';
import { tokenRefusals } from './session-broker.ts';
import { tenantId } from './tenant-id.ts';

export const challengeRequest = z.strictObject({
  plane: z.literal('challenge'),
  token: z.string(),
  tenantId,
  keyArn: externalKeyArn,
});
export type ChallengeRequest = z.output<typeof challengeRequest>;

/**
 * By whom the trust policy is asked in place of the tenant. No tenant id has a capital letter (contract/tenant-id.ts), so that
 * no tenant can come to have this one.
 */
export const notATenant = 'Challenge';

/** What is tried, in the order in which a person puts it right, each with what to do where it is not as it must be. */
export const challengeRemedies = {
  'role-lets-tenant-in':
    'our session of the tenant cannot assume the role: make it by the name, path and trust policy of GET .../external-account, in the account of the key',
  'key-is-usable':
    'the role cannot describe the key, or it is not an enabled symmetric key for encryption: let rolePolicy name this key, and the key have keyPolicy',
  'key-works':
    'no data key can be made and opened under the encryption context TenantId of the tenant: compare keyPolicy and rolePolicy',
  'other-context-refused':
    'the key is used under the encryption context of another tenant, or under none: keyPolicy must require kms:EncryptionContext:TenantId',
  'no-external-id-refused':
    'the role is assumed without an external id: its trust policy must require sts:ExternalId',
  'other-external-id-refused':
    'the role is assumed with another external id: its trust policy must require sts:ExternalId by StringEquals',
  'other-tenant-refused':
    'the role is assumed by a session of another tenant: its trust policy must require aws:PrincipalTag/TenantId',
  'other-role-refused':
    'the role is assumed by another role of ours: the Principal of its trust policy must be the one role that trustPolicy names, and not our account',
} as const;
export type ChallengeCheck = keyof typeof challengeRemedies;

/** @returns the check, with what to do where it fails, for a person */
export const withRemedy = (check: ChallengeCheck): string =>
  `${check}: ${challengeRemedies[check]}`;

const checkNames = Object.keys(challengeRemedies) as ChallengeCheck[];

export const challengeAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('judged'),
    /** those that are not as they must be; without a role that lets us in, nothing else is tried */
    failed: z.array(z.enum(checkNames)),
    /** of the key, RFC 3339; absent where it was not described */
    keyCreatedAt: z.optional(z.iso.datetime()),
  }),
  ...tokenRefusals,
]);
export type ChallengeAnswer = z.output<typeof challengeAnswer>;
