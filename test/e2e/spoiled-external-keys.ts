/** What can be wrong with a key and a role that a tenant made by hand, each with the checks of the challenge that fail by it. */
import type { ChallengeCheck } from '../../contract/external-challenge.ts';
import type { KeyByHand } from './external-key-by-hand.ts';

// biome-ignore lint/suspicious/noExplicitAny: as it comes, of which a change takes out what it wants
type AnyStatement = any;

export const trust = ({ iam, name }: KeyByHand, document: unknown) =>
  iam.updateAssumeRolePolicy({ RoleName: name, PolicyDocument: JSON.stringify(document) });
/** @returns the document with its statements changed */
const changed = (document: object, change: (statement: AnyStatement) => object) => {
  const { Statement, ...others } = structuredClone(document) as { Statement: object[] };
  return { ...others, Statement: Statement.map(change) };
};
const withoutId = (statement: AnyStatement) => {
  delete statement.Condition.StringEquals['sts:ExternalId'];
  return statement;
};
const prefixOfId = (statement: AnyStatement) => {
  const { 'sts:ExternalId': id, ...equal } = statement.Condition.StringEquals;
  const like = id && { StringLike: { 'sts:ExternalId': `${id}*` } };
  return { ...statement, Condition: { ...statement.Condition, StringEquals: equal, ...like } };
};
const wholeAccount = (statement: AnyStatement) => {
  delete statement.Condition.StringEquals['aws:PrincipalTag/TenantId'];
  return { ...statement, Principal: { AWS: statement.Principal.AWS.split(':')[4] } };
};
const withoutContext = (statement: AnyStatement) => {
  const { 'ForAnyValue:StringEquals': _, StringEquals = {}, ...others } = statement.Condition ?? {};
  const { 'kms:EncryptionContext:TenantId': __, ...equal } = StringEquals;
  const isLeft = Object.keys(equal).length > 0;
  return {
    ...statement,
    Condition: isLeft
      ? { ...others, StringEquals: equal }
      : { ...others, StringLike: { 'aws:PrincipalArn': '*' } },
  };
};

export const spoiledExternalKeys: readonly [
  what: string,
  failing: readonly ChallengeCheck[],
  spoil: (made: KeyByHand) => Promise<unknown>,
][] = [
  [
    'no role',
    ['role-lets-tenant-in'],
    async ({ iam, name }) => {
      await iam.deleteRolePolicy({ RoleName: name, PolicyName: 'UseTheKey' });
      await iam.deleteRole({ RoleName: name });
    },
  ],
  [
    'a role that asks for no external id',
    ['no-external-id-refused', 'other-external-id-refused'],
    (made) => trust(made, changed(made.trustPolicy, withoutId)),
  ],
  [
    'a role that takes whatever begins with the external id',
    ['other-external-id-refused'],
    (made) => trust(made, changed(made.trustPolicy, prefixOfId)),
  ],
  [
    'a role that lets in our whole account',
    ['other-role-refused'],
    (made) => trust(made, changed(made.trustPolicy, wholeAccount)),
  ],
  [
    'policies without the encryption context',
    ['other-context-refused'],
    async (made) => {
      const Policy = JSON.stringify(changed(made.keyPolicy, withoutContext));
      await made.kms.putKeyPolicy({ KeyId: made.keyArn, Policy });
      await made.permit(changed(made.rolePolicy, withoutContext));
    },
  ],
  [
    'a key that is disabled',
    ['key-is-usable', 'key-works'],
    ({ kms, keyArn }) => kms.disableKey({ KeyId: keyArn }),
  ],
  [
    "a role that may use another key's ARN alone",
    ['key-is-usable', 'key-works'],
    ({ permit, rolePolicy, keyArn }) =>
      permit(
        changed(rolePolicy, (statement) => ({
          ...statement,
          Resource: keyArn.replace(/.{12}$/, '0'.repeat(12)),
        })),
      ),
  ],
  [
    'a key policy that leaves the role out',
    ['key-works'],
    ({ kms, keyPolicy, keyArn }) =>
      kms.putKeyPolicy({
        KeyId: keyArn,
        Policy: JSON.stringify({
          ...keyPolicy,
          Statement: keyPolicy.Statement.filter(
            ({ Sid }: { readonly Sid: string }) => Sid !== 'TenantRoleUses',
          ),
        }),
      }),
  ],
];
