/** What was right at another time. */
import { canary, data, type Row } from './mistake.ts';

export const ofStates: readonly Row[] = [
  [
    'data of a suspended tenant',
    { as: 'paused', send: 'POST /tenants/paused/encrypt', body: data },
    409,
    'tenant-suspended',
    /resume it/,
  ],
  [
    'data of a tenant that leaves',
    { as: 'leaving', send: 'POST /tenants/leaving/encrypt', body: data },
    409,
    'tenant-offboarding',
    /restore it/,
  ],
  [
    'a key that was disabled by hand',
    { as: 'broken', send: 'POST /tenants/broken/encrypt', body: data },
    409,
    'key-unusable',
    /enable it/,
  ],
  [
    'onboarding as somebody else',
    { as: 'admin', send: 'PUT /tenants/acme', body: { displayName: canary } },
    409,
    'tenant-exists',
    /another displayName\. Send what it was onboarded with, .* by PATCH/,
  ],
  [
    'a rotation while suspended',
    { as: 'admin', send: 'POST /tenants/paused/key/rotations' },
    409,
    'tenant-suspended',
    /resume it first/,
  ],
  [
    'a certificate too early',
    { as: 'admin', send: 'GET /tenants/leaving/erasure-certificate' },
    409,
    'tenant-not-erased',
    /20\d\d-/,
  ],
  [
    'a period that KMS does not take',
    { as: 'admin', send: 'PUT /tenants/acme/key/rotation', body: { rotationPeriodInDays: 30 } },
    400,
    'bad-request',
    /whole number of days, 90-2560/,
  ],
];
