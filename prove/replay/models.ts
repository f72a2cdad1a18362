/**
 * Models of a question that a local stack can play. A solver's first model often has texts that no request can have,
 * such as an action that there is not; so it is asked again for each action that can be sent, with names that tenants
 * have. What is asked in addition only leaves models out: each that is found is one of the question too.
 */
import { canaryTenants } from '../../contract/canary-tenants.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { Template } from '../../local/template/template.ts';
import {
  atLeast,
  equal,
  type Formula,
  implies,
  type Kind,
  literal,
  not,
  or,
  text,
  variablesOf,
} from '../formula/formula.ts';
import { keyId } from '../formula/request.ts';
import { scriptOf } from '../formula/smt-lib.ts';
import type { Solver } from '../solver/solver.ts';
import { administratorOf, keyOfNobody } from '../theorems/pinned.ts';
import type { Request } from '../theorems/request-of.ts';
import type { Question } from '../theorems/theorem.ts';
import type { ReplayedStack } from './replayed-stack.ts';
import { requests } from './requests.ts';
import { declaredArn } from './target.ts';
import type { Model } from './wanted.ts';

/** A question of one action and of usual texts is answered soon, or it is not worth a wait. */
const timeoutMs = 3_000;

/** Two tenants, and those whose sessions the canary may open. */
const names = ['globex', 'acme', ...canaryTenants];

/** Texts that a client gives, which tenants' ids are good for. */
const isName =
  /^request (?:\S*tag\/tenantid|kms:encryptioncontext:.*|sts:rolesessionname|session name|prove:\w+)$/s;

/** The least and the most that KMS takes (API reference, ScheduleKeyDeletion and EnableKeyRotation). */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  'request kms:schedulekeydeletionpendingwindowindays as a number': [7, 30],
  'request kms:rotationperiodindays as a number': [90, 2560],
};

/** Keys that AWS gives, and never to a request that a client of one account sends by itself. */
const absent = ['kms:ViaService', 'aws:SourceArn', 'aws:SourceAccount', 'aws:PrincipalOrgID'];

const tag = `request ${keyId(`aws:PrincipalTag/${tenantIdTag}`)}`;

/** A request that has the one has the other: the list of the names of all. */
const lists = [
  [`kms:EncryptionContext:${tenantIdTag}`, 'kms:EncryptionContextKeys'],
  [`aws:RequestTag/${tenantIdTag}`, 'aws:TagKeys'],
  ['sts:TransitiveTagKeys', 'aws:TagKeys'],
] as const;

/** What has no partition key, of DynamoDB's; all else that the local stack plays has one. */
const withoutPartition = /scan|describetable/;

/** @param stack that of the question */
export async function* playableModels(
  { counterexample, request }: Question,
  solver: Solver,
  stack: ReplayedStack,
): AsyncGenerator<Model> {
  const variables = variablesOf(counterexample);
  const usual = usualTexts([...variables], request, administratorOf(stack.policies));
  const asked = [...requests.keys()].flatMap((action) =>
    placesOf(request, action, stack).map((place) => [
      equal(text('request action'), literal(action)),
      equal(request.resource, literal(place)),
      ...usual,
      ...consistent(request, action, variables),
    ]),
  );
  // What somebody does to another tenant's key tells more than what they do to their own.
  const crosses = variables.has(tag) ? [not(equal(text(tag), request.tenant))] : [];
  const crossing = crosses.length === 0 ? [] : asked.map((of) => [...of, ...crosses]);
  for (const additional of [...crossing, ...asked]) {
    const script = scriptOf([...counterexample, ...additional]);
    const { verdict, model } = await solver.check(script, timeoutMs);
    if (verdict === 'sat') yield model;
  }
}

function usualTexts(
  variables: readonly [string, Kind][],
  { asked }: Request,
  administrator: string,
): Formula[] {
  return variables.flatMap(([name, kind]) => {
    const range = ranges[name];
    if (range !== undefined) return [atLeast(name, range[0]), not(atLeast(name, range[1] + 1))];
    if (kind !== 'text') return [];
    if (isName.test(name)) return [or(...names.map((one) => equal(text(name), literal(one))))];
    const isCaller = /^request (?:caller|aws:principalarn)$/.test(name);
    return isCaller && asked.caller.who === 'principal'
      ? [equal(text(name), literal(administrator))]
      : [];
  });
}

/** What holds of every request that is sent, and of no solver's variables by itself; of none that the question lacks. */
function consistent(
  { present }: Request,
  action: string,
  variables: ReadonlyMap<string, Kind>,
): Formula[] {
  const isAsked = (key: string) =>
    [...variablesOf([present(key)]).keys()].some((name) => variables.has(name));
  const never = absent.filter(isAsked).map((key) => not(present(key)));
  const both = lists
    .filter((keys) => keys.every(isAsked))
    .map(([key, list]) => implies(present(key), present(list)));
  const hasPartition = present('dynamodb:LeadingKeys');
  const isPart = withoutPartition.test(action) ? not(hasPartition) : hasPartition;
  const isOfTable = action.startsWith('dynamodb:') && isAsked('dynamodb:LeadingKeys');
  const name = 'sts:RoleSessionName';
  const isNamed = action.startsWith('sts:') && isAsked(name);
  return [...never, ...both, ...(isOfTable ? [isPart] : []), ...(isNamed ? [present(name)] : [])];
}

/** @returns ARNs that the local stack has, and that of a key which is made for the request */
function placesOf(
  { asked }: Request,
  action: string,
  { template, policies }: ReplayedStack,
): readonly string[] {
  const declared = declaredArn(asked, policies);
  if (declared !== undefined) return [declared];
  if (action.startsWith('dynamodb:')) return tablesOf(template);
  if (!action.startsWith('lambda:')) return [keyOfNobody(policies)];
  return template
    .ofType('AWS::Lambda::Function')
    .map(({ logicalId }) => template.identity(logicalId).attributes.Arn as string);
}

const tablesOf = (template: Template): string[] =>
  template.ofType('AWS::DynamoDB::Table').flatMap(({ logicalId, properties }) => {
    const arn = template.identity(logicalId).attributes.Arn as string;
    const indexes = (properties.GlobalSecondaryIndexes ?? []) as readonly { IndexName: string }[];
    return [arn, ...indexes.map(({ IndexName }) => `${arn}/index/${IndexName}`)];
  });
