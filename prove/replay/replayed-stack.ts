/** What is replayed on: a template, and its policies as the questions have them. */
import type { Template } from '../../local/template/template.ts';
import type { StackPolicies } from '../stack-policies.ts';

export interface ReplayedStack {
  readonly template: Template;
  /** the same objects of which the questions were made: a resource is found by its policy */
  readonly policies: StackPolicies;
}
