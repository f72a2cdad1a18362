/** Jest's global teardown: the synthesizer ends, what was left out is said, and the answers are counted. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { answersIn, answersVariable } from './e2e/answers.ts';
import { reportOf } from './e2e/answers-report.ts';
import stopSynthesizer from './synthesizer/stop.ts';

/** What Jest gives of its configuration: which tests the run was to have. */
interface Run {
  readonly testPathPatterns: { readonly patterns: readonly string[] };
  readonly testNamePattern?: string;
  readonly onlyChanged: boolean;
  readonly shard?: object;
  readonly watch: boolean;
}

/** @throws Error where a whole run has not had an answer that it must have; Jest then fails */
export default async function teardown(run: Run): Promise<void> {
  await stopSynthesizer();
  if (isWhole(run)) console.log('left out: the key stores, whose tests are npm run test:stores');
  const answers = takeAnswers();
  if (answers === '') return;
  const { text, missing } = reportOf(answersIn(answers));
  console.log(text);
  if (isWhole(run) && missing.length > 0) {
    throw new Error(`docs/openapi.json lists what no suite has seen: ${missing.join(', ')}`);
  }
}

/** Leaves nothing behind. */
function takeAnswers(): string {
  const file = process.env[answersVariable] as string;
  const answers = existsSync(file) ? readFileSync(file, 'utf8') : '';
  rmSync(dirname(file), { recursive: true });
  return answers;
}

const isWhole = ({ testPathPatterns, testNamePattern, onlyChanged, shard, watch }: Run): boolean =>
  testPathPatterns.patterns.length === 0 &&
  testNamePattern === undefined &&
  shard === undefined &&
  !onlyChanged &&
  !watch;
