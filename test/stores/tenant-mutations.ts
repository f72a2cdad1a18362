/** Holes in what a tenant may do: in the documented block, and in what the control plane writes. */
import type { Role } from './store.ts';

export interface Mutation {
  readonly name: string;
  /** of the block: what is replaced, by what */
  readonly change?: readonly (readonly [from: string, to: string])[];
  /** of the role that the control plane writes for each tenant */
  readonly role?: Role;
  /** one of the attempts that notice it */
  readonly noticed: RegExp;
}

const path = (operation: string) => `path "$transit/${operation}/$tenant"`;
const required = 'required_parameters = ["associated_data"]';

/** Of a tenant's policy. */
export const tenantPolicyMutations: readonly Mutation[] = [
  ...['datakey/plaintext', 'datakey/wrapped', 'encrypt', 'decrypt'].map((operation) => ({
    name: `${operation} of every key`,
    change: [[path(operation), `path "$transit/${operation}/*"`]] as const,
    noticed: new RegExp(`^a tenant: ${operation}, a neighbour: 200`),
  })),
  {
    name: 'data keys without associated data',
    change: [[required, '']],
    noticed: /^a tenant: datakey\/plaintext without associated data, its own key: 200/,
  },
  {
    name: 'data keys with any parameter',
    change: [['allowed_parameters = { "associated_data" = [] }', '']],
    noticed: /^a tenant: data keys of another length, its own key: 200/,
  },
  ...(['plaintext', 'ciphertext'] as const).flatMap((parameter) => {
    const operation = parameter === 'plaintext' ? 'encrypt' : 'decrypt';
    const allowed = `allowed_parameters = { "associated_data" = [], "${parameter}" = [] }`;
    const both = `  ${required}\n  ${allowed}`;
    return [
      {
        name: `${operation} without associated data`,
        change: [[both, `  ${allowed}`]] as const,
        noticed: new RegExp(`^a tenant: ${operation} without associated data, its own key: `),
      },
      {
        name: `${operation} of batches`,
        change: [[allowed, '']] as const,
        noticed: new RegExp(`^a tenant: ${operation} a batch, its own key: `),
      },
    ];
  }),
];

/** Of the role that lets a tenant in: what the control plane may write is loosened with what it writes. */
export const tenantRoleMutations: readonly Mutation[] = [
  {
    name: 'all tenants are one entity',
    role: { user_claim: 'sub', user_claim_json_pointer: false },
    change: [
      ['"user_claim" = ["$tenant_claim"]', '"user_claim" = []'],
      ['"user_claim_json_pointer" = [true]', '"user_claim_json_pointer" = []'],
    ],
    noticed: /^a tenant: datakey\/plaintext, a neighbour: 200/,
  },
  {
    name: 'no bound claims',
    role: { bound_claims: {} },
    noticed: /^a tenant: log in to its role, a neighbour: 200/,
  },
  {
    name: 'every role of the account',
    role: { bound_subject: '' },
    change: [['"bound_subject" = ["$tenant_subject"]', '"bound_subject" = []']],
    noticed: /^another's token: another role of the account, the store: 200/,
  },
  {
    name: 'every audience',
    role: { bound_audiences: 'https://vault.example.com:8200,https://example.com' },
    change: [['"bound_audiences" = ["$audience"]', '"bound_audiences" = []']],
    noticed: /^another's token: for another audience, the store: 200/,
  },
  {
    name: "the tenant of the request's tags",
    role: {
      user_claim: 'sub',
      user_claim_json_pointer: false,
      bound_claims: {},
      claim_mappings: { '/https:~1~1sts.amazonaws.com~1/request_tags/TenantId': 'tenant_id' },
    },
    change: [
      ['"user_claim" = ["$tenant_claim"]', '"user_claim" = []'],
      ['"user_claim_json_pointer" = [true]', '"user_claim_json_pointer" = []'],
      ['"claim_mappings" = [{ "$tenant_claim" = "tenant_id" }]', '"claim_mappings" = []'],
    ],
    noticed: /^another's token: the tenant in the tags of the request, the store: 200/,
  },
  {
    name: 'the policy default',
    role: { token_no_default_policy: false },
    change: [['"token_no_default_policy" = [true]', '"token_no_default_policy" = []']],
    noticed: /^a tenant: look up its token, the store: 200/,
  },
];
