import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Credentials } from '../../../../local/aws/authentication/credentials.ts';
import { administrator, region, userWith } from '../../../harness/account.ts';
import {
  kmsRequest,
  openEndpoint,
  type RawRequest,
  send,
  signed,
  type TestEndpoint,
} from '../harness.ts';
import { toyDynamoDb, toyKms, toySts } from '../toy-service.ts';

let endpoint: TestEndpoint;
let credentials: Credentials;

beforeAll(async () => {
  endpoint = await openEndpoint(() => [toyKms, toySts, toyDynamoDb]);
  credentials = endpoint.credentials.issue(administrator);
});
afterAll(() => endpoint.close());

const hourMs = 3_600_000;

const session = (durationMs = hourMs) =>
  endpoint.credentials.issue(administrator, {
    expiresAt: new Date(endpoint.clock.now().getTime() + durationMs),
  });

/** Signs a good request and then does something to it. */
async function attacked(
  attack: (request: RawRequest) => void,
  by: Credentials = credentials,
  options: Parameters<typeof signed>[2] = {},
) {
  const request = await signed(kmsRequest(endpoint.url, '{"a":1}'), by, options);
  attack(request);
  return send(endpoint.url, request);
}

describe('a request that is signed as it should be', () => {
  test('is answered, with long-term credentials and with a session', async () => {
    expect((await attacked(() => {})).status).toBe(200);
    expect((await attacked(() => {}, session())).status).toBe(200);
  });

  test('is the caller whose key signed it', async () => {
    const other = endpoint.credentials.issue(userWith('other'));
    expect((await attacked(() => {}, other)).text).toContain('user/other');
  });

  test('may have other spaces around and in a header than were signed', async () => {
    const raw = kmsRequest(endpoint.url);
    raw.headers['x-amz-note'] = 'a b';
    const request = await signed(raw, credentials);
    request.headers['x-amz-note'] = '  a   b ';
    expect((await send(endpoint.url, request)).status).toBe(200);
  });
});

describe('a request that was changed after it was signed', () => {
  const changes: Record<string, (request: RawRequest) => void> = {
    'the body': (request) => {
      request.body = '{"a":2}';
    },
    'a space in the body': (request) => {
      request.body += ' ';
    },
    'the operation': (request) => {
      request.headers['x-amz-target'] = 'TrentService.ListKeys';
    },
    'the content type': (request) => {
      request.headers['content-type'] = 'application/x-amz-json-1.0';
    },
    'the host': (request) => {
      request.headers.host = `localhost:${new URL(endpoint.url).port}`;
    },
    'the date, within the skew': (request) => {
      request.headers['x-amz-date'] = new Date(Date.now() + 60_000)
        .toISOString()
        .replace(/[-:]|\.\d+/g, '');
    },
    'a bit of the signature': (request) => {
      const header = String(request.headers.authorization);
      request.headers.authorization = header.slice(0, -1) + (header.endsWith('0') ? '1' : '0');
    },
    'the signature cut short': (request) => {
      request.headers.authorization = String(request.headers.authorization).slice(0, -2);
    },
    'the signature in upper case': (request) => {
      const [head, signature] = String(request.headers.authorization).split('Signature=');
      request.headers.authorization = `${head}Signature=${signature?.toUpperCase()}`;
    },
  };
  test.each(Object.keys(changes))('is refused: %s', async (name) => {
    const answer = await attacked(changes[name] as (request: RawRequest) => void);
    expect([answer.status, answer.code]).toEqual([400, 'InvalidSignatureException']);
  });

  test('is refused: an x-amz header added', async () => {
    const answer = await attacked((request) => {
      request.headers['x-amz-meta'] = 'added';
    });
    expect(answer.code).toBe('InvalidSignatureException');
    expect(answer.text).toContain("'x-amz-meta' must be a 'SignedHeader'");
  });

  test.each(['x-amz-target', 'x-amz-date', 'authorization', 'content-type'])(
    'is refused: %s sent twice',
    async (name) => {
      const answer = await attacked((request) => {
        const value = String(request.headers[name]);
        request.headers[name] = [value, value];
      });
      expect(answer.status).toBe(400);
      expect(answer.code).toMatch(/IncompleteSignatureException|InvalidSignatureException/);
    },
  );
});

