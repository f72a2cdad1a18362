/** The CDK CLI, as a process of its own: what it prints is the user's to read. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CdkRun {
  readonly env: NodeJS.ProcessEnv;
  /** whether standard output is for a program, so that what CDK prints belongs on standard error */
  readonly quiet: boolean;
}

/** @returns its exit code */
export type Cdk = (args: readonly string[], run: CdkRun) => Promise<number>;

export const runCdk: Cdk = (args, { env, quiet }) =>
  new Promise((resolve, reject) => {
    const program = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'));
    const child = spawn(process.execPath, [program, ...args], {
      env,
      stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
