/** Holes in what the product's own functions may do. */
import type { Mutation } from './tenant-mutations.ts';

/** Each value that the control plane may write, open to any. */
const unpinned = (what: string, pins: readonly (readonly [pin: string, attempt: string])[]) =>
  pins.map(([pin, attempt]) => ({
    name: `no pin: ${pin}`,
    change: [[pin, pin.replace(/= \[.*$/, '= []')]] as const,
    noticed: new RegExp(`^control-plane: a ${what} ${attempt}, the store: `),
  }));

/** Of what the control plane may write: each pin by itself. */
export const pinMutations: readonly Mutation[] = [
  ...unpinned('role', [
    ['"role_type" = ["jwt"]', 'for a browser'],
    ['"user_claim" = ["$tenant_claim"]', 'whose user is the subject'],
    ['"user_claim_json_pointer" = [true]', 'whose user is no pointer'],
    ['"claim_mappings" = [{ "$tenant_claim" = "tenant_id" }]', 'with a mapping more'],
    ['"bound_subject" = ["$tenant_subject"]', 'for another role of the account'],
    ['"bound_audiences" = ["$audience"]', 'for another audience'],
    ['"token_policies" = ["$auth-tenant-*"]', 'with another policy'],
    ['"token_no_default_policy" = [true]', 'with the policy default'],
    ['"token_type" = ["batch"]', 'with tokens that are stored'],
    ['"token_ttl" = ["15m"]', 'with tokens for a day'],
  ]),
  ...[
    ...['role_type', 'user_claim', 'user_claim_json_pointer', 'claim_mappings', 'bound_claims'],
    ...['bound_subject', 'bound_audiences', 'token_policies', 'token_no_default_policy'],
    ...['token_type', 'token_ttl'],
  ].map((name) => ({
    name: `${name} is not required`,
    change: [[`"${name}"`, name === 'role_type' ? '"user_claim"' : '"role_type"']] as const,
    noticed: new RegExp(`^control-plane: a role without ${name}, the store: `),
  })),
];

export const controlPlaneMutations: readonly Mutation[] = [
  {
    name: 'policies in one string',
    change: [['denied_parameters = { "token_policies" = ["*,*"] }', '']],
    noticed: /^control-plane: a role with a second policy, the store: 204/,
  },
  {
    name: 'every parameter of a role',
    change: [['"bound_claims" = []', '"bound_claims" = []\n    "*" = []']],
    noticed: /^control-plane: a role with policies by their old name, the store: /,
  },
  {
    name: 'every role of the mount',
    change: [['path "auth/$auth/role/tenant-*"', 'path "auth/$auth/role/*"']],
    noticed: /^control-plane: the role reconciler, the store: 204/,
  },
  {
    name: 'every text of a policy',
    change: [[`["$(printf %s "$tenant_policy" | base64 | tr -d '\\n')"]`, '[]']],
    noticed: /^control-plane: the same, in base64, the store: 204/,
  },
  {
    name: "every tenant's policy, that of all too",
    change: [
      [
        'path "sys/policies/acl/$auth-tenant" {\n  capabilities = ["read"]',
        'path "sys/policies/acl/$auth-tenant" {\n  capabilities = ["read", "update"]',
      ],
    ],
    noticed: /^control-plane: another text for all tenants, the store: 204/,
  },
  {
    name: 'every policy',
    change: [
      ['path "sys/policies/acl/$auth-tenant-*"', 'path "sys/policies/acl/*"'],
      ['required_parameters = ["policy"]', ''],
      [`["$(printf %s "$tenant_policy" | base64 | tr -d '\\n')"]`, '[]'],
    ],
    noticed: /^control-plane: write a policy of its own, the store: /,
  },
  ...unpinned('key', [
    ['"type" = ["aes256-gcm96"]', 'of another type'],
    ['"derived" = [false]', 'that is derived'],
    ['"exportable" = [false]', 'that can be exported'],
    ['"allow_plaintext_backup" = [false]', 'that can be backed up'],
  ]),
  {
    name: 'every setting of a key',
    change: [
      ['allowed_parameters = { "auto_rotate_period" = [], "min_encryption_version" = ["0"] }', ''],
    ],
    noticed: /^control-plane: allow the deletion, the store: 200/,
  },
  {
    name: 'the mark of a deletion',
    change: [['"min_encryption_version" = ["0"]', '"min_encryption_version" = []']],
    noticed: /^control-plane: a key made marked as one that is deleted, the store: 200/,
  },
  {
    name: 'every path under a key',
    change: [
      ['path "$transit/keys/+/rotate"', 'path "$transit/keys/+/*"'],
      ['allowed_parameters = { "none" = [] }', ''],
    ],
    noticed: /^control-plane: trim the key, the store: /,
  },
  {
    name: 'the deletion of keys',
    change: [
      [
        'capabilities = ["create", "read", "update"]',
        'capabilities = ["create", "read", "update", "delete"]',
      ],
    ],
    noticed: /^control-plane: delete the key, the store: 400 .*deletion is not allowed/,
  },
  {
    name: "the reconciler's policy as well",
    change: [
      [
        '$control_plane_subject $auth-control-plane',
        '$control_plane_subject $auth-control-plane,$auth-reconciler',
      ],
    ],
    noticed: /^control-plane: allow the deletion, the store: 200/,
  },
  {
    name: "a tenant's policy as well",
    change: [
      [
        'path "$transit/keys/+/rotate"',
        'path "$transit/decrypt/+" {\n  capabilities = ["update"]\n}\npath "$transit/keys/+/rotate"',
      ],
    ],
    noticed: /^control-plane: decrypt, the store: 200/,
  },
];

export const otherMutations: readonly Mutation[] = [
  {
    name: 'the reconciler sets everything',
    change: [
      [
        'allowed_parameters = { "deletion_allowed" = [true, false], "min_encryption_version" = [] }',
        'allowed_parameters = { "*" = [] }',
      ],
    ],
    noticed: /^reconciler: a key made exportable, the store: 200/,
  },
  {
    name: 'the certificates write keys',
    change: [
      [
        'path "$transit/keys/+" {\n  capabilities = ["read"]',
        'path "$transit/keys/+" {\n  capabilities = ["read", "update"]',
      ],
    ],
    noticed: /^certificates: make the key, the store: 200/,
  },
  {
    name: 'the certificates read more than keys',
    change: [
      [
        'path "$transit/keys/+" {\n  capabilities = ["read"]',
        'path "$transit/*" {\n  capabilities = ["read"]',
      ],
    ],
    noticed: /^certificates: (back up|export) the key, the store: /,
  },
  {
    name: 'every algorithm',
    change: [['jwt_supported_algs=RS256', 'jwt_supported_algs=RS256,ES384']],
    noticed: /^another's token: signed by another algorithm, the store: 200/,
  },
  {
    name: 'the observer writes roles',
    change: [
      [
        'path "auth/$auth/role/tenant-*" {\n  capabilities = ["read"]',
        'path "auth/$auth/role/tenant-*" {\n  capabilities = ["read", "update"]',
      ],
    ],
    noticed: /^observer: a role .*, the store: 204/,
  },
  {
    name: 'the observer reads every policy',
    change: [
      [
        'path "sys/policy/$auth-tenant-*" {\n  capabilities = ["read"]\n}\npath "sys/policies/acl/$auth-tenant" {\n  capabilities = ["read"]\n}\nEOF\n\nrole()',
        'path "sys/policy/*" {\n  capabilities = ["read"]\n}\npath "sys/policies/acl/$auth-tenant" {\n  capabilities = ["read"]\n}\nEOF\n\nrole()',
      ],
    ],
    noticed: /^observer: read another policy, the store: 200/,
  },
  {
    name: 'whoever asks is the observer',
    change: [['role observer $reconciler_subject', "role observer ''"]],
    noticed: /^another's token: a tenant as the observer, the store: 200/,
  },
  {
    name: 'an issuer that is not compared',
    change: [['bound_issuer=$issuer ', '']],
    noticed: /^another's token: of another issuer, the store: 200/,
  },
  ...(['control_plane', 'reconciler', 'certificates'] as const).map((role) => ({
    name: `whoever asks is the ${role}`,
    change: [[`$${role}_subject $auth`, `'' $auth`]] as const,
    noticed: new RegExp(
      `^another's token: a tenant as the ${role.replace('_', ' ')}, the store: 200`,
    ),
  })),
  {
    name: 'functions with the policy default',
    change: [['token_policies=$3 token_no_default_policy=true', 'token_policies=$3']],
    noticed: /^certificates: look up its token, the store: 200/,
  },
];
