/** cdk-nag's packs: a finding that is not acknowledged stops the synthesis. */
import { type App, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R5Checks,
  PCIDSS321Checks,
} from 'cdk-nag';

export const nagPacks = [
  AwsSolutionsChecks,
  NIST80053R5Checks,
  HIPAASecurityChecks,
  PCIDSS321Checks,
] as const;

export function checkWithNagPacks(app: App): void {
  Validations.of(app).addPlugins(...nagPacks.map((Pack): IPolicyValidationPlugin => new Pack(app)));
}
