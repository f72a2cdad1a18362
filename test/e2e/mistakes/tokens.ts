/** Mistakes about tokens, answered by API Gateway. */
import { canary, data, encrypt, type Row } from './mistake.ts';

const insufficient = (scope: string): readonly [string, string] => [
  'www-authenticate',
  `Bearer realm="tenant-keys", error="insufficient_scope"${scope === '' ? '' : `, scope="${scope}"`}`,
];
const invalid: readonly [string, string] = [
  'www-authenticate',
  'Bearer realm="tenant-keys", error="invalid_token"',
];
export const ofTokens: readonly Row[] = [
  [
    'no token',
    { send: encrypt, body: data, header: invalid },
    401,
    'unauthorized',
    /Authorization: Bearer .*Get a new token/,
  ],
  [
    'the scheme left out',
    { send: encrypt, headers: { Authorization: canary }, header: invalid },
    401,
    'unauthorized',
    /Bearer/,
  ],
  [
    'a forged token',
    { send: encrypt, headers: { Authorization: 'Bearer e30.e30.c2ln' }, header: invalid },
    401,
    'unauthorized',
    /signed JWT of the configured issuer/,
  ],
  [
    "another tenant's token",
    { as: 'other', send: encrypt, body: data, header: insufficient('tenant-keys/audit') },
    403,
    'forbidden',
    /counts on that tenant's paths only/,
  ],
  [
    'the audit scope for encryption',
    { as: 'reader', send: encrypt, body: data, header: insufficient('tenant-keys/crypto') },
    403,
    'forbidden',
    /encryption and decryption need tenant-keys\/crypto/,
  ],
  [
    'the crypto scope for the audit',
    { as: 'crypto', send: 'GET /tenants/acme/audit', header: insufficient('tenant-keys/audit') },
    403,
    'forbidden',
    /the audit needs tenant-keys\/audit/,
  ],
  [
    "an administrator's token for encryption",
    { as: 'admin', send: encrypt, body: data, header: insufficient('') },
    403,
    'forbidden',
    /A tenant's data needs a token that names that tenant/,
  ],
  [
    "a tenant's token for the control plane",
    { as: 'crypto', send: 'GET /tenants/acme' },
    403,
    'forbidden',
    /The control plane needs a token that names no tenant/,
  ],
  [
    'an auditor who changes something',
    {
      as: 'auditor',
      send: 'POST /tenants/acme/suspend',
      header: insufficient('tenant-keys/admin'),
    },
    403,
    'forbidden',
    /changes need tenant-keys\/admin/,
  ],
  [
    'a token without any scope of ours',
    {
      as: 'nothing',
      send: 'GET /tenants',
      header: insufficient('tenant-keys/admin tenant-keys/audit-all'),
    },
    403,
    'forbidden',
    /tenant-keys\/audit-all or tenant-keys\/admin/,
  ],
  [
    'a tenant claim that names no tenant',
    { as: 'odd', send: encrypt, body: data },
    403,
    'forbidden',
    /Its tenant claim must be one text of at most 36 bytes/,
  ],
];
