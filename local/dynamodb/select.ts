/** `Select` of Query and Scan: what it may stand beside, and what IAM is told of it. */
import { AwsError } from '../aws/wire/aws-error.ts';
import type { ConditionContext } from '../iam/decision.ts';
import type { TableRequest } from './dynalite.ts';

/** What DynamoDB calls each value that takes no projection. */
const takesNoProjection: ReadonlyMap<unknown, string> = new Map([
  ['ALL_ATTRIBUTES', 'ALL_ATTRIBUTES'],
  ['ALL_PROJECTED_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
  ['COUNT', 'only the Count'],
]);

/**
 * The rules that dynalite does not have; that of ALL_ATTRIBUTES on an index it has. Source: `Select`, API reference of
 * Query; the words were verified on AWS by moto's suite.
 * @throws AwsError ValidationException
 */
export function requireGoodSelect(operation: string, request: TableRequest): void {
  if (operation !== 'Query' && operation !== 'Scan') return;
  const problem = problemOf(request);
  if (problem === undefined) return;
  const prefix = operation === 'Query' ? '1 validation error detected: ' : '';
  throw new AwsError('ValidationException', `${prefix}${problem}`);
}

function problemOf(request: TableRequest): string | undefined {
  const { Select, IndexName } = request;
  const projection = projectionOf(request);
  const what = takesNoProjection.get(Select);
  if (projection !== undefined && what !== undefined) {
    return `Cannot specify the ${projection} when choosing to get ${what}`;
  }
  if (projection === undefined && Select === 'SPECIFIC_ATTRIBUTES') {
    return 'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES';
  }
  if (IndexName === undefined && Select === 'ALL_PROJECTED_ATTRIBUTES') {
    return 'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName';
  }
  return undefined;
}

function projectionOf({ ProjectionExpression, AttributesToGet }: TableRequest) {
  if (ProjectionExpression !== undefined) return 'ProjectionExpression';
  return AttributesToGet === undefined ? undefined : 'AttributesToGet';
}

/** @returns `dynamodb:Select`, with DynamoDB's default where the request has none */
export function selectContext(request: TableRequest): ConditionContext {
  const all = request.IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
  const fallback = projectionOf(request) === undefined ? all : 'SPECIFIC_ATTRIBUTES';
  return { 'dynamodb:Select': (request.Select ?? fallback) as string };
}
