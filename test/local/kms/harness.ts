/** A KMS whose clock the test moves, and a caller whose authorizations are recorded or refused. */

import type { AccessCheck, Call, Service } from '../../../local/aws/operation.ts';
import { AwsError } from '../../../local/aws/wire/aws-error.ts';
import type { KmsAccount } from '../../../local/kms/account.ts';
import { kms } from '../../../local/kms/service.ts';
import { type KeyStore, openKeyStore } from '../../../local/kms/store.ts';
import { accountId, region, userWith } from '../../harness/account.ts';

export const dayMs = 86_400_000;
export const start = Date.UTC(2026, 0, 1);

export const operator = userWith('operator');

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON, and each test says what it expects in it.
type Answer = any;

export interface TestKms {
  readonly account: KmsAccount;
  readonly service: Service;
  /** what was asked of the policies, oldest first */
  readonly checks: AccessCheck[];
  /** set it to refuse checks */
  refuses: (check: AccessCheck) => boolean;
  /** moves the clock forward */
  pass(durationMs: number): void;
  run(operation: string, input?: object): Promise<Answer>;
  /** @returns `<error name>: <message>`; fails where the operation succeeds */
  error(operation: string, input?: object): Promise<string>;
  /** @returns the id of a new key */
  key(input?: object): Promise<string>;
  arn(keyId: string): string;
}

export function testKms(
  store: KeyStore = openKeyStore(),
  options: Pick<KmsAccount, 'onDemandRotationMs'> = {},
): TestKms {
  let time = start;
  const clock = { now: () => new Date(time) };
  const account: KmsAccount = { partition: 'aws', region, accountId, clock, store, ...options };
  const service = kms(account);
  const checks: AccessCheck[] = [];
  const call: Call = {
    caller: operator,
    requestId: 'request-1',
    clock,
    authorize: (check) => {
      checks.push(check);
      if (test.refuses(check)) throw new AwsError('AccessDeniedException', `no ${check.action}`);
      return { allowed: true, kind: 'allowed', reasons: [] };
    },
  };
  const test: TestKms = {
    account,
    service,
    checks,
    refuses: () => false,
    pass: (durationMs) => {
      time += durationMs;
    },
    // Through JSON, as the endpoint does, so that no test passes a value that no request can carry.
    run: async (operation, input = {}) => {
      const answer = await named(service, operation)(JSON.parse(JSON.stringify(input)), call);
      return JSON.parse(JSON.stringify(answer));
    },
    error: (operation, input) => errorOf(() => test.run(operation, input)),
    key: async (input) => (await test.run('CreateKey', input)).KeyMetadata.KeyId,
    arn: (keyId) => `arn:aws:kms:${region}:${accountId}:key/${keyId}`,
  };
  return test;
}

function named(service: Service, operation: string) {
  const found = service.operations[operation];
  if (found === undefined) throw new Error(`no operation ${operation}`);
  return found;
}

export async function errorOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof AwsError) return `${error.name}: ${error.message}`;
    throw error;
  }
  throw new Error('it succeeded');
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const broken = (value: string, constraint: string): string =>
  `ValidationException: 1 validation error detected: Value ${value} failed to satisfy constraint: Member must ${constraint}`;
