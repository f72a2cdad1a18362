/** What the functions run with: memory, concurrency, a network of the operator's, how long their logs are kept. */
import { z } from 'zod';
import { logRetentions } from './audit.ts';
import { valueOrJson } from './list.ts';
import { oneOf, text, wholeNumber } from './values.ts';

/** By the names of their entry files. */
export const functionNames = [
  'audit',
  'authorizer',
  'canary',
  'certificates',
  'crypto',
  'declared-tenants',
  'decrypt-anomalies',
  'indexer',
  'issuer-keys',
  'reconciler',
  'session-broker',
  'tenants',
] as const;

export type FunctionName = (typeof functionNames)[number];

const object = (example: string) =>
  `must be an object with some of ${functionNames.join(', ')}, such as ${example}, or JSON text of one`;

const texts = {
  memory: object('{"crypto": 3008}'),
  concurrency: object('{"session-broker": 50}'),
  subnets:
    'must be a list of 1 to 16 ids of subnets, such as ["subnet-0123456789abcdef0"], or JSON text of one',
  securityGroups:
    'must be a list of 1 to 5 ids of security groups, such as ["sg-0123456789abcdef0"], or JSON text of one',
  both: 'needs subnetIds and securityGroupIds: give both, or neither',
  boundary:
    'must be the ARN of a managed policy, which every role of the stack then has as its permissions boundary: ' +
    'arn:aws:iam::ACCOUNT:policy/NAME',
};

const byFunction = (value: ReturnType<typeof wholeNumber>, message: string) =>
  valueOrJson(z.partialRecord(z.enum(functionNames, message), value, message).readonly()).default(
    {},
  );

const ids = (form: RegExp, most: number, message: string) =>
  valueOrJson(
    z.array(text(form, message), message).min(1, message).max(most, message).readonly(),
  ).optional();

export const functions = {
  /** instead of what each has; CPU comes with it */
  memoryMegabytes: byFunction(wholeNumber('megabytes', 256, 10_240), texts.memory),
  /** how many environments of the account's concurrency are kept for a function, and are its most. None is 0: that stops it */
  reservedConcurrency: byFunction(wholeNumber('environments', 1, 10_000), texts.concurrency),
  /** where the functions run that fetch an issuer's keys; absent: not in a VPC */
  subnetIds: ids(/^subnet-[0-9a-f]{8,17}$/, 16, texts.subnets),
  securityGroupIds: ids(/^sg-[0-9a-f]{8,17}$/, 5, texts.securityGroups),
  /** of the functions' log groups and of the API's access log; events of the audit and the trail have their own */
  logRetentionDays: oneOf('days', logRetentions).default(365),
  permissionsBoundaryArn: text(
    /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]{1,576}$/,
    texts.boundary,
  ).optional(),
};

interface Given {
  readonly subnetIds?: readonly string[] | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
}

export const functionRules = [
  {
    fit: ({ subnetIds, securityGroupIds }: Given) =>
      (subnetIds === undefined) === (securityGroupIds === undefined),
    problem: { path: ['subnetIds'], message: texts.both },
  },
];
