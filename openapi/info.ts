/** What stands at the head of the document. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
) as { version: string };

export const info = {
  title: 'tenant-keys',
  version,
  description: [
    'A KMS key for each tenant: encrypt and decrypt with it, rotate it, audit each use, and destroy it when the tenant leaves.',
    'Errors are RFC 9457, `application/problem+json`, those of API Gateway too. A path that is not here is a 404, `not-found`; another method of one that is, a 405, `method-not-allowed`, whose `Allow` lists those that it has. `GET /problems` explains every code.',
    'A status that says when to come again does so by `Retry-After`; every request may be sent again, as it was, after such an answer or after none.',
    'Answers may get new members, and problems new codes: do not mind what you do not know. A request has none but those described.',
    'A JSON body is an object of the members described and no others; a name given twice, `__proto__`, a lone surrogate or deep nesting is a 400.',
  ].join('\n\n'),
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

export const servers = [
  {
    url: 'https://{apiId}.execute-api.{region}.amazonaws.com/{stage}',
    description: 'A deployed stack. Its output ApiUrl is the address.',
    variables: {
      apiId: { default: 'a1b2c3d4e5', description: "The REST API's id." },
      region: { default: 'eu-central-1', description: 'The region of AWS.' },
      stage: { default: 'v1', description: 'As configured (`stage`).' },
    },
  },
  { url: 'http://127.0.0.1:3000/v1', description: 'The stack on this machine, after npm start.' },
] as const;
