/**
 * What lets a tenant use its key in Vault: a role of the JWT mount, and a policy of the tenant's own name, which is there
 * as long as the tenant may use its key. Invariant: the role is always written whole, after it was deleted: a setting
 * that is not in a request stays as it was, and the tenant's tag could be compared as a pattern then.
 */
import * as z from 'zod/mini';
import { identityTokenSubject } from '../../../contract/identity-token.ts';
import type { VaultSettings } from '../../../contract/key-stores.ts';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import { tenantIdTag } from '../../../contract/tenant-id.ts';
import { tenantRoleName } from './vault-names.ts';
import { deletePath, readPath, type VaultSend, writePath } from './vault-requests.ts';

export interface AccessSettings
  extends Pick<VaultSettings, 'authMount' | 'audience' | 'tokenIssuer'> {
  readonly tenantRoleArn: string;
}

/** The claim that names the tenant in AWS's tokens and in our own issuer's, as a JSON pointer (RFC 6901). */
const tenantClaims = {
  sts: `/https:~1~1sts.amazonaws.com~1/principal_tags/${tenantIdTag}`,
  own: `/${tenantIdTag}`,
} as const satisfies Record<VaultSettings['tokenIssuer'], string>;
const tokenMinutes = 15;

const policyOf = ({ authMount }: AccessSettings, tenantId: string) =>
  `${authMount}-tenant-${tenantId}`;
const rolePath = ({ authMount }: AccessSettings, tenantId: string) =>
  `auth/${authMount}/role/${tenantRoleName(tenantId)}`;
const policyPath = (settings: AccessSettings, tenantId: string) =>
  `sys/policies/acl/${policyOf(settings, tenantId)}`;

/** In tokens of AWS it is the role of all tenants. */
const subjectOf = ({ tokenIssuer, tenantRoleArn }: AccessSettings, tenantId: string) =>
  tokenIssuer === 'own' ? identityTokenSubject(tenantId) : tenantRoleArn;

function roleRequest(settings: AccessSettings, tenantId: string) {
  const tenantClaim = tenantClaims[settings.tokenIssuer];
  return {
    role_type: 'jwt',
    user_claim: tenantClaim,
    user_claim_json_pointer: true,
    claim_mappings: { [tenantClaim]: 'tenant_id' },
    bound_claims: { [tenantClaim]: tenantId },
    bound_subject: subjectOf(settings, tenantId),
    bound_audiences: settings.audience,
    token_policies: policyOf(settings, tenantId),
    token_no_default_policy: true,
    token_type: 'batch',
    token_ttl: `${tokenMinutes}m`,
  };
}

/** As the JWT mount shows a role, with all that would let in somebody else or give more. */
const roleAsShown = (settings: AccessSettings, tenantId: string) => ({
  ...roleRequest(settings, tenantId),
  bound_audiences: [settings.audience],
  token_policies: [policyOf(settings, tenantId)],
  token_ttl: tokenMinutes * 60,
  bound_claims_type: 'string',
  clock_skew_leeway: 0,
  expiration_leeway: 0,
  not_before_leeway: 0,
  token_period: 0,
});

export async function writeRole(send: VaultSend, settings: AccessSettings, tenantId: string) {
  const path = rolePath(settings, tenantId);
  await deletePath(send, path);
  await writePath(send, path, roleRequest(settings, tenantId));
}

export const removeRole = (send: VaultSend, settings: AccessSettings, tenantId: string) =>
  deletePath(send, rolePath(settings, tenantId));

/** @returns the settings by which the role is not the product's; `role` where there is none */
export async function unlikeProductsRole(
  send: VaultSend,
  settings: AccessSettings,
  tenantId: string,
): Promise<string[]> {
  const data = await readPath(send, rolePath(settings, tenantId));
  if (data === undefined) return ['role'];
  const shown = data as Readonly<Record<string, unknown>>;
  return Object.entries(roleAsShown(settings, tenantId))
    .filter(([name, value]) => JSON.stringify(shown[name]) !== JSON.stringify(value))
    .map(([name]) => name);
}

const aclPolicy = z.object({ policy: z.string() });
/** By this path a policy may be read without the parameters that those who write it must give. */
const shownPolicy = z.object({ rules: z.string() });

/** The text of all tenants' policies, as the store's administrator wrote it: no other is allowed to be written. */
async function tenantPolicy(send: VaultSend, { authMount }: AccessSettings): Promise<string> {
  const data = await readPath(send, `sys/policies/acl/${authMount}-tenant`);
  if (data === undefined) throw keyStoreUnavailable('vault');
  return z.parse(aclPolicy, data).policy;
}

/** The policy in base64 is the value that the control plane's own policy allows, as it stands there. */
export async function allowUse(send: VaultSend, settings: AccessSettings, tenantId: string) {
  const policy = Buffer.from(await tenantPolicy(send, settings)).toString('base64');
  await writePath(send, policyPath(settings, tenantId), { policy });
}

/** Counts at once, for live tokens too. */
export const refuseUse = (send: VaultSend, settings: AccessSettings, tenantId: string) =>
  deletePath(send, policyPath(settings, tenantId));

/** `changed`: the tenant's policy has another text than all tenants' has. */
export async function useOf(
  send: VaultSend,
  settings: AccessSettings,
  tenantId: string,
): Promise<'allowed' | 'refused' | 'changed'> {
  const rules = await rulesOf(send, settings, tenantId);
  if (rules === undefined) return 'refused';
  return rules === (await tenantPolicy(send, settings)) ? 'allowed' : 'changed';
}

/** By whatever text of the tenant's policy. */
export const mayUse = async (
  send: VaultSend,
  settings: AccessSettings,
  tenantId: string,
): Promise<boolean> => (await rulesOf(send, settings, tenantId)) !== undefined;

/** @returns undefined where the tenant has no policy */
async function rulesOf(
  send: VaultSend,
  settings: AccessSettings,
  tenantId: string,
): Promise<string | undefined> {
  const data = await readPath(send, `sys/policy/${policyOf(settings, tenantId)}`);
  return data === undefined ? undefined : z.parse(shownPolicy, data).rules;
}
