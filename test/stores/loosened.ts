/** Roles and keys that are weaker than those that the control plane makes. Nobody of the product may make one. */
import { type Role, roleArn, tenantClaim } from './store.ts';

/** @param auth the JWT mount */
export function loosenedRoles(auth: string, role: Role): Readonly<Record<string, Role>> {
  const own = `${auth}-tenant-acme`;
  const another = `${auth}-reconciler`;
  const changes: Readonly<Record<string, Role>> = {
    ...Object.fromEntries(
      Object.keys(role).map((name) => [`without ${name}`, { [name]: undefined }]),
    ),
    'with a second policy': { token_policies: `${own},${another}` },
    'with a second policy, listed': { token_policies: [own, another] },
    'with another policy': { token_policies: another },
    'with policies by their old name': { policies: another },
    'with another spelling': { Token_Policies: another },
    // OpenBao's: names of policies are templates then.
    'with policies made of claims': { token_policies_template_claims: true },
    'that is another one by its body': { name: 'reconciler' },
    'with the policy default': { token_no_default_policy: false },
    'for another role of the account': { bound_subject: roleArn('Other') },
    'for every role of the account': { bound_subject: '' },
    'for a role that is null': { bound_subject: null },
    'for another audience': { bound_audiences: 'https://example.com' },
    'for an audience more': { bound_audiences: `${role.bound_audiences},https://example.com` },
    'whose user is the subject': { user_claim: 'sub' },
    'whose user is no pointer': { user_claim_json_pointer: false },
    "with the tenant from the request's tags": {
      claim_mappings: { '/https:~1~1sts.amazonaws.com~1/request_tags/TenantId': 'tenant_id' },
    },
    'with a mapping more': { claim_mappings: { [tenantClaim]: 'tenant_id', sub: 'tenant_id' } },
    'with patterns for claims': { bound_claims_type: 'glob' },
    'for a browser': { role_type: 'oidc' },
    'with tokens that are stored': { token_type: 'service' },
    'with tokens for a day': { token_ttl: '24h' },
    'with a longest time': { token_max_ttl: '24h' },
  };
  return Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [name, { ...role, ...change }]),
  );
}

export const weakKeys = {
  'that can be exported': { exportable: true },
  'that can be backed up': { allow_plaintext_backup: true },
  'of another type': { type: 'rsa-4096' },
  'that is derived': { derived: true },
  'with convergent encryption': { convergent_encryption: true },
} as const;

export const loosenedConfigs = {
  exportable: { exportable: true },
  'open to backup': { allow_plaintext_backup: true },
  'deaf to old messages': { min_decryption_version: 1 },
  'marked as one that is deleted': { min_encryption_version: 1 },
} as const;
