/** What a function of the stack does alone: sign certificates, write audit events; and what the product's key is for. */
import { identityTokenSigning } from '../../contract/identity-token.ts';
import { baselinePrefix } from '../../contract/table-schema.ts';
import { and, equal, type Formula, like, literal, not, or, yes } from '../formula/formula.ts';
import type { Policy } from '../formula/policy.ts';
import { isIdentity } from '../formula/request.ts';
import { patternOf } from '../formula/value-text.ts';
import { issuerKeysOf, type StackPolicies, signingKeysOf } from '../stack-policies.ts';
import { type CallerKind, everybody, keepsTags, sessionsOf } from './callers.ts';
import { usesByName } from './kms-actions.ts';
import {
  has,
  isAction,
  isAmong,
  isOfTrail,
  type Request,
  requestOf,
  throughDynamoDB,
} from './request-of.ts';
import { titleOfSigningKey } from './signing-keys.ts';
import { callerOpen, carelessly, keyCareless } from './situations.ts';
import type { Question, Theorem } from './theorem.ts';

/** Each of the actions by each of the callers on one of the template's keys, where it is not as the theorem says. */
const onKey = (
  resource: Policy,
  callers: readonly CallerKind[],
  actions: readonly string[],
  isContrary: (request: Request) => Formula,
  situation = '',
): Question[] =>
  callers.flatMap((caller) =>
    actions.map((action) => {
      const request = requestOf({ caller, resource, action: action.toLowerCase() });
      return {
        about: `${caller.title}${situation}: ${action}`,
        counterexample: [request.isAllowed, isContrary(request)],
        request,
      };
    }),
  );

export const certificateKey: Theorem = {
  id: '6.1',
  sentence:
    "Who signs with a key of certificates is a session of the role of the certificates function, and nobody can grant that to others, also where somebody lets the account do everything with it. The same holds of the keys of the product's own issuer, where it has one, and the session broker, which signs in its own function alone, and as RS256 does. No role of the stack changes these keys, whatever its own policies come to allow.",
  questions: (stack) => [
    ...signingKeysOf(stack).flatMap(({ policy }, at) =>
      questionsOfSigning(policy, stack, isCertificate).map((one) =>
        // The first one's questions are as they were when it was the only one.
        at === 0 ? one : { ...one, about: `${titleOfSigningKey(at)}: ${one.about}` },
      ),
    ),
    ...issuerKeysOf(stack).flatMap(({ policy, title }) =>
      questionsOfSigning(policy, stack, isIdentityToken).map((one) => ({
        ...one,
        about: `${title}: ${one.about}`,
      })),
    ),
  ],
};

type IsWanted = (request: Request, stack: StackPolicies) => Formula;

const isCertificate: IsWanted = (request, stack) =>
  equal(request.caller.principalArn, literal(stack.role('CertificatesRole').arn));

const isIdentityToken: IsWanted = (request, stack) =>
  and(
    equal(request.caller.principalArn, literal(stack.role('SessionBrokerRole').arn)),
    has(request, 'lambda:SourceFunctionArn', literal(stack.sessionBroker)),
    has(request, 'kms:SigningAlgorithm', literal(identityTokenSigning)),
  );

function questionsOfSigning(policy: Policy, stack: StackPolicies, isWanted: IsWanted): Question[] {
  const isNoSignature = (request: Request) =>
    not(and(isAction(request, ['kms:Sign']), isWanted(request, stack)));
  const careless = carelessly(policy, stack);
  return [
    ...onKey(policy, everybody(stack), usesByName, isNoSignature),
    ...onKey(careless, everybody(stack), ['kms:Sign'], isNoSignature, keyCareless.title),
    ...onKey(careless, everybody(stack), ['kms:CreateGrant'], () => yes, keyCareless.title),
    ...changesBy(stack, policy),
  ];
}

export const productKey: Theorem = {
  id: '6.2',
  sentence:
    "The product's own key is used through DynamoDB within the account, or by a service of AWS by itself; otherwise only for kms:Decrypt of what the trail encrypted, by who may do that by IAM. Grants on it are made in the same way alone. No role of the stack changes the key, whatever its own policies come to allow.",
  questions: (stack) => {
    const { policy } = stack.key('ProductKey');
    return [
      ...onKey(policy, everybody(stack), [...usesByName, 'kms:CreateGrant'], (request) =>
        and(
          isIdentity(request.caller),
          not(and(throughDynamoDB(request, stack), isOfAccount(request, stack))),
          not(and(isAction(request, ['kms:Decrypt']), isOfTrail(request, stack))),
        ),
      ),
      ...changesBy(stack, policy),
    ];
  },
};

const isOfAccount = (request: Request, { accountId }: StackPolicies) =>
  has(request, 'kms:CallerAccount', literal(accountId));

/** Every action that changes a key of KMS's own material (Service Authorization Reference). */
export const keyChanges = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:PutKeyPolicy',
  'kms:ReplicateKey',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
  'kms:UpdatePrimaryRegion',
];

/** Any change of the key by a role of the stack, whose own policies may allow anything. */
const changesBy = (stack: StackPolicies, resource: Policy): Question[] =>
  stack.roles.map((role) => {
    const caller = sessionsOf(role, stack);
    const request = requestOf({ caller, resource, identity: 'anything' });
    return {
      about: `${caller.title}${callerOpen.title}: a change of the key`,
      counterexample: [request.isAllowed, isAction(request, keyChanges), keepsTags(role, request)],
      request,
    };
  });

const partitions = 'dynamodb:LeadingKeys';
/** The partition key of any event: a variable, in a policy's words. */
const eventKey = 'prove:event';
const reads = [
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:Describe*',
  'dynamodb:GetItem',
  'dynamodb:List*',
  'dynamodb:PartiQLSelect',
  'dynamodb:Query',
  'dynamodb:Scan',
];

export const auditWriters: Theorem = {
  id: '6.3',
  sentence:
    'No role of the stack but the indexer writes to the audit table, except baselines, which are no events; the indexer only adds, and no baseline.',
  questions: (stack) =>
    stack.roles.map((role) => {
      const caller = sessionsOf(role, stack);
      const request = requestOf({
        caller,
        compares: { [partitions]: [`\${${eventKey}}`] },
      });
      const isContrary =
        role === stack.role('AuditIndexer')
          ? or(
              not(isAction(request, [...reads, 'dynamodb:PartiQLInsert'])),
              touchesBaseline(request),
            )
          : and(not(isAction(request, reads)), touchesEvent(request));
      return {
        about: caller.title,
        counterexample: [
          request.isAllowed,
          isOnTable(request, stack.tables.events),
          isAction(request, ['dynamodb:*']),
          isContrary,
        ],
        request,
      };
    }),
};

const isOnTable = (request: Request, arn: string) =>
  or(equal(request.resource, literal(arn)), like(request.resource, patternOf(`${arn}/*`)));

const isBaseline = (request: Request): Formula =>
  like(request.value(eventKey), patternOf(`${baselinePrefix}*`));

/** A request that has no partition key is about all of the table. */
const touches = (request: Request, isOne: Formula): Formula =>
  or(
    not(request.present(partitions)),
    and(isOne, isAmong(request, partitions, request.value(eventKey))),
  );
const touchesEvent = (request: Request) => touches(request, not(isBaseline(request)));
const touchesBaseline = (request: Request) => touches(request, isBaseline(request));
