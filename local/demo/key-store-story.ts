/** What the demo tells otherwise by the key store that it is of; and how it tells it of KMS. */
import type { LocalStack } from '../stack.ts';
import type { ApiAnswer } from './api.ts';
import { type Attempt, attempts } from './attempts.ts';
import type { TerminalReport } from './terminal-report.ts';

export interface DemoTenant {
  readonly stack: LocalStack;
  readonly report: TerminalReport;
  readonly tenantId: string;
}

export interface KeyStoreStory {
  /** the body of an onboarding */
  readonly onboarding: object;
  readonly acme: string;
  readonly globex: string;
  readonly attempts: readonly Attempt[];
  /** titles of chapters */
  readonly begun: string;
  readonly suspended: string;
  readonly erased: string;
  /** whether a key that was just used is deleted only by force */
  readonly knowsLastUse: boolean;
  rotated(answer: ApiAnswer): string;
  offboarded(answer: ApiAnswer): string;
  /** tried while acme is suspended, where the store can be asked past the product */
  readonly whileSuspended?: Attempt;
  /** Until the reconciler has seen that the key is gone. @returns how many steps did not go as they must */
  passWindow(tenant: DemoTenant): Promise<number>;
}

const dayMs = 86_400_000;

export const kmsStory: KeyStoreStory = {
  onboarding: {},
  acme: 'acme',
  globex: 'globex',
  attempts,
  begun: 'Two tenants, each with a KMS key of its own',
  suspended: 'Suspended: the key is disabled, and KMS itself refuses',
  erased: 'Offboarded for good: 31 days go by for KMS, and the key is gone',
  knowsLastUse: true,
  rotated: ({ status, json }) => `${status}, ${json.rotationsLeft} rotations on demand are left`,
  offboarded: ({ status, json }) =>
    `${status} ${json.status}, KMS deletes the key on ${json.deletionDate}`,
  async passWindow({ stack }) {
    stack.deployment.clock.advance(31 * dayMs);
    await stack.run('reconciler');
    return 0;
  },
};
