import { authorizedKey } from '../access.ts';
import { dryRun, unsupported } from '../errors.ts';
import { list, optional, text } from '../input.ts';
import { flag, grantTokens, keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const principal = text({ min: 1, max: 256, pattern: '^[\\w+=,.@:/-]+$' });

const members = {
  KeyId: keyName,
  GranteePrincipal: principal,
  RetiringPrincipal: optional(principal),
  Operations: list(text()),
  GrantTokens: grantTokens,
  Name: optional(text({ min: 1, max: 256, pattern: '^[a-zA-Z0-9:/_-]+$' })),
  DryRun: flag,
};

/**
 * Only here so that the policies can refuse it. A grant would let its grantee use the key without regard to tags and
 * encryption context, so a policy that allows CreateGrant is a hole: AccessDenied shows that there is none. Grants
 * themselves are not supported.
 */
export const createGrant = kmsOperation({
  name: 'CreateGrant',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['KeyId', 'GranteePrincipal', 'RetiringPrincipal', 'Operations', 'Name'],
  },
  requestsPerSecond: 50,
  crossAccount: true,
  run(account, call, { KeyId, DryRun }) {
    authorizedKey(account, call, 'kms:CreateGrant', KeyId, 'ids', {
      'kms:GrantIsForAWSResource': 'false',
    });
    if (DryRun) throw dryRun();
    throw unsupported('The policies allow this CreateGrant, but grants are not supported here');
  },
});
