/**
 * The OpenAPI document, made of the contract: routes, schemas, problems. Invariant: what the contract says is taken
 * from there; here stand texts alone, and tests hold that nothing is without one. No function loads this folder.
 */
import { documentProblems } from '../contract/operation-problems.ts';
import {
  documentRoute,
  problemsRoute,
  type Route,
  routes,
  type Scope,
} from '../contract/routes.ts';
import { documentHeaders, headerComponents, problemPageHeaders } from './headers.ts';
import { info, servers } from './info.ts';
import type { Json } from './json.ts';
import { operationOf } from './operation.ts';
import { tags } from './operation-texts.ts';
import {
  problemExampleComponents,
  problemResponses,
  responseComponents,
} from './problem-responses.ts';
import { componentSchemas } from './schemas.ts';

export function openApiDocument(): Json {
  const operations = paths();
  const responses = usedOnly('responses', responseComponents(), operations);
  const from = [operations, responses];
  return {
    openapi: '3.1.1',
    info,
    servers,
    tags: [...Object.values(tags), contractTag],
    security: [],
    paths: operations,
    components: {
      schemas: componentSchemas((name) => isSent(name, operations)),
      responses,
      headers: usedOnly('headers', headerComponents, from),
      examples: usedOnly('examples', problemExampleComponents(), from),
      securitySchemes: { bearer },
    },
  };
}

/** @returns the text of the file */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;

/** @returns whether the schema is of a request's body, or an item's in one */
function isSent(name: string, operations: Json): boolean {
  const sent = JSON.stringify(operations, (key, value) =>
    key === 'responses' ? undefined : value,
  );
  return name.endsWith('Item') || sent.includes(`"#/components/schemas/${name}"`);
}

/** @returns those components that something refers to */
function usedOnly(
  kind: string,
  components: Readonly<Record<string, object>>,
  from: object,
): object {
  const text = JSON.stringify(from);
  const isUsed = ([name]: [string, object]) => text.includes(`"#/components/${kind}/${name}"`);
  return Object.fromEntries(Object.entries(components).filter(isUsed));
}

const contractTag = { name: 'Contract', description: 'This document, and what problems mean.' };

const bearer = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description:
    'An access token of the OIDC issuer that the stack is configured with. The roles of an operation are scopes, of which any one will do. `tenant-keys/crypto` and `tenant-keys/audit` count in a token that names a tenant, `tenant-keys/admin` and `tenant-keys/audit-all` in one that names none.',
};

function paths(): Json {
  const all: Json = {};
  for (const route of routes.filter(isDocumented)) {
    all[route.path] = {
      ...all[route.path],
      [route.method.toLowerCase()]: {
        tags: [tags[route.plane].name],
        security: (route.scopes as readonly Scope[]).map((scope) => ({ bearer: [scope] })),
        ...operationOf(route),
      },
    };
  }
  return {
    ...all,
    [documentRoute.path]: { [documentRoute.method.toLowerCase()]: documentOperation },
    [problemsRoute.path]: { [problemsRoute.method.toLowerCase()]: problemsOperation },
  };
}

/** Without a tenant id the answer is always a 400. */
const isDocumented = ({ operation, path }: Pick<Route, 'operation' | 'path'>): boolean =>
  operation !== 'onboard' || path.includes('{tenantId}');

const documentOperation = {
  tags: [contractTag.name],
  operationId: documentRoute.operation,
  summary: 'Get this document',
  description: 'Without a token.',
  security: [],
  responses: {
    200: {
      description: 'An OpenAPI document.',
      headers: documentHeaders,
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...problemResponses(documentProblems),
  },
};

const problemsOperation = {
  tags: [contractTag.name],
  operationId: problemsRoute.operation,
  summary: 'Get the page of all problems',
  description: 'Each code, with what to do, at an anchor of its name. Without a token.',
  security: [],
  responses: {
    200: {
      description: 'A page.',
      headers: problemPageHeaders,
      content: { 'text/html; charset=utf-8': {} },
    },
    ...problemResponses(documentProblems),
  },
};
