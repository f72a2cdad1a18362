/** In whose name the product's roles send events to EventBridge. */
import { literal, not } from '../formula/formula.ts';
import { sessionsOf } from './callers.ts';
import { has, requestOf } from './request-of.ts';
import type { Theorem } from './theorem.ts';

/** Every action that sends events (Service Authorization Reference, Amazon EventBridge). */
const sends = ['events:PutEvents', 'events:PutPartnerEvents'];

export const events: Theorem = {
  id: '6.5',
  sentence: "No role of the stack sends events in another's name than the product's own.",
  questions: (stack) =>
    stack.roles.flatMap((role) =>
      sends.map((action) => {
        const caller = sessionsOf(role, stack);
        const request = requestOf({ caller, action: action.toLowerCase() });
        const isOwn = has(request, 'events:source', literal('tenant-keys'));
        return {
          about: `${caller.title}: ${action}`,
          counterexample: [request.isAllowed, not(isOwn)],
          request,
        };
      }),
    ),
};
