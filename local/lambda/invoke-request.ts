/** What Invoke is asked for. Invariant: the function that is authorized is the one that runs. */
import { checkOneOf, requireValid, textCheck, type Violations } from '../aws/validation.ts';
import type { Account } from '../template/resource-types.ts';
import { invalidParameter, notFound } from './errors.ts';

const invocationTypes = ['Event', 'RequestResponse', 'DryRun'] as const;
export type InvocationType = (typeof invocationTypes)[number];

export interface InvokeRequest {
  /** of the function, without a qualifier */
  readonly functionArn: string;
  /** as the request names it: the policies are asked about this one */
  readonly resourceArn: string;
  readonly qualifier: string | undefined;
  readonly invocationType: InvocationType;
  readonly tenantId: string | undefined;
  readonly payload: Buffer;
}

// The constraints of the model.
const functionName = textCheck({
  min: 1,
  max: 256,
  pattern:
    '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?',
});
const qualifierText = textCheck({
  min: 1,
  max: 128,
  pattern: '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+',
});
const tenantIdText = textCheck({ min: 1, max: 256, pattern: '[a-zA-Z0-9\\._:\\/=+\\-@ ]+' });

type Input = Readonly<Record<string, unknown>>;

/** @throws AwsError ValidationException, InvalidParameterValueException, ResourceNotFoundException for another region */
export function readInvoke(input: Input, account: Omit<Account, 'stackName'>): InvokeRequest {
  refuseUnsupported(input);
  const name = input.FunctionName as string;
  const given = input.Qualifier as string | undefined;
  const tenantId = input.TenantId as string | undefined;
  const { InvocationType = 'RequestResponse', LogType = 'None' } = input;
  const violations: Violations = [];
  functionName(name, 'functionName', violations);
  if (given !== undefined) qualifierText(given, 'qualifier', violations);
  if (tenantId !== undefined) tenantIdText(tenantId, 'tenantId', violations);
  checkOneOf(String(InvocationType), invocationTypes, 'invocationType', violations);
  checkOneOf(String(LogType), ['None', 'Tail'], 'logType', violations);
  requireValid(violations, 'ValidationException');
  return {
    ...named(name, given, account),
    invocationType: InvocationType as InvocationType,
    tenantId,
    payload: input.Payload as Buffer,
  };
}

/** What would change how the function runs. */
function refuseUnsupported(input: Input): void {
  const found = ['ClientContext', 'DurableExecutionName'].find(
    (member) => input[member] !== undefined,
  );
  if (found === undefined) return;
  throw invalidParameter(`Invoke with ${found} is not supported by the local stack; leave it out.`);
}

/** @throws AwsError ValidationException, InvalidParameterValueException, ResourceNotFoundException for another region */
export function readFunctionName(
  { FunctionName, Qualifier }: Input,
  account: Omit<Account, 'stackName'>,
) {
  const violations: Violations = [];
  functionName(FunctionName as string, 'functionName', violations);
  if (Qualifier !== undefined) qualifierText(Qualifier as string, 'qualifier', violations);
  requireValid(violations, 'ValidationException');
  return named(FunctionName as string, Qualifier as string | undefined, account);
}

const nameParts =
  /^(?:arn:(aws[a-zA-Z-]*)?:lambda:)?(?:([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([\w.-]+)(?::([$\w.-]+))?$/;

function named(name: string, given: string | undefined, account: Omit<Account, 'stackName'>) {
  const [, partition, region, accountId, shortName, own] = nameParts.exec(name) ?? [];
  if (region !== undefined && region !== account.region) {
    throw notFound(
      `Functions from '${region}' are not reachable in this region ('${account.region}')`,
    );
  }
  if (own !== undefined && given !== undefined && own !== given) {
    throw invalidParameter(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  const qualifier = own ?? given;
  const functionArn = `arn:${partition ?? account.partition}:lambda:${account.region}:${accountId ?? account.accountId}:function:${shortName}`;
  return {
    functionArn,
    resourceArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    qualifier,
  };
}
