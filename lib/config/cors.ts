/** Which origins the configuration takes: those that a browser could send, written as it sends them. */
import { z } from 'zod';
import { fitEnvironment, maxIssuersBytes } from './issuers.ts';
import { valueOrJson } from './list.ts';

/** Each is in some forty mapping templates. */
const mostOrigins = 20;

const texts = {
  list: `must be a list of at most ${mostOrigins} origins, such as https://app.example.com, or JSON text of one`,
  origin:
    'must be one origin as a browser sends it: https://app.example.com, with a port if it is not 443, in lower case, ' +
    'without a path or a slash at its end, and no pattern; for development http://localhost:5173',
  together:
    `must not be more than ${maxIssuersBytes} bytes of JSON together with issuers, since Lambda takes 4 KB of ` +
    'environment variables',
};

/** In ASCII, so without anything that the templates of API Gateway or its literals would take for theirs. */
const form = /^(?:https:\/\/(?:[a-z0-9-]+\.)*[a-z0-9-]+|http:\/\/localhost)(?::[0-9]{1,5})?$/;

/** A port that goes without saying, or a number in another form, is nothing that a browser sends. */
const isOrigin = (text: string): boolean =>
  form.test(text) && URL.canParse(text) && new URL(text).origin === text;

const origin = z.string(texts.origin).max(255, texts.origin).refine(isOrigin, texts.origin);

/** Empty: no page of another origin may use the API. */
export const corsOrigins = valueOrJson(
  z
    .array(origin, texts.list)
    .max(mostOrigins, texts.list)
    .refine((origins) => new Set(origins).size === origins.length, 'must have no origin twice')
    .readonly(),
);

/** A function of the data plane is told both. */
export const originsBesideIssuers = {
  fit: ({ issuers, corsOrigins: origins }: { issuers: unknown; corsOrigins: readonly string[] }) =>
    origins.length === 0 || fitEnvironment(issuers, origins),
  problem: { path: ['corsOrigins'], message: texts.together },
};
