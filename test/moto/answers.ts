/** A server in front of moto, for the few operations that it does not have. All others are moto's own answers. */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const query = (action: string, result: string) =>
  `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
const schema = '{"TenancyConfig": {}, "KeySpec": {"enum": ["ML_DSA_65"]}}';
const settings = {
  AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
};

/** By the `Action` of a form, or the path. */
const answers: readonly (readonly [RegExp, string])[] = [
  [
    /Action=DescribeType(&|$)/,
    query('DescribeType', `<Schema>${schema.replaceAll('"', '&quot;')}</Schema>`),
  ],
  [/Action=UpdateTerminationProtection(&|$)/, query('UpdateTerminationProtection', '')],
  [/^GET \/2016-08-19\/account-settings/, JSON.stringify(settings)],
];

export const answeredHere = 'DescribeType, UpdateTerminationProtection, GetAccountSettings';

export interface Front {
  /** on `localhost`: CloudFormation of moto takes a template's URL of no address in numbers */
  readonly url: string;
  close(): void;
}

/** @param port of moto */
export async function inFrontOfMoto(port: number): Promise<Front> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const asked = `${request.method} ${request.url}\n${body.length < 10_000 ? body : ''}`;
    const own = answers.find(([pattern]) => pattern.test(asked));
    if (own === undefined) pass(port, request, body, response);
    else response.end(own[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${own}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function pass(
  port: number,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const { method, url: path, headers } = request;
  const passed = send({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  passed.end(body);
}
