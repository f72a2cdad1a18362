/** `npm run reconcile [-- --aws-port N]`: lets the running stack's reconciler run now; prints its summary. */
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

const usage = `usage: npm run reconcile [-- --aws-port N]
  --aws-port N   port of the AWS endpoint of the stack that npm start serves (4566)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { 'aws-port': { type: 'string', default: '4566' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(usage);
  const url = `http://127.0.0.1:${values['aws-port']}/_local/reconcile`;
  if (!URL.canParse(url))
    throw new Error(`--aws-port: expected a port, got '${values['aws-port']}'`);
  const { status, body } = await post(url);
  if (status !== 200) throw new Error(body.message ?? `${url} answered ${status}`);
  console.log(JSON.stringify(body, null, 2));
}

interface Answer {
  readonly status: number | undefined;
  readonly body: { readonly message?: string };
}

/** Not by fetch, which waits 5 minutes for an answer; a run may take 15. */
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

main().catch((error: Error) => {
  process.stderr.write(`reconcile: ${error.message}\n`);
  process.exitCode = 1;
});
