/** A row as the table has it, but for what is changed. */
export const rowOf = (change: Record<string, unknown>): Record<string, unknown> => ({
  tenantId: 'acme',
  status: 'ACTIVE',
  displayName: 'Acme Corp',
  rotationPeriodInDays: 90,
  rotationPeriodByDefault: true,
  keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1',
  keyCreatedAt: '2026-01-01T00:00:00.000Z',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  version: 1,
  writer: 'somebody',
  ...change,
});
