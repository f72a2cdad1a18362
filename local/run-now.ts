/** `npm run reconcile [-- --aws-port N]`, `npm run canary`: runs a scheduled function now, and prints its answer. */
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { CanaryReport } from '../contract/canary-report.ts';
import { canaryReportText } from './canary-report.ts';

type Command = 'reconcile' | 'canary';

const usage = (command: Command) => `usage: npm run ${command} [-- --aws-port N]
  --aws-port N   port of the AWS endpoint of the stack that npm start serves (4566)`;

async function main(command: Command, args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { 'aws-port': { type: 'string', default: '4566' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(usage(command));
  const url = `http://127.0.0.1:${values['aws-port']}/_local/${command}`;
  if (!URL.canParse(url))
    throw new Error(`--aws-port: expected a port, got '${values['aws-port']}'`);
  const { status, body } = await post(url);
  if (status !== 200) throw new Error(body.message ?? `${url} answered ${status}`);
  if (command === 'reconcile') return console.log(JSON.stringify(body, null, 2));
  const report = body as CanaryReport;
  console.log(canaryReportText(report));
  if (report.opened.length + report.broken.length > 0) process.exitCode = 1;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: object & { readonly message?: string };
}

/** Not with fetch, which waits 5 minutes at most for an answer: a run may take 15. */
function post(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', headers }, (response) => {
      json(response).then((body) => {
        resolve({ status: response.statusCode, body: body as Answer['body'] });
      }, reject);
    });
    sent.on('error', () =>
      reject(new Error(`nothing answers at ${url}: is npm start running, with this --aws-port?`)),
    );
    sent.end('{}');
  });
}

const [command, ...args] = process.argv.slice(2);
main(command as Command, args).catch((error: Error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exitCode = 1;
});
