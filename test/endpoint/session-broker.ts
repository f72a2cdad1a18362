/**
 * Lambda's Invoke of the session broker, and of nothing else: no Lambda runs at the endpoint. So who may ask is not
 * decided here; what the broker opens is, by its own code, with its own role.
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Listening, listen } from '../../local/listen.ts';
import type { Role } from '../../local/sts/role.ts';

/** @param ask invokes the broker's function with an event */
export function serveInvoke(ask: (event: unknown) => Promise<unknown>): Promise<Listening> {
  const server = createServer((request, response) => {
    const answered = (answer: unknown, failed = {}) => {
      response.writeHead(200, { 'Content-Type': 'application/json', ...failed });
      response.end(JSON.stringify(answer));
    };
    json(request)
      .then(ask)
      .then(answered, (error: Error) =>
        answered(
          { errorType: error.name, errorMessage: error.message },
          { 'X-Amz-Function-Error': 'Unhandled' },
        ),
      );
  });
  return listen(server, 0);
}

/** @returns the role without the Deny that would refuse it everything, since no function of Lambda has it here */
export function withoutFunction(role: Role): Role {
  const identityPolicies = role.identityPolicies.map((policy) => ({
    ...policy,
    source: {
      ...policy.source,
      Statement: [policy.source.Statement]
        .flat()
        .filter((statement) => (statement as { Sid?: string }).Sid !== 'OnlyInItsFunction'),
    },
  }));
  return { ...role, identityPolicies };
}
