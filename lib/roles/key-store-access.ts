/**
 * What roles may do to reach tenants' keys in other key stores. Invariant: a token by which somebody signs in to a
 * store is good for that store alone, and for five minutes; a tenant's session gets one that has that tenant's tag, and
 * assumes the role of that tenant alone. A function's own role gets one in that function only. Where a store takes tokens of the
 * product's own issuer, nobody gets one of AWS's for it: the session broker is asked.
 */
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { KeyStores } from '../config/key-stores.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { externalRoleArns } from './external-role-arns.ts';
import { onlyInItsFunction } from './only-in-its-function.ts';
import { ownTenant } from './session-trust.ts';

/** Of the tenant role, whose sessions have a tag: a statement beside these refuses those without. */
export function tenantReachesStores(scope: Construct, stores: KeyStores): PolicyStatement[] {
  const { awsKmsExternal } = stores ?? {};
  return [
    ...tenantSignIns(stores),
    ...(awsKmsExternal === undefined ? [] : [assumeOwnRole(scope, awsKmsExternal.accounts)]),
  ];
}

/** Why there is no resource in the tenant role's sign-ins; nothing where there are none. */
export function acknowledgeTenantSignIns(role: Construct, stores: KeyStores): void {
  if (tenantSignIns(stores).length > 0) acknowledgeNoResource(role);
}

function acknowledgeNoResource(construct: Construct): void {
  acknowledge(construct, {
    'AwsSolutions-IAM5[Resource::*]':
      'sts:GetWebIdentityToken has no resource to name; conditions say for which store a token is, how it is signed and how long it lives.',
  });
}

export interface StoreSignInProps {
  readonly role: Role;
  /** in which alone the role gets tokens */
  readonly functionArn: string;
  /** of the session broker's function */
  readonly brokerArn: string;
  readonly stores: KeyStores;
}

/** A policy beside a function's role: the function waits for the role and what is in it, and this for the function. */
export class StoreSignIn extends Construct {
  constructor(scope: Construct, id: string, props: StoreSignInProps) {
    super(scope, id);
    const { role, functionArn, brokerArn, stores } = props;
    const bySts = functionSignIns(stores);
    const asked = stores?.vault?.tokenIssuer === 'own' ? [askForTokens(brokerArn)] : [];
    const guarded = ['sts:*', ...asked.flatMap(({ actions }) => actions)];
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [...bySts, ...asked, onlyInItsFunction(functionArn, guarded)],
    });
    if (bySts.length > 0) acknowledgeNoResource(policy);
  }
}

/** STS tells the broker whose role it is, wherever that was assumed: that it is in its function, the Deny says. */
const askForTokens = (brokerArn: string) =>
  new PolicyStatement({
    sid: 'AskForTokens',
    actions: ['lambda:InvokeFunction'],
    resources: [brokerArn],
  });

/**
 * One a store: in a statement for several a token could be for more than one of them. Not Azure: a token of STS has the
 * role as its subject, one for all tenants, and Entra compares nothing else of it (docs/key-stores/azure-key-vault.md).
 */
const tenantSignIns = (stores: KeyStores): PolicyStatement[] =>
  stores?.vault?.tokenIssuer === 'sts' ? [signIn('Vault', stores.vault.audience)] : [];

const functionSignIns = (stores: KeyStores): PolicyStatement[] => [
  ...tenantSignIns(stores),
  ...(stores?.azureKeyVault === undefined ? [] : [signIn('Azure', stores.azureKeyVault.audience)]),
];

/**
 * ForAnyValue would let a token be for others as well, who could sign in with it. The Null is there since ForAllValues is
 * true where there is no value (IAM User Guide, set operators). A request that leaves out the duration has no such key,
 * and is refused. Tags of a request need a permission of their own, which nobody has.
 */
const signIn = (store: string, audience: string) =>
  new PolicyStatement({
    sid: `SignInTo${store}`,
    actions: ['sts:GetWebIdentityToken'],
    resources: ['*'],
    conditions: {
      'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': [withoutVariables(audience)] },
      Null: { 'sts:IdentityTokenAudience': 'false' },
      StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
      NumericLessThanEquals: { 'sts:DurationSeconds': '300' },
    },
  });

/** A tag of the request may not say another tenant than the session's own: roles of several may be in one account. */
const assumeOwnRole = (scope: Construct, accounts: readonly string[]) =>
  new PolicyStatement({
    sid: 'AssumeOwnExternalRole',
    actions: ['sts:AssumeRole', 'sts:TagSession'],
    resources: externalRoleArns(scope, accounts, ownTenant),
    conditions: { StringEquals: { [`aws:RequestTag/${tenantIdTag}`]: ownTenant } },
  });

/** IAM's spelling of a dollar sign, before which a value begins a variable. */
const withoutVariables = (text: string): string => text.replaceAll('$', '${$}');
