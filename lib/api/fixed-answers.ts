/**
 * What API Gateway answers to anybody, from the template alone: which methods a path has, the page of the problems,
 * the OpenAPI document.
 * Invariant: no function, no table and no key stands behind such a method, and its answer repeats nothing that the
 * client sent. So it needs no authorizer.
 */
import {
  AuthorizationType,
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { answerHeaders } from '../../contract/answer-headers.ts';
import { methodNotAllowed, problemJson } from '../../contract/problem.ts';
import { problemPage } from '../../contract/problem-page.ts';
import { documentRoute, problemsRoute, routes } from '../../contract/routes.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { literals } from './gateway-responses.ts';
import { documentTemplate } from './openapi-document.ts';

/** ANY is for the methods that a resource has not by name. */
export function addFixedAnswers(api: RestApi, stage: string): void {
  for (const [path, allow] of allowedMethods()) {
    const problem = methodNotAllowed(allow);
    const body = JSON.stringify(problem.toBody({ requestId: '$context.requestId', stage }));
    addFixedAnswer(api.root.resourceForPath(path), 'ANY', {
      status: problem.status,
      headers: { 'Content-Type': problemJson, ...problem.headers },
      // Unlike a gateway response, it is VTL, of which `#` begins a directive.
      template: body.replaceAll('#', '\\u0023'),
    });
  }
  addFixedAnswer(api.root.resourceForPath(problemsRoute.path), problemsRoute.method, {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    template: problemPage(),
  });
  addFixedAnswer(api.root.resourceForPath(documentRoute.path), documentRoute.method, {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' },
    template: documentTemplate(),
  });
}

/** @returns path -> the methods that it has */
function allowedMethods(): Map<string, string> {
  const paths = new Set<string>(routes.map(({ path }) => path));
  const methodsOf = (wanted: string) =>
    routes.filter(({ path }) => path === wanted).map(({ method }) => method);
  return new Map([...paths].map((path) => [path, methodsOf(path).sort().join(', ')]));
}

interface FixedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** VTL: its `$` and `#` are the engine's */
  readonly template: string;
}

function addFixedAnswer(resource: IResource, httpMethod: string, answer: FixedAnswer): void {
  const statusCode = String(answer.status);
  const headers = Object.entries(literals({ ...answerHeaders, ...answer.headers })).map(
    ([name, value]) => [`method.response.header.${name}`, value] as const,
  );
  const integration = new MockIntegration({
    // The body of a request is not looked at; one that is not JSON is a 415.
    requestTemplates: { 'application/json': JSON.stringify({ statusCode: answer.status }) },
    passthroughBehavior: PassthroughBehavior.NEVER,
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    integrationResponses: [
      {
        statusCode,
        // Where Accept names a binary media type, the text would be decoded as base64, or be a 500.
        contentHandling: ContentHandling.CONVERT_TO_TEXT,
        responseParameters: Object.fromEntries(headers),
        responseTemplates: { 'application/json': answer.template },
      },
    ],
  });
  const method = resource.addMethod(httpMethod, integration, {
    authorizationType: AuthorizationType.NONE,
    methodResponses: [
      { statusCode, responseParameters: Object.fromEntries(headers.map(([name]) => [name, true])) },
    ],
  });
  const reason = 'A fixed answer of the template, the same to everybody, with nothing behind it.';
  acknowledge(method, { 'AwsSolutions-APIG4': reason, 'AwsSolutions-COG4': reason });
}
