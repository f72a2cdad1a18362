/** What a function of the stack does alone: sign certificates, write audit events; and what the product's key is for. */
import { cryptographicActions } from '../../contract/key-policy.ts';
import { baselinePrefix } from '../../contract/table-schema.ts';
import { and, equal, type Formula, like, literal, not, or, yes } from '../formula/formula.ts';
import type { Policy } from '../formula/policy.ts';
import { isIdentity } from '../formula/request.ts';
import { patternOf } from '../formula/value-text.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { type CallerKind, everybody, sessionsOf } from './callers.ts';
import { has, isAction, isAmong, type Request, requestOf } from './request-of.ts';
import type { Question, Theorem } from './theorem.ts';

/** Every action of KMS that uses key material, by its whole name: solvers are quick with names (Service Authorization Reference). */
const uses = [
  ...cryptographicActions.filter((action) => !action.includes('*')),
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyPair',
  'kms:GenerateDataKeyPairWithoutPlaintext',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** Each of the actions by each of the callers on one of the template's keys, where it is not as the theorem says. */
const onKey = (
  resource: Policy,
  callers: readonly CallerKind[],
  actions: readonly string[],
  isContrary: (request: Request) => Formula,
): Question[] =>
  callers.flatMap((caller) =>
    actions.map((action) => {
      const request = requestOf({ caller, resource, action: action.toLowerCase() });
      return {
        about: `${caller.title}: ${action}`,
        counterexample: [request.isAllowed, isContrary(request)],
        request,
      };
    }),
  );

export const certificateKey: Theorem = {
  id: '6.1',
  sentence:
    'Who signs with the certificate key is a session of the role of the certificates function, and nobody can grant that to others.',
  questions: (stack) => {
    const signer = literal(stack.role('CertificatesRole').arn);
    const { policy } = stack.key('CertificateKey');
    return [
      ...onKey(policy, everybody(stack), uses, (request) =>
        not(and(isAction(request, ['kms:Sign']), equal(request.caller.principalArn, signer))),
      ),
      ...onKey(policy, everybody(stack), ['kms:CreateGrant'], () => yes),
    ];
  },
};

/** AWS sets it where DynamoDB calls KMS for the caller; nobody can set it in a request of their own. */
const throughDynamoDB = (request: Request, { tables }: StackPolicies): Formula =>
  has(request, 'kms:ViaService', literal(`dynamodb.${tables.rows.split(':')[3]}.amazonaws.com`));

export const productKey: Theorem = {
  id: '6.2',
  sentence:
    "The product's own key is used through DynamoDB, or by a service of AWS for its own log groups, trail and alarms; otherwise only for kms:Decrypt of what the trail encrypted, by who may do that by IAM. Grants on it are made through DynamoDB alone, and no role of the stack changes it.",
  questions: (stack) => {
    const { policy } = stack.key('ProductKey');
    const roles = stack.roles.map((role) => sessionsOf(role, stack));
    return [
      ...onKey(policy, everybody(stack), [...uses, 'kms:CreateGrant'], (request) =>
        and(
          isIdentity(request.caller),
          not(throughDynamoDB(request, stack)),
          not(and(isAction(request, ['kms:Decrypt']), isOfTrail(request, stack))),
        ),
      ),
      ...onKey(policy, roles, changes, () => yes),
    ];
  },
};

const isOfTrail = (request: Request, { trail }: StackPolicies) =>
  has(request, 'kms:EncryptionContext:aws:cloudtrail:arn', literal(trail));

/** Every action that changes a key of KMS's own material (Service Authorization Reference). */
const changes = [
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
    'No role of the stack but the indexer writes to the audit table, except baselines, which are no events; the indexer only adds.',
  questions: (stack) =>
    stack.roles.map((role) => {
      const caller = sessionsOf(role, stack);
      const request = requestOf({
        caller,
        compares: { [partitions]: [`\${${eventKey}}`] },
      });
      const isIndexer = role === stack.role('AuditIndexer');
      return {
        about: caller.title,
        counterexample: [
          request.isAllowed,
          isOnTable(request, stack.tables.events),
          isAction(request, ['dynamodb:*']),
          not(isAction(request, [...reads, ...(isIndexer ? ['dynamodb:PartiQLInsert'] : [])])),
          touchesEvent(request),
        ],
        request,
      };
    }),
};

const isOnTable = (request: Request, arn: string) =>
  or(equal(request.resource, literal(arn)), like(request.resource, patternOf(`${arn}/*`)));

/** A request that has no partition key is about all of the table. */
function touchesEvent(request: Request): Formula {
  const event = request.value(eventKey);
  const isEvent = not(like(event, patternOf(`${baselinePrefix}*`)));
  return or(not(request.present(partitions)), and(isEvent, isAmong(request, partitions, event)));
}