describe('what must be signed', () => {
  test.each(['x-amz-target', 'x-amz-note'])('%s', async (name) => {
    const raw = kmsRequest(endpoint.url);
    raw.headers['x-amz-note'] = 'a';
    const request = await signed(raw, credentials, { unsigned: [name] });
    const answer = await send(endpoint.url, request);
    expect(answer.code).toBe('InvalidSignatureException');
    expect(answer.text).toContain(`'${name}' must be a 'SignedHeader'`);
  });

  test('the host', async () => {
    const answer = await attacked(() => {}, credentials, { unsigned: ['host'] });
    expect(answer.code).toBe('InvalidSignatureException');
  });

  test('the body: a payload that is declared unsigned, or as another one, is refused', async () => {
    for (const hash of ['UNSIGNED-PAYLOAD', 'a'.repeat(64), 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD']) {
      const raw = kmsRequest(endpoint.url);
      raw.headers['x-amz-content-sha256'] = hash;
      const answer = await send(endpoint.url, await signed(raw, credentials));
      expect(answer.code).toBe('InvalidSignatureException');
    }
  });
});

describe('whose credentials', () => {
  test('a wrong secret is an invalid signature', async () => {
    const answer = await attacked(() => {}, { ...credentials, secretAccessKey: 'x'.repeat(40) });
    expect(answer.code).toBe('InvalidSignatureException');
  });

  test('an access key that nobody has is an unrecognized client', async () => {
    const answer = await attacked(() => {}, {
      ...credentials,
      accessKeyId: 'AKIAAAAAAAAAAAAAAAAA',
    });
    expect([answer.status, answer.code]).toEqual([400, 'UnrecognizedClientException']);
  });

  test("a session without its token, with another session's, or a token on a user's key", async () => {
    const mine = session();
    const { sessionToken: _, ...without } = mine;
    const others = { ...mine, sessionToken: session().sessionToken as string };
    const added = { ...credentials, sessionToken: session().sessionToken as string };
    for (const wrong of [without, others, added]) {
      expect((await attacked(() => {}, wrong)).code).toBe('UnrecognizedClientException');
    }
  });

  test('a session ends at its time', async () => {
    const mine = session(-1);
    const answer = await attacked(() => {}, mine);
    expect([answer.status, answer.code]).toEqual([400, 'ExpiredTokenException']);
  });

  test('who does not hold the secret does not learn that a session has ended', async () => {
    const guessed = { ...session(-1), secretAccessKey: 'x' };
    expect((await attacked(() => {}, guessed)).code).toBe('InvalidSignatureException');
  });
});

describe('when and where', () => {
  test('five minutes of skew are the most, either way', async () => {
    const at = (seconds: number) =>
      attacked(() => {}, credentials, { date: new Date(Date.now() + seconds * 1000) });
    expect((await at(-290)).status).toBe(200);
    expect((await at(290)).status).toBe(200);
    expect((await at(-310)).text).toMatch(/Signature expired: \d{8}T\d{6}Z is now earlier than/);
    expect((await at(310)).text).toMatch(/Signature not yet current: .* \+ 5 min\.\)/);
  });

  test('a signature for another region or service is refused, and says what is expected', async () => {
    const region2 = await attacked(() => {}, credentials, { region: 'us-west-1' });
    expect(region2.code).toBe('InvalidSignatureException');
    expect(region2.text).toContain(region);
    const service = await attacked(() => {}, credentials, { service: 'dynamodb' });
    expect(service.code).toBe('InvalidSignatureException');
    expect(service.text).toContain("'kms'");
  });

  test('a scope that does not end in aws4_request is refused', async () => {
    const answer = await attacked((request) => {
      const header = String(request.headers.authorization);
      request.headers.authorization = header.replace('/aws4_request', '/aws5_request');
    });
    expect(answer.text).toContain("valid terminator: 'aws4_request'");
  });

  test('a date of another day than the scope, or no date, is refused', async () => {
    const answer = await attacked((request) => {
      request.headers.authorization = String(request.headers.authorization).replace(
        /\/\d{8}\//,
        '/20200101/',
      );
    });
    expect(answer.code).toBe('InvalidSignatureException');
    expect(answer.text).toContain('Date in Credential scope does not match');
    const undated = await attacked((request) => {
      delete request.headers['x-amz-date'];
    });
    expect(undated.code).toBe('IncompleteSignatureException');
    const wrong = await attacked((request) => {
      request.headers['x-amz-date'] = '20260231T996161Z';
    });
    expect(wrong.code).toBe('IncompleteSignatureException');
  });
});

describe('the Authorization header', () => {
  test('that is missing is a missing token', async () => {
    const answer = await send(endpoint.url, kmsRequest(endpoint.url));
    expect([answer.status, answer.code]).toEqual([400, 'MissingAuthenticationTokenException']);
  });

  test.each([
    '',
    'Basic YTpi',
    'AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=0',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Credential=a/b/c/d/e, SignedHeaders=host, Signature=0',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0, More=1',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;Host, Signature=0',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=x-amz-date;host, Signature=0',
  ])('that is not well formed is incomplete: %s', async (authorization) => {
    const answer = await attacked((request) => {
      request.headers.authorization = authorization;
    });
    expect([answer.status, answer.code]).toEqual([400, 'IncompleteSignatureException']);
  });

  test('cannot be replaced by a presigned query', async () => {
    const raw = kmsRequest(endpoint.url);
    raw.path = '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=b';
    const answer = await send(endpoint.url, raw);
    expect(answer.code).toBe('IncompleteSignatureException');
    expect(answer.text).toContain('Presigned');
  });
});
