/**
 * Jest's sequencer. Jest itself knows how long a suite takes where it has run before; in a clean checkout it goes by the size
 * of files. By that the slowest, a small one, starts when the others are nearly done, and one processor waits for it.
 */
import sequencer from '@jest/test-sequencer';

// The types are those of the CommonJS module, where the class is a member; imported, it is the default itself.
const TestSequencer = sequencer as unknown as typeof sequencer.default;
type Tests = Parameters<sequencer.default['sort']>[0];

/** Those of more than a minute in CI, which prints the slowest at its end. */
export const slowest = [
  'isolation/mutation',
  'e2e/retries',
  'prove/verdicts',
  'azure-key-vault/key-store-change-crashes',
  'lambdas/canary/mutation',
  'e2e/start',
  'lib/config/every-key',
  'isolation/key-stores',
  'lambdas/tenants/key-store-change/external-account',
  'azure-key-vault/crash-matrix',
  'prove/live/live',
  'e2e/smoke',
  'e2e/crash-matrix',
  'prove/permissions',
  'operate/changes',
  'prove/key-stores',
].map((name) => `/test/${name}.test.ts`);

const isSlow = ({ path }: Tests[number]): boolean => slowest.some((end) => path.endsWith(end));

export default class SlowestFirst extends TestSequencer {
  override async sort(tests: Tests): Promise<Tests> {
    const all = await super.sort(tests);
    return [...all.filter(isSlow), ...all.filter((test) => !isSlow(test))];
  }
}
