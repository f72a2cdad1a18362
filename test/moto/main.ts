/**
 * `npm run test:moto`: `npm run deploy` as a whole, with the real CDK CLI, against moto: an AWS that is none of ours. It goes as far
 * as moto's CloudFormation does, which is said, and moto enforces no policy. Where there is no Python or
 * nothing to install moto from, that is said in one line, and it is no failure but with PYTHON_REQUIRED=1.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { answeredHere, inFrontOfMoto } from './answers.ts';
import { installMoto, type Moto, startMoto } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-moto-'));
const assembly = join(folder, 'assembly');
let [passed, failed] = [0, 0];

try {
  const installed = installMoto(folder);
  if ('why' in installed) {
    console.log(`left out: moto, which could not be installed: ${installed.why}`);
    if (process.env.PYTHON_REQUIRED === '1') process.exitCode = 1;
  } else {
    const moto = await startMoto(installed.program);
    try {
      await deployTo(moto);
    } finally {
      moto.stop();
    }
    const all = passed + failed;
    const failures = failed > 0 ? `${failed} failed, ` : '';
    console.log(`Tests:       ${failures}${passed} passed, ${all} total`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed > 0) process.exitCode = 1;

async function deployTo(moto: Moto): Promise<void> {
  const front = await inFrontOfMoto(moto.port);
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: front.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'moto',
    AWS_SECRET_ACCESS_KEY: 'moto',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const cdk = (...args: string[]) => run(env, 'node_modules/aws-cdk/bin/cdk', args);
  const deploy = (...args: string[]) =>
    run(env, 'operate/deploy.ts', ['--app', assembly, '--no-smoke', ...args]);
  try {
    const context = ['-c', 'issuer=https://id.example.com', '-c', 'audience=tenant-keys'];
    const synth = await cdk('synth', '--quiet', '--output', assembly, ...context);
    check('cdk synth writes the assembly', synth, 0, /^$/);

    const unready = await deploy('--yes');
    check(
      'an account that is not bootstrapped is left as it is',
      unready,
      3,
      /FAILED +bootstrap: .* is not bootstrapped/,
    );
    const bootstrap = await cdk('bootstrap', '--app', assembly);
    check('the remedy that it names', bootstrap, 0, /./);

    const look = await deploy('--check');
    check('then nothing is in the way', look, 0, /ok +names: \d+ names are free\n/);
    const deployed = await deploy('--yes');
    const reached = /Published TenantKeys Template.*creating CloudFormation changeset.*deploying/s;
    check('the CDK CLI publishes the bundles and makes the change set', deployed, 5, reached);
    console.log(
      "left out: the change set's execution, in which moto stops at methods of the API without a function",
    );
    console.log(`left out: ${answeredHere}, which moto does not have and the test answers`);
  } finally {
    front.close();
  }
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

async function run(
  env: NodeJS.ProcessEnv,
  program: string,
  args: readonly string[],
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out: `${out}${err}` };
}

function check(what: string, { code, out }: Ended, expected: number, pattern: RegExp): void {
  const isGood = code === expected && pattern.test(out);
  if (isGood) passed += 1;
  else failed += 1;
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${what}`);
  if (!isGood)
    console.log(`exit code ${code}, expected ${expected} and ${pattern}\n${out.slice(-3000)}`);
}
