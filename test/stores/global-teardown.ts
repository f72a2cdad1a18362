/** Of the run of the key stores' tests: the synthesizer ends, and what the API answered is counted. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { answersIn, answersVariable } from '../e2e/answers.ts';
import { reportOf } from '../e2e/answers-report.ts';
import stopSynthesizer from '../synthesizer/stop.ts';

export default async function teardown(): Promise<void> {
  await stopSynthesizer();
  const file = process.env[answersVariable] as string;
  if (existsSync(file)) console.log(reportOf(answersIn(readFileSync(file, 'utf8'))).text);
  rmSync(dirname(file), { recursive: true });
}
